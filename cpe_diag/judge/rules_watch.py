"""Rules about what is seen of a port by looking again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.missing import known
from cpe_diag.domain.router_facts import RouterSystem
from cpe_diag.domain.watch_facts import PortWatch
from cpe_diag.judge.keys import PORT_WATCH, SYSTEM
from cpe_diag.judge.rule import (
    Answer,
    Rule,
    cannot_tell,
    does_not_arise,
    no,
    own_restart,
    span,
    yes,
)

if TYPE_CHECKING:
    from cpe_diag.judge.rule import Facts


def port_flaps(facts: Facts) -> Answer:
    """Answer whether the link comes and goes; a single change may be the last of them."""
    if facts.is_pon or facts.is_docsis:
        return does_not_arise("the port is shared; its end at the home tells for itself")
    watch = facts.fact(PortWatch, PORT_WATCH)
    if watch is None:
        return cannot_tell(facts, PORT_WATCH)
    words = f"the link came or went {watch.changes} times in {span(watch.watched_s)}"
    if not watch.changes:
        return no(words, PORT_WATCH)
    own = own_restart(facts)
    if own is not None:
        return no("it came and went with the router, which we have restarted", own)
    if watch.changes < facts.limits["port_flap_changes"]:
        return cannot_tell(facts, PORT_WATCH)
    return _starting(facts, words) or yes(words, PORT_WATCH)


def _starting(facts: Facts, words: str) -> Answer | None:
    """Say so where the router may be what resets the link."""
    system = facts.fact(RouterSystem, SYSTEM)
    up_s = known(system.uptime_s) if system else None
    if up_s is None or up_s >= facts.limits["router_starting_s"]:
        return None
    return does_not_arise(f"{words}; its router has been up for {span(up_s)}, and may start")


RULES_WATCH: Final[tuple[Rule, ...]] = (
    Rule(
        id="port_flaps",
        question="Does the port's link come and go?",
        needs=(PORT_WATCH, SYSTEM),
        ask=port_flaps,
    ),
)
