"""From evidence to a verdict: find, explain, weigh, conclude. Pure and deterministic."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from cpe_diag.judge import seen as looking
from cpe_diag.judge.calibration import LEARNED
from cpe_diag.judge.candidates import one_of
from cpe_diag.judge.causes import CAUSES
from cpe_diag.judge.competing import FLOOR
from cpe_diag.judge.explaining import FOLLOWS
from cpe_diag.judge.healthy import not_proven_good
from cpe_diag.judge.on_site import PLACES, askable_there
from cpe_diag.judge.rules import REVISION, RULES
from cpe_diag.judge.settle import ASKS, gains, settling_step
from cpe_diag.judge.telling import good_among_known, no_fault, of_cause, undetermined
from cpe_diag.judge.thresholds import limits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.domain.evidence import FactKey
    from cpe_diag.domain.findings import Finding
    from cpe_diag.domain.verdict import Candidate, SettlingStep, Verdict
    from cpe_diag.judge.question import CaseFile
    from cpe_diag.judge.seen import Seen

SETTLED_GAIN_BITS: Final = 0.1
"""Once a cause is named, only what could still overturn it is worth naming."""


def find(case: CaseFile) -> tuple[Finding, ...]:
    """Let every rule answer, and mark what follows from what.

    Args:
        case: the evidence and whom it is about.

    Returns:
        One finding for each rule, in the order of the rules.

    Raises:
        DefinitionError: a threshold of the operator's does not exist.
    """
    return looking.find(case)


def decide(
    case: CaseFile,
    catalogue: Mapping[str, tuple[FactKey, ...]],
    tables: looking.Tables = looking.SHIPPED,
) -> Verdict:
    """Conclude whose fault it is, as far as the evidence carries.

    Args:
        case: the evidence and whom it is about.
        catalogue: probes that could still be run, and the facts that each one brings.
        tables: by which rules and causes.

    Returns:
        A verdict; `undetermined` where the evidence does not decide.

    Raises:
        DefinitionError: a threshold of the operator's does not exist.
    """
    seen = looking.look(case, tables)
    version = rules_version(case.thresholds)
    lead = seen.weighing.lead
    if lead is not None and LEARNED.confidence(seen.weighing.share) >= FLOOR:
        return of_cause(seen, lead, _settle(seen, catalogue), version)
    healthy = lead is None and not seen.weighing.rivals and not not_proven_good(seen.on)
    # What nobody foresaw lowers how sure it is, as with causes, and not whether it is said.
    if healthy and good_among_known(seen) >= FLOOR:
        return no_fault(seen, version)
    return undetermined(seen, _settle(seen, catalogue), version)


def belief_in(case: CaseFile, cause: str) -> Candidate | None:
    """Write out the belief in any cause, whether the verdict mentions it or not.

    Args:
        case: the evidence.
        cause: its id.

    Returns:
        The cause with its sum, with what the named causes have taken; None: no such cause.

    Raises:
        DefinitionError: a threshold of the operator's does not exist.
    """
    return one_of(looking.look(case), cause)


def rules_version(thresholds: Mapping[str, float]) -> str:
    """Name the rules that judged, so that a bundle can say by which it was judged.

    Args:
        thresholds: the operator's overrides.

    Returns:
        The revision, and a digest over rules, causes, what follows from what, what was learned,
        and all limits.

    Raises:
        DefinitionError: an override names no threshold.
    """
    return _version(tuple(sorted(limits(thresholds).items())))


@lru_cache(maxsize=16)
def _version(own: tuple[tuple[str, float], ...]) -> str:
    digest = hashlib.sha256(f"{_CONTENT}{list(own)!r}".encode()).hexdigest()
    return f"{REVISION}-{digest[:12]}"


_CONTENT: Final = hashlib.sha256(
    repr((REVISION, [(rule.id, rule.needs) for rule in RULES], CAUSES, FOLLOWS, LEARNED)).encode()
).hexdigest()


def _settle(seen: Seen, catalogue: Mapping[str, tuple[FactKey, ...]]) -> SettlingStep | None:
    everything = {**catalogue, **ASKS}
    on_site = seen.case.symptom in PLACES
    if on_site or not (seen.weighing.lead or seen.weighing.rivals):
        # Nobody is sent with a laptop for a question that stands between no two causes.
        everything = {
            name: keys for name, keys in everything.items() if askable_there(keys) is on_site
        }
    told = gains(seen.findings, seen.weighing.weighed, seen.case.evidence, everything)
    least = SETTLED_GAIN_BITS if seen.weighing.lead else 0.0
    best = told[0] if told and told[0].bits >= least else None
    return settling_step(best, seen.weighing.weighed, seen.tables.rules)
