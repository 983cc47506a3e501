"""A cable modem from its CMTS and from itself, over agents made from the MIB definitions.

No public recording holds docsIfCmtsCmStatus, docsIf3 or docsIf31 tables: the agents here are made
from RFC 4546, DOCS-IF3-MIB and DOCS-IF31-MIB. What real devices say of the rest stands in
tests/conformance/test_recorded_docsis.py.
"""

from __future__ import annotations

from dataclasses import replace
from math import ceil
from typing import TYPE_CHECKING, Final, TypeVar

import pytest

from cpe_diag.domain.docsis_facts import CableModem, CmtsUpstream, ModemChannels, ModemStatus
from cpe_diag.domain.evidence import Evidence
from cpe_diag.domain.failures import Failure, FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.observations import Observed, Unobserved
from cpe_diag.domain.port_facts import OperStatus, PortStatus
from cpe_diag.domain.subscriber import ModemAccess, Technology
from cpe_diag.driver_kit.decode import NOT_MEASURED, UNSUPPORTED
from cpe_diag.driver_kit.load import load_access_driver
from cpe_diag.probes import (
    cable_modem,
    learned_macs,
    line_quality,
    modem_channels,
    neighbour_ports,
    ont,
    port_rates,
    port_settings,
    port_state,
)
from cpe_diag.testing.clock import FakeClock
from cpe_diag.testing.doors import FakeSnmp, Wire
from cpe_diag.testing.run_samples import sample_subscriber
from cpe_diag.testing.setting import fake_doors, fake_setting
from cpe_diag.transports.snmp import OBJECTS_PER_GET

if TYPE_CHECKING:
    from cpe_diag.domain.observations import Observation
    from cpe_diag.ports import Oid, SnmpReader, SnmpValue
    from cpe_diag.probes.probe import Probe, Setting

T = TypeVar("T")

MAC: Final = "02:00:5e:00:10:07"
MAC_INDEX: Final = "2.0.94.0.16.7"
ADDRESS: Final = "10.20.0.7"
PTR: Final = 4711

POINTER: Final = "1.3.6.1.2.1.10.127.1.3.7.1.2"
OLD: Final = "1.3.6.1.2.1.10.127.1.3.3.1"
NEW: Final = "1.3.6.1.4.1.4491.2.1.20.1.3.1"
CM_UP: Final = "1.3.6.1.4.1.4491.2.1.20.1.4.1"
CM_UP31: Final = "1.3.6.1.4.1.4491.2.1.28.1.4.1"
D31: Final = "1.3.6.1.4.1.4491.2.1.28.1.3.1"
DOWN: Final = "1.3.6.1.2.1.10.127.1.1.1.1"
QUALITY: Final = "1.3.6.1.2.1.10.127.1.1.4.1"
MER: Final = "1.3.6.1.4.1.4491.2.1.20.1.24.1.1"
US: Final = "1.3.6.1.4.1.4491.2.1.20.1.2.1"
CM3: Final = "1.3.6.1.4.1.4491.2.1.20.1.1.1"
CM: Final = "1.3.6.1.2.1.10.127.1.2.2.1"
UPTIME: Final = "1.3.6.1.2.1.1.3.0"


def cmts(pointer: int = PTR) -> dict[Oid, SnmpValue]:
    """Make a DOCSIS 3.1 CMTS with two modems, each on four SC-QAM and one OFDMA upstream."""
    objects: dict[Oid, SnmpValue] = {
        UPTIME: 9_000_000,
        "1.3.6.1.2.1.1.5.0": b"cmts-1",
        f"{POINTER}.{MAC_INDEX}": pointer,
        f"{POINTER}.2.0.94.0.16.8": pointer + 1,
        f"{OLD}.9.{pointer}": 6,
        f"{OLD}.22.{pointer}": 8_940_000,
        f"{OLD}.6.{pointer}": -12,
        f"{OLD}.13.{pointer}": 331,
        f"{OLD}.15.{pointer}": 2**34,
        f"{OLD}.16.{pointer}": 900,
        f"{OLD}.17.{pointer}": 12,
        f"{NEW}.2.{pointer}": bytes.fromhex("02005e001007"),
        f"{NEW}.5.{pointer}": bytes((10, 20, 0, 7)),
        f"{NEW}.6.{pointer}": 8,
        f"{D31}.9.{pointer}": 4,
    }
    for modem in (pointer, pointer + 1):
        for channel in range(701, 705):
            row = f"{modem}.{channel}"
            objects |= {
                f"{CM_UP}.3.{row}": channel - 703,
                f"{CM_UP}.4.{row}": 330 + channel - 700,
                f"{CM_UP}.7.{row}": 1_000_000,
                f"{CM_UP}.8.{row}": 50,
                f"{CM_UP}.9.{row}": channel - 701,
            }
        objects |= {f"{CM_UP31}.1.{modem}.900": 3, f"{CM_UP31}.2.{modem}.900": 4120}
    return objects


def modem(downstreams: int = 32, upstreams: int = 4) -> dict[Oid, SnmpValue]:
    """Make a DOCSIS 3.0 modem; its ifIndexes begin as those of real ones do: 2, 3, 4, 48..."""
    objects: dict[Oid, SnmpValue] = {UPTIME: 123_400, f"{CM3}.3.2": 5, f"{CM3}.4.2": 1}
    for number in range(downstreams):
        row = 3 if number == 0 else 47 + number
        objects |= {
            f"{DOWN}.1.{row}": number + 1,
            f"{DOWN}.2.{row}": 602_000_000 + number * 8_000_000,
            f"{DOWN}.6.{row}": 4 - number % 9,
            f"{QUALITY}.5.{row}": 380,
            f"{QUALITY}.8.{row}": 2**33 + number,
            f"{QUALITY}.9.{row}": 7,
            f"{QUALITY}.10.{row}": number,
            f"{MER}.{row}": 391,
        }
    for number in range(upstreams):
        row = 4 if number == 0 else 79 + number
        objects |= {f"{US}.1.{row}": 440 + number, f"{US}.2.{row}": 10, f"{US}.3.{row}": 0}
    return objects


ACCESS: Final = ModemAccess(address=None, port=161, version="2c", credential="env:MODEM")


class Case:
    """One subscriber, a CMTS and a modem that answer what they hold."""

    def __init__(
        self,
        node: dict[Oid, SnmpValue],
        own: dict[Oid, SnmpValue] | None = None,
        *,
        failure: Failure | None = None,
        access: ModemAccess | None = ACCESS,
    ) -> None:
        """Make the agents of what they hold; `failure` is the CMTS's."""
        clock = FakeClock()
        self.cmts = FakeSnmp(wire=Wire(clock=clock, failure=failure), objects=node, node="cmts-1")
        self.modem = FakeSnmp(wire=Wire(clock=clock), objects=own or {}, node=f"modem {ADDRESS}")
        self.opened: list[str] = []
        doors = replace(fake_doors(clock), snmp=self.cmts, modem=self._open)
        subscriber = replace(
            sample_subscriber(), technology=Technology.DOCSIS, port=MAC, modem=access
        )
        self.setting: Setting = replace(
            fake_setting(subscriber, doors),
            access_driver=load_access_driver("docsis_cmts"),
            modem_driver=load_access_driver("docsis_modem"),
        )
        self.evidence = Evidence()

    def _open(self, address: str) -> SnmpReader:
        self.opened.append(address)
        return self.modem

    @property
    def requests(self) -> int:
        """Count the requests that the real doors would send."""
        return sum(
            sum(
                max(1, ceil(len(set(oids) - {UPTIME}) / (OBJECTS_PER_GET - 1)))
                for oids in one.asked
            )
            + len(one.bulks)
            for one in (self.cmts, self.modem)
        )

    async def ask(self, *probes: Probe) -> Observation[object]:
        """Run probes one after the other; give the first observation of the last one."""
        last = None
        for probe in probes:
            deadline = self.setting.doors.clock.monotonic() + 20.0
            found = await probe.run(self.setting, self.evidence, deadline)
            self.evidence = self.evidence.with_measurements(found)
            last = found[0].observation
        assert last is not None
        return last


def value(observation: Observation[object], of: type[T]) -> T:
    """Give what was observed."""
    assert isinstance(observation, Observed), observation
    assert isinstance(observation.value, of)
    return observation.value


def failure(observation: Observation[object]) -> Failure:
    """Give why nothing was observed."""
    assert isinstance(observation, Unobserved), observation
    return observation.failure


async def test_a_modem_is_found_by_its_mac_and_told_channel_by_channel() -> None:
    """No table is walked: one GET for the pointer, one for the modem, one for its channels."""
    case = Case(cmts())
    observed = await case.ask(cable_modem.PROBE)
    fact = value(observed, CableModem)
    assert (fact.status, fact.online, fact.address) == (ModemStatus.OPERATIONAL, True, ADDRESS)
    assert (fact.rx_dbmv, fact.snr_db) == (-1.2, 33.1)
    assert (fact.unerrored, fact.corrected, fact.uncorrectable) == (2**34, 900, 12)
    assert fact.partial_service is True
    assert [one.channel for one in fact.upstreams] == [701, 702, 703, 704, 900]
    assert fact.upstreams[0] == CmtsUpstream(
        channel=701, rx_dbmv=-0.2, snr_db=33.1, unerrored=1_000_000, corrected=50, uncorrectable=0
    )
    assert fact.upstreams[2].rx_dbmv == 0.0
    assert (fact.upstreams[4].rx_dbmv, fact.upstreams[4].snr_db) == (0.3, 41.2)
    assert fact.upstreams[4].unerrored == UNSUPPORTED
    assert case.requests == 3
    assert isinstance(observed, Observed)
    assert observed.source.startswith("SNMP cmts-1 DOCS-IF3-MIB and DOCS-IF-MIB")
    assert observed.source.endswith(f"modem {MAC}")


async def test_a_row_of_another_modem_is_not_believed() -> None:
    """DOCS-IF3-MIB does not promise that its index is the pointer of RFC 4546."""
    objects = cmts() | {
        f"{NEW}.2.{PTR}": bytes.fromhex("02005e0010ff"),
        f"{NEW}.6.{PTR}": 2,
        f"{NEW}.5.{PTR}": bytes((10, 99, 99, 99)),
        f"{OLD}.21.{PTR}": bytes((10, 20, 0, 7)),
    }
    fact = value(await Case(objects).ask(cable_modem.PROBE), CableModem)
    assert (fact.status, fact.address) == (ModemStatus.REGISTERED, ADDRESS)
    assert fact.partial_service == UNSUPPORTED
    assert fact.upstreams == ()


async def test_a_cmts_before_docsis_3_tells_what_it_has() -> None:
    """It has one row, with one level."""
    objects = {oid: held for oid, held in cmts().items() if not oid.startswith("1.3.6.1.4.1.4491")}
    fact = value(await Case(objects).ask(cable_modem.PROBE), CableModem)
    assert (fact.status, fact.rx_dbmv) == (ModemStatus.REGISTERED, -1.2)
    assert fact.partial_service == UNSUPPORTED
    assert fact.upstreams == ()


async def test_a_modem_without_a_row_is_offline_where_the_cmts_has_rows_of_others() -> None:
    """A modem without power is forgotten after a while: that is an answer."""
    objects = cmts()
    del objects[f"{POINTER}.{MAC_INDEX}"]
    case = Case(objects)
    observed = await case.ask(cable_modem.PROBE)
    fact = value(observed, CableModem)
    assert (fact.status, fact.rx_dbmv, fact.upstreams) == (ModemStatus.OFFLINE, NOT_MEASURED, ())
    assert isinstance(observed, Observed)
    assert f"no row of {MAC}" in observed.source
    assert case.requests == 2


async def test_a_cmts_without_the_table_does_not_make_a_modem_offline() -> None:
    """A table that is not there tells of no modem, neither of this one nor of others."""
    case = Case({UPTIME: 1, "1.3.6.1.2.1.1.5.0": b"cmts-1"})
    assert failure(await case.ask(cable_modem.PROBE)).kind is FailureKind.UNSUPPORTED


@pytest.mark.parametrize("kind", [FailureKind.SILENT, FailureKind.AUTH_REFUSED])
async def test_a_cmts_that_cannot_be_asked_tells_of_no_modem(kind: FailureKind) -> None:
    """The silence of the node is not the silence of the modem."""
    broken = Failure(kind=kind, where="cmts-1", detail="it failed")
    observed = await Case(cmts(), failure=broken).ask(cable_modem.PROBE)
    assert failure(observed).kind is kind


async def test_the_port_of_a_modem_is_its_own_state() -> None:
    """The upstream that it shares with hundreds says nothing of it."""
    case = Case(cmts())
    await case.ask(port_state.PROBE)
    status = case.evidence.value(PortStatus, "port_status", "port")
    assert status is not None
    assert (status.admin_up, status.oper, status.last_change_s) == (True, OperStatus.UP, 600.0)
    case = Case(cmts() | {f"{OLD}.9.{PTR}": 9})
    await case.ask(port_state.PROBE)
    status = case.evidence.value(PortStatus, "port_status", "port")
    assert status is not None
    assert (status.admin_up, status.oper) == (True, OperStatus.DOWN)


async def test_a_modem_is_asked_at_the_address_that_the_cmts_tells() -> None:
    """Addresses of modems change; the inventory rarely knows them."""
    case = Case(cmts(), modem())
    fact = value(await case.ask(cable_modem.PROBE, modem_channels.PROBE), ModemChannels)
    assert case.opened == [ADDRESS]
    assert fact.uptime_s == 1234.0
    assert (len(fact.downstreams), len(fact.upstreams), fact.unread_channels) == (32, 4, 0)
    first = fact.downstreams[0]
    assert (first.channel, first.frequency_hz, first.power_dbmv) == (3, 602_000_000, 0.4)
    assert (first.snr_db, first.unerrored, first.corrected) == (39.1, 2**33, 7)
    zeros = [one.power_dbmv for one in fact.downstreams if one.channel in {51, 60, 69}]
    assert zeros == [0.0, 0.0, 0.0]
    assert [one.tx_dbmv for one in fact.upstreams] == [44.0, 44.1, 44.2, 44.3]
    assert (fact.t3_timeouts, fact.t4_timeouts) == (40, 0)
    assert (fact.resets, fact.lost_syncs) == (5, 1)


async def test_the_inventory_may_name_the_address() -> None:
    """The CMTS need not tell it, and need not even answer."""
    case = Case({}, modem(), access=replace(ACCESS, address="192.0.2.44"))
    assert value(await case.ask(modem_channels.PROBE), ModemChannels).uptime_s == 1234.0
    assert case.opened == ["192.0.2.44"]


async def test_a_modem_before_docsis_3_is_read_from_rfc_4546_alone() -> None:
    """It has one channel each way, its transmit level is in the row of the MAC layer."""
    objects: dict[Oid, SnmpValue] = {
        UPTIME: 100,
        f"{DOWN}.2.3": 386_000_000,
        f"{DOWN}.6.3": -51,
        f"{QUALITY}.5.3": 355,
        f"{QUALITY}.2.3": 1000,
        f"{QUALITY}.3.3": 10,
        f"{QUALITY}.4.3": 1,
        **{
            f"{CM}.{column}.2": number
            for column, number in ((3, 470), (4, 2), (5, 3), (12, 9), (13, 1))
        },
    }
    case = Case({}, objects, access=replace(ACCESS, address=ADDRESS))
    fact = value(await case.ask(modem_channels.PROBE), ModemChannels)
    (down,), (up,) = fact.downstreams, fact.upstreams
    assert (down.power_dbmv, down.snr_db, down.unerrored) == (-5.1, 35.5, 1000)
    assert (down.corrected, down.uncorrectable) == (10, 1)
    assert (up.channel, up.tx_dbmv, up.t3_timeouts, up.t4_timeouts) == (2, 47.0, 9, 1)
    assert (fact.t3_timeouts, fact.resets, fact.lost_syncs) == (9, 2, 3)


async def test_the_old_row_of_a_newer_modem_is_no_channel() -> None:
    """Some still hold a transmit level in docsIfCmStatusTable, at an index that is no upstream."""
    objects = modem() | {f"{CM}.3.2": 450, f"{CM}.12.2": 0, f"{CM}.13.2": 0}
    case = Case({}, objects, access=replace(ACCESS, address=ADDRESS))
    fact = value(await case.ask(modem_channels.PROBE), ModemChannels)
    assert [one.channel for one in fact.upstreams] == [4, 80, 81, 82]
    assert fact.t3_timeouts == 40


async def test_more_channels_than_are_read_are_said() -> None:
    """What was left out must not look as if it were not there."""
    case = Case({}, modem(downstreams=60), access=replace(ACCESS, address=ADDRESS))
    fact = value(await case.ask(modem_channels.PROBE), ModemChannels)
    assert len(fact.downstreams) == modem_channels.MOST_DOWNSTREAMS
    assert fact.unread_channels == 1


async def test_an_agent_without_docsis_tables_is_no_modem_without_channels() -> None:
    """A home router at that address would read as a modem that hears nothing."""
    case = Case({}, {UPTIME: 1}, access=replace(ACCESS, address=ADDRESS))
    assert failure(await case.ask(modem_channels.PROBE)).kind is FailureKind.UNSUPPORTED


async def test_a_modem_that_nobody_may_ask_is_not_asked() -> None:
    """Its community is the operator's to give."""
    case = Case(cmts(), modem(), access=None)
    observed = await case.ask(cable_modem.PROBE, modem_channels.PROBE)
    assert failure(observed).kind is FailureKind.NOT_CONFIGURED
    assert case.opened == []


async def test_a_modem_whose_address_nobody_knows_is_not_asked() -> None:
    """The failure is that of the fact which is missing."""
    objects = cmts()
    del objects[f"{NEW}.5.{PTR}"]
    case = Case(objects, modem())
    observed = await case.ask(cable_modem.PROBE, modem_channels.PROBE)
    assert failure(observed).kind is FailureKind.DEPENDENCY


async def test_a_subscriber_on_dsl_has_no_modem_to_ask() -> None:
    """The question does not arise, and nothing is sent."""
    case = Case(cmts(), modem())
    subscriber = replace(case.setting.subscriber, technology=Technology.VDSL2)
    case.setting = replace(case.setting, subscriber=subscriber)
    for probe in (cable_modem.PROBE, modem_channels.PROBE):
        assert failure(await case.ask(probe)).kind is FailureKind.NOT_APPLICABLE
    assert case.requests == 0


@pytest.mark.parametrize("kind", FailureKind)
async def test_whatever_fails_is_said_and_never_raised(kind: FailureKind) -> None:
    """What fails at the CMTS or at the modem is no fact about the modem."""
    broken = Failure(kind=kind, where="there", detail="it failed")
    case = Case(cmts(), modem(), failure=broken)
    assert failure(await case.ask(cable_modem.PROBE)).kind is kind
    case = Case(cmts(), modem())
    case.modem.wire.failure = broken
    observed = await case.ask(cable_modem.PROBE, modem_channels.PROBE)
    assert failure(observed).kind is kind
    case.modem.wire.failure, case.modem.wire.takes_s = None, 9999.0
    assert failure(await case.ask(modem_channels.PROBE)).kind is FailureKind.SILENT


@pytest.mark.parametrize("downstreams", [1, 8, 24, 32])
async def test_a_whole_subscriber_check_stays_within_12_requests(downstreams: int) -> None:
    """On a CMTS with a thousand modems as on a small one: no request depends on the others."""
    case = Case(cmts(), modem(downstreams=downstreams))
    await case.ask(
        port_state.PROBE,
        cable_modem.PROBE,
        modem_channels.PROBE,
        port_settings.PROBE,
        port_rates.PROBE,
        learned_macs.PROBE,
        line_quality.PROBE,
        ont.PROBE,
        neighbour_ports.PROBE,
    )
    fact = case.evidence.value(ModemChannels, "modem_channels", "modem")
    assert fact is not None
    assert len(fact.downstreams) == downstreams
    assert all(not isinstance(one.snr_db, Missing) for one in fact.downstreams)
    assert case.requests <= 12
