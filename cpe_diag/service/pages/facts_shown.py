"""Facts as a page opens them: what, from where, how old, and what the device really said."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cpe_diag.report.codec import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """One answer as it came, redacted when it was recorded; `anchor` is its place in the page."""

    anchor: str
    device: str
    question: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One fact that is known, or is not.

    `anchor` is its place in the page; `age_s` from the moment it was true until the page was made.
    `words` are the value, or why there is none. `raw` are the answers to the question that its
    source names, `near` where those of its device begin, empty where none is kept.
    """

    anchor: str
    key: str
    is_known: bool
    words: str
    source: str
    at: datetime
    age_s: float
    raw: tuple[Raw, ...]
    near: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A finding, with the places of the facts that it was read from."""

    id: str
    because: str
    facts: tuple[tuple[str, str], ...]


def raw_of(answers: Json) -> tuple[Raw, ...]:
    """Give a run's raw answers, as the interface gives them, by device."""
    held = cast("Sequence[Mapping[str, str]]", answers)
    return tuple(
        Raw(
            anchor=f"raw-{number}",
            device=one["device"],
            question=one["question"],
            text=one["text"],
        )
        for number, one in enumerate(sorted(held, key=lambda one: one["device"]))
    )


def facts_of(evidence: Json, raw: tuple[Raw, ...], now: datetime) -> tuple[Fact, ...]:
    """Give all facts of a run.

    Args:
        evidence: as in a result.
        raw: the run's raw answers.
        now: in UTC.

    Returns:
        What is known first, then what is not.
    """
    held = cast("Mapping[str, Sequence[Mapping[str, Any]]]", evidence)
    known = (
        _fact(one, now, words=one["text"], source=one["source"], raw=raw) for one in held["facts"]
    )
    unknown = (
        _fact(one, now, words=_why(one), source=_where(one), is_known=False)
        for one in held["unknowns"]
    )
    return (*known, *unknown)


def reasons_of(findings: Json) -> tuple[Reason, ...]:
    """Give findings with what they rest on."""
    return tuple(
        Reason(
            id=one["id"],
            because=one["because"],
            facts=tuple((key, _anchor(key)) for key in one["rests_on"]),
        )
        for one in cast("Sequence[Mapping[str, Any]]", findings)
    )


def _fact(  # noqa: PLR0913 - the parts of a fact
    one: Mapping[str, Any],
    now: datetime,
    *,
    words: str,
    source: str,
    is_known: bool = True,
    raw: tuple[Raw, ...] = (),
) -> Fact:
    of_device = tuple(one for one in raw if _names(source, one.device))
    at, name = datetime.fromisoformat(one["at"]), one["key"]
    return Fact(
        anchor=_anchor(name),
        key=name,
        is_known=is_known,
        words=words,
        source=source,
        at=at,
        age_s=max((now - at).total_seconds(), 0.0),
        raw=tuple(one for one in of_device if _names(source, one.question.removeprefix("GET "))),
        near=of_device[0].anchor if of_device else "",
    )


def _names(source: str, name: str) -> bool:
    """Say whether a source names a device or a question: as a whole, so `an-12` is not `an-1`."""
    if not name or name not in source:
        return False
    whole = rf"(?<![\w.-]){re.escape(name)}(?![\w-]|\.\w)"
    return re.search(whole, source) is not None


def _where(one: Mapping[str, Any]) -> str:
    return " ".join(part for part in (one["where"], one["operation"]) if part)


def _why(one: Mapping[str, Any]) -> str:
    return ": ".join(part for part in (one["kind"].replace("_", " "), one["detail"]) if part)


def _anchor(name: str) -> str:
    return f"fact-{hashlib.sha256(name.encode()).hexdigest()[:12]}"
