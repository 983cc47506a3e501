"""The router's MAC is used where that is agreed on, and where it leads nothing astray."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest
from wire_samples import MAC, OFFER, PADO, SentWire

from cpe_diag.domain.failures import FailureKind, MeasurementError
from cpe_diag.domain.field_facts import (
    AnnouncedNeighbour,
    FieldDhcp,
    FieldHeard,
    FieldLink,
    FieldPppoe,
    PluggedInto,
)
from cpe_diag.domain.field_locked_facts import FieldLocked
from cpe_diag.engine.recorder import RunRecorder
from cpe_diag.field import laptop_port
from cpe_diag.field.laptop_port import LaptopPort
from cpe_diag.field.line_access import LineAccess
from cpe_diag.field.on_site import OnSite
from cpe_diag.field.raw import locked
from cpe_diag.field.raw.frame import frame
from cpe_diag.field.raw.order import Order, Test
from cpe_diag.field.raw.wire import FloodedError
from cpe_diag.field.raw_process import RawProcess
from cpe_diag.report.codec import encode
from cpe_diag.testing.field_samples import FIELD_FACTS, WALL
from cpe_diag.testing.run_samples import sample_subscriber
from cpe_diag.transports.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scapy.packet import Packet

ROUTER: Final = MAC
ORDER: Final = Order(number=3, test=Test.LOCKED, interface="eth0", mac=ROUTER, for_s=5.0)
NO_OFFER: Final = FieldDhcp(vlan=None, offers=(), listened_s=4.0, malformed=0)
NO_SESSION: Final = FieldPppoe(vlan=None, offers=(), errors=(), listened_s=3.0, malformed=0)
LINK: Final = FIELD_FACTS["field_link", WALL]
assert isinstance(LINK, FieldLink)
LAPTOP: Final = LINK.mac
NODE: Final = sample_subscriber().node


class Waiting(SentWire):
    """A wire on which some frames come before anything is sent, and some in answer to it."""

    def __init__(self, before: Sequence[bytes], after: Sequence[bytes] = ()) -> None:
        """Let these come."""
        super().__init__(before)
        self._after = after
        self.sent: list[bytes] = []

    def send(self, packets: Sequence[Packet]) -> None:
        """Take frames, and answer."""
        self.sent += [bytes(packet) for packet in packets]
        self._frames = list(self._after)


def test_whoever_answers_the_router_is_told() -> None:
    """One question for an address and one for a session, both with its MAC."""
    wire = Waiting((), (OFFER, PADO))
    seen = locked.run(ORDER, wire)
    assert (len(seen.offers), len(seen.concentrators), seen.mac) == (1, 1, ROUTER)
    told = [frame(one) for one in wire.sent]
    assert [one.mac for one in told if one is not None] == [ROUTER, ROUTER]


def test_a_router_that_is_heard_is_not_spoken_for() -> None:
    """A switch would send what is meant for it to the laptop."""
    own = bytes(6 * [0xFF]) + bytes.fromhex(ROUTER.replace(":", "")) + b"\x08\x06" + bytes(46)
    wire = Waiting((own,), (OFFER,))
    with pytest.raises(locked.RouterIsHereError):
        locked.run(ORDER, wire)
    assert not wire.sent


def test_in_a_flood_that_hides_the_router_nothing_is_sent() -> None:
    """It may be among those that were not read."""
    wire = Waiting(())
    wire._read = SentWire((), flooded=True)._read  # noqa: SLF001 - as a flood leaves it
    with pytest.raises(FloodedError):
        locked.run(ORDER, wire)
    assert not wire.sent


@pytest.fixture(autouse=True)
def _linked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the laptop a port with a link, whatever this machine has."""
    monkeypatch.setattr(laptop_port, "link_of", lambda _: FIELD_FACTS["field_link", WALL])


class Told(RawProcess):
    """A process that answers at once, and keeps its orders."""

    def __init__(self, facts: Mapping[Test, object]) -> None:
        """Answer so."""
        super().__init__()
        self.orders: list[Order] = []
        self._facts = facts

    async def ask(self, order: Order) -> Mapping[str, Any]:
        """Keep the order."""
        self.orders.append(order)
        return {"fact": encode(self._facts[order.test])}


def neighbour(port: str) -> AnnouncedNeighbour:
    """Give the line's own node, which says so of its port."""
    held = FIELD_FACTS["field_heard", WALL]
    assert isinstance(held, FieldHeard)
    assert NODE is not None
    name = NODE.system_name or NODE.id
    return replace(
        held.neighbours[0], protocol="LLDP", system=name, port=port, port_described=port
    )


async def asked(
    *,
    as_router: bool,
    port: str = "ge-0/0/12",
    mac: str | None = ROUTER,
    label: str | None = None,
    **facts: object,
) -> tuple[FieldLocked | MeasurementError, list[Test]]:
    """Ask on a line of port ge-0/0/12; gives what came of it, and which tests were ordered."""
    held = FIELD_FACTS["field_heard", WALL]
    assert isinstance(held, FieldHeard)
    raw = Told(
        {
            Test.DHCP: facts.get("dhcp", NO_OFFER),
            Test.PPPOE: facts.get("pppoe", NO_SESSION),
            Test.HEARD: replace(held, neighbours=(neighbour(port),)),
            Test.LOCKED: FIELD_FACTS["field_locked", WALL],
        }
    )
    clock = SystemClock()
    on_site = OnSite(
        interface="eth0",
        plugged_into=PluggedInto.WALL_PORT,
        raw=raw,
        as_router=as_router,
        router_mac=label,
    )
    line = LineAccess(router_mac=mac, node=NODE, port="ge-0/0/12")
    laptop = LaptopPort(on_site, clock=clock, recorder=RunRecorder(clock), line=line)
    try:
        told: FieldLocked | MeasurementError = await laptop.see(
            FieldLocked, deadline=clock.monotonic() + 30
        )
    except MeasurementError as error:
        told = error
    finally:
        await laptop.close()
    assert {one.mac for one in raw.orders if one.test is Test.LOCKED} <= {label or ROUTER}
    return told, [one.test for one in raw.orders]


async def test_with_the_technicians_word_the_routers_mac_is_used() -> None:
    """Nobody answers the laptop, the port is the one on record, and the router is unplugged."""
    told, orders = await asked(as_router=True)
    assert isinstance(told, FieldLocked)
    assert Test.LOCKED in orders


@pytest.mark.parametrize("mac", [None, "02:00:5e:00:04:77"])
async def test_what_the_label_says_goes_before_what_is_on_record(mac: str | None) -> None:
    """The router was changed since, or nobody has ever written its MAC down."""
    told, orders = await asked(as_router=True, mac=mac, label=ROUTER)
    assert isinstance(told, FieldLocked)
    assert Test.LOCKED in orders


@pytest.mark.parametrize(
    ("given", "kind", "words"),
    [
        ({"as_router": False}, FailureKind.NOT_MEASURED, "router is unplugged"),
        ({"as_router": True, "mac": None}, FailureKind.NOT_CONFIGURED, "no MAC of the router"),
        (
            {"as_router": True, "label": LAPTOP},
            FailureKind.NOT_APPLICABLE,
            "the laptop itself has the router's MAC",
        ),
        (
            {"as_router": True, "port": "ge-0/0/13"},
            FailureKind.NOT_APPLICABLE,
            "not the one on record",
        ),
        (
            {"as_router": True, "dhcp": FIELD_FACTS["field_dhcp", WALL]},
            FailureKind.NOT_APPLICABLE,
            "answers the laptop's own MAC",
        ),
        (
            {"as_router": True, "pppoe": FIELD_FACTS["field_pppoe", WALL]},
            FailureKind.NOT_APPLICABLE,
            "answers the laptop's own MAC",
        ),
    ],
    ids=[
        "not agreed",
        "not on record",
        "the laptop's",
        "another's port",
        "an offer",
        "a concentrator",
    ],
)
async def test_else_nobody_is_asked_with_the_routers_mac(
    given: dict[str, Any], kind: FailureKind, words: str
) -> None:
    """A false port would learn it, and what is meant for the router would go there."""
    told, orders = await asked(**given)
    assert isinstance(told, MeasurementError)
    assert told.failure.kind is kind
    assert words in told.failure.detail
    assert Test.LOCKED not in orders
