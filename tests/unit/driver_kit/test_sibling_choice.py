"""Every level that the subscriber shares with others has a witness among those that are asked."""

from __future__ import annotations

from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from cpe_diag.domain.subscriber import NodePort
from cpe_diag.driver_kit.load import load_access_driver
from cpe_diag.driver_kit.port_index import PortIndex
from cpe_diag.driver_kit.sibling_choice import PlacedPort, choose_siblings, placed

IFMIB: Final = load_access_driver("generic_ifmib")


def ont(card: int, pon: int, onu: int, splitter: str | None = None) -> PlacedPort:
    """Make an ONT's port."""
    name = f"0/{card}/{pon}:{onu}"
    parts = {"if_index": str(card * 100 + pon), "onu": str(onu)}
    shared = (f"splitter {splitter}",) if splitter else ()
    return PlacedPort(
        port=NodePort(port=name, in_service=True, splitter=splitter),
        index=PortIndex(name=name, parts=parts, words={}, groups=()),
        groups=(*shared, f"pon 0/{card}/{pon}", f"card 0/{card}"),
    )


def names(ports: tuple[PlacedPort, ...]) -> list[str]:
    """Give their names."""
    return [port.index.name for port in ports]


OLT: Final = [
    ont(card, pon, onu) for card in (1, 2, 3) for pon in range(1, 5) for onu in range(32)
]


def test_a_full_olt_gives_six_of_the_pon_two_of_the_card_and_two_of_other_cards() -> None:
    """Five of the PON make an outage; other PONs and cards say how far it reaches."""
    own = ont(2, 3, 10)
    assert names(choose_siblings(own, OLT, 10)) == [
        *("0/2/3:9", "0/2/3:11", "0/2/3:8", "0/2/3:12", "0/2/3:7", "0/2/3:13"),
        *("0/2/2:10", "0/2/4:10"),
        *("0/3/1:10", "0/1/4:10"),
    ]


def test_a_splitter_comes_before_its_pon() -> None:
    """With a splitter known the smallest group is the splitter's."""
    mates = [ont(1, 1, n, "A") for n in range(8)] + [ont(1, 1, n, "B") for n in range(8, 20)]
    chosen = choose_siblings(mates[0], [*mates, *OLT[32:]], 10)
    groups = [port.groups[0] for port in chosen]
    assert groups.count("splitter A") == 4
    assert groups.count("splitter B") == 2
    assert len(chosen) == 10


def test_few_places_still_leave_one_witness_for_every_level() -> None:
    """A node whose states take many objects is asked about fewer ports, not about fewer levels."""
    chosen = choose_siblings(ont(2, 3, 10), OLT, 6)
    assert names(chosen) == [
        *("0/2/3:9", "0/2/3:11", "0/2/3:8", "0/2/3:12"),
        "0/2/2:10",
        "0/3/1:10",
    ]


def test_the_port_itself_and_a_port_named_twice_are_asked_once() -> None:
    """Two subscribers may be on one port."""
    own = ont(1, 1, 1)
    assert names(choose_siblings(own, [own, ont(1, 1, 2), ont(1, 1, 2)], 10)) == ["0/1/1:2"]


def test_nobody_else_is_nobody() -> None:
    """The first subscriber of a node has no siblings."""
    assert choose_siblings(ont(1, 1, 1), [], 10) == ()


def test_a_distribution_point_is_a_group_of_any_technology() -> None:
    """The inventory's word for what homes share stands before what the driver knows."""
    port = NodePort(port="0/1/7", in_service=True, splitter="cabinet 12")
    place = placed(IFMIB, port, "vdsl2")
    assert place is not None
    assert place.groups == ("splitter cabinet 12", "card 0/1")
    assert placed(IFMIB, NodePort(port="uplink", in_service=True), None) is None


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    own=st.sampled_from(OLT),
    others=st.lists(st.sampled_from(OLT), max_size=60),
    most=st.integers(1, 10),
)
def test_no_more_than_may_be_asked_and_every_level_that_has_room(
    own: PlacedPort, others: list[PlacedPort], most: int
) -> None:
    """Whatever the inventory holds, the choice is the same for any order of it."""
    chosen = choose_siblings(own, others, most)
    assert choose_siblings(own, list(reversed(others)), most) == chosen
    different = {port.index.name for port in others} - {own.index.name}
    assert len(chosen) == len(set(names(chosen))) == min(most, len(different))
    levels = {_level(own, port) for port in others if port.index.name in different}
    if most >= len(levels):
        assert {_level(own, port) for port in chosen} == levels


def _level(own: PlacedPort, other: PlacedPort) -> int:
    shared = [at for at, group in enumerate(own.groups) if group in other.groups]
    return min(shared, default=len(own.groups))
