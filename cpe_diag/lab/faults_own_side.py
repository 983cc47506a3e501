"""Faults of our own access to the devices: they must never become a verdict on the subscriber."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.lab.fault import Fault
from cpe_diag.lab.fault_desk import Change, to

if TYPE_CHECKING:
    from cpe_diag.lab.home_state import HomeRouter
    from cpe_diag.lab.world import World

HALF_ANSWER_BYTES: Final = 180
"""Enough for a beginning, too little for any whole answer."""


def _refused_password(_world: World, router: HomeRouter) -> list[Change]:
    return to(router, ssh_password_refused=True)


def _changed_key(_world: World, router: HomeRouter) -> list[Change]:
    return to(router, ssh_key_changed=True)


def _garbage(_world: World, router: HomeRouter) -> list[Change]:
    return to(router, ssh_garbage=True)


def _half_answer(_world: World, router: HomeRouter) -> list[Change]:
    return to(router, cut_output_after=HALF_ANSWER_BYTES)


def _hang(_world: World, router: HomeRouter) -> list[Change]:
    return to(router, ssh_hang=True)


def _snmp_refused(world: World, router: HomeRouter) -> list[Change]:
    return to(world.nodes[router.node], snmp_refused=True)


OWN_SIDE_FAULTS: Final = (
    Fault(
        id="ssh_refused_password",
        title="The router refuses the password that the inventory names.",
        domain=None,
        cause=None,
        changes=_refused_password,
    ),
    Fault(
        id="ssh_changed_key",
        title="The router shows another host key than the pinned one.",
        domain=None,
        cause=None,
        changes=_changed_key,
    ),
    Fault(
        id="ssh_garbage",
        title="The router's SSH port speaks garbage.",
        domain=None,
        cause=None,
        changes=_garbage,
    ),
    Fault(
        id="ssh_half_answer",
        title="The router closes the channel in the middle of an answer.",
        domain=None,
        cause=None,
        changes=_half_answer,
    ),
    Fault(
        id="ssh_hang",
        title="The router's SSH port accepts connections and then says nothing.",
        domain=None,
        cause=None,
        changes=_hang,
    ),
    Fault(
        id="snmp_refused",
        title="The access node's agent does not accept our community or user.",
        domain=None,
        cause=None,
        changes=_snmp_refused,
        reach="node",
    ),
)
