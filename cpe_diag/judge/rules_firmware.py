"""A rule about what is known of the router's firmware."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.router_facts import RouterSystem
from cpe_diag.domain.way_out_facts import FirmwareIssue
from cpe_diag.judge.keys import FIRMWARE_ISSUE, SYSTEM
from cpe_diag.judge.rule import Answer, Rule, cannot_tell, no, yes

if TYPE_CHECKING:
    from cpe_diag.judge.rule import Facts


def firmware_issue_known(facts: Facts) -> Answer:
    """Answer whether a known issue of this very firmware has such a complaint as its symptom.

    Issues are looked up by what the router says of itself; what was found is a fact.
    """
    issue = facts.fact(FirmwareIssue, FIRMWARE_ISSUE)
    if issue is None and facts.fact(RouterSystem, SYSTEM) is None:
        return cannot_tell(facts, SYSTEM)
    if issue is None:
        return no("no known issue surely concerns this firmware and the complaint", SYSTEM)
    return yes(f"{issue.title} ({issue.id}, {issue.source}): {issue.because}", FIRMWARE_ISSUE)


RULES_FIRMWARE: Final[tuple[Rule, ...]] = (
    Rule(
        id="firmware_issue_known",
        question="Is such a fault of this firmware known?",
        needs=(FIRMWARE_ISSUE, SYSTEM),
        ask=firmware_issue_known,
    ),
)
