"""Makes the exact plan of a router's change from its driver, what is wished and what was read."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import ActionError, WishError
from cpe_diag.domain.missing import known
from cpe_diag.domain.router_plan import (
    ExpectedReading,
    Payload,
    Piece,
    PlannedCommand,
    Reads,
    RouterPlan,
    Way,
)
from cpe_diag.domain.wifi_rules import ssid_fault
from cpe_diag.driver_kit.posix_shell import quote as posix_word
from cpe_diag.driver_kit.quoting import QUOTINGS
from cpe_diag.driver_kit.router_action_file import PLACE
from cpe_diag.driver_kit.router_action_spec import PARTS, SLOTS, Target
from cpe_diag.engine.router_look import ANOTHER, AS_SET, NO, YES, version_said
from cpe_diag.engine.wifi_targets import WifiTarget, channel_fault, chosen, same_name_fault
from cpe_diag.playbook.answers import NEEDS_VALUE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.driver_kit.router import RouterDriver
    from cpe_diag.driver_kit.router_action_spec import CommandSpec, RouterActionSpec
    from cpe_diag.engine.router_look import RouterLook

# What names a place in a router's settings: no character that a shell or a settings language
# would read as more than a part of one word.
_PART: Final = re.compile(r"[A-Za-z0-9_@.\[\]/:+-]+")

SET_ENABLED: Final = "wifi.set_enabled"
OFF_ON: Final = "off_on"
"""Radios are off for a moment: one change, which the router ends by itself whoever dies."""

_RESTART_S: Final = 180.0
"""How long a router is away that goes back by a restart and whose driver names no time for one."""

QUOTING_OF: Final[Mapping[str, str]] = {"posix_shell": "posix"}
"""How a value is written on the command line, by the dialect; other dialects have their name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RouterWish:
    """What somebody wants of a router.

    `value` is the name, channel, `on` or `off`, the version of an image, or the change whose copy
    is put back; None where the action takes none. `typed` True: the customer types the password,
    else it is made and brought to them. `networks` are purposes (`lan`, `guest`) or names,
    `bands` `2g`, `5g`, `6g`; empty: the customer's own networks, on all bands.
    """

    action: str
    value: str | None = None
    networks: tuple[str, ...] = ()
    bands: tuple[str, ...] = ()
    payloads: tuple[Payload, ...] = ()
    typed: bool = False


def spec_of(driver: RouterDriver, action: str) -> RouterActionSpec:
    """Give the driver's change.

    Raises:
        WishError: it has none of this id; says what it has, or why not.
    """
    if action in driver.actions:
        return driver.actions[action]
    stated = driver.capabilities.get(action)
    why = f" ({stated.state}: {stated.reason})" if stated and stated.reason else ""
    has = ", ".join(driver.actions) or "none"
    raise WishError(f"driver {driver.id} does not do {action}{why}; it does {has}")


def plan_router(
    driver: RouterDriver, wish: RouterWish, looked: RouterLook, *, subscriber: str, router: str
) -> RouterPlan:
    """Make the plan; nothing is sent.

    Args:
        driver: of the router's platform.
        wish: what is wanted.
        looked: what was read of the router just now.
        subscriber: whose router it is.
        router: its address with port.

    Returns:
        The plan, without the guard's findings.

    Raises:
        WishError: the driver cannot do it, or the value is not one that may be sent.
        ActionError: the router does not tell what the change needs to know.
    """
    spec = spec_of(driver, wish.action)
    targets = _targets(spec, wish, looked)
    _check_value(spec, wish, targets)
    if spec.id == "wifi.set_ssid":
        fault = same_name_fault(known(looked.wifi), targets, wish.value or "")
        if fault:
            raise WishError(f"{spec.id}: {fault}")
    writer = _Writer(driver, spec, wish, targets)
    revert = driver.revert
    armed = spec.way is Way.ARMED and revert is not None
    passing = _is_passing(wish)
    system = known(looked.system)
    return RouterPlan(
        action=spec.id,
        subscriber=subscriber,
        router=router,
        driver=driver.id,
        model=(known(system.model) or "") if system else "",
        firmware=(known(system.firmware) or "") if system else "",
        wished=_words(wish),
        targets=tuple(one.words for one in targets),
        encryptions=tuple(one.encryption for one in targets)
        if wish.action == "wifi.set_password"
        else (),
        way=Way.PASSING if passing else spec.way,
        backup=writer.commands(spec.backup),
        prepare=writer.commands(spec.prepare),
        arm=writer.commands(revert.arm) if armed and revert else (),
        apply=writer.commands(spec.apply),
        keep=writer.commands(revert.keep) if armed and revert and not passing else (),
        back=writer.commands(revert.back) if armed and revert else (),
        state=writer.commands(revert.state) if armed and revert else (),
        check=writer.commands(spec.check),
        expected=_expected(spec, wish, targets, looked),
        secrets=("password",) if wish.action == "wifi.set_password" else (),
        payloads=wish.payloads,
        window_s=revert.window_s if armed and revert else 0.0,
        reverts=revert.words if armed and revert else "",
        outage_s=spec.outage_s + (_back_s(driver) if passing else 0.0),
        source=spec.source,
        findings=(),
        accepted=(),
    )


def _is_passing(wish: RouterWish) -> bool:
    """Say whether it is over by itself."""
    return (wish.action, wish.value) == (SET_ENABLED, OFF_ON)


def _back_s(driver: RouterDriver) -> float:
    """Give how long the customer is without service where the router goes back, in seconds."""
    back = () if driver.revert is None else driver.revert.back
    if not any(one.goes_away for one in back):
        return 0.0
    restart = driver.actions.get("router.reboot")
    return _RESTART_S if restart is None else restart.outage_s


def _words(wish: RouterWish) -> str:
    if wish.action == "wifi.set_password":
        how = "typed by the customer" if wish.typed else "made here and sent to the customer"
        return f"a new password, {how}, which nobody else gets to know"
    if wish.action == "router.restore_backup" and wish.value:
        return f"the settings from before change {wish.value}"
    if _is_passing(wish):
        return "off, seen to be off, and on again"
    return wish.value or ""


def _targets(
    spec: RouterActionSpec, wish: RouterWish, looked: RouterLook
) -> tuple[WifiTarget, ...]:
    if spec.target is Target.ROUTER:
        return ()
    wifi = known(looked.wifi)
    if wifi is None:
        raise ActionError("the router does not tell which Wi-Fi networks it has")
    return chosen(wifi, spec.target, networks=wish.networks, bands=wish.bands)


def _check_value(
    spec: RouterActionSpec, wish: RouterWish, targets: tuple[WifiTarget, ...]
) -> None:
    """Hold the wish to what may be sent.

    Raises:
        WishError: it may not.
    """
    value = wish.value
    if spec.id in NEEDS_VALUE and value is None:
        raise WishError(f"{spec.id} needs a value")
    if spec.id == "wifi.set_password" and value is not None:
        raise WishError(
            f"{spec.id} takes no value, which would stand in the process list: the password is "
            "made here and sent to the customer, or typed by them (wifi set-password --typed)"
        )
    fault = None
    if spec.values and value not in spec.values and not _is_passing(wish):
        fault = f"{value!r} is none of {', '.join(spec.values)}"
    elif spec.id == "wifi.set_ssid":
        fault = ssid_fault(value or "")
    elif spec.id == "wifi.set_channel":
        faults = [channel_fault(value or "", one.band, one.usable_channels) for one in targets]
        fault = next((one for one in faults if one), None)
    if fault:
        raise WishError(f"{spec.id}: {fault}")


def _expected(
    spec: RouterActionSpec,
    wish: RouterWish,
    targets: tuple[WifiTarget, ...],
    looked: RouterLook,
) -> tuple[ExpectedReading, ...]:
    """Say what must be read afterwards."""

    def on_air(one: WifiTarget) -> ExpectedReading:
        state = YES if one.on_air else NO
        return ExpectedReading(
            reads=Reads.ON_AIR,
            subject=one.subject(spec.target),
            value=state,
            previous=state,
            interface=one.interface,
        )

    value = wish.value or ""
    found: list[ExpectedReading] = []
    for one in targets:
        subject = one.subject(spec.target)
        match spec.id:
            case "wifi.set_ssid":
                changed = ExpectedReading(
                    reads=Reads.SSID, subject=subject, value=value, previous=one.ssid
                )
                found += [changed, on_air(one)]
            case "wifi.set_password":
                changed = ExpectedReading(
                    reads=Reads.PASSWORD,
                    subject=subject,
                    value="new",
                    previous="old",
                    interface=one.interface,
                )
                found += [changed, on_air(one)]
            case "wifi.set_channel":
                changed = ExpectedReading(
                    reads=Reads.CHANNEL, subject=subject, value=value, previous=one.channel
                )
                # `auto` is a way to choose and no channel: what is read then is the router's.
                found += [on_air(one)] if value == "auto" else [changed, on_air(one)]
            case _:
                wanted = YES if value == "on" else NO
                found.append(replace(on_air(one), value=wanted))
    if spec.target is not Target.ROUTER:
        found += _others(looked, frozenset(one.subject for one in found))
    if spec.way is Way.ONCE:
        found.append(
            ExpectedReading(reads=Reads.BOOT, subject="", value=ANOTHER, previous="the same")
        )
    if spec.id == "firmware.install":
        system = known(looked.system)
        said = (known(system.firmware) or "") if system else ""
        before = version_said(said, value)
        found.append(
            ExpectedReading(reads=Reads.FIRMWARE, subject="", value=value, previous=before)
        )
    if spec.id == "router.restore_backup":
        air = ExpectedReading(reads=Reads.AIR, subject="", value=AS_SET, previous=AS_SET)
        found.append(air)
        found.append(
            ExpectedReading(
                reads=Reads.SETTINGS, subject="", value="as kept", previous="otherwise"
            )
        )
    return tuple(found)


def _others(looked: RouterLook, named: frozenset[str]) -> list[ExpectedReading]:
    """Hold every radio that is not changed to what it is now: it must not fall with the others."""
    wifi = known(looked.wifi)
    found = []
    for radio in wifi.radios if wifi else ():
        subject = known(radio.settings)
        if subject is not None and subject not in named:
            state = YES if radio.on_air else NO
            found.append(
                ExpectedReading(
                    reads=Reads.OTHER_ON_AIR, subject=subject, value=state, previous=state
                )
            )
    return found


class _Writer:
    """Writes command templates with everything but the slots filled."""

    def __init__(
        self,
        driver: RouterDriver,
        spec: RouterActionSpec,
        wish: RouterWish,
        targets: tuple[WifiTarget, ...],
    ) -> None:
        """Write for one wish."""
        self._word = QUOTING_OF.get(driver.dialect, driver.dialect)
        self._targets = targets
        image = {one.name: one for one in wish.payloads}.get("image")
        value = "off" if _is_passing(wish) else wish.value or ""
        self._known = {
            "ssid": value,
            "channel": value,
            "state": spec.values.get(value, value),
            "window_s": f"{driver.revert.window_s:g}" if driver.revert else "",
            "image_size": str(image.size) if image else "",
            "image_sha256": image.sha256 if image else "",
        }

    def commands(self, specs: tuple[CommandSpec, ...]) -> tuple[PlannedCommand, ...]:
        """Write commands, one that names a target once for each."""
        return tuple(one for spec in specs for one in self._command(spec))

    def _command(self, spec: CommandSpec) -> list[PlannedCommand]:
        repeated = _names_target(spec.run)
        targets: tuple[WifiTarget | None, ...] = self._targets if repeated else (None,)
        return [
            PlannedCommand(
                label=spec.label,
                run=self._pieces(spec.run, self._word, target),
                stdin=self._stdin(spec, target),
                upload=spec.upload,
                limit_s=spec.limit_s,
                goes_away=spec.goes_away,
            )
            for target in targets
        ]

    def _stdin(self, spec: CommandSpec, target: WifiTarget | None) -> tuple[Piece, ...]:
        if target is not None or not _names_target(spec.stdin):
            return self._pieces(spec.stdin, spec.quote, target)
        return tuple(
            piece for one in self._targets for piece in self._pieces(spec.stdin, spec.quote, one)
        )

    def _pieces(self, template: str, quoting: str, target: WifiTarget | None) -> tuple[Piece, ...]:
        found: list[Piece] = []
        end = 0
        for place in PLACE.finditer(template):
            _add(found, template[end : place.start()])
            end = place.end()
            name = place[1]
            if name in SLOTS:
                # An id or boot id is letters, digits and dashes: it stands as it is.
                form = quoting if name == "password" else ""
                found.append(Piece(text="", slot=name, quoting=form))
            elif name in PARTS:
                _add(found, _part(name, target))
            else:
                value = self._known[name]
                _add(found, _quoted(value, quoting) if quoting else value)
        _add(found, template[end:])
        return tuple(found)


def _quoted(value: str, quoting: str) -> str:
    """Write a wish in its form.

    Raises:
        WishError: the router could not carry it.
    """
    try:
        return QUOTINGS[quoting](value)
    except ValueError as error:
        raise WishError(f"{value!r}: {error}") from error


def _add(found: list[Piece], text: str) -> None:
    if found and not found[-1].slot:
        text = found.pop().text + text
    if text:
        found.append(Piece(text=text))


def _names_target(template: str) -> bool:
    return any(name in PARTS for name in PLACE.findall(template))


def _part(name: str, target: WifiTarget | None) -> str:
    text = "" if target is None else str(getattr(target, name))
    if not _PART.fullmatch(text):
        shown = "is not known" if not text else f"is {posix_word(text)}, which is not safe to send"
        raise ActionError(f"the {name} of the network {shown}")
    return text
