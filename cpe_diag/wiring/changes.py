"""Puts one change together: configuration, inventory, driver and doors -> plan -> outcome."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.action import ActionOutcome, ActionPlan, ActionRecord
from cpe_diag.domain.failures import ActionError, GuardError, WishError
from cpe_diag.domain.missing import Missing, known
from cpe_diag.domain.subscriber import AccessNode
from cpe_diag.driver_kit.access import AccessDriver
from cpe_diag.engine.guard import CHECKS, GuardCase, guard
from cpe_diag.engine.perform import perform
from cpe_diag.engine.plan_action import Where, action_of, objects_to_read, plan_action
from cpe_diag.engine.raw_value import wished_value
from cpe_diag.engine.recover import recover
from cpe_diag.engine.survey import survey
from cpe_diag.judge.thresholds import limits
from cpe_diag.ports import ControlDoors, Doors
from cpe_diag.probes.node_port import port_of
from cpe_diag.probes.probe import Setting
from cpe_diag.store.action_journal import ActionJournals, JournalFile, default_folder
from cpe_diag.store.port_memory import PortMemoryFile, default_path
from cpe_diag.transports.node_cli import NodeCli
from cpe_diag.transports.snmp_set import SnmpSetDoor
from cpe_diag.wiring.detection import detected_driver
from cpe_diag.wiring.doors import open_doors
from cpe_diag.wiring.knowledge import fitting_driver
from cpe_diag.wiring.proofs import Prover
from cpe_diag.wiring.runs import PreparedRun, RunWish, prepare, setting_of

if TYPE_CHECKING:
    from cpe_diag.wiring.config import Config

DEFAULT_PLAYBOOK: Final = "no_internet"
LOOK_S: Final = 20.0
RUN_S: Final = 120.0
ID_BYTES: Final = 5

Confirm = Callable[[ActionPlan], bool]
"""Shows a plan to who decides; False: it is not to be done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeWish:
    """What somebody wants changed, as they name it.

    `value` None: the action takes none, or the inventory's is taken. `accept` are ids of guard
    findings. `playbook` measures before and after.
    """

    action: str
    subscriber: str
    value: str | None = None
    accept: tuple[str, ...] = ()
    ticket: str | None = None
    playbook: str = DEFAULT_PLAYBOOK


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedChange:
    """A change of which every name is resolved; nothing has been asked of any device."""

    wish: ChangeWish
    value: str | None
    run: PreparedRun
    node: AccessNode
    journals: ActionJournals


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenChange:
    """A change whose doors are open: those to look and, apart from them, those to change."""

    prepared: PreparedChange
    setting: Setting
    driver: AccessDriver
    control: SnmpSetDoor
    shell: NodeCli
    prover: Prover

    def doors(self, journal: JournalFile) -> ControlDoors:
        """Give what `perform` changes through."""
        doors = self.setting.doors
        return ControlDoors(
            clock=doors.clock,
            snmp=doors.snmp,
            control=self.control,
            shell=self.shell,
            journal=journal,
        )


def prepare_change(config: Config, wish: ChangeWish) -> PreparedChange:
    """Resolve every name of a wish.

    Args:
        config: the configuration.
        wish: what to change for whom.

    Returns:
        A change that can be planned.

    Raises:
        WishError: the inventory does not name the value that was left to it, or there is no guard
            finding of an accepted id.
        ActionError: the inventory names no node.
        DefinitionError, InventoryError, MeasurementError: as for `prepare` of a run.
    """
    unknown = sorted(set(wish.accept) - {name for name, _check in CHECKS})
    if unknown:
        names = ", ".join(name for name, _check in CHECKS)
        raise WishError(f"the guard has no finding {unknown[0]!r}; there are {names}")
    run = prepare(
        config,
        RunWish(
            playbook=wish.playbook,
            subscriber=wish.subscriber,
            ticket=wish.ticket,
            budget_s=RUN_S,
        ),
    )
    node = run.subscriber.node
    if node is None:
        raise ActionError(f"the inventory names no access node of {wish.subscriber}")
    return PreparedChange(
        wish=wish,
        value=_value(wish, run),
        run=run,
        node=node,
        journals=ActionJournals(default_folder()),
    )


def _value(wish: ChangeWish, run: PreparedRun) -> str | None:
    """Take the service's VLAN or profile from the inventory where no value was given."""
    service = run.subscriber.service
    held = {"port.set_vlan": service.vlan, "line.set_profile": service.profile}
    if wish.value is not None or wish.action not in held:
        return wish.value
    of_service = known(held[wish.action])
    if of_service is None:
        raise WishError(f"{wish.action} needs a value, and the inventory names none")
    return str(of_service)


@asynccontextmanager
async def open_change(prepared: PreparedChange) -> AsyncIterator[OpenChange]:
    """Open the doors of a change; all are closed when the block is left.

    Args:
        prepared: from `prepare_change`.

    Yields:
        The change, of which nothing is planned yet.

    Raises:
        ActionError: no driver is known for the node.
        DefinitionError: its file is wrong.
    """
    run = prepared.run
    config = run.config
    async with open_doors(config, run.subscriber, run.router_driver, run.credentials) as doors:
        memory = PortMemoryFile(default_path())
        driver = run.access_driver or await detected_driver(config, run.subscriber, doors, memory)
        if driver is None:
            raise ActionError(f"no driver is named for node {prepared.node.id}, and none fits it")
        setting = setting_of(run, doors, driver, memory)
        control, shell = _control_doors(prepared, doors, driver)
        try:
            yield OpenChange(
                prepared=prepared,
                setting=setting,
                driver=driver,
                control=control,
                shell=shell,
                prover=Prover(prepared.wish.action, prepared.value, run, setting),
            )
        finally:
            control.close()
            await shell.close()


def _control_doors(
    prepared: PreparedChange, doors: Doors, driver: AccessDriver
) -> tuple[SnmpSetDoor, NodeCli]:
    config = prepared.run.config
    control = SnmpSetDoor(
        prepared.node,
        credentials=prepared.run.credentials,
        clock=doors.clock,
        recorder=doors.recorder,
    )
    shell = NodeCli(
        prepared.node,
        platform=driver.cli_platform,
        credentials=prepared.run.credentials,
        clock=doors.clock,
        recorder=doors.recorder,
        known_hosts=config.known_hosts,
        legacy_algorithms=config.legacy_algorithms,
    )
    return control, shell


async def make_plan(change: OpenChange) -> ActionPlan:
    """Look at the node and make the plan, with what the guard says of it.

    Args:
        change: with open doors.

    Returns:
        The plan; `objections` says whether it may be performed.

    Raises:
        WishError: the driver cannot do it, or the value is not one that it takes.
        ActionError: a part of the port's index is not known.
        MeasurementError: the node does not answer, or the port is not known there.
    """
    prepared, setting = change.prepared, change.setting
    every = action_of(change.driver, prepared.wish.action)
    deadline = setting.doors.clock.monotonic() + LOOK_S
    port = await port_of(setting, deadline)
    spec = every.fitting(port)
    wished_value(spec, prepared.value)
    seen = await survey(setting, port, objects_to_read(spec, port), deadline)
    snmp = prepared.node.snmp
    where = Where(
        subscriber=prepared.wish.subscriber,
        node=prepared.node.id,
        address=f"{snmp.address}:{snmp.port}",
        port=port,
    )
    plan = plan_action(spec, change.driver, where, wished=prepared.value, present=seen.present)
    findings = guard(
        GuardCase(
            spec=spec,
            plan=plan,
            survey=seen,
            subscriber=prepared.run.subscriber,
            node=prepared.node,
            port=port,
            node_ports=prepared.run.node_ports,
            driver=change.driver,
            fitting=_fitting(prepared, seen.object_id, seen.description),
            unfinished=prepared.journals.unfinished_at(plan.node, plan.port),
            most_macs=limits(prepared.run.config.thresholds)["macs_of_one_home"],
        )
    )
    return replace(plan, findings=findings, accepted=prepared.wish.accept)


def _fitting(
    prepared: PreparedChange, object_id: str | Missing, description: str | Missing
) -> AccessDriver | None:
    if isinstance(object_id, Missing):
        return None
    return fitting_driver(prepared.run.config, object_id, known(description) or "")


async def change_port(
    change: OpenChange, plan: ActionPlan, *, on_end: Callable[[ActionOutcome], None]
) -> ActionOutcome:
    """Do what was agreed to: the plan is made anew, and must be the same.

    Args:
        change: with open doors.
        plan: what somebody has agreed to.
        on_end: gets the outcome, also where the caller is cancelled meanwhile.

    Returns:
        The outcome.

    Raises:
        GuardError: the guard refuses it.
        ActionError: the plan would be another one now, another process changes the port, or the
            journal cannot be written. Nothing was changed.
        CancelledError: after a safe point was reached.
    """
    prepared = change.prepared
    with prepared.journals.held(plan):
        symptom = await change.prover.before()
        fresh = await make_plan(change)
        if fresh.objections:
            raise GuardError(fresh)
        if fresh.digest != plan.digest:
            raise ActionError(
                f"the plan is another one now (digest {fresh.digest}); nothing was changed"
            )
        action_id = secrets.token_hex(ID_BYTES)
        record = ActionRecord(
            id=action_id,
            begun_at=change.setting.doors.clock.now(),
            plan=fresh,
            ticket=prepared.wish.ticket,
            symptom=symptom,
            entries=(),
        )
        journal = prepared.journals.begin(record)
        return await perform(
            action_id,
            fresh,
            change.doors(journal),
            change.prover.after,
            symptom=symptom,
            on_end=on_end,
        )


async def recover_port(
    change: OpenChange,
    record: ActionRecord,
    *,
    keep: bool,
    on_end: Callable[[ActionOutcome], None],
) -> ActionOutcome:
    """Bring a change that was broken off to an end.

    Args:
        change: with open doors to the same node.
        record: without an end.
        keep: as for `recover`.
        on_end: gets the outcome.

    Returns:
        The outcome.

    Raises:
        ActionError: the node is no longer where it was, another process changes the port, or
            the node cannot be read.
        CancelledError: after a safe point was reached.
    """
    prepared = change.prepared
    snmp = prepared.node.snmp
    here = (prepared.node.id, f"{snmp.address}:{snmp.port}")
    if here != (record.plan.node, record.plan.address):
        raise ActionError(
            f"the plan is of {record.plan.node} at {record.plan.address}, and the inventory has "
            f"{here[0]} at {here[1]} now"
        )
    change.prover.acted_at = record.begun_at
    with prepared.journals.held(record.plan):
        journal = prepared.journals.resume(record.id)
        return await recover(
            prepared.journals.record(record.id),
            change.doors(journal),
            change.prover.after,
            keep=keep,
            on_end=on_end,
        )
