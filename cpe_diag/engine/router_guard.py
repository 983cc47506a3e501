"""The guard of router changes: reasons to refuse that nobody may overlook."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.agreement import GuardFinding, GuardState
from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Missing, known
from cpe_diag.domain.router_plan import Reads, RouterPlan, Way
from cpe_diag.domain.subscriber import Subscriber
from cpe_diag.engine.router_look import YES, RouterLook

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True, kw_only=True)
class RouterCase:
    """What the guard knows. `unfinished` are ids of changes of this router without an end."""

    plan: RouterPlan
    looked: RouterLook
    subscriber: Subscriber
    unfinished: tuple[str, ...]
    expects_model: str | None


def guard_router(case: RouterCase) -> tuple[GuardFinding, ...]:
    """Give every reason with its state."""
    found = []
    for name, check in ROUTER_CHECKS:
        state, because = check(case)
        found.append(GuardFinding(id=name, state=state, because=because))
    return tuple(found)


def _router_identity(case: RouterCase) -> tuple[GuardState, str]:
    expected = known(case.subscriber.router_mac)
    wan = known(case.looked.wan)
    said = None if wan is None else known(wan.mac)
    if expected is None:
        return GuardState.CLEAR, "the inventory names no MAC of the router"
    if said is None:
        return GuardState.UNKNOWN, f"the router does not tell its MAC (expected {expected})"
    if said.casefold() != expected.casefold():
        return GuardState.REFUSED, f"the router's MAC is {said}, the inventory expects {expected}"
    return GuardState.CLEAR, f"the router is {said}, as the inventory says"


def _boot_known(case: RouterCase) -> tuple[GuardState, str]:
    if case.plan.way is not Way.ONCE:
        return GuardState.CLEAR, "it goes back by itself"
    if not case.looked.boot_id:
        return GuardState.UNKNOWN, "the router does not tell its boot, so that nothing proves it"
    return GuardState.CLEAR, "another boot will prove it"


def _way_back(case: RouterCase) -> tuple[GuardState, str]:
    if case.plan.way is Way.ONCE:
        return GuardState.CLEAR, "it cannot be taken back, and happens at most once"
    if not case.plan.arm:
        return GuardState.REFUSED, "the router has no revert of its own"
    return GuardState.CLEAR, case.plan.reverts


def _settings_pending(case: RouterCase) -> tuple[GuardState, str]:
    if case.plan.way is Way.ONCE:
        return GuardState.CLEAR, "nothing is staged"
    pending = case.looked.pending
    if isinstance(pending, Missing) and pending.why is FailureKind.UNSUPPORTED:
        return GuardState.CLEAR, "the platform keeps no settings apart that wait"
    if isinstance(pending, Missing):
        return GuardState.UNKNOWN, "the router does not tell whether somebody's changes wait"
    if pending:
        count = len(pending.splitlines())
        return GuardState.REFUSED, f"{count} changes of somebody else wait there uncommitted"
    return GuardState.CLEAR, "nobody's changes wait there"


def _on_air(case: RouterCase) -> tuple[GuardState, str]:
    if case.plan.action not in {"wifi.set_ssid", "wifi.set_password", "wifi.set_channel"}:
        return GuardState.CLEAR, "it is not read on air"
    off = [
        one.subject
        for one in case.plan.expected
        if one.reads is Reads.ON_AIR and one.previous != YES
    ]
    if off:
        return (
            GuardState.UNKNOWN,
            f"{', '.join(off)} is not on air now, so that nothing there can be proven",
        )
    return GuardState.CLEAR, "everything that it changes is on air now"


def _image_model(case: RouterCase) -> tuple[GuardState, str]:
    if case.plan.action != "firmware.install":
        return GuardState.CLEAR, "no image is installed"
    if case.expects_model is None:
        return GuardState.UNKNOWN, "nobody says for which model the image is"
    if case.plan.model.casefold() != case.expects_model.casefold():
        return (
            GuardState.REFUSED,
            f"the image is for {case.expects_model}, the router is {case.plan.model or 'unknown'}",
        )
    return GuardState.CLEAR, f"the image is for {case.expects_model}"


def _unfinished(case: RouterCase) -> tuple[GuardState, str]:
    if case.unfinished:
        first = case.unfinished[0]
        return (
            GuardState.REFUSED,
            f"change {first} of this router has no known end: cpe-diag router recover {first}",
        )
    return GuardState.CLEAR, "no change of this router is unfinished"


ROUTER_CHECKS: Final[tuple[tuple[str, Callable[[RouterCase], tuple[GuardState, str]]], ...]] = (
    ("router_identity", _router_identity),
    ("boot_known", _boot_known),
    ("way_back", _way_back),
    ("settings_pending", _settings_pending),
    ("on_air", _on_air),
    ("image_model", _image_model),
    ("unfinished", _unfinished),
)
"""Every reason to refuse; each gives its state and words."""
