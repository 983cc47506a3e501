"""Rules about the router itself: is it there, is it well, what does its log say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.load_facts import PathQuality
from cpe_diag.domain.missing import known
from cpe_diag.domain.observations import Observed
from cpe_diag.domain.router_facts import LogEventKind, LogEvents, RebootReason, RouterSystem
from cpe_diag.judge.keys import LOG, QUALITY_ROUTER, ROUTER_REACHED, SYSTEM
from cpe_diag.judge.rule import (
    ROUTER_KINDS,
    Answer,
    Rule,
    cannot_tell,
    no,
    own_restart,
    says,
    span,
    yes,
)

if TYPE_CHECKING:
    from cpe_diag.judge.rule import Facts

READ_FROM_ROUTER: Final = tuple(FactKey(kind, "router") for kind in ROUTER_KINDS)


def spoken(facts: Facts) -> FactKey | None:
    """Give the first fact that the router told over SSH; None: it has told nothing."""
    for key in READ_FROM_ROUTER:
        if isinstance(facts.case.evidence.get(key.kind, key.subject), Observed):
            return key
    return None


def router_unreachable(facts: Facts) -> Answer:
    """Answer whether the router gives no answer to us at all."""
    heard = spoken(facts)
    if heard is not None:
        return no("the router answered questions", heard)
    train = facts.fact(PathQuality, QUALITY_ROUTER)
    if train is not None and train.received:
        words = f"the router answered {train.received} of {train.sent} packets"
        return no(words, QUALITY_ROUTER)
    reached = facts.reachable(ROUTER_REACHED)
    if reached is None:
        return cannot_tell(facts, ROUTER_REACHED)
    words = "answers us" if reached else "does not answer us"
    return says(not reached, f"the router {words}", ROUTER_REACHED)


def router_hung(facts: Facts) -> Answer:
    """Answer whether the router accepts connections and then says nothing."""
    heard = spoken(facts)
    if heard is not None:
        return no("the router answered questions", heard)
    for key in (SYSTEM, ROUTER_REACHED, *READ_FROM_ROUTER):
        if facts.hung(key):
            words = "the router accepts the connection and then says nothing"
            return yes(words, key)
    return cannot_tell(facts, SYSTEM)


def router_restarted(facts: Facts) -> Answer:
    """Answer whether the router was restarted just now."""
    system = facts.fact(RouterSystem, SYSTEM)
    if system is None:
        return cannot_tell(facts, SYSTEM)
    own = own_restart(facts)
    if own is not None:
        return no("we have restarted it ourselves", own)
    recent = system.uptime_s < facts.limits["router_restart_recent_s"]
    return says(recent, f"the router has been up for {span(system.uptime_s)}", SYSTEM)


def router_strained(facts: Facts) -> Answer:
    """Answer whether the router has more to do than it can."""
    system = facts.fact(RouterSystem, SYSTEM)
    if system is None:
        return cannot_tell(facts, SYSTEM)
    load = known(system.load_1min)
    total = known(system.memory_total_bytes)
    free = known(system.memory_available_bytes)
    parts: list[str] = []
    strained = False
    if load is not None:
        parts.append(f"load {load:.2f}")
        strained |= load >= facts.limits["router_load"]
    if total and free is not None:
        parts.append(f"{free / total:.0%} of the memory available")
        strained |= free < facts.limits["router_memory_share"] * total
    if not parts:
        return cannot_tell(facts, SYSTEM)
    return says(strained, "the router has " + " and ".join(parts), SYSTEM)


def conntrack_full(facts: Facts) -> Answer:
    """Answer whether the router's table of connections is full."""
    system = facts.fact(RouterSystem, SYSTEM)
    entries = known(system.conntrack_entries) if system else None
    limit = known(system.conntrack_limit) if system else None
    if entries is not None and limit:
        full = entries >= facts.limits["conntrack_share"] * limit
        return says(full, f"{entries} of {limit} connections tracked", SYSTEM)
    lines = count(facts, LogEventKind.CONNTRACK_FULL)
    if lines:
        return yes(f"{lines} log lines say so", LOG)
    return cannot_tell(facts, SYSTEM)


def router_crash_logged(facts: Facts) -> Answer:
    """Answer whether the log, or what the kernel kept, tells of a crash or of lack of memory."""
    system = facts.fact(RouterSystem, SYSTEM)
    if (
        system is not None
        and system.last_reboot is RebootReason.KERNEL_CRASH
        and system.uptime_s < facts.limits["router_crash_recent_s"]
    ):
        return yes(f"its kernel crashed {span(system.uptime_s)} ago", SYSTEM)
    crashes = count(facts, LogEventKind.KERNEL_CRASH)
    starved = count(facts, LogEventKind.OUT_OF_MEMORY)
    if crashes is None or starved is None:
        return cannot_tell(facts, LOG)
    words = f"{crashes} crashes and {starved} times out of memory in the log"
    return says(crashes + starved > 0, words, LOG)


def wan_link_flaps(facts: Facts) -> Answer:
    """Answer whether the router lost its WAN link again and again."""
    losses = count(facts, LogEventKind.WAN_LINK_LOST)
    if losses is None:
        return cannot_tell(facts, LOG)
    words = f"{losses} losses of the WAN link in the log"
    return says(losses >= facts.limits["wan_link_losses"], words, LOG)


def count(facts: Facts, kind: LogEventKind, subject: str | None = None) -> int | None:
    """Count log lines of one kind.

    Args:
        facts: where the log excerpt may be.
        kind: which kind of event.
        subject: only those about this subject (a MAC), or None for all.

    Returns:
        How many, or None where the log was not read.
    """
    log = facts.fact(LogEvents, LOG)
    if log is None:
        return None
    return sum(
        event.count
        for event in log.events
        if event.kind is kind and (subject is None or event.subject.lower() == subject)
    )


RULES_ROUTER: Final[tuple[Rule, ...]] = (
    Rule(
        id="router_unreachable",
        question="Does the router give no answer to us?",
        needs=(ROUTER_REACHED, QUALITY_ROUTER),
        ask=router_unreachable,
    ),
    Rule(
        id="router_hung",
        question="Does the router accept connections and then hang?",
        needs=(SYSTEM,),
        ask=router_hung,
    ),
    Rule(
        id="router_restarted",
        question="Was the router restarted just now?",
        needs=(SYSTEM,),
        ask=router_restarted,
    ),
    Rule(
        id="router_strained",
        question="Has the router more to do than it can?",
        needs=(SYSTEM,),
        ask=router_strained,
    ),
    Rule(
        id="conntrack_full",
        question="Is the router's connection table full?",
        needs=(SYSTEM, LOG),
        ask=conntrack_full,
    ),
    Rule(
        id="router_crash_logged",
        question="Does the router's log tell of crashes?",
        needs=(LOG,),
        ask=router_crash_logged,
    ),
    Rule(
        id="wan_link_flaps",
        question="Does the router lose its WAN link again and again?",
        needs=(LOG,),
        ask=wan_link_flaps,
    ),
)
