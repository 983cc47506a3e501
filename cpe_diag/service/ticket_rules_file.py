"""A file of ticket rules -> the rules as values; every fault of the file at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias, cast

from cpe_diag.domain.failures import DefinitionError
from cpe_diag.driver_kit.schema_check import check, suggestion
from cpe_diag.driver_kit.yaml_source import read_yaml_file
from cpe_diag.playbook.model import AskStep
from cpe_diag.service.ticket_hours import hours_of, is_zone
from cpe_diag.service.ticket_rules import Conditions, Priority, Rule, TicketRules
from cpe_diag.service.ticket_rules_schema import TICKET_RULES_SCHEMA

if TYPE_CHECKING:
    from cpe_diag.domain.failures import Fault
    from cpe_diag.driver_kit.yaml_source import YamlDocument, YamlPath
    from cpe_diag.playbook.model import Playbook

SHIPPED: Final = Path(__file__).parent / "ticket_rules.yaml"
"""The example that is shipped; what counts where the operator has no file of their own."""

_SECONDS: Final[Mapping[str, float]] = {"s": 1.0, "m": 60.0}

_Entries: TypeAlias = Mapping[str, object]


def read_ticket_rules(path: Path, playbooks: Sequence[Playbook]) -> TicketRules:
    """Read and check a file of ticket rules.

    Args:
        path: the file.
        playbooks: all that there are, with their questions.

    Returns:
        The rules.

    Raises:
        DefinitionError: the file cannot be read or is wrong: every fault, in its order.
    """
    document = read_yaml_file(path)
    faults = check(document, TICKET_RULES_SCHEMA)
    faults = faults or _meaning(document, {one.id: one for one in playbooks})
    if faults:
        raise DefinitionError(faults)
    data = cast("_Entries", document.data)
    return TicketRules(
        file=document.file,
        zone=str(data["zone"]),
        rules=tuple(_rule(entry) for entry in _rules(document)),
    )


def _rules(document: YamlDocument) -> Sequence[_Entries]:
    return cast("Sequence[_Entries]", cast("_Entries", document.data)["rules"])


def _meaning(document: YamlDocument, playbooks: Mapping[str, Playbook]) -> tuple[Fault, ...]:
    faults: list[Fault] = []
    zone = str(cast("_Entries", document.data)["zone"])
    if not is_zone(zone):
        faults.append(document.fault(("zone",), f"zone: there is no time zone {zone!r}"))
    seen: dict[str, int] = {}
    for at, entry in enumerate(_rules(document)):
        path: YamlPath = ("rules", at)
        name = str(entry["rule"])
        if "always" in seen:
            message = f"rules[{at}]: never reached: the rule before it fits every ticket"
            faults.append(document.fault(path, message))
            break
        if name in seen:
            first = document.place(("rules", seen[name]))[0]
            message = f"rules[{at}].rule: {name!r} is here twice; the first is in line {first}"
            faults.append(document.fault((*path, "rule"), message))
        seen.setdefault(name, at)
        if "when" not in entry:
            seen["always"] = at
        faults.extend(_choice(document, path, entry, playbooks))
    return tuple(faults)


def _choice(
    document: YamlDocument, path: YamlPath, entry: _Entries, playbooks: Mapping[str, Playbook]
) -> list[Fault]:
    where = f"rules[{path[-1]}]"
    if ("playbook" in entry) == ("leave" in entry):
        message = f"{where}: expected either `playbook` or `leave`"
        return [document.fault(path, message)]
    if "leave" in entry:
        return [
            document.fault((*path, key), f"{where}.{key}: nothing is run here", at_key=True)
            for key in ("priority", "delay", "retry_offline", "answers")
            if key in entry
        ]
    name = str(entry["playbook"])
    if name not in playbooks:
        hint = suggestion(name, playbooks) or f"; there are {', '.join(sorted(playbooks))}"
        message = f"{where}.playbook: there is no playbook {name!r}{hint}"
        return [document.fault((*path, "playbook"), message)]
    answers = cast("Mapping[str, str]", entry.get("answers") or {})
    return _answers(document, (*path, "answers"), answers, playbooks[name])


def _answers(
    document: YamlDocument, path: YamlPath, answers: Mapping[str, str], playbook: Playbook
) -> list[Fault]:
    questions = {
        step.id: [choice.id for choice in step.choices]
        for step in playbook.steps
        if isinstance(step, AskStep)
    }
    faults: list[Fault] = []
    for question, answer in answers.items():
        here = (*path, question)
        if question not in questions:
            hint = suggestion(question, questions)
            message = f"answers: {playbook.id} does not ask {question!r}{hint}"
            faults.append(document.fault(here, message, at_key=True))
        elif answer not in questions[question]:
            words = ", ".join(questions[question])
            message = f"answers.{question}: expected one of {words}, found {answer!r}"
            faults.append(document.fault(here, message))
    return faults


def _rule(entry: _Entries) -> Rule:
    playbook = entry.get("playbook")
    return Rule(
        id=str(entry["rule"]),
        when=_conditions(cast("_Entries", entry.get("when") or {})),
        playbook=None if playbook is None else str(playbook),
        because=str(entry.get("leave", "")),
        priority=Priority(str(entry.get("priority", Priority.PARTIAL))),
        delay_s=_seconds(str(entry.get("delay", "0s"))),
        retry_offline=cast("int", entry.get("retry_offline", 0)),
        answers=cast("Mapping[str, str]", entry.get("answers") or {}),
    )


def _conditions(entry: _Entries) -> Conditions:
    hours = cast("_Entries | None", entry.get("time"))
    return Conditions(
        categories=_several(entry.get("category")),
        services=_several(entry.get("service")),
        desks=_several(entry.get("desk")),
        text=_several(entry.get("text")),
        not_text=_several(entry.get("not_text")),
        hours=None if hours is None else hours_of(hours),
    )


def _several(value: object) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(str(one) for one in value)
    return () if value is None else (str(value),)


def _seconds(text: str) -> float:
    return float(text[:-1]) * _SECONDS[text[-1]]
