"""What else passes the laptop's own port is read from the interface's counters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cpe_diag.field.use import SPAN_S, WATCH_S, octets_of, used

if TYPE_CHECKING:
    from pathlib import Path


class Passing:
    """A clock with which so many octets a second come in, and a tenth of them goes out."""

    def __init__(self, folder: Path, octets: list[int]) -> None:
        """Let those octets pass, one number for each span."""
        self._place = folder / "eth0" / "statistics"
        self._place.mkdir(parents=True)
        self._octets = octets
        self._total = 0
        self._now_s = 100.0
        self._write()

    def monotonic(self) -> float:
        """Give the time."""
        return self._now_s

    async def sleep_until(self, at_s: float) -> None:
        """Let a span pass."""
        self._now_s = at_s
        self._total += self._octets.pop(0) if self._octets else 0
        self._write()

    def _write(self) -> None:
        (self._place / "rx_bytes").write_text(f"{self._total}\n", encoding="ascii")
        (self._place / "tx_bytes").write_text(f"{self._total // 10}\n", encoding="ascii")


async def test_the_busiest_span_counts(tmp_path: Path) -> None:
    """A download of one second ruins a train of packets as well as a longer one."""
    clock = Passing(tmp_path, [0, 0, 500_000, 10_000])
    told = await used("eth0", clock, 60.0, tmp_path)  # type: ignore[arg-type]  # as much as is used
    assert told.watched_s == WATCH_S
    assert told.in_bps == 500_000 * 8 / SPAN_S
    assert told.out_bps == pytest.approx(told.in_bps / 10)


async def test_a_counter_that_goes_back_says_nothing(tmp_path: Path) -> None:
    """A driver that was loaded anew begins at 0."""
    clock = Passing(tmp_path, [700, -700, 100])
    told = await used("eth0", clock, 60.0, tmp_path)  # type: ignore[arg-type]  # as much as is used
    assert told.in_bps == 700 * 8 / SPAN_S


@pytest.mark.parametrize("text", ["", "many"])
def test_a_counter_that_is_no_number_is_none(tmp_path: Path, text: str) -> None:
    """No count is not a count of 0."""
    place = tmp_path / "eth0" / "statistics"
    place.mkdir(parents=True)
    for name in ("rx_bytes", "tx_bytes"):
        (place / name).write_text(text, encoding="ascii")
    with pytest.raises(OSError, match="no number"):
        octets_of("eth0", tmp_path)
    with pytest.raises(OSError, match="eth9"):
        octets_of("eth9", tmp_path)
