"""Puts one change of a router together: inventory, driver, doors, stores."""

from __future__ import annotations

import hashlib
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import ActionError, WishError
from cpe_diag.domain.new_password import new_password
from cpe_diag.domain.router_plan import Payload
from cpe_diag.domain.secret import Secret
from cpe_diag.domain.subscriber import RouterAccess
from cpe_diag.driver_kit.router import RouterDriver
from cpe_diag.engine.human_reset import HUMAN_RESET
from cpe_diag.engine.plan_router import RouterWish, spec_of
from cpe_diag.engine.router_guard import ROUTER_CHECKS
from cpe_diag.ports import Clock, KeptCopies, PasswordCourier, PersonGuide, Recorder
from cpe_diag.store.kept_copies import KeptCopyFiles, default_copies
from cpe_diag.store.port_memory import PortMemoryFile
from cpe_diag.store.port_memory import default_path as default_memory
from cpe_diag.store.router_journal import RouterJournals
from cpe_diag.store.store_clock import StoreClock
from cpe_diag.transports.router_control import Control, router_control
from cpe_diag.transports.ssh_trust import HostKeys
from cpe_diag.wiring.couriers import NothingToBring, courier_of
from cpe_diag.wiring.desk import Desk, case_store, open_desk
from cpe_diag.wiring.doors import host_keys_of, legacy_allowed, open_doors
from cpe_diag.wiring.proofs import Prover
from cpe_diag.wiring.runs import PreparedRun, RunWish, prepare, setting_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from cpe_diag.domain.roles import Staff
    from cpe_diag.domain.router_plan import RouterRecord
    from cpe_diag.wiring.config import Config

RUN_S: Final = 60.0
REPAIRS: Final = frozenset(
    {"router.reboot", "router.factory_reset", "firmware.install", HUMAN_RESET}
)
"""Changes that are made because something is wrong: whether it is gone is measured."""
REPAIR_PLAYBOOK: Final = "no_internet"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageWish:
    """A firmware image as somebody names it; `sha256` in hex is what they expect of the file."""

    path: Path
    version: str
    model: str | None
    sha256: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RouterChangeWish:
    """What somebody wants changed, as they name it.

    `playbook` None: repairs are measured with the usual one, wishes of the customer not at all.
    `restores` is the action whose kept copy is put back. `typed` is the password that the
    customer has typed. `brings` True: where they have not, one is made and brought to them.
    `hold_s` is how long a button is held. `recovers` True: nothing new is begun, so that nothing
    needs to be there for it.
    """

    action: str
    subscriber: str
    value: str | None = None
    networks: tuple[str, ...] = ()
    bands: tuple[str, ...] = ()
    accept: tuple[str, ...] = ()
    ticket: str | None = None
    playbook: str | None = None
    image: ImageWish | None = None
    restores: str | None = None
    typed: Secret | None = field(default=None, repr=False)
    hold_s: float = 20.0
    brings: bool = True
    recovers: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedRouterChange:
    """A change of which every name is resolved; nothing has been asked of any device."""

    wish: RouterChangeWish
    order: RouterWish
    run: PreparedRun
    access: RouterAccess
    driver: RouterDriver
    journals: RouterJournals
    copies: KeptCopies
    courier: PasswordCourier
    guide: PersonGuide
    desk: Desk
    payloads: dict[str, bytes] = field(repr=False)
    password: Secret = field(repr=False)

    @property
    def router(self) -> str:
        """The router's address with the port of its SSH server, as plans name it."""
        return f"{self.access.address}:{self.access.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRouterChange:
    """A change whose doors are open.

    `dated` is the clock by which its journal is written, one for all who may take it up.
    """

    prepared: PreparedRouterChange
    clock: Clock
    dated: Clock
    recorder: Recorder
    control: Control
    host_keys: HostKeys
    prover: Prover | None
    """None: nobody said that anything is wrong."""


def prepare_router_change(
    config: Config, wish: RouterChangeWish, guide: PersonGuide, *, staff: Staff | None = None
) -> PreparedRouterChange:
    """Resolve every name of a wish.

    Args:
        config: the configuration.
        wish: what to change for whom.
        guide: leads the person at the phone, where hands are needed.
        staff: as for `open_desk`.

    Returns:
        A change that can be planned.

    Raises:
        WishError: the driver cannot do it, or there is no guard finding of an accepted id.
        ActionError: the inventory names no router or no platform, a file cannot be read, or a
            new password would not reach the customer.
        DefinitionError, InventoryError, MeasurementError: as for `prepare` of a run.
        RightsError, StoreError: as for `open_desk`.
    """
    names = [name for name, _check in ROUTER_CHECKS]
    unknown = sorted(set(wish.accept) - set(names))
    if unknown:
        raise WishError(f"the guard has no finding {unknown[0]!r}; there are {', '.join(names)}")
    run = prepare(
        config,
        RunWish(
            playbook=wish.playbook or REPAIR_PLAYBOOK,
            subscriber=wish.subscriber,
            ticket=wish.ticket,
            budget_s=RUN_S,
        ),
    )
    access, driver = run.subscriber.router, run.router_driver
    if access is None:
        raise ActionError(f"the inventory names no router of {wish.subscriber}")
    if driver is None:
        raise ActionError(
            f"the inventory names no platform of the router of {wish.subscriber}: add `platform`, "
            "so that no command is sent to a router that means something else by it"
        )
    if wish.action != HUMAN_RESET:
        spec_of(driver, wish.action)
    copies = KeptCopyFiles(default_copies())
    payloads = {} if wish.recovers else _payloads(wish, copies)
    desk = open_desk(config, staff=staff)
    secret = wish.action == "wifi.set_password"
    brings = secret and wish.brings and not wish.recovers
    return PreparedRouterChange(
        wish=wish,
        order=RouterWish(
            action=wish.action,
            value=wish.image.version if wish.image else wish.restores or wish.value,
            typed=not wish.brings,
            networks=wish.networks,
            bands=wish.bands,
            payloads=tuple(
                Payload(name=name, size=len(content), sha256=hashlib.sha256(content).hexdigest())
                for name, content in payloads.items()
            ),
        ),
        run=run,
        access=access,
        driver=driver,
        journals=RouterJournals(case_store(config)),
        copies=copies,
        courier=courier_of(config, desk, wish.subscriber) if brings else NothingToBring(),
        guide=guide,
        desk=desk,
        payloads=payloads,
        password=wish.typed or Secret(new_password()),
    )


def recovery_of(record: RouterRecord) -> RouterChangeWish:
    """Give the wish that takes up a change of the journal."""
    return RouterChangeWish(
        action=record.plan.action,
        subscriber=record.plan.subscriber,
        value=record.plan.wished or None,
        ticket=record.ticket,
        recovers=True,
    )


def _payloads(wish: RouterChangeWish, copies: KeptCopies) -> dict[str, bytes]:
    """Read what would be uploaded.

    Raises:
        WishError: it is not named, or not what is expected of it.
        ActionError: it cannot be read.
    """
    if wish.action == "router.restore_backup":
        if wish.restores is None:
            raise WishError("router.restore_backup needs the change whose copy is put back")
        return {"backup": copies.give(wish.restores)}
    if wish.action != "firmware.install":
        return {}
    image = wish.image
    if image is None:
        raise WishError("firmware.install needs an image")
    try:
        content = image.path.read_bytes()
    except OSError as error:
        raise ActionError(f"the image {image.path} cannot be read: {error.strerror}") from error
    found = hashlib.sha256(content).hexdigest()
    if image.sha256 is not None and found != image.sha256.strip().lower():
        raise WishError(f"the image {image.path} has the SHA-256 {found}, not the expected one")
    return {"image": content}


@asynccontextmanager
async def open_router_change(prepared: PreparedRouterChange) -> AsyncIterator[OpenRouterChange]:
    """Open the doors of a change; all are closed when the block is left.

    Args:
        prepared: from `prepare_router_change`.

    Yields:
        The change, of which nothing is planned yet.

    Raises:
        StoreError: the store does not tell its time of day.
    """
    run, wish = prepared.run, prepared.wish
    config = run.config
    measured = wish.playbook is not None or wish.action in REPAIRS
    async with open_doors(config, run.subscriber, run.router_driver, run.credentials) as doors:
        keys = host_keys_of(config)
        dated = StoreClock(case_store(config), doors.clock)
        control = router_control(
            prepared.access,
            dialect=prepared.driver.dialect,
            credentials=run.credentials,
            clock=doors.clock,
            recorder=doors.recorder,
            host_keys=keys,
            legacy_algorithms=legacy_allowed(config, prepared.access, run.router_driver),
        )
        setting = setting_of(run, doors, run.access_driver, PortMemoryFile(default_memory()))
        try:
            yield OpenRouterChange(
                prepared=prepared,
                clock=doors.clock,
                dated=dated,
                recorder=doors.recorder,
                control=control,
                host_keys=keys,
                prover=Prover(wish.action, wish.value, run, setting) if measured else None,
            )
        finally:
            await control.close()
