"""Faults that hit many homes at one moment: a splitter, a card, a whole node."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.lab.fault import CABLE, FIBRE, Fault
from cpe_diag.lab.fault_desk import Change, to
from cpe_diag.lab.links import port_up

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cpe_diag.lab.home_state import HomeRouter
    from cpe_diag.lab.world import AccessPort, World

NOTICED_WITHIN_S: Final = 2.4
NOTICE_STEP_S: Final = 0.4
"""A node looks at its ports one after another: it does not see all of them go at one moment."""


def went_down(world: World, ports: Iterable[AccessPort]) -> list[Change]:
    """Let ports that are up have gone down within seconds of each other, just now."""
    steps = round(NOTICED_WITHIN_S / NOTICE_STEP_S) + 1
    up = [port for port in ports if port_up(world, port)]
    return [
        change
        for place, port in enumerate(up)
        for change in to(port, changed_at=world.now() - NOTICE_STEP_S * (place % steps))
    ]


def _node_outage(world: World, router: HomeRouter) -> list[Change]:
    return to(world.nodes[router.node], powered=False)


def _node_agent_silent(world: World, router: HomeRouter) -> list[Change]:
    return to(world.nodes[router.node], agent_up=False)


def _card_outage(world: World, router: HomeRouter) -> list[Change]:
    node = world.nodes[router.node]
    name = world.port_of(router).card
    ports = [port for port in (node.ports | node.shared).values() if port.card == name]
    return [*to(node.cards[name], working=False), *went_down(world, ports)]


def _splitter_outage(world: World, router: HomeRouter) -> list[Change]:
    node = world.nodes[router.node]
    name = str(world.port_of(router).splitter)
    ports = [port for port in node.ports.values() if port.splitter == name]
    return [*to(node.splitters[name], whole=False), *went_down(world, ports)]


def _no_card(port: AccessPort) -> str | None:
    return None if port.card else "its node has no cards"


GROUP_FAULTS: Final = (
    Fault(
        id="node_outage",
        title="The whole access node is dark.",
        domain="network",
        cause="node_outage",
        changes=_node_outage,
        reach="node",
    ),
    Fault(
        id="node_agent_silent",
        title="The access node forwards, but its SNMP agent does not answer.",
        domain="network",
        cause="node_agent_silent",
        changes=_node_agent_silent,
        reach="node",
    ),
    Fault(
        id="card_outage",
        title="A line card of the access node is dead, with all its ports.",
        domain="network",
        cause="card_outage",
        changes=_card_outage,
        lacks=_no_card,
        reach="card",
    ),
    Fault(
        id="splitter_outage",
        title="All homes behind one splitter, or one fibre node, lose their signal at one moment.",
        domain="network",
        cause="splitter_outage",
        changes=_splitter_outage,
        technologies=(*FIBRE, *CABLE),
        reach="splitter",
    ),
)
