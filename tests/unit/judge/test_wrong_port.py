"""Only what can be compared accuses: names of another form, or bare counts, tell nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest

from cpe_diag.domain.field_facts import FieldHeard
from cpe_diag.judge.decide import find
from cpe_diag.testing import faults_on_site as on_site
from cpe_diag.testing.evidence_samples import changed
from cpe_diag.testing.faults_of_vlans import on_port

AT_WALL: Final = on_site.on_site(on_site.WALL)


@pytest.mark.parametrize(
    ("system", "port", "answer"),
    [
        ("an-1", "ge-0/0/12", False),
        ("an-1", "GE-0/0/12", False),
        ("an-1", "ge-0/0/13", True),
        ("an-1", "GigabitEthernet0/13", None),
        ("an-1", "13", None),
        ("an-1", "02:00:5e:30:00:f1", None),
        ("an-2.operator.example", "ge-0/0/12", True),
        ("", "ge-0/0/13", None),
    ],
)
def test_a_port_is_another_where_its_name_says_so(
    system: str,
    port: str,
    *,
    answer: bool | None,
) -> None:
    """Whoever sends a technician to another port must be sure of it."""
    found = {one.id: one for one in find(on_port(AT_WALL, system, port))}["wall_other_port"]
    assert found.answer is answer


def test_without_the_nodes_own_name_another_name_tells_nothing() -> None:
    """The inventory's id of a node need not be what the node calls itself."""
    case = on_port(AT_WALL, "an-2", "ge-0/0/13")
    node = case.subscriber.node
    assert node is not None
    subscriber = replace(case.subscriber, node=replace(node, system_name=None))
    found = find(replace(case, subscriber=subscriber))
    assert {one.id: one for one in found}["wall_other_port"].answer is None


def test_what_a_neighbour_says_beside_its_port_counts_too() -> None:
    """Many send a MAC address as the port, and its name beside it."""
    case = on_port(AT_WALL, "an-1", "02:00:5e:30:00:f1")
    heard = case.evidence.value(FieldHeard, "field_heard", on_site.WALL)
    assert heard is not None
    for described, answer in (("ge-0/0/12", False), ("ge-0/0/13", True)):
        said = tuple(replace(one, port_described=described) for one in heard.neighbours)
        told = find(changed(case, "field_heard", on_site.WALL, neighbours=said))
        assert {one.id: one for one in told}["wall_other_port"].answer is answer
