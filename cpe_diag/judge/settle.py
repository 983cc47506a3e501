"""Which single further observation would tell most between the causes that are still possible.

For every rule that cannot tell yet because a fact was never asked, the expected gain is the
mutual information, in bits, between its answer and the cause: how much the answer would narrow
down what it is. The chance of the answer yes under a cause is read from the cause's own signs.
A probe's gain is the sum over the rules that it would let answer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.observations import Observed, Unobserved
from cpe_diag.domain.path_facts import CallerAnswer
from cpe_diag.domain.verdict import SettlingStep
from cpe_diag.judge.keys import AFFECTED, LAN, LIGHTS, LINE_USE, OPENING, WAN
from cpe_diag.judge.rule import ROUTER_KINDS
from cpe_diag.judge.rules_answers import NOT_KNOWN
from cpe_diag.judge.weighing import CERTAIN_AT_MOST, Weighed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from cpe_diag.domain.evidence import Evidence, FactKey
    from cpe_diag.domain.findings import Finding
    from cpe_diag.judge.cause import Cause
    from cpe_diag.judge.rule import Rule

LEAST_GAIN_BITS: Final = 0.02
"""A probe that is expected to tell less is not worth its time."""
BASE_CHANCE: Final = 0.05
"""How often an unusual finding holds under a cause that says nothing about it."""
BASE_ENTROPY: Final = -0.05 * math.log2(0.05) - 0.95 * math.log2(0.95)
OTHERWISE_ODDS: Final = 0.3
"""Weight of "it is something else, or nothing" among the causes."""
MOST_BETWEEN: Final = 4
WORTH_NAMING: Final = 0.2
"""Share of the leading cause's odds from which on a cause is named beside it."""

ASK_AFFECTED: Final = "ask:affected"
ASKS: Final[Mapping[str, tuple[FactKey, ...]]] = {
    "ask:router_lights": (LIGHTS,),
    ASK_AFFECTED: (AFFECTED,),
    "ask:page_opening": (OPENING,),
    "ask:line_use": (LINE_USE,),
}
"""What a person can be asked; only for the verdict, a run asks by its playbook."""

ROUTER_SIDE: Final = frozenset(ROUTER_KINDS)
NODE_SIDE: Final = frozenset(
    {"node_system", "port_status", "port_speed", "port_counters", "port_rates", "port_watch"}
    | {"learned_macs", "line_quality", "port_config", "port_power", "port_security"}
    | {"cable_test", "ont_state", "ont_optics", "cable_modem", "siblings"}
)
FROM_ROUTER: Final = frozenset({"ping", "dns", "http", "path_quality", "rate_train", "load_test"})
"""What the router is asked to send."""
NO_WAY_IN: Final = frozenset(
    {
        FailureKind.SILENT,
        FailureKind.REFUSED,
        FailureKind.UNREACHABLE,
        FailureKind.HUNG,
        FailureKind.AUTH_REFUSED,
        FailureKind.HOST_KEY_CHANGED,
        FailureKind.HOST_KEY_UNKNOWN,
        FailureKind.ALGORITHM_MISMATCH,
        FailureKind.NOT_CONFIGURED,
        FailureKind.WRONG_PLATFORM,
    }
)
"""Failures after which the next question to the same device fails in the same way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """What one probe is expected to tell: bits, and the rule that would tell most of it."""

    probe: str
    bits: float
    rule: str


def gains(
    findings: tuple[Finding, ...],
    weighed: tuple[Weighed, ...],
    evidence: Evidence,
    catalogue: Mapping[str, tuple[FactKey, ...]],
) -> tuple[Gain, ...]:
    """Reckon what each probe would tell, most first.

    Args:
        findings: what the rules answered.
        weighed: the beliefs they led to.
        evidence: what was asked so far.
        catalogue: probes, and the facts that each one brings.

    Returns:
        The probes worth running, most telling first; ties in the order of the catalogue.
    """
    open_rules = [finding for finding in findings if finding.answer is None and finding.missing]
    bits = information({finding.id for finding in open_rules}, weighed)
    waiting: dict[FactKey, list[str]] = {}
    for finding in open_rules:
        for key in finding.missing:
            waiting.setdefault(key, []).append(finding.id)
    found: list[Gain] = []
    for probe, keys in catalogue.items():
        told = dict.fromkeys(
            name
            for key in keys
            if key in waiting and not asked(evidence, key) and _way_in(evidence, key)
            for name in waiting[key]
        )
        total = sum(bits[name] for name in told)
        if told and total >= LEAST_GAIN_BITS:
            best = max(told, key=lambda name: bits[name])
            found.append(Gain(probe=probe, bits=total, rule=best))
    return tuple(sorted(found, key=lambda gain: -gain.bits))


def first_that_brings(
    missing: Iterable[FactKey],
    evidence: Evidence,
    catalogue: Mapping[str, tuple[FactKey, ...]],
) -> str | None:
    """Find the first probe that brings one of these facts, if nobody has asked it yet.

    Args:
        missing: the facts that are wanted, most wanted first.
        evidence: what was asked so far.
        catalogue: probes, and the facts that each one brings.

    Returns:
        A probe's id, or None.
    """
    for wanted in missing:
        for probe, keys in catalogue.items():
            if wanted in keys and not asked(evidence, wanted) and _way_in(evidence, wanted):
                return probe
    return None


def settling_step(
    best: Gain | None, weighed: Iterable[Weighed], rules: Iterable[Rule]
) -> SettlingStep | None:
    """Put the most telling observation into words.

    Args:
        best: the most telling probe or question, or None.
        weighed: the beliefs, most believed first.
        rules: one of them has the question.

    Returns:
        The step, or None where nothing is left to ask.
    """
    if best is None:
        return None
    question = next(rule.question for rule in rules if rule.id == best.rule)
    odds = [(one.cause, _odds(one.belief)) for one in weighed if one.belief > 0]
    total = sum(weight for _, weight in odds)
    chances = {cause.id: chance_of_yes(cause, best.rule) for cause, _ in odds}
    mixed = sum(weight * chances[cause.id] for cause, weight in odds) / total
    apart = sorted(odds, key=lambda pair: -pair[1] * abs(chances[pair[0].id] - mixed))
    most = max((weight for _, weight in odds), default=0.0)
    between = [cause.id for cause, weight in apart if weight >= WORTH_NAMING * most]
    return SettlingStep(probe=best.probe, question=question, between=tuple(between[:MOST_BETWEEN]))


def _odds(belief: float) -> float:
    held = min(belief, CERTAIN_AT_MOST)
    return held / (1.0 - held)


def information(wanted: Collection[str], weighed: Iterable[Weighed]) -> Mapping[str, float]:
    """Reckon how much each rule's answer would narrow down what it is.

    Args:
        wanted: ids of the rules.
        weighed: the beliefs so far.

    Returns:
        Bits by rule: the mutual information of its answer and the cause.
    """
    likely = [(one.cause, _odds(one.belief)) for one in weighed if one.belief > 0]
    total = OTHERWISE_ODDS + sum(weight for _, weight in likely)
    special: dict[str, list[tuple[float, float, float]]] = {name: [] for name in wanted}
    for cause, weight in likely:
        for name, chance, entropy in _chances(cause):
            if name in special:
                special[name].append((weight, chance, entropy))
    return {name: _mutual(parts, total) for name, parts in special.items()}


def _mutual(parts: list[tuple[float, float, float]], total: float) -> float:
    """Give the mutual information; causes that are not among the parts have the base chance."""
    others = total
    mixed = inside = 0.0
    for weight, chance, entropy in parts:
        others -= weight
        mixed += weight * chance
        inside += weight * entropy
    mixed += others * BASE_CHANCE
    inside += others * BASE_ENTROPY
    return max(_entropy(mixed / total) - inside / total, 0.0)


@cache
def _chances(cause: Cause) -> tuple[tuple[str, float, float], ...]:
    """Give the chances of all findings that a cause says anything about, and their entropies."""
    names = (
        *(need.finding for need in cause.needs),
        *(sign.finding for sign in cause.supports + cause.against),
        *cause.explains,
    )
    chances = {name: chance_of_yes(cause, name) for name in names}
    return tuple((name, chance, _entropy(chance)) for name, chance in chances.items())


def _entropy(chance: float) -> float:
    other = 1.0 - chance
    if chance <= 0 or other <= 0:
        return 0.0
    return -chance * math.log2(chance) - other * math.log2(other)


def chance_of_yes(cause: Cause, finding: str) -> float:
    """Give how likely a finding holds when a cause is the one, by the cause's own signs.

    Args:
        cause: what is supposed to be wrong.
        finding: which rule's answer.

    Returns:
        A chance above 0 and below 1.
    """
    for need in cause.needs:
        if need.finding == finding:
            return 0.97 if need.answer else 0.02
    for sign in cause.supports + cause.against:
        if sign.finding == finding:
            strength = min(abs(sign.weight), 5.0) / 5.0
            up = sign.answer is (sign.weight > 0)
            likely = 0.5 + 0.45 * strength
            return likely if up else min(BASE_CHANCE, 1.0 - likely)
    return 0.5 if finding in cause.explains else BASE_CHANCE


def asked(evidence: Evidence, key: FactKey) -> bool:
    """Tell whether a fact was asked for, and its answer, if there was none, waited for."""
    if key.subject.endswith("*"):
        return bool(evidence.subjects(key.kind, key.subject[:-1]))
    if key.kind == "answer":
        said = evidence.value(CallerAnswer, key.kind, key.subject)
        return said is not None and said.choice != NOT_KNOWN
    failure = evidence.failure(key.kind, key.subject)
    if failure is not None and failure.kind is FailureKind.NOT_AWAITED:
        return False
    return evidence.get(key.kind, key.subject) is not None


def _way_in(evidence: Evidence, key: FactKey) -> bool:
    """Tell whether asking for a fact can work, by what went before."""
    if key.kind in FROM_ROUTER and key.subject.startswith("router>"):
        before = LAN if key.subject.endswith(">device") else WAN
        prepared = evidence.get(before.kind, before.subject)
        return isinstance(prepared, Observed) or (
            key.kind in {"dns", "http"} and prepared is None and side_open(evidence, ROUTER_SIDE)
        )
    if key.kind == "port_rates":
        return bool(evidence.subjects("port_counters")) and side_open(evidence, NODE_SIDE)
    if key.kind in ROUTER_SIDE:
        return side_open(evidence, ROUTER_SIDE)
    return key.kind not in NODE_SIDE or side_open(evidence, NODE_SIDE)


def side_open(evidence: Evidence, kinds: frozenset[str]) -> bool:
    """Tell whether asking the router (`ROUTER_SIDE`) or the node (`NODE_SIDE`) can still work."""
    shut = False
    subject = "router" if kinds is ROUTER_SIDE else "node"
    for key, observation in evidence.observations.items():
        if key.kind not in kinds and (key.kind, key.subject) != ("reachability", subject):
            continue
        if isinstance(observation, Unobserved):
            shut |= observation.failure.kind in NO_WAY_IN
        elif key.kind in kinds:
            return True
        else:
            shut |= getattr(observation.value, "reachable", True) is False
    return not shut
