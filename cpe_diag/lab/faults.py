"""Every fault that the lab can set, with the verdict that it deserves."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from cpe_diag.lab.fault_desk import FaultDesk
from cpe_diag.lab.faults_beyond import BEYOND_FAULTS
from cpe_diag.lab.faults_cable import CABLE_FAULTS
from cpe_diag.lab.faults_devices import DEVICE_FAULTS
from cpe_diag.lab.faults_fibre import FIBRE_FAULTS
from cpe_diag.lab.faults_group import GROUP_FAULTS
from cpe_diag.lab.faults_home import HOME_FAULTS
from cpe_diag.lab.faults_network import NETWORK_FAULTS
from cpe_diag.lab.faults_own_side import OWN_SIDE_FAULTS
from cpe_diag.lab.faults_way_out import WAY_OUT_FAULTS
from cpe_diag.lab.world import World

if TYPE_CHECKING:
    from cpe_diag.lab.fault import Fault

FAULTS: Final[tuple[Fault, ...]] = (
    *NETWORK_FAULTS,
    *FIBRE_FAULTS,
    *CABLE_FAULTS,
    *GROUP_FAULTS,
    *BEYOND_FAULTS,
    *HOME_FAULTS,
    *WAY_OUT_FAULTS,
    *DEVICE_FAULTS,
    *OWN_SIDE_FAULTS,
)


class UnknownNameError(Exception):
    """No subscriber or fault of this name; the message names near ones."""


class UnfitFaultError(Exception):
    """This fault cannot happen to this subscriber; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultSetter:
    """Sets and clears faults by name."""

    world: World
    desk: FaultDesk

    def set(self, subscriber: str, fault_id: str) -> None:
        """Set a fault.

        Raises:
            UnknownNameError: no such subscriber or fault.
            UnfitFaultError: the fault does not fit the subscriber's technology or protocol.
        """
        fault = find_fault(fault_id)
        router = self.world.routers.get(subscriber)
        if router is None:
            raise UnknownNameError(unknown("subscriber", subscriber, tuple(self.world.routers)))
        reason = fault.unfit(self.world, router)
        if reason is not None:
            raise UnfitFaultError(reason)
        self.desk.set(subscriber, fault.id, fault.changes(self.world, router))

    def clear(self, subscriber: str | None = None) -> int:
        """Clear all faults of a subscriber, or of everybody.

        Returns:
            How many were cleared.

        Raises:
            UnknownNameError: no such subscriber.
        """
        if subscriber is not None and subscriber not in self.world.routers:
            raise UnknownNameError(unknown("subscriber", subscriber, tuple(self.world.routers)))
        cleared = 0
        for owner, faults in list(self.world.faults.items()):
            if subscriber in {None, owner}:
                for fault_id in sorted(faults):
                    self.desk.clear(owner, fault_id)
                    cleared += 1
        return cleared


def find_fault(fault_id: str) -> Fault:
    """Find a fault.

    Raises:
        UnknownNameError: there is none of this id.
    """
    for fault in FAULTS:
        if fault.id == fault_id:
            return fault
    raise UnknownNameError(unknown("fault", fault_id, tuple(fault.id for fault in FAULTS)))


def unknown(kind: str, name: str, known: tuple[str, ...]) -> str:
    """Say that a name is unknown, and which ones are near."""
    near = get_close_matches(name, known, n=3, cutoff=0.5)
    hint = f"; did you mean {', '.join(near)}?" if near else f"; known: {', '.join(known)}"
    return f"the lab has no {kind} {name!r}{hint}"
