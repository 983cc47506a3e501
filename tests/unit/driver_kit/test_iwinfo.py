"""What iwinfo prints of the air is read to the width, and what it does not say stays unknown."""

from __future__ import annotations

import pytest

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.driver_kit.parsers.iwinfo import neighbours, usable_channels, width_mhz

UNSUPPORTED = Missing(why=FailureKind.UNSUPPORTED)

CELL = (
    "Cell 01 - Address: 0E:00:00:00:00:01\n"
    '          ESSID: "Next door"\n'
    "          Mode: Master  Frequency: 5.200 GHz  Band: 5 GHz  Channel: 40\n"
    "          Signal: -67 dBm  Quality: 43/70\n"
    "          Encryption: WPA2 PSK (CCMP)\n"
)


def ht(offset: str, width: str) -> str:
    """Give an HT operation element."""
    return (
        "          HT Operation:\n"
        "                    Primary Channel: 40\n"
        f"                    Secondary Channel Offset: {offset}\n"
        f"                    Channel Width: {width}\n"
    )


def wide(kind: str, first: int, second: int, width: str) -> str:
    """Give a VHT, HE or EHT operation element."""
    return (
        f"          {kind} Operation:\n"
        f"                    Center Frequency 1: {first}\n"
        f"                    Center Frequency 2: {second}\n"
        f"                    Channel Width: {width}\n"
    )


WIDER = ht("below", "40 MHz or higher")


@pytest.mark.parametrize(
    ("elements", "width", "centre"),
    [
        (ht("no secondary", "20 MHz"), 20, 40),
        (ht("above", "40 MHz or higher"), 40, 42),
        (WIDER, 40, 38),
        (WIDER + wide("VHT", 38, 0, "20 or 40 MHz"), 40, 38),
        (WIDER + wide("VHT", 42, 0, "80 MHz"), 80, 42),
        (WIDER + wide("VHT", 42, 50, "80 MHz"), 160, 50),
        (WIDER + wide("VHT", 50, 0, "160 MHz"), 160, 50),
        (WIDER + wide("HE", 39, 47, "160 MHz"), 160, 47),
        (WIDER + wide("VHT", 42, 155, "80+80 MHz"), 40, 38),
        ("", UNSUPPORTED, UNSUPPORTED),
    ],
)
def test_a_neighbour_says_how_much_of_the_air_it_takes(
    elements: str, width: object, centre: object
) -> None:
    """A network 160 MHz wide disturbs eight channels and not the one it is named after."""
    (found,) = neighbours(f"{CELL}{elements}\n", "scan")
    assert (found.width_mhz, found.centre_channel) == (width, centre)
    assert (found.band, found.channel) == ("5g", 40)


def test_of_a_neighbour_heard_twice_the_louder_is_kept() -> None:
    """Two radios of ours hear it; it is one neighbour."""
    softer = CELL.replace("-67", "-80")
    assert [one.signal_dbm for one in neighbours(f"{softer}\n{CELL}\n", "scan")] == [-67]


def test_channels_that_no_access_point_may_start_on_are_left_out() -> None:
    """Advice to use them would take the Wi-Fi off the air."""
    text = (
        "* 2.412 GHz (Band: 2.4 GHz, Channel 1) \n"
        "  2.467 GHz (Band: 2.4 GHz, Channel 12) [NO_IR]\n"
        "  5.180 GHz (Band: 5 GHz, Channel 36) [NO_IR, INDOOR_ONLY]\n"
        "  5.260 GHz (Band: 5 GHz, Channel 52) \n"
        "  5.745 GHz (Channel 149) [restricted]\n"
        "  5.955 GHz (Band: 6 GHz, Channel 1) [INDOOR_ONLY]\n"
        "No frequency information available\n"
    )
    assert usable_channels(text) == (1, 52, 1)


@pytest.mark.parametrize(
    ("mode", "width"),
    [("HT20", 20), ("HT40+", 40), ("VHT80", 80), ("HE160", 160), ("EHT320", 320), ("NOHT", 20)],
)
def test_an_operating_mode_says_its_width(mode: str, width: int) -> None:
    """What is on the air, not what the settings file wished."""
    assert width_mhz(mode) == width
