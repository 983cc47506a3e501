"""Puts a check on site together: which interface, where it is plugged in, and what is run."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import (
    DefinitionError,
    Failure,
    FailureKind,
    Fault,
    MeasurementError,
)
from cpe_diag.domain.field_facts import FieldDhcp, FieldLink, FieldPppoe, PluggedInto
from cpe_diag.engine.recorder import RunRecorder
from cpe_diag.field import privileges
from cpe_diag.field.laptop_port import TESTS, LaptopPort
from cpe_diag.field.link import SYSFS, link_of
from cpe_diag.field.on_site import OnSite
from cpe_diag.field.place import place_of
from cpe_diag.field.raw.order import Order, Test
from cpe_diag.transports.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cpe_diag.field.raw.inside_order import Inside
    from cpe_diag.field.raw_process import RawProcess
    from cpe_diag.field.sending import Sending

    Frames = Mapping[str, tuple[Sequence[Mapping[str, str | int]], int]]
    """By the raw test: each frame, and how many are sent in all at most."""

PLAYBOOKS: Final[Mapping[PluggedInto, str]] = {
    PluggedInto.WALL_PORT: "at_wall_port",
    PluggedInto.ROUTER_LAN: "in_home_network",
    PluggedInto.WIFI: "in_home_network",
}
WITHIN_S: Final = 10.0
PORT: Final = "--port"
AT: Final = "--at"
IN_PLACE_OF: Final[Mapping[str, str]] = {
    "192.0.2.1": "the gateway that is offered",
    "192.0.2.2": "the address that is offered",
}
"""RFC 5737: addresses for documents, where a dry run does not know what would be offered."""


def without_root() -> None:
    """Give up root for whoever called; the process for raw frames has its right by then.

    Where nobody else has called (a root shell, su), the process still owns root's files, and has
    no other right of root.

    Raises:
        DefinitionError: the system does not let us give it up.
    """
    if os.geteuid() != 0:
        return
    called = privileges.caller()
    try:
        if called is None:
            privileges.give_all_up()
        else:
            privileges.become(called[0])
    except OSError as error:
        words = f"root's rights cannot be given up: {error.strerror}: call it by sudo"
        raise _wrong("root", words) from error


def interface_of(named: str | None) -> str:
    """Give the interface to look at.

    Args:
        named: by the technician, or None.

    Returns:
        The named one; else the only one with a link, a cable before a radio.

    Raises:
        DefinitionError: none is named, and there is no single one that it could be.
        MeasurementError: `field.look`: NOT_CONFIGURED, NOT_APPLICABLE, UNREACHABLE: of the
            named one.
    """
    if named is not None:
        return link_of(named).interface
    links, off = _links()
    for wireless in (False, True):
        fitting = [one.interface for one in links if one.carrier and one.wireless is wireless]
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            raise _wrong(PORT, f"name one of {', '.join(fitting)}: each has a link")
    known = ", ".join(one.interface for one in links)
    there = (
        *((f"{known}: plug the cable in, or name one",) if known else ()),
        *(f"{one.where}: {one.detail}: {one.next_step}" for one in off),
    )
    raise _wrong(PORT, f"no port has a link; there are {'; '.join(there) or 'none at all'}")


def _links() -> tuple[Sequence[FieldLink], Sequence[Failure]]:
    """Give the ports that are switched on, and why the others are not."""
    found, off = [], []
    for place in sorted(SYSFS.iterdir()) if SYSFS.is_dir() else ():
        try:
            found.append(link_of(place.name))
        except MeasurementError as error:
            if error.failure.kind is FailureKind.UNREACHABLE:
                off.append(error.failure)
    return found, off


async def located(
    interface: str,
    at: PluggedInto | None,
    raw: RawProcess,
    *,
    as_router: bool = False,
    router_mac: str | None = None,
) -> OnSite:
    """Find out where the interface is plugged in.

    Args:
        interface: which.
        at: what the technician says, or None.
        raw: the process for raw frames.
        as_router: the technician says that the router is unplugged.
        router_mac: what is on its label, where the technician has read it.

    Returns:
        The laptop on site.

    Raises:
        DefinitionError: nobody answers there, or who answers cannot be seen, and the technician
            has not said where it is; or a cable is said to be at the Wi-Fi, or a radio elsewhere.
        MeasurementError: `field.look`: of the interface, as `link_of` says.
    """
    link = await asyncio.to_thread(link_of, interface)
    if at is not None or link.wireless:
        place = at or PluggedInto.WIFI
        if link.wireless is not (place is PluggedInto.WIFI):
            what = "a radio" if link.wireless else "the port of a cable"
            words = f"{interface} is {what}, not at {place.value}: name the other port ({PORT})"
            raise _wrong(AT, f"{words}, or another place")
        return OnSite(
            interface=interface,
            plugged_into=place,
            raw=raw,
            as_router=as_router,
            router_mac=router_mac,
        )
    if not link.carrier:
        raise _wrong(AT, f"{interface} has no link: say where the cable ends ({_places()})")
    clock = SystemClock()
    anywhere = OnSite(interface=interface, plugged_into=PluggedInto.WALL_PORT, raw=raw)
    port = LaptopPort(anywhere, clock=clock, recorder=RunRecorder(clock))
    deadline = clock.monotonic() + WITHIN_S
    try:
        dhcp, pppoe = await asyncio.gather(
            port.see(FieldDhcp, deadline=deadline), port.see(FieldPppoe, deadline=deadline)
        )
    except MeasurementError as error:
        words = f"who answers at {interface} cannot be seen: {error.failure.detail}"
        allowed = (
            f" (what would help: {error.failure.next_step})" if error.failure.next_step else ""
        )
        raise _wrong(AT, f"{words}{allowed}; say where the cable ends ({_places()})") from error
    finally:
        await port.close()
    found = place_of(dhcp, pppoe)
    if found is None:
        raise _wrong(AT, f"nobody answers at {interface}: say where the cable ends ({_places()})")
    return OnSite(
        interface=interface,
        plugged_into=found,
        raw=raw,
        seen={FieldDhcp: dhcp, FieldPppoe: pppoe},
        as_router=as_router,
        router_mac=router_mac,
    )


async def frames(
    interface: str,
    raw: RawProcess,
    vlans: tuple[int, ...],
    inside: Inside | None,
    router_mac: str | None = None,
) -> Frames:
    """Say which frames a check may send there.

    Args:
        interface: which.
        vlans: in which it asks with a tag.
        raw: the process for raw frames, which sends none (`dry`).
        inside: whom it asks inside a session.
        router_mac: with which it asks where nobody answers its own; None: it does not.

    Returns:
        By test: each frame's octets in hex, a line that a person can read, and how often it is
        sent at most; and how many are sent in all at most.

    Raises:
        MeasurementError: `field.look`: NOT_CONFIGURED, UNREACHABLE.
    """
    link = await asyncio.to_thread(link_of, interface)
    told: dict[str, tuple[Sequence[Mapping[str, str | int]], int]] = {}
    for test, for_s in TESTS.values():
        if test is Test.LOCKED and router_mac is None:
            told[test.value] = ([], 0)
            continue
        order = Order(
            number=0,
            test=test,
            interface=interface,
            mac=router_mac if test is Test.LOCKED and router_mac else link.mac,
            for_s=for_s,
            addresses=tuple(IN_PLACE_OF) if test is Test.ARP else (),
            vlans=vlans,
            inside=inside if test is Test.SESSION else None,
        )
        document = await raw.ask(order)
        whose = f", as the router ({order.mac})" if test is Test.LOCKED else ""
        sent = [
            {**frame, "says": f"{_explained(frame['says'])}{whose}"}
            for frame in document["frames"]
        ]
        told[test.value] = (sent, int(document["most"]))
    return told


def most_of(by_test: Frames, beyond: Sequence[Sending]) -> Mapping[str, int]:
    """Say how many packets each test sends at most.

    Args:
        by_test: frames, as `frames` gives them.
        beyond: packets beyond the wire.

    Returns:
        By the test.
    """
    most = {test: packets for test, (_, packets) in by_test.items()}
    for one in beyond:
        most[one.test] = most.get(one.test, 0) + one.times
    return most


def _explained(says: str) -> str:
    """Say of what an address in a frame is in the place."""
    words = (what for address, what in IN_PLACE_OF.items() if f" {address} " in f"{says} ")
    return "".join((says, *(f" (in its place: {what})" for what in words)))


def _places() -> str:
    return ", ".join(f"{AT} {place.value}" for place in PluggedInto)


def _wrong(option: str, message: str) -> DefinitionError:
    return DefinitionError((Fault(file=option, line=None, column=None, message=message),))
