"""What `doctor` checks: our own packages and rights, and whether what is configured answers."""

from __future__ import annotations

import asyncio
import platform
import socket
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import CpeDiagError, DefinitionError, MeasurementError
from cpe_diag.domain.path_facts import DnsOutcome, HttpOutcome
from cpe_diag.driver_kit.dialects import POSIX_SHELL
from cpe_diag.driver_kit.load import load_access_driver
from cpe_diag.driver_kit.router_detect import is_platform, variant_of
from cpe_diag.engine.platform_watch import name_platform
from cpe_diag.report.duration import duration
from cpe_diag.transports.clock import SystemClock
from cpe_diag.transports.credential_wait import resolved
from cpe_diag.wiring.credentials import credentials_of
from cpe_diag.wiring.detection import SYS_DESCR, SYS_OBJECT_ID, by_technology
from cpe_diag.wiring.doors import open_doors
from cpe_diag.wiring.inventories import inventory_of
from cpe_diag.wiring.knowledge import (
    access_driver_of,
    fitting_driver,
    router_driver_of,
    router_drivers,
)
from cpe_diag.wiring.references import configured_references, references_of

if TYPE_CHECKING:
    from cpe_diag.domain.path_facts import HttpCheck
    from cpe_diag.domain.subscriber import Subscriber
    from cpe_diag.driver_kit.access import AccessDriver
    from cpe_diag.driver_kit.router import RouterDriver
    from cpe_diag.ports import CredentialSource, Doors, Inventory
    from cpe_diag.probes.probe import WebTarget
    from cpe_diag.wiring.config import Config

PACKAGES: Final = (
    "gufo-snmp",
    "pysnmp",
    "paramiko",
    "netmiko",
    "dnspython",
    "httpcore",
    "SQLAlchemy",
)
WITHIN_S: Final = 5.0
SYS_UP_TIME: Final = "1.3.6.1.2.1.1.3.0"  # SNMPv2-MIB, RFC 3418, section 2


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """One check: `state` is `ok`, `limited` or `wrong`; `detail` says what follows from it."""

    what: str
    state: str
    detail: str


async def checkup(config: Config, subscriber_id: str | None) -> tuple[CheckResult, ...]:
    """Make all checks.

    Args:
        config: the configuration.
        subscriber_id: whose node and router are tried too, or None.

    Returns:
        The results, from our own side outwards.
    """
    own = (_python(), *(_package(name) for name in PACKAGES), *_raw_sockets(config))
    configured = CheckResult(what="configuration", state="ok", detail=config.origin)
    return (*own, configured, *await _outside(config, subscriber_id))


def _python() -> CheckResult:
    """Name the interpreter."""
    return CheckResult(
        what="Python", state="ok", detail=f"{platform.python_version()} on {platform.system()}"
    )


def _package(name: str) -> CheckResult:
    """Say which version of a package there is."""
    try:
        version = metadata.version(name)
    except metadata.PackageNotFoundError:
        return CheckResult(
            what=name, state="wrong", detail="not installed; install cpe-diag with its lock"
        )
    return CheckResult(what=name, state="ok", detail=version)


def _raw_sockets(config: Config) -> tuple[CheckResult, ...]:
    """Try which kinds of ICMP sockets this process may open."""
    allowed = []
    for name, kind in (("datagram", socket.SOCK_DGRAM), ("raw", socket.SOCK_RAW)):
        try:
            socket.socket(socket.AF_INET, kind, socket.IPPROTO_ICMP).close()
        except OSError:
            continue
        allowed.append(name)
    if not config.icmp:
        detail = "switched off by the configuration; TCP is used to see whether a host answers"
        return (CheckResult(what="ICMP", state="limited", detail=detail),)
    if allowed:
        return (CheckResult(what="ICMP", state="ok", detail=f"{' and '.join(allowed)} sockets"),)
    detail = "we may not send ICMP (never held against a subscriber); TCP is used instead"
    return (CheckResult(what="ICMP", state="limited", detail=detail),)


async def _outside(config: Config, subscriber_id: str | None) -> tuple[CheckResult, ...]:
    """Ask everything that is configured, all at once."""
    credentials = credentials_of(config)
    try:
        inventory = inventory_of(config, credentials)
        subscriber = None if subscriber_id is None else inventory.subscriber(subscriber_id)
        inventory.ports_of_node("")  # opens a file, where nobody is named to be looked up in it
    except CpeDiagError as error:
        return (CheckResult(what="inventory", state="wrong", detail=str(error)),)
    found = _inventory_result(config, tried=subscriber is not None)
    references = await _credentials(config, inventory, subscriber, credentials)
    driver = None if subscriber is None else router_driver_of(subscriber, config)
    nobody = _nobody() if subscriber is None else subscriber
    async with open_doors(config, nobody, driver, credentials) as doors:
        deadline = doors.clock.monotonic() + WITHIN_S
        checks = [_resolver(doors, config, deadline)]
        checks += [_platform(doors, *named, deadline) for named in config.platforms.items()]
        if subscriber is not None:
            checks.append(_node(doors, subscriber, config, deadline))
            checks.append(_router(doors, config, driver, deadline))
        answers = await asyncio.gather(*checks)
    return (found, *references, *(one for answer in answers for one in answer))


async def _credentials(
    config: Config,
    inventory: Inventory,
    subscriber: Subscriber | None,
    credentials: CredentialSource,
) -> tuple[CheckResult, ...]:
    """Say which references lead to a secret; the secrets themselves are dropped at once."""
    try:
        nodes = inventory.nodes()
    except CpeDiagError:
        nodes = ()
    needed = {*configured_references(config), *references_of((), subscriber)}
    clock = SystemClock()
    deadline = clock.monotonic() + WITHIN_S

    async def tried(reference: str) -> CheckResult:
        resolve = partial(credentials.resolve, reference)
        try:
            await resolved(resolve, clock=clock, deadline=deadline, where=reference)
        except MeasurementError as error:
            state = "wrong" if reference in needed else "limited"
            return CheckResult(what=reference, state=state, detail=str(error.failure))
        return CheckResult(what=reference, state="ok", detail="leads to a secret")

    every = sorted({*needed, *references_of(nodes, None)})
    return tuple(await asyncio.gather(*(tried(reference) for reference in every)))


def _inventory_result(config: Config, *, tried: bool) -> CheckResult:
    """Say that the inventory can be read; a database's query is tried with a subscriber only."""
    kind = "" if config.inventory is None else config.inventory.kind
    if tried or kind != "sql":
        return CheckResult(what="inventory", state="ok", detail=f"of kind {kind}")
    detail = "of kind sql, not asked; --subscriber ID tries its queries"
    return CheckResult(what="inventory", state="limited", detail=detail)


async def _resolver(doors: Doors, config: Config, deadline: float) -> tuple[CheckResult, ...]:
    """Resolve the reference host and fetch its page."""
    if config.reference is None:
        detail = "no `reference` is configured: our own side cannot be told from the subscriber's"
        return (CheckResult(what="reference host", state="limited", detail=detail),)
    try:
        answer = await doors.resolver.resolve(config.reference.host, deadline=deadline)
    except MeasurementError as error:
        return (CheckResult(what="resolver", state="limited", detail=str(error.failure)),)
    if answer.outcome is not DnsOutcome.ANSWERED:
        detail = f"{answer.server} says {answer.outcome} for {answer.name}"
        return (CheckResult(what="resolver", state="wrong", detail=detail),)
    name = CheckResult(
        what="resolver", state="ok", detail=f"{answer.server} answers for {answer.name}"
    )
    try:
        page = await doors.http.get(
            config.reference.url, address=answer.addresses[0], deadline=deadline
        )
    except MeasurementError as error:
        wrong = CheckResult(what="reference host", state="wrong", detail=str(error.failure))
        return (name, wrong)
    state = "ok" if page.outcome is HttpOutcome.OK else "wrong"
    return (name, CheckResult(what="reference host", state=state, detail=_page(page)))


async def _platform(
    doors: Doors, name: str, target: WebTarget, deadline: float
) -> tuple[CheckResult, ...]:
    """Fetch a third party's page; when that fails, it may well be the third party's fault."""
    state = "limited"
    try:
        answer = await doors.resolver.resolve(target.host, deadline=deadline)
        if answer.outcome is DnsOutcome.ANSWERED:
            page = await doors.http.get(target.url, address=answer.addresses[0], deadline=deadline)
            detail = _page(page)
            state = "ok" if page.outcome is HttpOutcome.OK else "limited"
        else:
            detail = f"{answer.server} says {answer.outcome} for {answer.name}"
    except MeasurementError as error:
        detail = str(error.failure)
    return (CheckResult(what=f"platform {name}", state=state, detail=detail),)


def _page(page: HttpCheck) -> str:
    """Say which page it was and what came of it."""
    return f"{page.url}: {page.outcome}" + ("" if page.status is None else f" {page.status}")


async def _node(
    doors: Doors, subscriber: Subscriber, config: Config, deadline: float
) -> tuple[CheckResult, ...]:
    """Ask the subscriber's access node who it is, and compare with the driver in use."""
    try:
        answer = await doors.snmp.get([SYS_UP_TIME, SYS_OBJECT_ID, SYS_DESCR], deadline=deadline)
    except MeasurementError as error:
        return (CheckResult(what="access node", state="wrong", detail=str(error.failure)),)
    ticks, object_id, descr = (answer[oid] for oid in (SYS_UP_TIME, SYS_OBJECT_ID, SYS_DESCR))
    up = f"; up for {duration(ticks / 100)}" if isinstance(ticks, int) else ""
    detail = f"{doors.snmp.node} answers{up}"
    node = CheckResult(what="access node", state="ok", detail=detail)
    words = descr.decode(errors="replace") if isinstance(descr, bytes) else ""
    try:
        fits = fitting_driver(config, object_id if isinstance(object_id, str) else "", words)
        used = access_driver_of(subscriber, config) or fits
        usual = by_technology(subscriber)
        if used is None and usual is not None:
            used = load_access_driver(usual, config.driver_folders)
    except DefinitionError as error:
        return (node, CheckResult(what="access driver", state="wrong", detail=str(error)))
    return (node, _driver(used, fits))


def _driver(used: AccessDriver | None, fits: AccessDriver | None) -> CheckResult:
    """Compare the driver that a run would use with the one that names such a node."""
    what = "access driver"
    if used is None:
        detail = "the inventory names no driver, and none fits what the node says of itself"
        return CheckResult(what=what, state="limited", detail=detail)
    if fits is not None and fits.id != used.id:
        detail = f"{used.id} is used; {fits.id} fits what the node says of itself"
        return CheckResult(what=what, state="limited", detail=detail)
    return CheckResult(what=what, state="ok", detail=used.id)


async def _router(
    doors: Doors, config: Config, driver: RouterDriver | None, deadline: float
) -> tuple[CheckResult, ...]:
    """Log in to the subscriber's router, and ask whether it is what the inventory says."""
    try:
        took_s = await doors.router.connect(deadline=deadline)
    except MeasurementError as error:
        return (CheckResult(what="router", state="wrong", detail=str(error.failure)),)
    detail = f"{doors.router.router} lets us in after {took_s * 1000:.0f} ms"
    found = CheckResult(what="router", state="ok", detail=detail)
    return (found, await _router_platform(doors, config, driver, deadline))


async def _router_platform(
    doors: Doors, config: Config, driver: RouterDriver | None, deadline: float
) -> CheckResult:
    what = "router platform"
    if driver is None:
        every = router_drivers(config)
        named = await name_platform(doors.router, every, POSIX_SHELL, deadline=deadline)
        detail = "the inventory names none, and no driver fits what the router says of itself"
        if named is not None:
            detail = f"the inventory names none; it is {named.title}: write `platform: {named.id}`"
        return CheckResult(what=what, state="limited", detail=detail)
    if driver.detect is None:
        detail = f"{driver.id}; its driver cannot tell whether the router really is one"
        return CheckResult(what=what, state="limited", detail=detail)
    try:
        answers = await doors.router.ask(driver.detect.commands, deadline=deadline)
    except MeasurementError as error:
        return CheckResult(what=what, state="wrong", detail=str(error.failure))
    if not is_platform(driver.detect, answers):
        detail = f"{driver.id}; the router did not say in time whether it really is one"
        return CheckResult(what=what, state="limited", detail=detail)
    variant = variant_of(driver.detect, answers)
    made = "" if variant is None else f" ({variant}, a variant of it)"
    return CheckResult(what=what, state="ok", detail=f"{driver.id}{made}")


def _nobody() -> Subscriber:
    """Give a subscriber of whom nothing is known, for doors that ask no device of theirs."""
    from cpe_diag.domain.failures import FailureKind
    from cpe_diag.domain.missing import Missing
    from cpe_diag.domain.subscriber import Service, Subscriber

    gap = Missing(why=FailureKind.NOT_CONFIGURED)
    return Subscriber(
        id="nobody",
        node=None,
        port=gap,
        technology=gap,
        service=Service(down_bps=gap, up_bps=gap, vlan=gap, wan=gap),
        router=None,
        router_mac=gap,
        ssids=gap,
        language=gap,
    )
