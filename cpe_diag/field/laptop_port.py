"""The FieldPort of this laptop: its own interface, looked at by the process for raw frames."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, TypeVar, cast

from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.domain.field_air_facts import FieldAir
from cpe_diag.domain.field_facts import (
    FieldArp,
    FieldDhcp,
    FieldHeard,
    FieldIpv6,
    FieldLink,
    FieldPppoe,
)
from cpe_diag.domain.field_locked_facts import FieldLocked
from cpe_diag.domain.field_session_facts import FieldSession
from cpe_diag.domain.field_use_facts import FieldUse
from cpe_diag.domain.field_vlan_facts import FieldVlans
from cpe_diag.field.air import air_around
from cpe_diag.field.beyond import Beyond
from cpe_diag.field.line_access import LineAccess
from cpe_diag.field.link import link_of
from cpe_diag.field.raw.order import Order, Test
from cpe_diag.field.raw_process import LOOK
from cpe_diag.field.targets import FieldTargets
from cpe_diag.field.use import used
from cpe_diag.field.way import way_to
from cpe_diag.judge.on_site_port import is_other
from cpe_diag.report.decoding import decode
from cpe_diag.transports.credential_wait import resolved
from cpe_diag.transports.time_left import time_left

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.field.on_site import OnSite
    from cpe_diag.ports import Clock, Recorder

Seen = TypeVar("Seen")

TESTS: Final[Mapping[type, tuple[Test, float]]] = {
    FieldHeard: (Test.HEARD, 6.0),
    FieldDhcp: (Test.DHCP, 4.0),
    FieldPppoe: (Test.PPPOE, 3.0),
    FieldArp: (Test.ARP, 1.5),
    FieldIpv6: (Test.IPV6, 4.0),
    FieldSession: (Test.SESSION, 18.0),
    FieldVlans: (Test.VLANS, 4.0),
    FieldLocked: (Test.LOCKED, 5.0),
}
"""How long answers to each are waited for, in seconds. dnsmasq(8) looks up to 3 s whether an
address is in use before it offers it; RFC 4861, section 6.2.6: an advertisement is delayed by up
to 0.5 s, with 3 s between two to everybody; LLDP is sent every 30 s, so that `heard` often
hears none."""


class LaptopPort:
    """One interface of this laptop, and where it is plugged in."""

    def __init__(
        self,
        on_site: OnSite,
        *,
        clock: Clock,
        recorder: Recorder,
        targets: FieldTargets | None = None,
        line: LineAccess | None = None,
    ) -> None:
        """Look where the laptop is; beyond its wire only at those targets.

        Args:
            on_site: the laptop.
            clock: whose seconds deadlines count.
            recorder: of the run.
            targets: whom it may ask beyond its wire.
            line: how the line's service is asked for; None: without tag and login.
        """
        self.interface = on_site.interface
        self.plugged_into = on_site.plugged_into
        self._clock = clock
        self._recorder = recorder
        self._raw = on_site.raw
        self._line = line or LineAccess()
        self._login = self._line.login
        self._vlans = self._line.vlans
        self._as_router = on_site.as_router
        self._router_mac = on_site.router_mac or self._line.router_mac
        self._seen = on_site.seen
        self._targets = targets or FieldTargets()
        self._looking: dict[type, asyncio.Task[object]] = {}
        self._beyond = Beyond(
            self._targets,
            self.interface,
            clock=clock,
            recorder=recorder,
            own_way=self.own_way,
        )

    async def see(self, fact: type[Seen], *, deadline: float) -> Seen:
        """Look for one of the facts of `domain.field_facts`; as FieldPort.see says.

        Raises:
            MeasurementError: `field.look`: as FieldPort.see says.
        """
        if fact in self._seen:
            return cast("Seen", self._seen[fact])
        if fact not in self._looking:
            self._looking[fact] = asyncio.create_task(self._look(fact, deadline))
        return cast("Seen", await asyncio.shield(self._looking[fact]))

    async def own_way(self, address: str | None, *, deadline: float) -> None:
        """See that packets to an address leave by this interface; as FieldPort.own_way says.

        Raises:
            MeasurementError: `field.look`: as FieldPort.own_way says.
        """
        if address is None:
            raise self._failed(FailureKind.NOT_CONFIGURED, "no address of the reference is named")
        by = await way_to(address, self._clock, deadline)
        if by is None:
            detail = f"the laptop has no way to {address}: it has taken no address here"
            raise self._failed(FailureKind.NOT_CONFIGURED, detail, "let it take one by DHCP")
        if by != self.interface:
            detail = f"what the laptop sends to {address} leaves by {by}"
            step = f"switch {by} off for the test: ip link set {by} down"
            raise self._failed(FailureKind.NOT_CONFIGURED, detail, step)

    async def close(self) -> None:
        """End what still looks; the process for raw frames is its owner's."""
        for task in self._looking.values():
            task.cancel()
        await asyncio.gather(*self._looking.values(), return_exceptions=True)

    async def _look(self, fact: type, deadline: float) -> object:
        link = await asyncio.to_thread(link_of, self.interface)
        if fact is FieldLink:
            return link
        if fact is FieldAir:
            return await self._air(link, deadline)
        if not link.carrier:
            detail = "there is no link: nothing to hear and nobody to ask"
            raise self._failed(FailureKind.DEPENDENCY, detail)
        if fact is FieldUse:
            return await self._use(deadline)
        if fact in self._beyond.looks:
            return await self._beyond.look(fact, deadline)
        order = await self._order(fact, link, deadline)
        exchange = self._recorder.begin(LOOK, self.interface, order.test.value)
        try:
            document = await self._raw.ask(order)
        except MeasurementError as error:
            self._recorder.end(exchange, round_trips=0, failure=error.failure.kind.value)
            raise
        self._recorder.end(exchange)
        return cast("object", decode(fact, document["fact"]))

    async def _air(self, link: FieldLink, deadline: float) -> FieldAir:
        """Listen to the air; also without a link."""
        if not link.wireless:
            raise self._failed(FailureKind.NOT_APPLICABLE, "it is no radio")
        exchange = self._recorder.begin(LOOK, self.interface, "iw")
        try:
            seen = await air_around(self.interface, time_left(self._clock, deadline))
        except MeasurementError as error:
            self._recorder.end(exchange, round_trips=0, failure=error.failure.kind.value)
            raise
        self._recorder.end(exchange)
        return seen

    async def _use(self, deadline: float) -> FieldUse:
        try:
            return await used(self.interface, self._clock, time_left(self._clock, deadline))
        except OSError as error:
            detail = "the system does not count what passes it"
            raise self._failed(FailureKind.UNSUPPORTED, detail) from error

    async def _order(self, fact: type, link: FieldLink, deadline: float) -> Order:
        addresses = await self._gateway(deadline) if fact is FieldArp else ()
        vlan: int | None = None
        user = password = ""
        if fact is FieldSession:
            vlan, user, password = await self._logged_in(deadline)
        if fact is FieldVlans and not self._vlans:
            detail = "neither inventory nor configuration (field: vlans) names a VLAN"
            raise self._failed(FailureKind.NOT_CONFIGURED, detail)
        mac = await self._routers_own(link, deadline) if fact is FieldLocked else link.mac
        test, for_s = TESTS[fact]
        for_s = min(for_s, time_left(self._clock, deadline))
        if for_s <= 0:
            raise self._failed(FailureKind.OUT_OF_TIME, "the run had no time left to listen")
        return Order(
            number=0,
            test=test,
            interface=self.interface,
            mac=mac,
            for_s=for_s,
            vlan=vlan,
            addresses=addresses,
            user=user,
            password=password,
            vlans=self._vlans,
            inside=self._targets.inside() if fact is FieldSession else None,
        )

    async def _logged_in(self, deadline: float) -> tuple[int | None, str, str]:
        """Give in which VLAN a session is opened, and with what, where somebody offers sessions.

        Without a tag where that is answered, else in the first VLAN that is.
        """
        if self._login is None:
            detail = "the inventory names nothing to open the line's session with"
            raise self._failed(FailureKind.NOT_CONFIGURED, detail)
        vlan = None
        if not (await self.see(FieldPppoe, deadline=deadline)).offers:
            tags = await self.see(FieldVlans, deadline=deadline) if self._vlans else None
            found = [one.vlan for one in tags.asked if one.concentrators] if tags else []
            if not found:
                raise self._failed(FailureKind.DEPENDENCY, "nobody offers a session")
            vlan = found[0]
        secret = await resolved(
            self._login.resolve, clock=self._clock, deadline=deadline, where=self.interface
        )
        return vlan, self._login.user, secret.reveal()

    async def _routers_own(self, link: FieldLink, deadline: float) -> str:
        """Give the router's MAC, where it is agreed on, and nobody answers the laptop's.

        On another's port it would lead what is meant for the router, or a lock, astray.
        """
        mac = self._router_mac
        if mac is None:
            detail = "the inventory names no MAC of the router"
            step = "unplug the router, read its MAC from its label, and check with --as-router MAC"
            raise self._failed(FailureKind.NOT_CONFIGURED, detail, step)
        if mac == link.mac:
            detail = f"the laptop itself has the router's MAC ({mac}): all that it asks bears that"
            raise self._failed(FailureKind.NOT_APPLICABLE, detail)
        if not self._as_router:
            detail = "nobody has said that the router is unplugged, so that its MAC may be used"
            step = "unplug the router from the line, then check again with --as-router"
            raise self._failed(FailureKind.NOT_MEASURED, detail, step)
        addresses = await self.see(FieldDhcp, deadline=deadline)
        sessions = await self.see(FieldPppoe, deadline=deadline)
        tags = await self.see(FieldVlans, deadline=deadline) if self._vlans else None
        tagged = tags is not None and any(one.offers or one.concentrators for one in tags.asked)
        if addresses.offers or sessions.offers or tagged:
            detail = "somebody answers the laptop's own MAC: the port is not locked"
            raise self._failed(FailureKind.NOT_APPLICABLE, detail)
        node, heard = self._line.node, await self.see(FieldHeard, deadline=deadline)
        for one in heard.neighbours if node is not None else ():
            if node is not None and is_other(one, node, self._line.port):
                who = f"{one.system or one.chassis} port {one.port}"
                detail = f"the wall port hangs on {who}, which is not the one on record"
                step = "find the wall port of this line, or have the records set right"
                raise self._failed(FailureKind.NOT_APPLICABLE, detail, step)
        return mac

    async def _gateway(self, deadline: float) -> tuple[str, ...]:
        """Give the gateway and the address that were offered, where somebody offered any."""
        offers = (await self.see(FieldDhcp, deadline=deadline)).offers
        if not offers or not offers[0].routers:
            return ()
        return (offers[0].routers[0], offers[0].address)

    def _failed(self, kind: FailureKind, detail: str, step: str | None = None) -> MeasurementError:
        failure = Failure(kind=kind, where=self.interface, detail=detail, next_step=step)
        return MeasurementError(failure, LOOK)
