"""What the agent knows before it looks: probes, rules, playbooks and drivers, put together."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import DefinitionError, Fault
from cpe_diag.driver_kit.access import AccessDriver
from cpe_diag.driver_kit.load import (
    detect,
    list_drivers,
    load_driver,
    load_router_driver,
)
from cpe_diag.judge.choosing import enough, next_probes, second_probes
from cpe_diag.judge.decide import decide
from cpe_diag.judge.offer import Offer
from cpe_diag.judge.rules import RULES
from cpe_diag.playbook.load import load_playbook
from cpe_diag.playbook.vocabulary import Vocabulary
from cpe_diag.probes.catalogue import PROBES
from cpe_diag.wiring.access_drivers import access_driver_named
from cpe_diag.wiring.keeping import read_lately

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cpe_diag.domain.evidence import FactKey
    from cpe_diag.domain.subscriber import Subscriber
    from cpe_diag.domain.verdict import Verdict
    from cpe_diag.driver_kit.load import Driver
    from cpe_diag.driver_kit.router import RouterDriver
    from cpe_diag.judge.question import CaseFile
    from cpe_diag.playbook.model import Playbook
    from cpe_diag.wiring.config import Config


def vocabulary() -> Vocabulary:
    """Give the names that a playbook may use."""
    return Vocabulary(
        probes=frozenset(probe.id for probe in PROBES),
        findings=frozenset(rule.id for rule in RULES),
    )


def facts_by_probe() -> Mapping[str, tuple[FactKey, ...]]:
    """Say which probe gives which facts, for the judge's question of what would settle it."""
    return {probe.id: probe.gives for probe in PROBES}


def judge() -> Callable[[CaseFile], Verdict]:
    """Give the judge: the same case, the same verdict, in a run and offline."""
    return partial(decide, catalogue=facts_by_probe())


def offers() -> Mapping[str, Offer]:
    """Say what each probe brings and costs, for the judge's question of what to ask next."""
    return {
        probe.id: Offer(gives=probe.gives, cost_s=probe.cost_s, nuisance=probe.nuisance)
        for probe in PROBES
    }


def chooser(
    without: frozenset[str] = frozenset(),
) -> Callable[[CaseFile, frozenset[str]], tuple[str, ...]]:
    """Give the one who names the probes that tell most for what they cost.

    Args:
        without: probes that nobody can run here, for want of a door.

    Returns:
        By a case and the probes that were run, the probes to run next.
    """
    every = {name: offer for name, offer in offers().items() if name not in without}

    def choose(case: CaseFile, tried: frozenset[str]) -> tuple[str, ...]:
        return next_probes(case, every, tried)

    return choose


def second_chooser(
    without: frozenset[str] = frozenset(),
) -> Callable[[CaseFile, frozenset[str]], tuple[str, ...]]:
    """Give the one who names the probes that could still name a second cause.

    Args:
        without: probes that nobody can run here, for want of a door.

    Returns:
        By a case and the probes that were run, the probes to run together.
    """
    every = {name: offer for name, offer in offers().items() if name not in without}

    def choose(case: CaseFile, tried: frozenset[str]) -> tuple[str, ...]:
        return second_probes(case, every, tried)

    return choose


def stopper() -> Callable[[CaseFile, frozenset[str]], bool]:
    """Give the one who says that the outstanding probes need not be waited for."""
    every = offers()

    def stop(case: CaseFile, outstanding: frozenset[str]) -> bool:
        return enough(case, {name: every[name] for name in sorted(outstanding)})

    return stop


def access_driver_of(subscriber: Subscriber, config: Config) -> AccessDriver | None:
    """Load the driver that the inventory names for the subscriber's access node.

    Args:
        subscriber: whose node it is.
        config: names further folders of drivers.

    Returns:
        The driver; None where the inventory names no node, or no driver for it.

    Raises:
        DefinitionError: there is no such driver, or its file is wrong.
    """
    if subscriber.node is None or subscriber.node.driver is None:
        return None
    return access_driver_named(config, subscriber.node.driver)


STANDARD_MODEM: Final = "docsis_modem"


def modem_driver_of(subscriber: Subscriber, config: Config) -> AccessDriver | None:
    """Load the driver of the subscriber's cable modem.

    Args:
        subscriber: says whether and how its modem is asked.
        config: names further folders of drivers.

    Returns:
        The driver; None where the modem is not asked.

    Raises:
        DefinitionError: there is no such driver, or its file is wrong.
    """
    if subscriber.modem is None:
        return None
    return access_driver_named(config, subscriber.modem.driver or STANDARD_MODEM)


def fitting_driver(config: Config, sys_object_id: str, sys_descr: str) -> AccessDriver | None:
    """Find the driver that is written for a node, by what the node says of itself.

    Args:
        config: names further folders of drivers.
        sys_object_id: its sysObjectID.0.
        sys_descr: its sysDescr.0.

    Returns:
        The driver; None where no driver names such a node.

    Raises:
        DefinitionError: the file of a driver is wrong.
    """
    access = [driver for driver in _drivers(config) if isinstance(driver, AccessDriver)]
    return detect(access, sys_object_id, sys_descr)


def router_driver_of(subscriber: Subscriber, config: Config) -> RouterDriver | None:
    """Load the driver of the subscriber's router.

    Args:
        subscriber: names the router's platform.
        config: names further folders of drivers.

    Returns:
        The driver; None where the inventory names no router, or not its platform.

    Raises:
        DefinitionError: there is no such driver, or its file is wrong.
    """
    if subscriber.router is None or subscriber.router.platform is None:
        return None
    platform = subscriber.router.platform
    return read_lately(
        config,
        ("router driver", platform),
        lambda: load_router_driver(platform, config.driver_folders),
    )


def router_drivers(config: Config) -> tuple[RouterDriver, ...]:
    """Load every router driver, to name a router that is none of what the inventory says.

    Args:
        config: names further folders of drivers.

    Returns:
        The drivers, by id.

    Raises:
        DefinitionError: the file of a driver is wrong.
    """
    return tuple(driver for driver in _drivers(config) if not isinstance(driver, AccessDriver))


def playbook_of(config: Config, name_or_path: str) -> Playbook:
    """Load a playbook.

    Args:
        config: names further folders of playbooks.
        name_or_path: its id, or the path of its file.

    Returns:
        The playbook, checked.

    Raises:
        DefinitionError: there is no such playbook, or its file is wrong: every fault.
    """
    return read_lately(
        config,
        ("playbook", name_or_path),
        lambda: load_playbook(name_or_path, vocabulary(), config.playbook_folders),
    )


def _drivers(config: Config) -> tuple[Driver, ...]:
    folders = config.driver_folders
    return read_lately(
        config,
        "drivers",
        lambda: tuple(load_driver(file.id, folders) for file in list_drivers(folders)),
    )


def wrong_choice(file: str, message: str) -> DefinitionError:
    """Make the error for a name on the command line that does not exist."""
    return DefinitionError((Fault(file=file, line=None, column=None, message=message),))
