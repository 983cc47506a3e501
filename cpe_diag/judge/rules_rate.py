"""Rules about how much the line and the device's link let through, and which of them limits.

Two ways to find out: a download of bounded size (with all else that came in by the line
meanwhile), and large packets one at a time. Large ones take longer than small ones by the time
that their bytes need in both directions: with a slow direction and a fast one that is nearly all
the slow one's, with two equal ones half each, so that the rate lies between bits / time and twice
that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.load_facts import LoadTest, RateTrain
from cpe_diag.domain.missing import known
from cpe_diag.judge.keys import LOAD, LOAD_OPERATOR, TRAIN_DEVICE, TRAIN_GATEWAY
from cpe_diag.judge.rule import Answer, Rule, cannot_tell, does_not_arise, no, rate, says, yes
from cpe_diag.judge.rules_names_late import load_wait_s
from cpe_diag.judge.ways import ms

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import FactKey
    from cpe_diag.judge.rule import Facts

LEAST_SHARE: Final = 0.5
"""Below it the rate of what is left would be a guess."""
OF_ITS_NAME: Final = "most of the download's time was the wait for its server's name"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Train:
    """What large packets have more than small ones, in bits, and the time that this takes."""

    bits: float
    bytes_s: float

    @property
    def least_bps(self) -> float:
        """The rate of the slower direction, where the other takes no time."""
        return self.bits / self.bytes_s

    @property
    def most_bps(self) -> float:
        """The same, where both are equally slow."""
        return 2.0 * self.bits / self.bytes_s


def access_rate_low(facts: Facts) -> Answer:
    """Answer whether a download gets much less than what was sold."""
    sold = known(facts.subscriber.service.down_bps)
    if not sold:
        return does_not_arise("the inventory does not say what rate was sold")
    load = facts.fact(LoadTest, LOAD)
    if load is None:
        return cannot_tell(facts, LOAD)
    got, limits = line_bps(facts, load), facts.limits
    if got is None:
        return does_not_arise(OF_ITS_NAME)
    if got >= min(limits["load_rate_share"] * sold, limits["load_rate_most_bps"]):
        return no(f"the line lets through at least {rate(got)}, sold are {rate(sold)}", LOAD)
    control = facts.fact(LoadTest, LOAD_OPERATOR)
    if control is None:
        return cannot_tell(facts, LOAD_OPERATOR)
    words = (
        f"the line lets through {rate(got)} of {rate(sold)}; from the operator's side the same"
        f" file comes with {rate(control.rate_bps)}"
    )
    by_line = control.rate_bps >= limits["load_control_times"] * got
    why = _home_words(facts, got) if by_line else ": it is slow from there too, so not by the line"
    return says(by_line, f"{words}{why}", LOAD, LOAD_OPERATOR)


def access_train_slow(facts: Facts) -> Answer:
    """Answer whether large packets to the operator's edge need far longer than what was sold."""
    service = facts.subscriber.service
    down, up = known(service.down_bps), known(service.up_bps)
    if not down:
        return does_not_arise("the inventory does not say what rate was sold")
    train = _train(facts, TRAIN_GATEWAY)
    if train is None:
        return cannot_tell(facts, TRAIN_GATEWAY)
    sold_s = train.bits * (1.0 / down + 1.0 / (up or down))
    words = (
        f"{ms(train.bytes_s)} for {train.bits / 8:.0f} bytes to the operator's edge and back,"
        f" {ms(sold_s)} by what was sold"
    )
    slow = (
        train.bytes_s > facts.limits["train_least_s"]
        and train.bytes_s * facts.limits["load_rate_share"] > sold_s
    )
    if slow:
        words += _home_words(facts, train.least_bps)
    return says(slow, words, TRAIN_GATEWAY)


def line_bps(facts: Facts, load: LoadTest) -> float | None:
    """Give what came in by the line, other devices' traffic included, in bit/s.

    None: most of the time that the download took was the wait for its server's name.
    """
    came_s = load.took_s - load_wait_s(facts)
    if came_s < LEAST_SHARE * load.took_s:
        return None
    return 8.0 * max(known(load.line_bytes) or 0, load.received_bytes) / came_s


def _home_words(facts: Facts, line_bps: float) -> str:
    """Say what the home's side could do, where the device was measured."""
    train = _train(facts, TRAIN_DEVICE)
    if train is None or train.least_bps < line_bps:
        return ""
    return f"; the home side was not the limit: at least {rate(train.least_bps)}"


def device_rate_low(facts: Facts) -> Answer:
    """Answer whether the link between router and device limits, and not the line."""
    train = _train(facts, TRAIN_DEVICE)
    if train is None:
        return cannot_tell(facts, TRAIN_DEVICE)
    words = (
        f"the way to the device lets through {rate(train.least_bps)} to {rate(train.most_bps)}"
        f" ({ms(train.bytes_s)} for {train.bits / 8:.0f} bytes and back)"
    )
    sold = known(facts.subscriber.service.down_bps)
    limits = facts.limits
    limit = limits["home_rate_low_bps"]
    if sold:
        limit = min(limit, limits["load_rate_share"] * sold)
    if train.bytes_s <= limits["train_least_s"] or train.most_bps >= limit:
        enough = f"the way to the device lets through at least {rate(train.least_bps)}"
        return no(enough, TRAIN_DEVICE)
    load = facts.fact(LoadTest, LOAD)
    if load is None:
        return yes(words, TRAIN_DEVICE)
    line = line_bps(facts, load)
    if line is None:
        return yes(f"{words}; {OF_ITS_NAME}", TRAIN_DEVICE)
    both = f"{words}, the line at least {rate(line)}"
    if line < train.least_bps:
        return no(f"{both}: the line is the limit", TRAIN_DEVICE, LOAD)
    return yes(f"{both}: the home is the limit", TRAIN_DEVICE, LOAD)


def latency_under_load(facts: Facts) -> Answer:
    """Answer whether a download makes the way to the operator's edge slow for everything else."""
    load = facts.fact(LoadTest, LOAD)
    loaded = None if load is None else known(load.loaded)
    median_s = None if loaded is None else known(loaded.rtt_median_s)
    if loaded is None or median_s is None:
        return cannot_tell(facts, LOAD)
    words = f"{ms(median_s)} to the operator's edge during a download"
    words += f": {60.0 / median_s:.0f} trips a minute" if median_s else ""
    return says(median_s > facts.limits["loaded_latency_s"], words, LOAD)


def _train(facts: Facts, key: FactKey) -> _Train | None:
    held = facts.fact(RateTrain, key)
    if held is None or held.received < facts.limits["train_fewest"]:
        return None
    small_s, large_s = known(held.small_median_s), known(held.large_quartile_s)
    spread_s = known(held.small_spread_s)
    if small_s is None or spread_s is None or large_s is None:
        return None
    if facts.limits["train_least_s"] < large_s - small_s <= spread_s:
        # Small ones differ as much from each other: the way is uneven, whatever their size.
        return None
    bits = 8.0 * (held.size_bytes - held.small_bytes)
    return _Train(bits=bits, bytes_s=max(large_s - small_s, FINEST_S))


FINEST_S: Final = 0.000_05
"""busybox's ping tells thousandths of a millisecond; below this it is the processors' noise."""

RULES_RATE: Final[tuple[Rule, ...]] = (
    Rule(
        id="access_rate_low",
        question="Does a download get much less than what was sold?",
        needs=(LOAD, LOAD_OPERATOR),
        ask=access_rate_low,
    ),
    Rule(
        id="access_train_slow",
        question="Do large packets need far longer than by what was sold?",
        needs=(TRAIN_GATEWAY,),
        ask=access_train_slow,
    ),
    Rule(
        id="latency_under_load",
        question="Does a download make everything else slow?",
        needs=(LOAD,),
        ask=latency_under_load,
    ),
    Rule(
        id="device_rate_low",
        question="Does the link between router and device let through too little?",
        needs=(TRAIN_DEVICE, LOAD),
        ask=device_rate_low,
    ),
)
