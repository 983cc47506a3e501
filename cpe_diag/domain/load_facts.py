"""Facts about what a way lets through: packets lost, time taken, and how much per second."""

from __future__ import annotations

from dataclasses import dataclass

from cpe_diag.domain.missing import NOT_ASKED, Maybe


@dataclass(frozen=True, slots=True, kw_only=True)
class PathQuality:
    """Fact `path_quality`: a train of small echo requests from one place to another.

    Round trips are Missing when nothing came back. `rtt_p95_s` is the value that 95 of 100 stay
    below; `jitter_s` the mean difference between one round trip and the next that came back
    (RFC 3393, delay variation of consecutive packets). About `/tcp` it is first packets of TCP
    connections, of which each is lost that nobody answers within 0.9 s. `note` is the sender's own
    error text. `lost_numbers` are those that were not answered, counted from 0 in the order in
    which they were sent. `echoes_s` are all round trips in that order, None: it did not come back.
    """

    target: str
    sent: int
    received: int
    rtt_min_s: Maybe[float]
    rtt_median_s: Maybe[float]
    rtt_p95_s: Maybe[float]
    jitter_s: Maybe[float]
    note: str = ""
    lost_numbers: Maybe[tuple[int, ...]] = NOT_ASKED
    echoes_s: Maybe[tuple[float | None, ...]] = NOT_ASKED

    @property
    def lost(self) -> int:
        """How many were not answered; one that was answered twice does not make up for another."""
        return max(0, self.sent - self.received)


@dataclass(frozen=True, slots=True, kw_only=True)
class RateTrain:
    """Fact `rate_train`: small and large echo requests, one at a time, to one target.

    A large request takes longer than a small one by the time that its bytes need in both
    directions. `size_bytes` is the large one's IP packet with its headers; `small_bytes` the small
    one's. `small_spread_s` is how far apart the middle half of the small ones is.
    `large_quartile_s` is the time that only a quarter of the large ones stayed below: a line that
    holds packets back by a bucket of tokens lets the first ones through at once, and a queue in
    front of it only makes some of them later. Missing when none came back.
    """

    target: str
    small_bytes: int
    size_bytes: int
    sent: int
    received: int
    small_median_s: Maybe[float]
    small_spread_s: Maybe[float]
    large_quartile_s: Maybe[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadTest:
    """Fact `load_test`: a download of bounded size and time, with echo requests beside it.

    `received_bytes` in `took_s` seconds, connecting included; `line_bytes` is all that came in by
    the line meanwhile, the home's own traffic included. `loaded` is the way to the operator's edge
    during the download. The two are Missing where nobody counted or asked.
    """

    url: str
    received_bytes: int
    took_s: float
    line_bytes: Maybe[int]
    loaded: Maybe[PathQuality]

    @property
    def rate_bps(self) -> float:
        """What the download itself got, in bit/s."""
        return 8.0 * self.received_bytes / self.took_s
