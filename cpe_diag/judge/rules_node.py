"""Rules about the access node as a whole, with other ports as controls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.missing import known
from cpe_diag.domain.port_facts import NodeSystem, PortRates, PortStatus
from cpe_diag.judge.keys import (
    NEIGHBOUR_RATES,
    NEIGHBOUR_STATUS,
    NODE_REACHED,
    NODE_SYSTEM,
    PORT_STATUS,
    SIBLINGS,
)
from cpe_diag.judge.rule import Answer, Rule, cannot_tell, does_not_arise, says, span
from cpe_diag.judge.rules_groups import group_down
from cpe_diag.judge.rules_port import new_errors

if TYPE_CHECKING:
    from cpe_diag.judge.rule import Facts

LEAST_CONTROLS: Final = 2
"""One port that is down beside ours may be a coincidence."""


def node_silent(facts: Facts) -> Answer:
    """Answer whether the access node leaves our questions unanswered."""
    reached = facts.reachable(NODE_REACHED)
    if reached is None:
        return cannot_tell(facts, NODE_REACHED)
    words = "answers SNMP" if reached else "does not answer SNMP"
    return says(not reached, f"the access node {words}", NODE_REACHED)


def node_restarted(facts: Facts) -> Answer:
    """Answer whether the access node has just been restarted."""
    system = facts.fact(NodeSystem, NODE_SYSTEM)
    if system is None:
        return cannot_tell(facts, NODE_SYSTEM)
    recent = system.uptime_s < facts.limits["node_restart_recent_s"]
    return says(recent, f"the access node has been up for {span(system.uptime_s)}", NODE_SYSTEM)


def neighbours_down(facts: Facts) -> Answer:
    """Answer whether other ports of the node went down together with this one.

    Where the siblings have told, this question does not arise: three neighbours know less.
    """
    if group_down(facts).answer is not None:
        return does_not_arise("the siblings of the port tell more")
    status = facts.fact(PortStatus, PORT_STATUS)
    if status is None:
        return cannot_tell(facts, PORT_STATUS)
    since = known(status.last_change_s)
    window = facts.limits["neighbours_together_s"]
    keys: list[FactKey] = []
    down = 0
    for subject in facts.case.evidence.subjects("port_status", "neighbour/"):
        key = FactKey("port_status", subject)
        neighbour = facts.fact(PortStatus, key)
        if neighbour is None or not neighbour.admin_up:
            continue
        if not neighbour.oper_up:
            theirs = known(neighbour.last_change_s)
            if since is not None and theirs is not None and abs(theirs - since) > window:
                continue  # down for reasons of its own, such as nobody living there
            down += 1
        keys.append(key)
    if len(keys) < LEAST_CONTROLS:
        return cannot_tell(facts, NEIGHBOUR_STATUS)
    many = not status.oper_up and down >= facts.limits["neighbours_down_share"] * len(keys)
    words = f"{down} of {len(keys)} neighbour ports went down with it"
    if status.oper_up:
        words = f"{len(keys) - down} of {len(keys)} neighbour ports are up, as this one is"
    return says(many, words, PORT_STATUS, *keys)


def neighbours_have_errors(facts: Facts) -> Answer:
    """Answer whether the controls count errors too, which speaks for the node."""
    keys: list[FactKey] = []
    with_errors = 0
    for subject in facts.case.evidence.subjects("port_rates", "neighbour/"):
        key = FactKey("port_rates", subject)
        errors = new_errors(facts.fact(PortRates, key))
        if errors is not None:
            keys.append(key)
            with_errors += errors >= facts.limits["port_errors_in_sample"]
    if len(keys) < LEAST_CONTROLS:
        return cannot_tell(facts, NEIGHBOUR_RATES)
    many = with_errors >= facts.limits["neighbours_down_share"] * len(keys)
    return says(many, f"{with_errors} of {len(keys)} neighbour ports count new errors", *keys)


RULES_NODE: Final[tuple[Rule, ...]] = (
    Rule(
        id="node_silent",
        question="Does the access node leave SNMP unanswered?",
        needs=(NODE_REACHED,),
        ask=node_silent,
    ),
    Rule(
        id="node_restarted",
        question="Was the access node restarted just now?",
        needs=(NODE_SYSTEM,),
        ask=node_restarted,
    ),
    Rule(
        id="neighbours_down",
        question="Did other ports of the node go down with this one?",
        needs=(PORT_STATUS, NEIGHBOUR_STATUS, SIBLINGS),
        ask=neighbours_down,
    ),
    Rule(
        id="neighbours_have_errors",
        question="Do other ports of the node count new errors too?",
        needs=(NEIGHBOUR_RATES,),
        ask=neighbours_have_errors,
    ),
)
