"""Looks at a router before, in and after a change: its boot, its Wi-Fi, what waits there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

from cpe_diag.domain.failures import FailureKind, MeasurementError
from cpe_diag.domain.missing import Maybe, Missing, known
from cpe_diag.domain.router_facts import RouterSystem, WanStatus
from cpe_diag.domain.router_plan import ExpectedReading, Reads
from cpe_diag.domain.wifi_facts import WifiStatus
from cpe_diag.driver_kit.router import ReadingContext, UnreadableError
from cpe_diag.ports import Command, CommandAnswer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.driver_kit.router import RouterDriver
    from cpe_diag.ports import Clock

T = TypeVar("T")

Ask: TypeAlias = Callable[[Sequence[Command], float], Awaitable[tuple[CommandAnswer, ...]]]
"""Runs commands that only look, by a deadline; raises MeasurementError as `RouterView.ask`."""

YES, NO = "yes", "no"
ANOTHER, SAME = "another", "the same"
AS_SET = "as set"


@dataclass(frozen=True, slots=True, kw_only=True)
class RouterLook:
    """What was read. `pending` are lines of changes that wait there unconfirmed."""

    system: Maybe[RouterSystem]
    wifi: Maybe[WifiStatus]
    wan: Maybe[WanStatus]
    pending: Maybe[str]

    @property
    def boot_id(self) -> str:
        """The boot, empty where it is not known."""
        system = known(self.system)
        return (known(system.boot_id) or "") if system is not None else ""


SYSTEM, WIFI, WAN, PENDING = "router_system", "router_wifi", "router_wan", "pending"
EVERYTHING: Final = (SYSTEM, WIFI, WAN, PENDING)


async def look(
    ask: Ask,
    driver: RouterDriver,
    clock: Clock,
    *,
    deadline: float,
    parts: tuple[str, ...] = EVERYTHING,
) -> RouterLook:
    """Ask what a change needs to know.

    Args:
        ask: the router.
        driver: of its platform.
        clock: for the readers.
        deadline: absolute, monotonic seconds.
        parts: what is asked; the rest is Missing.

    Returns:
        What was read; what the platform does not tell is Missing.

    Raises:
        MeasurementError: the router does not answer.
    """
    names = [name for name in parts if name in driver.questions]
    asked = {name: driver.questions[name].commands for name in names}
    pending = () if driver.revert is None or PENDING not in parts else driver.revert.pending
    asked[PENDING] = tuple(
        Command(text=one.run, label=one.label, limit_s=one.limit_s) for one in pending
    )
    answers = list(await ask([one for each in asked.values() for one in each], deadline))
    said: dict[str, tuple[CommandAnswer, ...]] = {}
    for name, commands in asked.items():
        said[name], answers = tuple(answers[: len(commands)]), answers[len(commands) :]
    context = ReadingContext(at=clock.now())

    def read(name: str, wanted: type[T]) -> Maybe[T]:
        if name not in said:
            return Missing(why=FailureKind.UNSUPPORTED)
        try:
            value = driver.questions[name].reader(said[name], context)
        except UnreadableError as error:
            return Missing(why=error.kind)
        return value if isinstance(value, wanted) else Missing(why=FailureKind.UNPARSEABLE)

    waits = said[PENDING]
    return RouterLook(
        system=read(SYSTEM, RouterSystem),
        wifi=read(WIFI, WifiStatus),
        wan=read(WAN, WanStatus),
        pending=Missing(why=FailureKind.UNSUPPORTED)
        if not waits
        else Missing(why=FailureKind.DEVICE_ERROR)
        if any(one.exit_status for one in waits)
        else "".join(one.output for one in waits).strip(),
    )


def reading(looked: RouterLook, wanted: ExpectedReading, *, boot_id: str) -> str | None:
    """Give what is read where a change expects something; None where it is not known.

    Args:
        looked: what was read.
        wanted: of a plan; PASSWORD and SETTINGS are compared by the router and not here.
        boot_id: the boot that the change began in.

    Returns:
        In the words of `ExpectedReading`.
    """
    match wanted.reads:
        case Reads.BOOT:
            if not looked.boot_id or not boot_id:
                return None
            return ANOTHER if looked.boot_id != boot_id else SAME
        case Reads.FIRMWARE:
            system = known(looked.system)
            said = None if system is None else known(system.firmware)
            return None if said is None else version_said(said, wanted.value)
        case Reads.PASSWORD | Reads.SETTINGS:
            return None
        case Reads.AIR:
            wifi = known(looked.wifi)
            stands = wifi is not None and all(one.enabled is one.on_air for one in wifi.radios)
            return None if wifi is None else AS_SET if stands else "not as set"
        case _:
            return wifi_reading(known(looked.wifi), wanted)


def version_said(firmware: str, version: str) -> str:
    """Give the version where the router's words for its firmware hold it, else those words."""
    return version if version in firmware.split() else firmware


def wifi_reading(wifi: WifiStatus | None, wanted: ExpectedReading) -> str | None:
    """Read a network's or radio's state; None where it is gone, or two of one id differ."""
    if wifi is None:
        return None
    networks = [one for one in wifi.networks if known(one.settings) == wanted.subject]
    radios = [one for one in wifi.radios if known(one.settings) == wanted.subject]
    match wanted.reads:
        case Reads.SSID:
            return _alike([one.ssid for one in networks])
        case Reads.CHANNEL:
            channels = [known(one.channel) for one in radios]
            return _alike([None if one is None else str(one) for one in channels])
        case _:
            # A radio and its first network have the same id on some platforms.
            of_networks = [known(one.on_air) for one in networks]
            of_radios = [] if wanted.interface else [one.on_air for one in radios]
            on_air = of_radios or of_networks
            return _alike([None if one is None else YES if one else NO for one in on_air])


def _alike(found: Sequence[str | None]) -> str | None:
    return found[0] if len(set(found)) == 1 else None


async def look_or_none(
    ask: Ask, driver: RouterDriver, clock: Clock, *, deadline: float, parts: tuple[str, ...]
) -> RouterLook | None:
    """Look; None where the router does not answer."""
    try:
        return await look(ask, driver, clock, deadline=deadline, parts=parts)
    except MeasurementError:
        return None


def differences(read: Mapping[ExpectedReading, str | None], *, before: bool) -> tuple[str, ...]:
    """Say what is not as expected (or, with `before`, not as it was)."""
    return tuple(
        f"{one.reads} of {one.subject or 'the router'} is {found if found is not None else '?'}, "
        f"not {one.previous if before else one.value}"
        for one, found in read.items()
        if found != (one.previous if before else one.value)
    )
