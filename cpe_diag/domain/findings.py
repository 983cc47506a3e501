"""What a rule answers about the evidence: yes, no, or cannot tell."""

from __future__ import annotations

from dataclasses import dataclass

from cpe_diag.domain.evidence import FactKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One rule's answer.

    `answer` None means: cannot tell; then `missing` names the facts that would be needed.
    `because` says it in a sentence with the numbers and units that decided; `rests_on` are the
    facts it was read from; `follows_from` is the id of a finding that already explains this
    answer, so that it is not counted twice, or None.
    """

    id: str
    answer: bool | None
    because: str
    rests_on: tuple[FactKey, ...]
    missing: tuple[FactKey, ...]
    follows_from: str | None = None
