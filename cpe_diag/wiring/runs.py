"""Puts one run together: configuration, inventory, drivers and doors -> order -> result."""

from __future__ import annotations

import asyncio
import importlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.subscriber import NodePort, Subscriber
from cpe_diag.driver_kit.access import AccessDriver
from cpe_diag.driver_kit.router import RouterDriver
from cpe_diag.engine.run import RunOrder
from cpe_diag.engine.runner import run_playbook
from cpe_diag.field.on_site import OnSite
from cpe_diag.judge.decide import find
from cpe_diag.judge.thresholds import check_overrides
from cpe_diag.playbook.answers import check_answers
from cpe_diag.playbook.model import Playbook
from cpe_diag.ports import CredentialSource
from cpe_diag.probes import dhcp_server
from cpe_diag.probes.catalogue import PROBES
from cpe_diag.probes.port_finder import PortFinder
from cpe_diag.probes.probe import Setting, WebTarget
from cpe_diag.store.port_memory import PortMemoryFile, default_path
from cpe_diag.wiring.config import Config
from cpe_diag.wiring.credentials import credentials_of
from cpe_diag.wiring.detection import detected_driver, forget_exchanged_node
from cpe_diag.wiring.doors import open_doors
from cpe_diag.wiring.incidents import note_incident
from cpe_diag.wiring.inventories import inventory_of
from cpe_diag.wiring.knowledge import (
    access_driver_of,
    chooser,
    judge,
    modem_driver_of,
    playbook_of,
    router_driver_of,
    second_chooser,
    stopper,
    wrong_choice,
)
from cpe_diag.wiring.known import look_up
from cpe_diag.wiring.known_firmware import with_known_firmware
from cpe_diag.wiring.port_history import earlier_samples, keep_samples, own_actions

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Measurement
    from cpe_diag.engine.run import Act, AskCaller, OnProgress, RunResult
    from cpe_diag.ports import Doors, PortMemory
    from cpe_diag.wiring.kept_runs import KeptRun

DEFAULT_BUDGET_S: Final = 15 * 60.0  # second line's 15 minutes
SSH_LIBRARY: Final = "paramiko"
DEFAULT_PLATFORM: Final = "default"
ON_SITE: Final = "field_"
"""How the ids of probes begin that a laptop on site is needed for."""
RUN_ID_BYTES: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class RunWish:
    """What somebody asks for, as they name it. `platform` None means the configured default.

    `on_site`: a laptop at the customer's, None: nobody is there. `looks_only`: nothing is changed,
    whatever the playbook says.
    """

    playbook: str
    subscriber: str
    ticket: str | None = None
    budget_s: float = DEFAULT_BUDGET_S
    answers: Mapping[str, str] = field(default_factory=dict)
    device_mac: str | None = None
    platform: str | None = None
    everything: bool = False
    load_agreed: bool = False
    on_site: OnSite | None = None
    looks_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedRun:
    """A run that can start: every name is resolved, nothing has been asked of any device."""

    wish: RunWish
    config: Config
    playbook: Playbook
    subscriber: Subscriber
    node_ports: tuple[NodePort, ...]
    access_driver: AccessDriver | None
    modem_driver: AccessDriver | None
    router_driver: RouterDriver | None
    platform: WebTarget | None
    credentials: CredentialSource


def prepare(config: Config, wish: RunWish) -> PreparedRun:
    """Resolve every name of a wish and check it against the files.

    Args:
        config: the configuration.
        wish: what to run on whom.

    Returns:
        A run that can start.

    Raises:
        DefinitionError: playbook, driver, thresholds or an answer is wrong.
        InventoryError: the subscriber is not there, or the inventory cannot be read.
        MeasurementError: the credential of the inventory's database cannot be resolved.
    """
    check_overrides(config.thresholds, file=config.origin)
    credentials = credentials_of(config)
    inventory = inventory_of(config, credentials)  # first: a pack lays its playbooks out
    playbook = playbook_of(config, wish.playbook)
    check_answers(playbook, wish.answers)
    subscriber = inventory.subscriber(wish.subscriber)
    node_ports = () if subscriber.node is None else inventory.ports_of_node(subscriber.node.id)
    return PreparedRun(
        wish=wish,
        config=config,
        playbook=playbook,
        subscriber=subscriber,
        node_ports=node_ports,
        access_driver=access_driver_of(subscriber, config),
        modem_driver=modem_driver_of(subscriber, config),
        router_driver=router_driver_of(subscriber, config),
        platform=_platform(config, wish.platform),
        credentials=credentials,
    )


async def perform(
    prepared: PreparedRun,
    *,
    on_progress: OnProgress,
    ask_caller: AskCaller,
    act: Act | None = None,
    kept: KeptRun | None = None,
) -> RunResult:
    """Run what was prepared; every connection is closed when this returns or is cancelled.

    Args:
        prepared: from `prepare`.
        on_progress: is told what happens, as it happens.
        ask_caller: puts a question to the person at the terminal.
        act: changes the router where a step says so; None: nothing is changed.
        kept: the run in the case store; None: nobody keeps it.

    Returns:
        All that the run leaves.

    Raises:
        RunError: another worker has taken the run up.
    """
    if prepared.subscriber.router is not None:
        # Every run waits longest for its router. Loading the library within the run would count
        # as the router's answering time in the trace, and flatter the bench.
        await asyncio.to_thread(importlib.import_module, SSH_LIBRARY)
    async with open_doors(
        prepared.config,
        prepared.subscriber,
        prepared.router_driver,
        prepared.credentials,
        on_site=prepared.wish.on_site,
    ) as doors:
        earlier = await asyncio.to_thread(_seen_on_site, prepared)
        memory = PortMemoryFile(default_path())
        driver = prepared.access_driver
        if driver is None and prepared.wish.on_site is None:  # a laptop asks no access node
            driver = await detected_driver(prepared.config, prepared.subscriber, doors, memory)
        order = RunOrder(
            run_id=kept.row.id if kept else secrets.token_hex(RUN_ID_BYTES),
            playbook=prepared.playbook,
            setting=await asyncio.to_thread(setting_of, prepared, doors, driver, memory),
            budget_s=prepared.wish.budget_s,
            answers=prepared.wish.answers,
            thresholds=prepared.config.thresholds,
            ticket=prepared.wish.ticket,
            everything=prepared.wish.everything,
            earlier=earlier,
            act=None if prepared.wish.looks_only else act,
        )
        without = _without(doors)
        result = await run_playbook(
            order,
            catalogue=PROBES,
            judge=judge(),
            findings=find,
            next_probes=chooser(without),
            second_probes=second_chooser(without),
            enough=stopper(),
            on_progress=on_progress,
            ask_caller=ask_caller,
            journal=kept.journal if kept else None,
            so_far=kept.so_far if kept else None,
        )
        await asyncio.to_thread(
            keep_samples, prepared.config, prepared.subscriber.id, result.evidence
        )
        forget_exchanged_node(prepared.subscriber, result.evidence, doors, memory)
        at = doors.clock.now()
    known = await asyncio.to_thread(look_up, prepared.config, result.case, result.verdict)
    result = with_known_firmware(result, known, judge(), at)
    incident = await asyncio.to_thread(
        note_incident,
        prepared.config,
        result.case,
        result.verdict,
        result.started_at,
        kept.row.case_id if kept else None,
        clock=doors.clock,
    )
    return replace(result, incident=incident)


def _seen_on_site(prepared: PreparedRun) -> tuple[Measurement, ...]:
    """Give what a laptop on site has seen before; nothing where nobody is there."""
    if prepared.wish.on_site is None:
        return ()
    from cpe_diag.transports.clock import SystemClock
    from cpe_diag.wiring.seen_on_site import seen_before

    on_site, now = prepared.wish.on_site, SystemClock().now()
    return seen_before(prepared.config, prepared.subscriber.id, on_site, now=now)


def _without(doors: Doors) -> frozenset[str]:
    """Give the probes that have no door here."""
    lacking = set() if doors.dhcp else {dhcp_server.PROBE.id}
    if doors.field is None:
        lacking |= {probe.id for probe in PROBES if probe.id.startswith(ON_SITE)}
    return frozenset(lacking)


def setting_of(
    prepared: PreparedRun, doors: Doors, driver: AccessDriver | None, memory: PortMemory
) -> Setting:
    """Give what the probes work with.

    Args:
        prepared: the run.
        doors: opened for it.
        driver: of the access node, None where there is none.
        memory: where ports were found.

    Returns:
        The setting.
    """
    earlier = earlier_samples(prepared.config, prepared.subscriber.id)
    return Setting(
        subscriber=prepared.subscriber,
        node_ports=prepared.node_ports,
        access_driver=driver,
        modem_driver=prepared.modem_driver,
        router_driver=prepared.router_driver,
        reference=prepared.config.reference,
        operator_resolver=prepared.config.resolver_address,
        platform=prepared.platform,
        device_mac=prepared.wish.device_mac,
        sample_interval_s=prepared.config.sample_interval_s,
        doors=doors,
        finder=PortFinder(doors, memory),
        load_agreed=prepared.wish.load_agreed,
        places=tuple(prepared.config.platforms.values()),
        port_history=earlier,
        own_actions=own_actions(prepared.config, prepared.subscriber.id, earlier),
    )


def _platform(config: Config, name: str | None) -> WebTarget | None:
    """Find the named platform, by its name in the configuration or as a host name.

    Raises:
        DefinitionError: the name is none of the configured ones and no host name.
    """
    if name is None:
        return config.platforms.get(DEFAULT_PLATFORM)
    if name in config.platforms:
        return config.platforms[name]
    for target in config.platforms.values():
        if target.host == name:
            return target
    if "." in name:
        return WebTarget(host=name, url=f"https://{name}/")
    known = ", ".join(sorted(config.platforms)) or "none"
    raise wrong_choice(
        config.origin,
        f"there is no platform {name!r}; configured: {known}; or give a host name such as "
        "www.example.net",
    )
