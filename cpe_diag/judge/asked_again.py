"""Names that were asked several times, each question a flow of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.path_facts import DnsCheck, DnsOutcome
from cpe_diag.judge.keys import DNS_BEYOND

if TYPE_CHECKING:
    from cpe_diag.judge.rule import Facts


def again_keys(facts: Facts, every: FactKey) -> tuple[FactKey, ...]:
    """Give the facts of which `every` is the pattern, with `*` at its end."""
    subjects = facts.case.evidence.subjects(every.kind, every.subject[:-1])
    return tuple(FactKey(every.kind, subject) for subject in subjects)


def asked_again(facts: Facts, every: FactKey) -> tuple[DnsCheck, ...]:
    """Give how the further questions of one kind ended."""
    told = (facts.fact(DnsCheck, key) for key in again_keys(facts, every))
    return tuple(one for one in told if one is not None)


def questions_pass(facts: Facts) -> bool | None:
    """Tell whether a question to a host beyond the operator's edge came to that host.

    Whatever it says, it was asked; its silence may be its own, where nothing was asked it is None.
    """
    check = facts.fact(DnsCheck, DNS_BEYOND)
    return None if check is None else check.outcome is not DnsOutcome.TIMEOUT
