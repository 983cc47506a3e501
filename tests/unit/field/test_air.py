"""What iw prints is read strictly, and whatever it prints ends in a fact or a reason."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from iw_samples import LINK, OWN, SCAN, STATIONS

from cpe_diag.domain.evidence import Evidence, FactKey
from cpe_diag.domain.failures import FailureKind, MeasurementError
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.observations import Observed
from cpe_diag.driver_kit.router import UnreadableError
from cpe_diag.field.air import MOST, air_around, air_of
from cpe_diag.report.channel_advice import advice_in
from cpe_diag.testing.evidence_samples import AT

if TYPE_CHECKING:
    from cpe_diag.domain.field_air_facts import FieldAir

RECORDED: Final = Path(__file__).parents[2] / "recordings/linux_hostapd/debian_12/air.txt"
WPS: Final = "\t\t * Manufacturer: x\nBSS 00:00:5e:00:53:01(on x)\n\tfreq: 9\n"
"""iw prints these octets of a beacon as they come."""


def read(link: str = LINK, stations: str = STATIONS, scan: str = SCAN) -> FieldAir:
    """Read it."""
    return air_of("wlan0", link, stations, scan, remembered=False)


def test_networks_are_told_with_channel_width_signal_and_load() -> None:
    """The loudest first; one that was heard a while ago is gone."""
    seen = read()
    told = [
        (one.network.ssid, one.network.channel, one.network.width_mhz, one.network.signal_dbm)
        for one in seen.networks
    ]
    assert told == [
        ("test", 6, 20, -35),
        ("drahtlos nicht ratlos", 6, 20, -48),
        ("caf\N{LATIN SMALL LETTER E WITH ACUTE}", 36, 80, -71),
    ]
    assert (seen.networks[0].stations, seen.networks[0].busy_percent) == (4, 80.0)
    assert isinstance(seen.networks[1].busy_percent, Missing)


def test_the_laptops_own_link_is_told() -> None:
    """With rates, and what had to be sent again."""
    link = read().link
    assert link is not None
    assert (link.bssid, link.ssid, link.channel, link.signal_dbm) == (OWN, "test", 6, -35)
    assert (link.rx_rate_bps, link.tx_rate_bps) == (195.0e6, 288.9e6)
    assert (link.tx_packets, link.tx_retries, link.tx_failed) == (37438, 12, 1)
    assert read(link="Not connected.\n").link is None


def test_a_recorded_scan_of_real_iw_is_read() -> None:
    """Of iw 5.19, on the virtual radios of the Wi-Fi lab."""
    text = RECORDED.read_text(encoding="utf-8")
    seen = read(link="Not connected.\n", scan=text)
    assert "Next door" in {one.network.ssid for one in seen.networks}


@pytest.mark.parametrize("text", ["", "usage", LINK.replace("2437", "7"), LINK[30:]])
def test_another_link_than_iws_is_unreadable(text: str) -> None:
    """Nothing is guessed of it."""
    with pytest.raises(UnreadableError):
        read(link=text)


def test_a_scan_that_is_cut_adds_no_network() -> None:
    """At each octet: networks of the whole, or unreadable."""
    whole = {one.network.bssid for one in read().networks} | {"02:00:5e:10:00:04"}
    for length in range(len(SCAN)):
        try:
            seen = read(scan=SCAN[:length])
        except UnreadableError:
            continue
        assert {one.network.bssid for one in seen.networks} <= whole


@given(at=st.integers(0, len(SCAN)), more=st.text(max_size=60))
@example(at=len(SCAN), more=WPS)
@example(at=SCAN.index("\tsignal"), more="\tsignal: -1.00 dBm\n")
@example(at=SCAN.index("204"), more="999")
@example(at=0, more="BSS 00:00:5e:00:53:99(on wlan0)\n")
def test_hostile_beacons_end_in_a_fact_or_a_reason(at: int, more: str) -> None:
    """Names and makers stand in what iw prints as somebody's beacon has them."""
    try:
        seen = read(scan=SCAN[:at] + more + SCAN[at:])
    except UnreadableError:
        return
    for one in seen.networks:
        busy = one.busy_percent
        assert isinstance(busy, Missing) or 0 <= busy <= 100


@given(at=st.integers(0, len(LINK)), more=st.text(max_size=40))
@example(at=0, more="Connected to 00:00:5e:00:53:99 (on x)\n")
def test_a_changed_link_ends_in_a_fact_or_a_reason(at: int, more: str) -> None:
    """An SSID may hold whatever somebody likes."""
    try:
        read(link=LINK[:at] + more + LINK[at:])
    except UnreadableError:
        return


def advised(seen: FieldAir) -> list[tuple[bool, int]]:
    """Give whether to move, and where to."""
    held = Observed(value=seen, source="sample", at=AT)
    evidence = Evidence({FactKey("field_air", "wifi"): held})
    return [(one.move, one.channel) for one in advice_in(evidence)]


def test_a_channel_is_advised_as_for_a_router() -> None:
    """By the same code; a loud neighbour on the same channel is worth moving for."""
    assert advised(read()) == [(True, 1)]
    assert advised(read(link="Not connected.\n")) == []


def test_further_networks_of_the_same_access_point_are_no_neighbours() -> None:
    """A guest network moves along with the home's own."""
    seen = read()
    guest = replace(seen.networks[1].network, bssid="02:00:5e:00:53:11")
    own = (seen.networks[0], replace(seen.networks[1], network=guest))
    assert advised(replace(seen, networks=own)) == [(False, 6)]


FAKE: Final = """\
#!/bin/sh
case "$3 $4" in
  "link ") cat {folder}/link ;;
  "station dump") : ;;
  "scan dump") cat {folder}/scan ;;
  *) echo "command failed: Operation not permitted (-1)" >&2; exit 255 ;;
esac
"""


@pytest.fixture
def without_right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the folder of an iw that may not scan."""
    program = tmp_path / "iw"
    program.write_text(FAKE.format(folder=tmp_path), encoding="utf-8")
    program.chmod(0o755)
    (tmp_path / "link").write_text("Not connected.\n", encoding="utf-8")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return tmp_path


async def test_what_the_system_has_heard_is_told_where_no_scan_is_allowed(
    without_right: Path,
) -> None:
    """A network manager scans by itself, and anybody may read what it heard."""
    (without_right / "scan").write_text(SCAN, encoding="utf-8")
    seen = await air_around("wlan0", 10.0)
    assert seen.remembered is True
    assert len(seen.networks) == 3


async def test_without_the_right_the_command_is_named(without_right: Path) -> None:
    """Nothing was heard: that is our own lack, and says nothing of the air."""
    (without_right / "scan").write_text("", encoding="utf-8")
    with pytest.raises(MeasurementError) as told:
        await air_around("wlan0", 10.0)
    failure = told.value.failure
    assert failure.kind is FailureKind.MISSING_PRIVILEGE
    assert re.match("sudo iw dev wlan0 scan", failure.next_step or "")


async def test_more_than_is_read_is_no_answer(without_right: Path) -> None:
    """A cut answer never lies."""
    (without_right / "scan").write_text(SCAN * (MOST // len(SCAN) + 1), encoding="utf-8")
    with pytest.raises(MeasurementError) as told:
        await air_around("wlan0", 10.0)
    assert told.value.failure.kind is FailureKind.INCOMPLETE
