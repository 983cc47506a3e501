"""Puts one change together: configuration, inventory, driver, and doors to look and to change."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import ActionError, WishError
from cpe_diag.domain.missing import known
from cpe_diag.domain.subscriber import AccessNode
from cpe_diag.driver_kit.access import AccessDriver
from cpe_diag.engine.guard import CHECKS
from cpe_diag.ports import ActionJournal, ControlDoors, Doors
from cpe_diag.probes.probe import Setting
from cpe_diag.store.action_journal import ActionJournals
from cpe_diag.store.port_memory import PortMemoryFile, default_path
from cpe_diag.transports.node_cli import NodeCli
from cpe_diag.transports.snmp_set import SnmpSetDoor
from cpe_diag.wiring.desk import Desk, case_store, open_desk
from cpe_diag.wiring.detection import detected_driver
from cpe_diag.wiring.doors import host_keys_of, open_doors
from cpe_diag.wiring.proofs import Prover
from cpe_diag.wiring.runs import PreparedRun, RunWish, prepare, setting_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from cpe_diag.wiring.config import Config

DEFAULT_PLAYBOOK: Final = "no_internet"
RUN_S: Final = 120.0


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
    desk: Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenChange:
    """A change whose doors are open: those to look and, apart from them, those to change."""

    prepared: PreparedChange
    setting: Setting
    driver: AccessDriver
    control: SnmpSetDoor
    shell: NodeCli
    prover: Prover

    def doors(self, journal: ActionJournal) -> ControlDoors:
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
        RightsError, StoreError: as for `open_desk`.
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
        journals=ActionJournals(case_store(config)),
        desk=open_desk(config),
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
        host_keys=host_keys_of(config),
        legacy_algorithms=config.legacy_algorithms,
    )
    return control, shell
