"""Nodes that answer anything at all: every probe, with every driver, gives a fact or a reason.

Each case is made from a seed; a seed that found a fault stays in the list.
"""

from __future__ import annotations

import dataclasses
import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import pytest

from cpe_diag.domain.evidence import Evidence
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.observations import Observed
from cpe_diag.domain.subscriber import Technology
from cpe_diag.driver_kit.access import AccessDriver
from cpe_diag.driver_kit.load import list_drivers, load_driver
from cpe_diag.probes.catalogue import PROBES
from cpe_diag.probes.port_finder import PortFinder
from cpe_diag.testing.doors import FakeMemory, FakeSnmp, Wire
from cpe_diag.testing.driver_conformance import index_for
from cpe_diag.testing.run_samples import sample_subscriber
from cpe_diag.testing.setting import fake_doors, fake_setting

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cpe_diag.driver_kit.port_index import PortIndex
    from cpe_diag.ports import Oid, SnmpValue
    from cpe_diag.probes.probe import Probe, Setting

SEEDS: Final = (*range(12), 75)

DRIVERS: Final = tuple(
    driver
    for driver in (load_driver(file.id) for file in list_drivers())
    if isinstance(driver, AccessDriver)
)
NODE_PROBES: Final = tuple(
    probe
    for probe in PROBES
    if probe.id
    in {
        "port_state",
        "port_rates",
        "port_settings",
        "neighbour_ports",
        "neighbour_rates",
        "line_quality",
        "ont",
        "cable_modem",
        "learned_macs",
        "dhcp_bindings",
        "siblings",
    }
)

# RFC 2578, section 7.1: the ends of the types; SMIv2's usual words for "no value"; odd octets.
EDGES: Final[tuple[SnmpValue, ...]] = (
    None,
    *(-(2**31), -1, 0, 1, 2, 3, 255, 65_535, 2**31 - 2, 2**31 - 1, 2**31, 2**32 - 1, 2**64 - 1),
    *(b"", b"\0", b"NULL", b"N/A", b"--", b"-inf dBm", b"nan", b"1e999", b"\xff" * 8, b"\0" * 6),
    b"0.00 mW (-40.00 dBm)",
    "",
    "0.0",
    "255.255.255.255",
    "1.3.6.1.4.1.8072",
)

BOUNDS: Final = {
    "_dbm": (-70.0, 40.0),
    "_db": (-70.0, 200.0),
    "_dbmv": (-80.0, 80.0),
    "_c": (-60.0, 150.0),
    "_v": (0.0, 60.0),
    "distance_m": (0.0, 70_000.0),
}
"""Beyond these a number is no measurement of anything; what ends in a unit is held to it."""


@dataclass(slots=True, kw_only=True)
class MadNode(FakeSnmp):
    """Answers each object with anything, always the same for one seed."""

    rng: random.Random

    def value(self) -> SnmpValue:
        """Give an edge, a number or octets."""
        kind = self.rng.random()
        if kind < 0.6:
            return self.rng.choice(EDGES)
        if kind < 0.8:
            return self.rng.randrange(-(2**33), 2**33)
        return self.rng.randbytes(self.rng.choice((1, 4, 6, 8, 11, 40)))

    async def get(self, oids: Sequence[Oid], *, deadline: float) -> Mapping[Oid, SnmpValue]:
        """Answer with anything."""
        await self.wire.cross("snmp.get", self.node, "anything", deadline)
        return {oid: self.value() for oid in oids}

    async def next_rows(
        self, column: Oid, *, after: str, max_rows: int, deadline: float
    ) -> tuple[tuple[Oid, SnmpValue], ...]:
        """Give some rows that advance, as the door promises."""
        await self.wire.cross("snmp.getbulk", self.node, column, deadline)
        begin = int(after.split(".", maxsplit=1)[0]) if after else 0
        count = self.rng.randrange(max_rows + 1)
        step = self.rng.choice((1, 1, 7))
        return tuple(
            (f"{column}.{begin + step * number}", self.value()) for number in range(1, count + 1)
        )


class KnownPlace(PortFinder):
    """Knows where the port is, whatever it is called."""

    async def find(
        self,
        driver: AccessDriver,
        name: str,
        technology: str | None,
        deadline: float,
        *,
        whole: bool = True,
    ) -> PortIndex:
        """Give an index with every part."""
        del name, technology, deadline, whole
        return index_for(driver)


def setting_for(driver: AccessDriver, technology: Technology, seed: int) -> Setting:
    """Make a setting on a mad node."""
    doors = fake_doors()
    snmp = MadNode(
        wire=Wire(clock=doors.clock, recorder=doors.recorder),
        rng=random.Random(seed),  # noqa: S311 - no secret hangs on it
    )
    doors = replace(doors, snmp=snmp)
    setting = fake_setting(replace(sample_subscriber(), technology=technology), doors)
    return replace(setting, access_driver=driver, finder=KnownPlace(doors, FakeMemory()))


def numbers_of(value: object, name: str = "") -> Iterator[tuple[str, float]]:
    """Give every number of a fact with its field's name."""
    if dataclasses.is_dataclass(value) and not isinstance(value, Missing):
        for field in dataclasses.fields(value):
            yield from numbers_of(getattr(value, field.name), field.name)
    elif isinstance(value, tuple):
        for part in value:
            yield from numbers_of(part, name)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield name, value


@pytest.mark.parametrize("driver", DRIVERS, ids=lambda one: one.id)
async def test_a_node_that_answers_anything_gives_facts_within_reason_or_a_reason(
    driver: AccessDriver,
) -> None:
    """One odd answer must neither end a run nor become the best line ever measured."""
    technologies = [Technology(name) for name in driver.technologies] or [Technology.ETHERNET]
    for technology in technologies:
        for seed in SEEDS:
            setting = setting_for(driver, technology, seed)
            evidence = Evidence()
            for probe in NODE_PROBES:
                evidence = await asked(probe, setting, evidence)
            for key, observation in evidence:
                if isinstance(observation, Observed):
                    for name, number in numbers_of(observation.value):
                        hold_to_reason(f"{driver.id} seed {seed} {key} {name}", name, number)


def hold_to_reason(what: str, name: str, number: float) -> None:
    """Hold a number to the bounds of its unit."""
    for unit, (least, most) in BOUNDS.items():
        if name.endswith(unit):
            assert least <= number <= most, f"{what} = {number}"
    if not any(name.endswith(unit) for unit in ("_dbm", "_db", "_dbmv", "_c")):
        assert number >= 0, f"{what} = {number}"


async def asked(probe: Probe, setting: Setting, evidence: Evidence) -> Evidence:
    """Run a probe, and hold it to its own list of facts."""
    deadline = setting.doors.clock.monotonic() + 30
    found = await probe.run(setting, evidence, deadline)
    assert {one.key.kind for one in found} == {key.kind for key in probe.gives}
    return evidence.with_measurements(found)
