"""MAC addresses in the forms that people, inventories and OIDs use."""

from __future__ import annotations

import pytest

from cpe_diag.driver_kit.mac_address import (
    MAC_WORDS,
    mac_index,
    mac_of_index,
    mac_text,
    mac_words,
    octets_of,
)

OCTETS = (0x02, 0x00, 0x5E, 0x00, 0x10, 0x12)


@pytest.mark.parametrize(
    "written",
    ["02:00:5e:00:10:12", "02-00-5E-00-10-12", "0200.5e00.1012", "02005E001012"],
)
def test_every_usual_form_is_the_same_address(written: str) -> None:
    """Inventories hold what people typed or what a vendor prints."""
    octets = octets_of(written)
    assert octets == OCTETS
    assert mac_text(octets) == "02:00:5e:00:10:12"


def test_command_lines_take_an_address_in_the_vendors_form() -> None:
    """What one vendor takes, the next one calls a wrong parameter."""
    assert mac_words(OCTETS) == {
        "mac_hyphens": "02-00-5E-00-10-12",
        "mac_quads": "0200-5e00-1012",
        "mac_dots": "0200.5e00.1012",
    }
    assert tuple(mac_words(OCTETS)) == MAC_WORDS


@pytest.mark.parametrize("written", ["", "02:00:5e:00:10", "02:00:5e:00:10:1g", "0200.5e00.10123"])
def test_what_is_no_address_is_not_made_one(written: str) -> None:
    """A cut address would ask for another device."""
    assert octets_of(written) is None


def test_an_index_of_a_forwarding_table_holds_the_address_at_its_end() -> None:
    """The VLAN stands before it."""
    assert mac_index(OCTETS) == "2.0.94.0.16.18"
    assert mac_of_index((1012, *OCTETS)) == "02:00:5e:00:10:12"
    assert mac_of_index((1012, 300, 0, 0, 0, 0, 0)) is None
    assert mac_of_index((1, 2)) is None
