"""Sets objects of one access node: one SET request, sent once, through pysnmp.

Before the first SET the same credential reads sysUpTime: an agent that does not answer that has
refused the credential or cannot be reached, and nothing has been changed. Silence after a SET
does not tell whether it happened.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import ChangeError, FailureKind, MeasurementError
from cpe_diag.transports import snmp_failures as failures
from cpe_diag.transports.addresses import address_of
from cpe_diag.transports.credential_wait import resolved
from cpe_diag.transports.snmp_access import writing_agent_of
from cpe_diag.transports.time_left import until

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cpe_diag.domain.failures import Failure
    from cpe_diag.domain.subscriber import AccessNode
    from cpe_diag.ports import Clock, CredentialSource, Recorder, SetObject
    from cpe_diag.transports.snmp_access import Agent
    from cpe_diag.transports.snmp_pysnmp import FullAnswer, SecondOpinion

SET: Final = "snmp.set"
SYS_UP_TIME: Final = "1.3.6.1.2.1.1.3.0"  # SNMPv2-MIB sysUpTime.0, RFC 3418
GREET_S: Final = 5.0

# RFC 3416, section 4.2.5: of a SET that ends with tooBig(1), genErr(5) or undoFailed(15) nobody
# knows what stands; every other error-status means that no object has a new value.
DOUBTFUL: Final = frozenset({1, 5, 15})
NOT_PROCESSED: Final = (
    failures.AUTH_INDICATIONS | failures.FORBIDDEN_INDICATIONS | failures.DEVICE_INDICATIONS
)


class SnmpSetDoor:
    """PortControl for one access node. Close it."""

    def __init__(
        self,
        node: AccessNode,
        *,
        credentials: CredentialSource,
        clock: Clock,
        recorder: Recorder,
    ) -> None:
        """Prepare to change `node`; nothing is resolved or opened before the first SET."""
        self._node = node
        self._credentials = credentials
        self._clock = clock
        self._recorder = recorder
        self._agent: Agent | None = None
        self._wire: SecondOpinion | None = None

    @property
    def node(self) -> str:
        """The node's id, for sources and messages."""
        return self._node.id

    def close(self) -> None:
        """Close the socket."""
        if self._wire is not None:
            self._wire.close()
            self._wire = None

    async def set(self, objects: Sequence[SetObject], *, deadline: float) -> None:
        """Set objects in one SET request; see `PortControl.set`."""
        wire, agent = await self._opened(deadline)
        label = ", ".join(f"{one.oid} = {one.type} {one.value}" for one in objects)
        exchange = self._recorder.begin(SET, self._node.id, label)
        outcome: str | None = "cancelled"
        full: FullAnswer | None = None
        started_s = self._clock.monotonic()
        try:
            async with until(self._clock, deadline):
                full = await wire.set(objects)
            outcome = None
        except TimeoutError:
            outcome = FailureKind.SILENT.value
            self.close()  # a late answer belongs to nobody
        finally:
            if full is not None and full.failure is not None:
                outcome = full.failure.kind.value
                self.close()
            self._recorder.end(exchange, failure=outcome)
        if full is None or (full.failure and full.failure.kind is FailureKind.SILENT):
            waited_s = self._clock.monotonic() - started_s
            silence = failures.silence_failure(agent.where, tries=1, waited_s=waited_s, v3=True)
            raise ChangeError(silence, SET, may_have_happened=True)
        self._check(full, agent.where)

    def _check(self, full: FullAnswer, where: str) -> None:
        """Let everything but noError be an error."""
        if full.failure is not None:
            done = full.indication not in NOT_PROCESSED
            raise ChangeError(full.failure, SET, may_have_happened=done)
        if full.status:
            named = full.rows[full.index - 1][0] if 0 < full.index <= len(full.rows) else None
            failure = failures.status_failure(full.status, named, where)
            raise ChangeError(failure, SET, may_have_happened=full.status in DOUBTFUL)

    async def _opened(self, deadline: float) -> tuple[SecondOpinion, Agent]:
        """Resolve the credential and see that the agent answers it; nothing is set here."""
        try:
            if self._agent is None:
                address = await address_of(self._node, SET, clock=self._clock, deadline=deadline)
                self._agent = await resolved(
                    partial(writing_agent_of, self._node, self._credentials, address),
                    clock=self._clock,
                    deadline=deadline,
                    where=self._node.id,
                )
        except MeasurementError as error:
            raise ChangeError(error.failure, error.operation, may_have_happened=False) from error
        if self._wire is None:
            from cpe_diag.transports.snmp_pysnmp import SecondOpinion

            self._wire = SecondOpinion(self._agent)
            failure = await self._greeted(self._wire, self._agent, deadline)
            if failure is not None:
                self.close()
                raise ChangeError(failure, SET, may_have_happened=False)
        return self._wire, self._agent

    async def _greeted(self, wire: SecondOpinion, agent: Agent, deadline: float) -> Failure | None:
        exchange = self._recorder.begin("snmp.get", self._node.id, "sysUpTime, to write")
        started_s = self._clock.monotonic()
        failure: Failure | None = None
        try:
            async with until(self._clock, min(deadline, started_s + GREET_S)):
                full = await wire.get((SYS_UP_TIME,))
            if full.failure is not None:
                failure = full.failure
            elif full.status:
                failure = failures.status_failure(full.status, SYS_UP_TIME, agent.where)
        except TimeoutError:
            waited_s = self._clock.monotonic() - started_s
            failure = failures.silence_failure(
                agent.where, tries=1, waited_s=waited_s, v3=self._node.snmp.version == "3"
            )
        self._recorder.end(exchange, failure=failure.kind.value if failure else None)
        return failure
