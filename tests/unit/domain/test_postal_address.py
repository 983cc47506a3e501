"""Who lives at an address, as a caller says it."""

from __future__ import annotations

import pytest

from cpe_diag.domain.postal_address import (
    AddressIndex,
    address_asked,
    addresses_found,
    comparable,
)

HELD = comparable(
    [
        ("ten", "Lai 10, Tallinn"),
        ("one", "Lai 1, Tallinn"),
        ("ten-one", "Lai 10-1, Tallinn"),
        ("longer", "Laia 1, Tartu"),
        ("flat-two", "Lai 1 - 2, Tallinn"),
        ("letter", "Tallinn, Lai 1a"),
        ("sole", "Sõle 12a-3, Tallinn"),
        ("lodz", "ul. Łąkowa 3/5, Łódź"),
    ]
)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("lai 1", ("one", "flat-two", "longer")),
        ("LAI 10", ("ten", "ten-one")),
        ("10, lai tallinn", ("ten", "ten-one")),
        ("Tallinn Lai 1", ("one", "flat-two")),
        ("Lai 1-2", ("flat-two",)),
        ("Lai 10-1", ("ten-one",)),
        ("Lai 1A", ("letter",)),
        ("sole 12a", ("sole",)),
        ("SÕLE 12a", ("sole",)),
        ("so\u0303le", ("sole",)),
        ("lakowa 3", ("lodz",)),
        ("Lai 2", ()),
        ("Sõle 12", ()),
    ],
)
def test_an_address_is_found_as_it_is_said_and_a_house_by_its_whole_number(
    said: str, found: tuple[str, ...]
) -> None:
    """The run at the house next door costs the caller a quarter of an hour."""
    asked = address_asked(said)
    assert asked is not None
    assert addresses_found(HELD, asked, 20) == found
    assert addresses_found(AddressIndex(HELD).near(asked), asked, 20) == found


def test_the_best_come_first_and_no_more_than_are_wanted() -> None:
    """Whoever lives at the very address is not cut off by those who come earlier in the list."""
    rows = [(f"f{number}", f"Lai {number}, Laiaküla 1") for number in range(100, 200)]
    asked = address_asked("lai 1")
    assert asked is not None
    assert addresses_found(comparable([*rows, ("one", "Tee 9, Lai 1")]), asked, 3) == (
        "one",
        "f100",
        "f101",
    )


@pytest.mark.parametrize("said", ["51234567", "+372 5123 4567", "1", "L 1", "192.0.2.7", "", "-"])
def test_what_names_no_street_is_no_address(said: str) -> None:
    """A number that nobody has would else list half a town."""
    assert address_asked(said) is None


@pytest.mark.parametrize(
    ("said", "looked_at"),
    [
        ("pohja 7 tanav 31-4", 10),
        ("pohja 7 tanav", 110),
        ("linn 99", 20),
        ("saar", 1),
        ("saaremaa", 0),
        ("pohja 12-34", 0),
    ],
)
def test_an_index_looks_at_the_addresses_that_have_the_rarest_of_the_words(
    said: str, looked_at: int
) -> None:
    """Each search by address looked at all 100,000, four times over."""
    rows = [
        (f"sub-{street}-{house}", f"Põhja {street} tänav {house}-{house % 7 + 1}, Linn")
        for street in range(10)
        for house in range(100)
    ]
    held = comparable([*rows, ("far", "Saare 1, Küla")])
    asked = address_asked(said)
    assert asked is not None
    near = tuple(AddressIndex(held).near(asked))
    assert len(near) <= looked_at
    assert addresses_found(near, asked, 2_000) == addresses_found(held, asked, 2_000)


def test_a_street_that_all_have_is_read_only_until_enough_are_found() -> None:
    """Twenty homes of a street are shown; the other thousands are nobody's question."""
    held = comparable([(f"sub-{number}", f"Põhja tänav {number}") for number in range(1_000)])
    asked = address_asked("pohja")
    assert asked is not None
    read = iter(AddressIndex(held).near(asked))
    assert len(addresses_found(read, asked, 20)) == 20
    assert len(tuple(read)) >= 979
