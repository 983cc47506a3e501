"""The cable modem asked by itself: what it hears, how it sends, what it had to start again."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.docsis_facts import CableModem, ModemChannels
from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.domain.subscriber import Technology
from cpe_diag.driver_kit.access_facts import Fields
from cpe_diag.driver_kit.decode import decode_group
from cpe_diag.driver_kit.docsis_facts import modem_channels
from cpe_diag.driver_kit.port_index import NODE
from cpe_diag.probes.channel_table import channels, columns_of, first_of_each, without_value
from cpe_diag.probes.node_port import (
    ASK,
    built,
    has_technology,
    none_of,
    not_applicable,
    not_configured,
    oids_of,
    table_source,
)
from cpe_diag.probes.probe import Probe, Setting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cpe_diag.domain.evidence import Evidence, Measurement
    from cpe_diag.driver_kit.access import AccessDriver, ObjectSpec
    from cpe_diag.ports import SnmpReader, SnmpTable

KEY: Final = FactKey("modem_channels", "modem")
SELF: Final = "modem_self"
DOWN: Final = "modem_downstreams"
UP: Final = "modem_upstreams"

MOST_DOWNSTREAMS: Final = 40
"""DOCSIS 3.0 and 3.1 modems receive at most 32 SC-QAM channels; with six columns of 9 rows each
that is four requests."""
MOST_UPSTREAMS: Final = 16

_HEARD: Final = frozenset({"frequency_hz", "power_dbmv"})


async def _run(setting: Setting, evidence: Evidence, deadline: float) -> tuple[Measurement, ...]:
    clock = setting.doors.clock
    try:
        driver, address = _whom(setting, evidence)
        modem = _Modem(setting.doors.modem(address), driver, deadline)
        build = await modem.read()
    except MeasurementError as error:
        return none_of((KEY,), error, clock.now())
    specs = tuple(spec for group in (SELF, DOWN, UP) for spec in driver.groups.get(group, ()))
    source = table_source(modem.agent.node, specs, "all channels")
    return (built(KEY, build, source, clock.now()),)


def _whom(setting: Setting, evidence: Evidence) -> tuple[AccessDriver, str]:
    """Say which modem is to be asked, and how.

    Raises:
        MeasurementError: NOT_APPLICABLE: no cable modem; NOT_CONFIGURED: nobody may ask it;
            DEPENDENCY: its address is not known.
    """
    if has_technology(setting, {Technology.DOCSIS}) is False:
        raise not_applicable(setting)
    access = setting.subscriber.modem
    if access is None or setting.modem_driver is None:
        raise not_configured(
            f"subscriber {setting.subscriber.id}",
            "the inventory does not say how to ask the cable modem",
        )
    if access.address is not None:
        return setting.modem_driver, access.address
    seen = evidence.value(CableModem, "cable_modem", "cmts")
    if seen is not None and isinstance(seen.address, str):
        return setting.modem_driver, seen.address
    detail = "neither the inventory nor the CMTS tells the address of the modem"
    failure = Failure(kind=FailureKind.DEPENDENCY, where="modem", detail=detail)
    raise MeasurementError(failure, ASK)


class _Modem:
    """One modem, read once."""

    def __init__(self, agent: SnmpReader, driver: AccessDriver, deadline: float) -> None:
        self.agent = agent
        self._driver = driver
        self._deadline = deadline

    async def read(self) -> partial[ModemChannels]:
        """Read everything, and give what makes the fact of it.

        Raises:
            MeasurementError: the modem does not answer, or tells of no channel.
        """
        own, up = self._specs(SELF), self._specs(UP)
        scalars = oids_of(own, NODE)
        answers = await self.agent.get(scalars, deadline=self._deadline)
        sent = await self._table((*own, *up), MOST_UPSTREAMS)
        downs, unread = await self._downstreams()
        ups = self._rows(sent, first_of_each(up), UP) or self._rows(sent, up, UP)
        if not downs and not ups:
            failure = Failure(
                kind=FailureKind.UNSUPPORTED,
                where=self.agent.node,
                detail="it has no table of DOCSIS channels",
            )
            raise MeasurementError(failure, ASK)
        values = decode_group(own, answers, NODE)
        for fields in self._rows(sent, own, SELF).values():
            values = {**fields.values, **values}
        unread += 0 if sent.is_whole else 1
        return partial(modem_channels, Fields(values, self.agent.node, SELF), downs, ups, unread)

    async def _downstreams(self) -> tuple[dict[int, Fields], int]:
        specs = self._specs(DOWN)
        table = await self._table(first_of_each(specs), MOST_DOWNSTREAMS)
        rows = self._rows(table, specs, DOWN)
        others = without_value(specs, rows)
        if others:
            more = await self._table(others, MOST_DOWNSTREAMS)
            for channel, fields in self._rows(more, others, DOWN).items():
                held = rows[channel].values if channel in rows else {}
                joined = {**held, **fields.values}
                rows[channel] = Fields(joined, self.agent.node, DOWN)
        # docsIfSignalQualityTable of a CMTS is about its upstreams: what has neither a frequency
        # nor a level is no channel that a modem hears.
        heard = {row: held for row, held in rows.items() if not _HEARD.isdisjoint(held.values)}
        return heard, 0 if table.is_whole else 1

    async def _table(self, specs: Sequence[ObjectSpec], most: int) -> SnmpTable:
        return await self.agent.table(
            columns_of(specs), prefix="", max_rows=most, deadline=self._deadline
        )

    def _rows(
        self, table: SnmpTable, specs: Sequence[ObjectSpec], group: str
    ) -> dict[int, Fields]:
        return channels(table, specs, NODE, self.agent.node, group)

    def _specs(self, group: str) -> tuple[ObjectSpec, ...]:
        return self._driver.groups.get(group, ())


PROBE: Final = Probe(
    id="modem_channels",
    title="Cable modem itself",
    asks="the cable modem, about the channels that it hears and sends on",
    gives=(KEY,),
    after=("cable_modem",),
    run=_run,
    cost_s=0.2,
)
