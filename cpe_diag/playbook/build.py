"""A playbook file that was checked -> the playbook as a value."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from cpe_diag.domain.verdict import Destination
from cpe_diag.playbook.fact_name import split_fact
from cpe_diag.playbook.meaning import step_id, step_kind
from cpe_diag.playbook.model import (
    ActCondition,
    ActStep,
    AllOf,
    AnswerCondition,
    AnyOf,
    AskStep,
    Choice,
    Condition,
    FactCondition,
    FindingCondition,
    InvestigateStep,
    JudgeStep,
    Not,
    Operator,
    Playbook,
    ProbeStep,
    RouteStep,
    Step,
    StopStep,
)
from cpe_diag.playbook.schema import VERDICT

DEFAULT_LIMIT_S: Final = 20.0
"""The limit of a probe step that names none, as the schema says."""

_DURATION: Final = re.compile(r"(?P<number>[0-9]+(?:\.[0-9]+)?)(?P<unit>[sm])\Z")
_SECONDS: Final[Mapping[str, float]] = {"s": 1.0, "m": 60.0}

_Entries: TypeAlias = Mapping[str, object]


def build_playbook(data: object, file: str) -> Playbook:
    """Make the value.

    Args:
        data: what `read_yaml` gave; schema and meaning were checked without a fault.
        file: where it came from.

    Returns:
        The playbook.
    """
    entries = _entries(data)
    return Playbook(
        id=str(entries["playbook"]),
        title=str(entries["title"]),
        description=" ".join(str(entries["description"]).split()),
        symptom=str(entries["symptom"]),
        file=file,
        steps=tuple(
            _step(step, position) for position, step in enumerate(_list(entries["steps"]), start=1)
        ),
    )


def seconds(duration: str) -> float:
    """Read a duration such as `20s`, `1.5s` or `2m`.

    Args:
        duration: digits and a unit.

    Returns:
        Seconds.

    Raises:
        ValueError: it has another form.
    """
    match = _DURATION.match(duration)
    if match is None:
        msg = f"{duration!r} is no duration such as 20s or 2m"
        raise ValueError(msg)
    return float(match["number"]) * _SECONDS[match["unit"]]


def _entries(value: object) -> _Entries:
    if not isinstance(value, Mapping):
        msg = f"expected a mapping that was checked, found {type(value).__name__}"
        raise TypeError(msg)
    return value


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _step(step: object, position: int) -> Step:
    name = step_id(step, position)
    entries: _Entries = {} if isinstance(step, str) else _entries(step)
    when = _condition(_entries(entries["when"])) if "when" in entries else None
    return _STEPS[step_kind(step) or ""](entries, name, when)


def _ask(entries: _Entries, name: str, when: Condition | None) -> Step:
    return AskStep(
        id=name,
        when=when,
        question=str(entries["question"]),
        choices=tuple(
            Choice(id=choice, text=str(text))
            for choice, text in _entries(entries["choices"]).items()
        ),
        default=str(entries["default"]),
    )


def _probe(entries: _Entries, name: str, when: Condition | None) -> Step:
    limit = entries.get("limit")
    return ProbeStep(
        id=name,
        when=when,
        probes=tuple(str(probe) for probe in _list(entries["probe"])),
        limit_s=DEFAULT_LIMIT_S if limit is None else seconds(str(limit)),
    )


def _act(entries: _Entries, name: str, when: Condition | None) -> Step:
    value, hold = entries.get("value"), entries.get("hold")
    return ActStep(
        id=name,
        when=when,
        action=str(entries["act"]),
        value=None if value is None else str(value),
        bands=tuple(str(one) for one in _list(entries.get("bands", []))),
        networks=tuple(str(one) for one in _list(entries.get("networks", []))),
        hold_s=0.0 if hold is None else seconds(str(hold)),
    )


def _judge(_: _Entries, name: str, when: Condition | None) -> Step:
    return JudgeStep(id=name, when=when)


def _investigate(entries: _Entries, name: str, when: Condition | None) -> Step:
    how = _entries(entries["investigate"])
    return InvestigateStep(
        id=name,
        when=when,
        until_confidence=float(str(how["until_confidence"])),
        limit_s=seconds(str(how["limit"])),
    )


def _stop(entries: _Entries, name: str, when: Condition | None) -> Step:
    return StopStep(id=name, when=when, reason=str(entries["stop"]))


def _route(entries: _Entries, name: str, when: Condition | None) -> Step:
    to = str(entries["route"])
    return RouteStep(id=name, when=when, to=None if to == VERDICT else Destination(to))


_STEPS: Final[Mapping[str, Callable[[_Entries, str, Condition | None], Step]]] = {
    "ask": _ask,
    "probe": _probe,
    "act": _act,
    "judge": _judge,
    "investigate": _investigate,
    "stop": _stop,
    "route": _route,
}


def _condition(  # noqa: PLR0911 - one return for each form
    entries: _Entries,
) -> Condition:
    if "all" in entries:
        return AllOf(parts=_parts(entries["all"]))
    if "any" in entries:
        return AnyOf(parts=_parts(entries["any"]))
    if "not" in entries:
        return Not(part=_condition(_entries(entries["not"])))
    if "finding" in entries:
        return FindingCondition(finding=str(entries["finding"]), answer=str(entries["is"]))
    if "act" in entries:
        return ActCondition(step=str(entries["act"]), ended=str(entries["ended"]))
    if "answer" in entries:
        return AnswerCondition(question=str(entries["answer"]), choice=str(entries["is"]))
    return _fact(entries)


def _parts(value: object) -> tuple[Condition, ...]:
    return tuple(_condition(_entries(part)) for part in _list(value))


def _fact(entries: _Entries) -> Condition:
    operator = next(one for one in Operator if one in entries)
    split = split_fact(str(entries["fact"]))
    expected = entries[operator]
    if split is None or not isinstance(expected, str | int | float):
        msg = f"expected a comparison that was checked, found {entries}"
        raise TypeError(msg)
    kind, subject, field = split
    condition = FactCondition(
        fact=kind,
        subject=subject,
        field=field,
        operator=operator,
        expected=None if operator is Operator.KNOWN else expected,
    )
    return Not(part=condition) if operator is Operator.KNOWN and not expected else condition
