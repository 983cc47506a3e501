"""A login is resolved once a session is offered, goes to the process, and is told nowhere."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest

from cpe_diag.domain.failures import FailureKind, MeasurementError
from cpe_diag.domain.field_facts import FieldPppoe, PluggedInto
from cpe_diag.domain.field_session_facts import FieldSession
from cpe_diag.domain.field_vlan_facts import FieldVlans
from cpe_diag.domain.secret import Secret
from cpe_diag.engine.recorder import RunRecorder
from cpe_diag.field import laptop_port
from cpe_diag.field.laptop_port import LaptopPort
from cpe_diag.field.line_access import LineAccess, SessionLogin
from cpe_diag.field.on_site import OnSite
from cpe_diag.field.raw.order import Test
from cpe_diag.field.raw_process import RawProcess
from cpe_diag.report.codec import encode
from cpe_diag.testing.field_samples import FIELD_FACTS, WALL
from cpe_diag.transports.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.field.raw.order import Order

PASSWORD: Final = "correct horse"
OFFERED: Final = FIELD_FACTS["field_pppoe", WALL]
NOBODY: Final = FieldPppoe(vlan=None, offers=(), errors=(), listened_s=3.0, malformed=0)


@pytest.fixture(autouse=True)
def _linked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the laptop a port with a link, whatever this machine has."""
    monkeypatch.setattr(laptop_port, "link_of", lambda _: FIELD_FACTS["field_link", WALL])


class Told(RawProcess):
    """A process that answers at once, and keeps its orders."""

    def __init__(self, pppoe: object, vlans: object) -> None:
        """Answer so."""
        super().__init__()
        self.orders: list[Order] = []
        self._facts = {
            Test.PPPOE: pppoe,
            Test.VLANS: vlans,
            Test.SESSION: FIELD_FACTS["field_session", WALL],
        }

    async def ask(self, order: Order) -> Mapping[str, Any]:
        """Keep the order."""
        self.orders.append(order)
        return {"fact": encode(self._facts[order.test])}


def tags(vlan: int | None) -> FieldVlans:
    """Give VLANs 7 and 35, of which somebody offers sessions in one."""
    held = FIELD_FACTS["field_vlans", WALL]
    assert isinstance(held, FieldVlans)
    assert isinstance(OFFERED, FieldPppoe)
    offers = OFFERED.offers
    asked = tuple(
        replace(held.asked[0], vlan=one, concentrators=offers if one == vlan else ())
        for one in (7, 35)
    )
    return replace(held, asked=asked)


def port(raw: Told, line: LineAccess) -> tuple[LaptopPort, SystemClock]:
    """Give a laptop whose link is up."""
    clock = SystemClock()
    on_site = OnSite(interface="eth0", plugged_into=PluggedInto.WALL_PORT, raw=raw)
    return LaptopPort(on_site, clock=clock, recorder=RunRecorder(clock), line=line), clock


async def opened(raw: Told, line: LineAccess) -> FieldSession:
    """Open a session."""
    laptop, clock = port(raw, line)
    try:
        return await laptop.see(FieldSession, deadline=clock.monotonic() + 30)
    finally:
        await laptop.close()


def login(asked: list[str]) -> SessionLogin:
    """Give a login that notes when it is resolved."""

    def resolve() -> Secret:
        asked.append("resolved")
        return Secret(PASSWORD)

    return SessionLogin(user="anna", resolve=resolve)


async def test_the_login_goes_into_one_order_alone() -> None:
    """And into nothing that is kept."""
    asked: list[str] = []
    raw = Told(OFFERED, tags(None))
    line = LineAccess(vlans=(7, 35), login=login(asked))
    told = await opened(raw, line)
    assert asked == ["resolved"]
    held = {one.test: (one.user, one.password) for one in raw.orders}
    assert held == {Test.PPPOE: ("", ""), Test.SESSION: ("anna", PASSWORD)}
    assert raw.orders[-1].vlan is None
    for shown in (repr(raw.orders), repr(line), repr(told), str(encode(told))):
        assert "anna" not in shown
        assert PASSWORD not in shown


async def test_a_session_goes_where_sessions_are_offered() -> None:
    """With the tag of the first VLAN in which somebody offers one, where nobody does without."""
    raw = Told(NOBODY, tags(35))
    await opened(raw, LineAccess(vlans=(7, 35), login=login([])))
    assert raw.orders[-1].vlan == 35


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (LineAccess(), FailureKind.NOT_CONFIGURED),
        (LineAccess(vlans=(7, 35)), FailureKind.NOT_CONFIGURED),
    ],
)
async def test_without_a_login_nobody_is_asked(line: LineAccess, why: FailureKind) -> None:
    """The inventory names none."""
    raw = Told(OFFERED, tags(None))
    with pytest.raises(MeasurementError) as told:
        await opened(raw, line)
    assert told.value.failure.kind is why
    assert raw.orders == []


@pytest.mark.parametrize("vlans", [(), (7, 35)])
async def test_where_nobody_offers_a_session_no_login_is_resolved(vlans: tuple[int, ...]) -> None:
    """A keyring that asks somebody, or a Vault, is not troubled for nothing."""
    asked: list[str] = []
    raw = Told(NOBODY, tags(None))
    with pytest.raises(MeasurementError) as told:
        await opened(raw, LineAccess(vlans=vlans, login=login(asked)))
    assert told.value.failure.kind is FailureKind.DEPENDENCY
    assert asked == []


async def test_without_a_named_vlan_none_is_asked_in() -> None:
    """The list is the inventory's and the configuration's."""
    raw = Told(OFFERED, tags(None))
    laptop, clock = port(raw, LineAccess())
    with pytest.raises(MeasurementError) as told:
        await laptop.see(FieldVlans, deadline=clock.monotonic() + 30)
    assert told.value.failure.kind is FailureKind.NOT_CONFIGURED
    await laptop.close()
