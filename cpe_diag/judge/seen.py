"""One case, looked at: what the rules found, and how the causes came out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.findings import Finding
from cpe_diag.domain.missing import known
from cpe_diag.judge.cause import Cause
from cpe_diag.judge.causes import CAUSES
from cpe_diag.judge.competing import Weighing, conclude
from cpe_diag.judge.explaining import explain
from cpe_diag.judge.rule import Facts, Rule
from cpe_diag.judge.rules import RULES
from cpe_diag.judge.thresholds import limits
from cpe_diag.judge.weighing import Board, board

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cpe_diag.judge.question import CaseFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """By what is judged: the rules, and the causes that can be."""

    rules: tuple[Rule, ...] = RULES
    causes: tuple[Cause, ...] = CAUSES


SHIPPED: Final = Tables()


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One case, looked at."""

    facts: Facts
    findings: tuple[Finding, ...]
    on: Board
    weighing: Weighing
    tables: Tables = SHIPPED

    @property
    def case(self) -> CaseFile:
        """What was looked at."""
        return self.facts.case

    def by_id(self, names: Iterable[str]) -> tuple[Finding, ...]:
        """Give findings by their ids, in the order of the ids."""
        found = {finding.id: finding for finding in self.findings}
        return tuple(found[name] for name in names)


def find(case: CaseFile) -> tuple[Finding, ...]:
    """Let every rule answer, and mark what follows from what.

    Args:
        case: the evidence and whom it is about.

    Returns:
        One finding for each rule, in the order of the rules.

    Raises:
        DefinitionError: a threshold of the operator's does not exist.
    """
    return _findings(_facts(case), RULES)


def look(case: CaseFile, tables: Tables = SHIPPED) -> Seen:
    """Let every rule answer, and let the causes compete for what they found.

    Args:
        case: the evidence and whom it is about.
        tables: by what.

    Returns:
        The findings, in the order of the rules, and the outcome.

    Raises:
        DefinitionError: a threshold of the operator's does not exist.
    """
    facts = _facts(case)
    findings = _findings(facts, tables.rules)
    on = board(findings, case.symptom, known(case.subscriber.technology))
    weighing = conclude(on, tables.causes)
    return Seen(facts=facts, findings=findings, on=on, weighing=weighing, tables=tables)


def _facts(case: CaseFile) -> Facts:
    return Facts(case=case, limits=limits(case.thresholds))


def _findings(facts: Facts, rules: tuple[Rule, ...]) -> tuple[Finding, ...]:
    return explain(tuple(rule.find(facts) for rule in rules))
