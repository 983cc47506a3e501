"""The DOCSIS drivers on recordings of a real CMTS and a real modem that are not in the project.

What the drivers say is compared with the lines of the recordings, read here in a way of its own.
No public recording holds docsIfCmtsCmStatus, docsIf3 or docsIf31 tables: those are tested with
made agents in tests/unit/probes/test_docsis_probes.py.
"""

from __future__ import annotations

import os
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pytest

from cpe_diag.domain.docsis_facts import ModemChannels
from cpe_diag.domain.evidence import Evidence
from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.observations import Observed, Unobserved
from cpe_diag.domain.port_facts import NodeSystem
from cpe_diag.domain.subscriber import ModemAccess, Technology
from cpe_diag.driver_kit.decode import NOT_MEASURED, decode
from cpe_diag.driver_kit.load import load_access_driver
from cpe_diag.probes import cable_modem, modem_channels, port_state
from cpe_diag.testing.clock import FakeClock
from cpe_diag.testing.doors import FakeSnmp, Wire
from cpe_diag.testing.run_samples import sample_subscriber
from cpe_diag.testing.setting import fake_doors, fake_setting
from cpe_diag.testing.snmprec import read_snmprec

if TYPE_CHECKING:
    from cpe_diag.domain.observations import Observation
    from cpe_diag.probes.probe import Probe

pytestmark = pytest.mark.recordings

T = TypeVar("T")

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("CPE_DIAG_RECORDINGS", ROOT.parent / "shared" / "recordings"))

DOWN = "1.3.6.1.2.1.10.127.1.1.1.1"
QUALITY = "1.3.6.1.2.1.10.127.1.1.4.1"
STATUS = "1.3.6.1.2.1.10.127.1.2.2.1"


def path_of(name: str) -> Path:
    """Give the path of a recording, or skip where it is not here."""
    path = FOLDER / f"{name}.snmprec"
    if not path.is_file():
        pytest.skip(f"no recording {path}; name their folder in CPE_DIAG_RECORDINGS")
    return path


@cache
def lines(name: str) -> dict[str, str]:
    """Read what stands behind the second bar of each line; nothing of the project is used."""
    text = path_of(name).read_text(encoding="latin-1")
    return {oid: rest for oid, _, rest in (line.split("|", 2) for line in text.splitlines())}


async def ask(name: str, probe: Probe) -> dict[str, Observation[object]]:
    """Run a probe for a subscriber whose CMTS and modem are the recording."""
    clock = FakeClock()
    agent = FakeSnmp(wire=Wire(clock=clock), objects=read_snmprec(path_of(name)), node=name)
    doors = replace(fake_doors(clock), snmp=agent, modem=lambda _: agent)
    access = ModemAccess(address="192.0.2.9", port=161, version="2c", credential="env:MODEM")
    subscriber = replace(
        sample_subscriber(),
        technology=Technology.DOCSIS,
        port="02:00:5e:00:10:07",
        modem=access,
    )
    setting = replace(
        fake_setting(subscriber, doors),
        access_driver=load_access_driver("docsis_cmts"),
        modem_driver=load_access_driver("docsis_modem"),
    )
    found = await probe.run(setting, Evidence(), clock.monotonic() + 20.0)
    return {str(one.key): one.observation for one in found}


def value(observation: Observation[object], of: type[T]) -> T:
    """Give what was observed."""
    assert isinstance(observation, Observed), observation
    assert isinstance(observation.value, of)
    return observation.value


async def test_a_thomson_modem_tells_its_one_channel_each_way() -> None:
    """12.8 dBmV and 41.8 dB down, 31.2 dBmV up, 19 T3 timeouts, 953 resets in 11 days."""
    observed = (await ask("thomson-cm", modem_channels.PROBE))["modem_channels[modem]"]
    fact = value(observed, ModemChannels)
    (down,), (up,) = fact.downstreams, fact.upstreams
    assert (down.channel, down.frequency_hz) == (3, 386_000_000)
    assert (down.power_dbmv, down.snr_db) == (12.8, 41.8)
    assert (down.unerrored, down.corrected, down.uncorrectable) == (2_613_709_678, 28, 12)
    assert (up.channel, up.tx_dbmv, up.t3_timeouts, up.t4_timeouts) == (2, 31.2, 19, 0)
    assert (fact.t3_timeouts, fact.t4_timeouts) == (19, 0)
    assert (fact.resets, fact.lost_syncs, fact.uptime_s) == (953, 0, 958_864.0)
    assert fact.unread_channels == 0


async def test_what_the_thomson_tells_is_what_its_lines_say() -> None:
    """The same from the file itself: tenths, hundredths, and the 64-bit counts before others."""
    raw = lines("thomson-cm")
    observed = (await ask("thomson-cm", modem_channels.PROBE))["modem_channels[modem]"]
    fact = value(observed, ModemChannels)
    (down,), (up,) = fact.downstreams, fact.upstreams
    assert raw[f"{DOWN}.2.3"] == str(down.frequency_hz)
    assert int(raw[f"{DOWN}.6.3"]) / 10 == down.power_dbmv
    assert int(raw[f"{QUALITY}.5.3"]) / 10 == down.snr_db
    assert raw[f"{QUALITY}.8.3"] == str(down.unerrored)
    assert raw[f"{QUALITY}.2.3"] != str(down.unerrored)
    assert raw[f"{QUALITY}.9.3"] == str(down.corrected)
    assert raw[f"{QUALITY}.10.3"] == str(down.uncorrectable)
    assert int(raw[f"{STATUS}.3.2"]) / 10 == up.tx_dbmv
    assert raw[f"{STATUS}.12.2"] == str(fact.t3_timeouts)
    assert raw[f"{STATUS}.13.2"] == str(fact.t4_timeouts)
    assert raw[f"{STATUS}.4.2"] == str(fact.resets)
    assert raw[f"{STATUS}.5.2"] == str(fact.lost_syncs)
    assert int(raw["1.3.6.1.2.1.1.3.0"]) / 100 == fact.uptime_s


async def test_an_arris_c4_without_modem_tables_makes_no_modem_offline() -> None:
    """Its author has cut them out: absence of a table is not absence of a modem."""
    assert not [oid for oid in lines("arris-c4") if oid.startswith("1.3.6.1.2.1.10.127.1.3.")]
    observed = (await ask("arris-c4", cable_modem.PROBE))["cable_modem[cmts]"]
    assert isinstance(observed, Unobserved)
    assert observed.failure.kind is FailureKind.UNSUPPORTED


async def test_an_arris_c4_tells_what_it_is() -> None:
    """Its uptime and names are read although the modem is not found."""
    raw = lines("arris-c4")
    found = await ask("arris-c4", port_state.PROBE)
    system = value(found["node_system[node]"], NodeSystem)
    assert system.uptime_s == int(raw["1.3.6.1.2.1.1.3.0"]) / 100
    assert system.description == raw["1.3.6.1.2.1.1.1.0"]
    assert system.object_id == raw["1.3.6.1.2.1.1.2.0"]
    assert isinstance(found["port_status[port]"], Unobserved)


async def test_an_arris_c4_is_no_modem_that_hears_nothing() -> None:
    """It has no table of received channels; its signal quality is of its upstreams."""
    observed = (await ask("arris-c4", modem_channels.PROBE))["modem_channels[modem]"]
    assert isinstance(observed, Unobserved)
    assert observed.failure.kind is FailureKind.UNSUPPORTED


def test_a_channel_without_signal_has_no_ratio() -> None:
    """54 of the 96 logical upstreams of the C4 are idle and answer 0: none of them is 0.0 dB."""
    specs = load_access_driver("docsis_modem").groups["modem_downstreams"]
    spec = next(one for one in specs if one.oid.startswith(f"{QUALITY}.5."))
    raw = {
        oid: int(rest)
        for oid, rest in lines("arris-c4").items()
        if oid.startswith(f"{QUALITY}.5.")
    }
    told = {oid: decode(spec, number) for oid, number in raw.items()}
    assert len(raw) == 96
    silent = [oid for oid, one in told.items() if isinstance(one, Missing)]
    assert len(silent) == 54
    assert {told[oid] for oid in silent} == {NOT_MEASURED}
    assert {raw[oid] for oid in silent} == {0}
    assert all(told[oid] == raw[oid] / 10 for oid in raw if oid not in silent)
