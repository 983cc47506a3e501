"""What a laptop on site says in words of its own where the evidence does not decide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.field_facts import FieldLink, FieldPppoe, PluggedInto
from cpe_diag.domain.field_locked_facts import FieldLocked
from cpe_diag.domain.missing import known
from cpe_diag.domain.observations import Observed
from cpe_diag.domain.path_facts import ALLOW_PING
from cpe_diag.domain.subscriber import WanProtocol
from cpe_diag.judge.cause import AT_WALL_PORT, IN_HOME_NETWORK
from cpe_diag.judge.healthy import not_proven_good, relevant
from cpe_diag.judge.on_site import LAN, LOCKED, PLACES, WALL, key_at, locked_words
from cpe_diag.judge.on_site_inside import SESSION
from cpe_diag.judge.on_site_use import use_at
from cpe_diag.judge.rule import cannot_tell

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import FactKey
    from cpe_diag.judge.question import CaseFile
    from cpe_diag.judge.seen import Seen

MISSING_PRIVILEGE: Final = FailureKind.MISSING_PRIVILEGE
MOST: Final = 2
"""A summary is read aloud; the rest is among the findings."""
UNTRIED_TITLE: Final = "The line answers at the wall port; its session was not tried"
TRY_SESSION: Final = (
    "Name the line's login (in the inventory, at the subscriber: session: {user: NAME, credential:"
    ' "env:NAME"}; or in the pack that is taken along), and run again: the session is opened then,'
    " and resolver, reference and packet sizes are asked in it. Or let the router dial, and run"
    " behind it."
)
LOCKED_TITLE: Final = "The wall port is locked to the router's MAC: it answers that one alone"
UNLOCK: Final = (
    "Give the laptop's port the router's MAC while the router is unplugged (ip link set dev PORT"
    " address {mac}), or have the node forget what it has learned on this port (port security),"
    " and run again. Or let the router dial, and run behind it."
)
SILENT_TITLE: Final = "Nobody answers at the wall port: a fault of the network, or a locked port"
WITH_MAC: Final = (
    "Unplug the router from the line, and check again with {option}: the laptop asks once with the"
    " router's MAC{which}. Who answers that has locked the port to it, which is no fault; if"
    " nobody does, it is the network's."
)
WITH_TAG: Final = (
    "Name the VLAN of the service (in the inventory, at the subscriber: service: {vlan: N}; or in"
    " the configuration: field: {vlans: [N]}), and check again: the laptop asks there with"
    " its tag."
)
IN_USE_TITLE: Final = "Something else filled the line while it was measured: that accuses nobody"
END_USE: Final = (
    "End what uses the line on the laptop itself (downloads, a backup, television, a call), and"
    " check again: what is still amiss then does not come of it."
)
SILENT: Final = ("wall_no_offer", "wall_no_concentrator")
UNALLOWED_TITLE: Final = "Nothing wrong was seen; what the laptop may not do was not measured"
ALL_ELSE: Final = "All else that matters here is good; the rest was not measured: {why}."
ALLOW: Final = "Let the laptop measure that too, and check again: {steps}."
OTHER_CABLE: Final = (
    "Plug the same cable into a port that works (at home the router's, else the wall port), check"
    " there, and then here again: that tells the laptop's own cable and socket from this port."
)
AT_WALL: Final = (
    "Plug the laptop into the wall port in place of the router, and check again within two hours:"
    " what is well there is the router's fault, what is not is the line's or the network's."
)
BY_CABLE: Final = (
    "Plug the laptop into the router by a cable, and check again: what is well there is the"
    " radio's. Then the wall port in place of the router tells the router from the line."
)
NO_LINK: Final = {AT_WALL_PORT: "wall_no_link", IN_HOME_NETWORK: "home_no_link"}
PAGES: Final = {AT_WALL_PORT: "wall_pages_fail", IN_HOME_NETWORK: "home_pages_fail"}
NOT_TRIED: Final = frozenset({FailureKind.NOT_MEASURED, FailureKind.NOT_CONFIGURED})
ECHOES: Final = frozenset({"path_quality", "ping"})
PPPOE: Final = key_at("field_pppoe", WALL)
UNTAGGED: Final = (key_at("field_dhcp", WALL), PPPOE)
"""Asked without a tag: where that was answered by nobody and tells nothing, it is the tag."""


def session_untried(case: CaseFile) -> str | None:
    """Say who would open the line's session, where there is no login to try it with.

    Args:
        case: of a line of sessions, at the wall port.

    Returns:
        A sentence without its full stop; None: it was tried, or nobody offers one.
    """
    if case.symptom != AT_WALL_PORT:
        return None
    if known(case.subscriber.service.wan) not in {None, WanProtocol.PPPOE}:
        return None
    told = case.evidence.value(FieldPppoe, PPPOE.kind, PPPOE.subject)
    failure = case.evidence.failure(SESSION.kind, SESSION.subject)
    if told is None or not told.offers or failure is None:
        return None
    if failure.kind is not FailureKind.NOT_CONFIGURED:
        return None
    who = ", ".join(f"{one.concentrator} ({one.mac})" for one in told.offers)
    return f"{who} offers sessions; none was opened, as {failure.detail}"


def port_locked(case: CaseFile) -> FieldLocked | None:
    """Give who answers the router's MAC at the wall port, where nobody answers the laptop's.

    Args:
        case: at the wall port.

    Returns:
        None: nobody does, or it was not asked.
    """
    if case.symptom != AT_WALL_PORT:
        return None
    told = case.evidence.value(FieldLocked, LOCKED.kind, LOCKED.subject)
    return told if told is not None and (told.offers or told.concentrators) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class NextOnSite:
    """What a technician can do on site so that the evidence decides.

    `title` and `summary` stand in place of the general words where those say too little.
    """

    action: str
    title: str | None = None
    summary: str | None = None


def next_on_site(seen: Seen, *, open_causes: bool) -> NextOnSite | None:
    """Say what a technician can do on site so that the evidence decides.

    Args:
        seen: the case.
        open_causes: some causes are likely, and none leads.

    Returns:
        None: nothing of what is known here helps, or the case is from afar.
    """
    if seen.case.symptom not in PLACES:
        return None
    alone = None if open_causes else _answered_in_part(seen.case) or _in_use(seen) or _silent(seen)
    return alone or _elsewhere(seen) or (None if open_causes else _unallowed(seen))


def _answered_in_part(case: CaseFile) -> NextOnSite | None:
    """Say how the line is tried whose port is locked, or whose session was not opened."""
    if (locked := port_locked(case)) is not None:
        return NextOnSite(action=UNLOCK.format(mac=locked.mac), title=LOCKED_TITLE)
    if session_untried(case) is not None:
        return NextOnSite(action=TRY_SESSION, title=UNTRIED_TITLE)
    return None


def _in_use(seen: Seen) -> NextOnSite | None:
    """Say what tells a fault from a line that something else filled meanwhile."""
    uses = {(use_at(place),) for place in PluggedInto}
    if not any(f.missing in uses for f in seen.by_id(not_proven_good(seen.on))):
        return None
    return NextOnSite(action=END_USE, title=IN_USE_TITLE)


def _silent(seen: Seen) -> NextOnSite | None:
    """Say what tells a dead network from a port that is locked to the router's MAC.

    The two are as silent to a laptop, and are told apart in seconds by whoever is there: until
    then nobody is sent, and nobody is told that a fault was found.
    """
    missing = {f.missing for f in seen.by_id(SILENT) if f.answer is None}
    if (LOCKED,) not in missing:
        untagged = missing & {(key,) for key in UNTAGGED if _observed(seen, key)}
        return NextOnSite(action=WITH_TAG) if untagged else None
    failure = seen.case.evidence.failure(LOCKED.kind, LOCKED.subject)
    if failure is not None and failure.kind not in NOT_TRIED:
        step = failure.next_step or WITH_MAC.format(option="--as-router", which="")
        action = f"It was not asked with the router's MAC, as {failure.detail}: {step}"
        return NextOnSite(action=action, title=SILENT_TITLE)
    mac = known(seen.case.subscriber.router_mac)
    option, which = "--as-router", f" ({mac.lower()})" if mac else ""
    if mac is None:
        option, which = "--as-router MAC", ", as its label has it (none is on record)"
    return NextOnSite(action=WITH_MAC.format(option=option, which=which), title=SILENT_TITLE)


def _elsewhere(seen: Seen) -> NextOnSite | None:
    """Say where to plug in next: one place alone tells neither cable from port nor whose it is."""
    symptom = seen.case.symptom
    if any(f.answer is None and f.missing for f in seen.by_id((NO_LINK[symptom],))):
        return NextOnSite(action=OTHER_CABLE)
    if symptom != IN_HOME_NETWORK or _looked_at(seen, WALL):
        return None
    amiss = any(finding.answer for finding in seen.by_id(relevant(symptom)))
    if not amiss and not _untold(seen):
        return None
    return NextOnSite(action=AT_WALL if _looked_at(seen, LAN) else BY_CABLE)


def _observed(seen: Seen, key: FactKey) -> bool:
    return isinstance(seen.case.evidence.get(key.kind, key.subject), Observed)


def _looked_at(seen: Seen, place: PluggedInto) -> bool:
    return seen.case.evidence.value(FieldLink, "field_link", place.value) is not None


def _unallowed(seen: Seen) -> NextOnSite | None:
    """Say what would allow what is left to measure, where all that was measured is good."""
    left = seen.by_id(not_proven_good(seen.on))
    keys = dict.fromkeys(key for finding in left for key in finding.missing)
    held = {key: seen.case.evidence.failure(key.kind, key.subject) for key in keys}
    failures = {key: failure for key, failure in held.items() if failure is not None}
    privileges = {failure.kind for failure in failures.values()} == {MISSING_PRIVILEGE}
    if any(finding.answer for finding in left) or len(failures) < len(held) or not privileges:
        return None
    steps = dict.fromkeys(
        ALLOW_PING if key.kind in ECHOES else failure.next_step or str(failure)
        for key, failure in failures.items()
    )
    in_order = sorted(steps, key=lambda step: step != ALLOW_PING)  # the other one checks again
    action = ALLOW.format(steps="; ".join(in_order))
    if seen.on.answers.get(PAGES[seen.case.symptom]) is not False:
        return NextOnSite(action=action)
    why = "; ".join(dict.fromkeys(failure.detail for failure in failures.values()))
    return NextOnSite(action=action, title=UNALLOWED_TITLE, summary=ALL_ELSE.format(why=why))


def said_on_site(seen: Seen) -> tuple[str, ...]:
    """Give why what matters there cannot be told, where the laptop itself has seen why.

    Args:
        seen: the case.

    Returns:
        Sentences without their full stop; empty in a case from afar.
    """
    if seen.case.symptom not in PLACES:
        return ()
    if (locked := port_locked(seen.case)) is not None:
        return (f"nobody answers the laptop's own MAC; {locked_words(locked)}",)
    untried = session_untried(seen.case)
    return (*(() if untried is None else (untried,)), *_untold(seen)[:MOST])


def _untold(seen: Seen) -> tuple[str, ...]:
    """Give why what was seen does not tell, each reason once."""
    return tuple(
        dict.fromkeys(
            finding.because
            for finding in seen.by_id(not_proven_good(seen.on))
            if finding.answer is None
            and finding.missing
            and finding.because != cannot_tell(seen.facts, *finding.missing).because
        )
    )
