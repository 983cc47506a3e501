"""The ports beside the subscriber's are asked in one question, on any technology."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest

from cpe_diag.domain.evidence import Evidence
from cpe_diag.domain.failures import Failure, FailureKind
from cpe_diag.domain.missing import Missing, known
from cpe_diag.domain.observations import Observed, Unobserved
from cpe_diag.domain.ont_facts import OntDownCause
from cpe_diag.domain.sibling_facts import Siblings
from cpe_diag.domain.subscriber import NodePort, Technology
from cpe_diag.driver_kit.load import load_access_driver
from cpe_diag.probes import siblings
from cpe_diag.probes.port_finder import PortFinder
from cpe_diag.testing.clock import FakeClock
from cpe_diag.testing.doors import FakeMemory, FakeSnmp, Wire
from cpe_diag.testing.driver_samples import CMTS, OLT
from cpe_diag.testing.run_samples import sample_subscriber
from cpe_diag.testing.setting import fake_doors, fake_setting

if TYPE_CHECKING:
    from pathlib import Path

    from cpe_diag.ports import Oid, SnmpValue
    from cpe_diag.probes.probe import Setting

UPTIME: Final = "1.3.6.1.2.1.1.3.0"
IF_ENTRY: Final = "1.3.6.1.2.1.2.2.1"
DAY_TICKS: Final = 8_640_000


def setting_of(  # noqa: PLR0913 - what a node and its inventory are
    driver: str,
    own: str,
    ports: tuple[NodePort, ...],
    objects: dict[Oid, SnmpValue],
    *,
    technology: Technology = Technology.VDSL2,
    folders: tuple[Path, ...] = (),
    failure: Failure | None = None,
) -> tuple[Setting, FakeSnmp]:
    """Make a setting whose node holds `objects`."""
    clock = FakeClock()
    snmp = FakeSnmp(wire=Wire(clock=clock, takes_s=0.03, failure=failure), objects=objects)
    subscriber = replace(sample_subscriber(), port=own, technology=technology)
    setting = fake_setting(subscriber, replace(fake_doors(clock), snmp=snmp))
    loaded = load_access_driver(driver, folders)
    return replace(setting, access_driver=loaded, node_ports=ports), snmp


async def ask(setting: Setting) -> Siblings:
    """Run the probe and give its fact."""
    (measured,) = await siblings.PROBE.run(
        setting, Evidence(), setting.doors.clock.monotonic() + 20.0
    )
    assert isinstance(measured.observation, Observed), measured.observation
    assert isinstance(measured.observation.value, Siblings)
    return measured.observation.value


async def refusal(setting: Setting) -> Failure:
    """Run the probe and give why it has no fact."""
    (measured,) = await siblings.PROBE.run(
        setting, Evidence(), setting.doors.clock.monotonic() + 20.0
    )
    assert isinstance(measured.observation, Unobserved), measured.observation
    return measured.observation.failure


def dslam(*, down: dict[int, int] | None = None, shut: frozenset[int] = frozenset()) -> Any:  # noqa: ANN401 - objects by oid
    """Make the ifTable of 48 ports: `down` is when they went, in ticks of uptime."""
    objects: dict[Oid, SnmpValue] = {UPTIME: 3 * DAY_TICKS}
    for n in range(1, 49):
        index = 1000 + n
        went = (down or {}).get(n)
        objects[f"{IF_ENTRY}.7.{index}"] = 2 if n in shut else 1
        objects[f"{IF_ENTRY}.8.{index}"] = 1 if went is None and n not in shut else 2
        objects[f"{IF_ENTRY}.9.{index}"] = DAY_TICKS if went is None else went
    return objects


CARD: Final = tuple(NodePort(port=f"0/1/{n}", in_service=n != 13) for n in range(1, 49))


async def test_a_quiet_node_is_asked_once_about_eleven_ports() -> None:
    """One request of 22 objects and sysUpTime, in every run."""
    setting, snmp = setting_of("generic_dsl", "0/1/12", CARD, dslam())
    fact = await ask(setting)
    assert [len(oids) for oids in snmp.asked] == [23]
    assert (fact.own, len(fact.ports), fact.in_service) == ("0/1/12", 11, 47)
    assert all(one.up and one.admin_up for one in fact.ports)
    assert fact.ports[0].port == "0/1/12"
    assert fact.ports[0].groups == ("card 0/1",)
    assert {known(one.changed_ago_s) for one in fact.ports} == {2 * 86_400.0}
    assert "0/1/13" not in {one.port for one in fact.ports}


async def test_ports_that_are_down_are_asked_whether_they_are_shut_and_why() -> None:
    """One more request, only where it decides something: shut ports, and power gone (LPR)."""
    objects = dslam(down={11: 100, 12: 3 * DAY_TICKS - 6_000, 10: 5}, shut=frozenset({10}))
    objects["1.3.6.1.2.1.10.251.1.1.1.1.18.1012"] = b"\x10"  # loss of power
    objects["1.3.6.1.2.1.10.251.1.1.1.1.18.1011"] = b"\x80"  # no defect
    setting, snmp = setting_of("generic_dsl", "0/1/12", CARD, objects)
    fact = await ask(setting)
    assert [len(oids) for oids in snmp.asked] == [23, 6]
    states = {one.port: one for one in fact.ports}
    own = states["0/1/12"]
    assert (own.up, own.admin_up, own.changed_ago_s) == (False, True, 60.0)
    assert own.down_cause is OntDownCause.DYING_GASP
    assert isinstance(states["0/1/11"].down_cause, Missing)
    assert not states["0/1/10"].admin_up


async def test_a_change_before_the_wrap_of_uptime_is_an_age_all_the_same() -> None:
    """After 497 days sysUpTime starts again; a port that went before that is not in the future."""
    objects = {**dslam(down={12: 2**32 - 5_000}), UPTIME: 1_000}
    setting, _ = setting_of("generic_dsl", "0/1/12", CARD, objects)
    own = (await ask(setting)).ports[0]
    assert own.changed_ago_s == pytest.approx(60.0)


async def test_a_port_without_a_state_is_left_out() -> None:
    """A sibling whose row is missing or odd is no witness, and never an outage."""
    objects = dslam(down={12: 100})
    del objects[f"{IF_ENTRY}.8.1011"]
    objects[f"{IF_ENTRY}.8.1010"] = 4  # unknown
    objects[f"{IF_ENTRY}.8.1014"] = 99
    setting, _ = setting_of("generic_dsl", "0/1/12", CARD, objects)
    told = {one.port for one in (await ask(setting)).ports}
    assert "0/1/12" in told
    assert not {"0/1/11", "0/1/10", "0/1/14"} & told


async def test_uplinks_are_no_siblings() -> None:
    """They carry everybody and are never a home's control."""
    setting, _ = setting_of("generic_dsl", "0/1/12", CARD, dslam())
    node = setting.subscriber.node
    assert node is not None
    subscriber = replace(setting.subscriber, node=replace(node, uplinks=("0/1/11", "0/1/10")))
    told = {one.port for one in (await ask(replace(setting, subscriber=subscriber))).ports}
    assert not {"0/1/11", "0/1/10"} & told


def pon_tree(dark: frozenset[str], cause: int) -> tuple[tuple[NodePort, ...], Any]:
    """Make 2 cards with 3 PONs of 8 ONTs each; those of `dark` PONs fell a minute ago."""
    objects: dict[Oid, SnmpValue] = {UPTIME: DAY_TICKS}
    ports = []
    for slot in (1, 2):
        for pon in (1, 2, 3):
            for onu in range(8):
                ports.append(NodePort(port=f"{slot}/{pon}:{onu}", in_service=True))
                fell = f"{slot}/{pon}" in dark
                at = f"{slot * 100 + pon}.{onu}"
                objects[f"1.3.6.1.4.1.32473.77.1.{at}"] = 2 if fell else 1
                objects[f"1.3.6.1.4.1.32473.77.2.{at}"] = cause
                objects[f"1.3.6.1.4.1.32473.77.4.{at}"] = DAY_TICKS - 6_000 if fell else 5_000
    return tuple(ports), objects


async def test_onts_are_siblings_by_pon_card_and_node(tmp_path: Path) -> None:
    """Six of the PON, two of the card, two of another; an ONT needs no interface of its own."""
    (tmp_path / "test_olt.yaml").write_text(OLT, encoding="utf-8")
    ports, objects = pon_tree(frozenset(), 1)
    setting, snmp = setting_of(
        "test_olt", "1/2:3", ports, objects, technology=Technology.GPON, folders=(tmp_path,)
    )
    fact = await ask(setting)
    assert [len(oids) for oids in snmp.asked] == [23]
    assert [one.groups for one in fact.ports] == [
        *[("pon 1/2", "card 1")] * 7,
        ("pon 1/1", "card 1"),
        ("pon 1/3", "card 1"),
        *[("pon 2/1", "card 2")] * 2,
    ]


async def test_onts_that_are_down_tell_why(tmp_path: Path) -> None:
    """Dying gasp or loss of signal: one more object for each that is down."""
    (tmp_path / "test_olt.yaml").write_text(OLT, encoding="utf-8")
    ports, objects = pon_tree(frozenset({"1/2"}), 13)
    setting, snmp = setting_of(
        "test_olt", "1/2:3", ports, objects, technology=Technology.GPON, folders=(tmp_path,)
    )
    fact = await ask(setting)
    assert [len(oids) for oids in snmp.asked] == [23, 7]
    down = [one for one in fact.ports if not one.up]
    assert len(down) == 7
    assert {one.down_cause for one in down} == {OntDownCause.DYING_GASP}
    assert {one.changed_ago_s for one in down} == {60.0}


async def test_modems_are_found_by_their_addresses_in_one_question(tmp_path: Path) -> None:
    """No walk through the CMTS: pointers of all siblings in one GET, states in another."""
    (tmp_path / "test_cmts.yaml").write_text(CMTS, encoding="utf-8")
    macs = [f"02:00:5e:00:20:{n:02x}" for n in range(16)]
    objects: dict[Oid, SnmpValue] = {UPTIME: DAY_TICKS}
    for n, mac in enumerate(macs):
        dotted = ".".join(str(int(octet, 16)) for octet in mac.split(":"))
        objects[f"1.3.6.1.4.1.32473.78.9.{dotted}"] = 0 if n == 2 else 4000 + n
        objects[f"1.3.6.1.4.1.32473.78.1.{4000 + n}"] = 6 if n % 2 else 1
        objects[f"1.3.6.1.4.1.32473.78.2.{4000 + n}"] = DAY_TICKS - 1_000
    ports = tuple(NodePort(port=mac, in_service=True) for mac in macs)
    setting, snmp = setting_of(
        "test_cmts", macs[1], ports, objects, technology=Technology.DOCSIS, folders=(tmp_path,)
    )
    fact = await ask(setting)
    assert [len(oids) for oids in snmp.asked] == [1, 10, 21]
    assert macs[2] not in {one.port for one in fact.ports}
    assert {one.up for one in fact.ports} == {True, False}
    assert all(one.groups == () for one in fact.ports)


async def test_a_node_that_stays_silent_is_said_to_be_silent() -> None:
    """Not known is not down."""
    silent = Failure(kind=FailureKind.SILENT, where="an-1", detail="no answer")
    setting, _ = setting_of("generic_dsl", "0/1/12", CARD, {}, failure=silent)
    assert (await refusal(setting)).kind is FailureKind.SILENT


async def test_an_inventory_that_knows_no_other_port_is_a_gap_of_ours() -> None:
    """Nobody to compare with."""
    setting, _ = setting_of("generic_dsl", "0/1/12", CARD[11:12], dslam())
    assert (await refusal(setting)).kind is FailureKind.NOT_CONFIGURED


def by_serial(slot: int, pon: int, onu: int) -> str:
    """Name an ONT of `pon_tree` by its serial number."""
    return f"{slot}/{pon} HWTC{slot:02X}{pon:02X}00{onu:02X}"


def serials(objects: Any) -> Any:  # noqa: ANN401 - objects by oid
    """Add the column of serial numbers."""
    for slot in (1, 2):
        for pon in (1, 2, 3):
            for onu in range(8):
                at = f"{slot * 100 + pon}.{onu}"
                objects[f"1.3.6.1.4.1.32473.77.3.{at}"] = b"HWTC" + bytes([slot, pon, 0, onu])
    return objects


async def test_onts_named_by_serial_are_siblings_without_a_search_of_their_own(
    tmp_path: Path,
) -> None:
    """The search for the subscriber's own has read its PON; nothing is searched for the others."""
    (tmp_path / "test_olt.yaml").write_text(OLT, encoding="utf-8")
    _, objects = pon_tree(frozenset({"1/2"}), 13)
    ports = tuple(
        NodePort(port=by_serial(slot, pon, onu), in_service=True)
        for slot in (1, 2)
        for pon in (1, 2, 3)
        for onu in range(8)
    )
    setting, snmp = setting_of(
        "test_olt",
        by_serial(1, 2, 3),
        ports,
        serials(objects),
        technology=Technology.GPON,
        folders=(tmp_path,),
    )
    fact = await ask(setting)
    assert {one.groups[0] for one in fact.ports} == {"pon 1/2"}
    assert len(fact.ports) == 8
    assert all(one.down_cause is OntDownCause.DYING_GASP for one in fact.ports)
    assert [len(oids) for oids in snmp.asked] == [17, 8]


async def test_remembered_rows_of_siblings_are_checked_together(tmp_path: Path) -> None:
    """A later run finds its own row by one GET, and checks those of all siblings by another."""
    (tmp_path / "test_olt.yaml").write_text(OLT, encoding="utf-8")
    _, objects = pon_tree(frozenset(), 1)
    ports = tuple(NodePort(port=by_serial(1, 2, onu), in_service=True) for onu in range(8))
    setting, snmp = setting_of(
        "test_olt",
        by_serial(1, 2, 3),
        ports,
        serials(objects),
        technology=Technology.GPON,
        folders=(tmp_path,),
    )
    memory = FakeMemory()
    first = replace(setting, finder=PortFinder(setting.doors, memory))
    await ask(first)
    snmp.asked.clear()
    exchanged = dict(objects)
    exchanged["1.3.6.1.4.1.32473.77.3.102.5"] = b"HWTC\x09\x09\x09\x09"
    snmp.objects = exchanged
    again = replace(setting, finder=PortFinder(setting.doors, memory))
    fact = await ask(again)
    assert [len(oids) for oids in snmp.asked] == [1, 7, 15]
    assert by_serial(1, 2, 5) not in {one.port for one in fact.ports}
