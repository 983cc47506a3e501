"""Faults beyond the access network: the operator's core and resolver, and others' platforms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.lab.fault import Fault
from cpe_diag.lab.fault_desk import Change, to

if TYPE_CHECKING:
    from cpe_diag.lab.home_state import HomeRouter
    from cpe_diag.lab.world import World


def _dns_resolver(world: World, _router: HomeRouter) -> list[Change]:
    return to(world.resolver, servfail=True)


def _core_loss(world: World, _router: HomeRouter) -> list[Change]:
    return to(world, core_loss=0.5)


def _route_beyond_edge(world: World, _router: HomeRouter) -> list[Change]:
    return [
        *to(world.reference, reachable_from_homes=False),
        *to(world.platform, reachable_from_homes=False),
    ]


def _platform_down(world: World, _router: HomeRouter) -> list[Change]:
    return to(world.platform, up=False)


def _platform_refused(world: World, _router: HomeRouter) -> list[Change]:
    return to(world.platform, refuses=True)


def _platform_slow(world: World, _router: HomeRouter) -> list[Change]:
    return to(world.platform, answer_delay_s=4.5)


def _platform_error(world: World, _router: HomeRouter) -> list[Change]:
    return to(world.platform, status=503)


def _platform_name(world: World, _router: HomeRouter) -> list[Change]:
    return to(world.platform, resolves=False)


BEYOND_FAULTS: Final = (
    Fault(
        id="dns_resolver",
        title="The operator's resolver answers every question with a failure.",
        domain="network",
        cause="dns_resolver",
        changes=_dns_resolver,
        reach="operator",
    ),
    Fault(
        id="core_loss",
        title="Half of the packets are lost beyond the operator's edge.",
        domain="network",
        cause="core_loss",
        changes=_core_loss,
        reach="operator",
    ),
    Fault(
        id="route_beyond_edge",
        title="A route is missing beyond the edge: homes reach no web host, the operator does.",
        domain="network",
        cause="route_beyond_edge",
        changes=_route_beyond_edge,
        reach="operator",
    ),
    Fault(
        id="platform_down",
        title="The third party's platform gives no answer.",
        domain="platform",
        cause="platform_down",
        changes=_platform_down,
        reach="operator",
    ),
    Fault(
        id="platform_refused",
        title="The third party's platform refuses connections.",
        domain="platform",
        cause="platform_refused",
        changes=_platform_refused,
        reach="operator",
    ),
    Fault(
        id="platform_slow",
        title="The third party's platform takes seconds for each answer.",
        domain="platform",
        cause="platform_slow",
        changes=_platform_slow,
        reach="operator",
    ),
    Fault(
        id="platform_error",
        title="The third party's platform answers with an error.",
        domain="platform",
        cause="platform_error",
        changes=_platform_error,
        reach="operator",
    ),
    Fault(
        id="platform_name",
        title="The name of the third party's platform does not exist.",
        domain="platform",
        cause="platform_name",
        changes=_platform_name,
        reach="operator",
    ),
)
