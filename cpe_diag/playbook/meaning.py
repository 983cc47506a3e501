"""What a playbook's schema cannot say: every name is known, every comparison can come true."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.facts import FACT_KINDS, FactKind
from cpe_diag.driver_kit.schema_check import suggestion
from cpe_diag.playbook.fact_name import split_fact
from cpe_diag.playbook.fields import Field, Shape, fields_of
from cpe_diag.playbook.model import Operator

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cpe_diag.domain.failures import Fault
    from cpe_diag.driver_kit.yaml_source import YamlDocument, YamlPath
    from cpe_diag.playbook.vocabulary import Vocabulary

STEP_KINDS: Final = ("ask", "probe", "act", "judge", "investigate", "stop", "route")


def step_kind(step: object) -> str | None:
    """Say what a step of a file does, or None where it is no step."""
    if step == "judge":
        return "judge"
    keys = step if isinstance(step, Mapping) else {}
    return next((kind for kind in STEP_KINDS if kind in keys), None)


def step_id(step: object, position: int) -> str:
    """Give the id of a step: its own, or its kind and its position from 1, as in `probe_2`."""
    kind = step_kind(step) or "step"
    keys = step if isinstance(step, Mapping) else {}
    return str(keys.get("ask" if kind == "ask" else "id", f"{kind}_{position}"))


def check_meaning(document: YamlDocument, vocabulary: Vocabulary) -> tuple[Fault, ...]:
    """Check what is beyond the schema; parts that are not of their form are passed over.

    Args:
        document: what was read from the file.
        vocabulary: the probes and findings there are.

    Returns:
        Every fault, in the order of the steps.
    """
    check = _Check(document, vocabulary)
    check.playbook()
    return tuple(check.faults)


class _Check:
    """One walk through a playbook file; knows which questions have been asked so far."""

    def __init__(self, document: YamlDocument, vocabulary: Vocabulary) -> None:
        self.document = document
        self.vocabulary = vocabulary
        self.faults: list[Fault] = []
        self.asked: dict[str, tuple[str, ...]] = {}
        self.all_questions: frozenset[str] = frozenset()
        self.acts: list[str] = []

    def fault(self, path: YamlPath, message: str) -> None:
        self.faults.append(self.document.fault(path, message))

    def playbook(self) -> None:
        data = self.document.data
        if not isinstance(data, Mapping):
            return
        stem = PurePath(self.document.file).stem
        if isinstance(data.get("playbook"), str) and data["playbook"] != stem:
            self.fault(
                ("playbook",),
                f"playbook: expected {stem!r} as the file is named, found {data['playbook']!r}",
            )
        steps = data.get("steps")
        if isinstance(steps, list):
            self.steps(steps)

    def steps(self, steps: list[object]) -> None:
        self.all_questions = frozenset(
            str(step["ask"]) for step in steps if isinstance(step, Mapping) and "ask" in step
        )
        first_places: dict[str, int] = {}
        ended_in: int | None = None
        for index, step in enumerate(steps):
            path: YamlPath = ("steps", index)
            line = self.document.place(path)[0]
            if ended_in is not None:
                self.fault(path, f"never reached: the step in line {ended_in} ends the playbook")
                ended_in = None
            name = step_id(step, index + 1)
            if name in first_places:
                own = "ask" if step_kind(step) == "ask" else "id"
                message = f"the id {name!r} is taken by the step in line {first_places[name]}"
                self.fault((*path, own), message)
            first_places.setdefault(name, line)
            if isinstance(step, Mapping):
                self.step(step, path)
                if "act" in step:
                    self.act(step, path, name)
                if step_kind(step) in {"stop", "route"} and "when" not in step:
                    ended_in = line

    def step(self, step: Mapping[str, object], path: YamlPath) -> None:
        if "when" in step:
            self.condition(step["when"], (*path, "when"))
        if "probe" in step:
            self.probes(step["probe"], (*path, "probe"))
        if "ask" in step:
            self.ask(step, path)

    def probes(self, probes: object, path: YamlPath) -> None:
        if isinstance(probes, str):
            self.known(probes, self.vocabulary.probes, path, "probe")
        elif isinstance(probes, list):
            for index, probe in enumerate(probes):
                self.known(probe, self.vocabulary.probes, (*path, index), "probe")

    def ask(self, step: Mapping[str, object], path: YamlPath) -> None:
        choices = step.get("choices")
        known = tuple(str(choice) for choice in choices) if isinstance(choices, Mapping) else ()
        if isinstance(step.get("default"), str):
            self.known(step["default"], known, (*path, "default"), "choice")
        self.asked[str(step["ask"])] = known

    def act(self, step: Mapping[str, object], path: YamlPath, name: str) -> None:
        self.acts.append(name)
        by_hand = step["act"] == "human.reset"
        if by_hand is not ("hold" in step):
            words = (
                "needs `hold`, such as 20s" if by_hand else "is not held: `hold` is of human.reset"
            )
            self.fault((*path, "act"), f"{step['act']} {words}")

    def known(self, word: object, known: Iterable[str], path: YamlPath, what: str) -> bool:
        """Note a fault where a word is not among those there are."""
        names = sorted(known)
        if not isinstance(word, str) or word in names or not names:
            return isinstance(word, str)
        hint = suggestion(word, names) or f"; there are {', '.join(names)}"
        self.fault(path, f"there is no {what} {word!r}{hint}")
        return False

    def condition(self, condition: object, path: YamlPath) -> None:
        if not isinstance(condition, Mapping):
            return
        if isinstance(condition.get("fact"), str):
            self.fact(condition["fact"], condition, path)
        if "finding" in condition:
            finding = condition["finding"]
            self.known(finding, self.vocabulary.findings, (*path, "finding"), "finding")
        if isinstance(condition.get("act"), str):
            self.known(condition["act"], self.acts, (*path, "act"), "earlier act")
            if not self.acts:
                self.fault((*path, "act"), "no step before this one acts")
        if isinstance(condition.get("answer"), str):
            self.answer(condition["answer"], condition.get("is"), path)
        if "not" in condition:
            self.condition(condition["not"], (*path, "not"))
        for key in ("all", "any"):
            parts = condition.get(key)
            for index, part in enumerate(parts if isinstance(parts, list) else ()):
                self.condition(part, (*path, key, index))

    def answer(self, question: str, choice: object, path: YamlPath) -> None:
        if question in self.asked:
            self.known(choice, self.asked[question], (*path, "is"), f"choice of {question!r}:")
        elif question in self.all_questions:
            self.fault((*path, "answer"), f"{question!r} is asked only later than here")
        elif not self.all_questions:
            self.fault((*path, "answer"), f"this playbook does not ask {question!r}")
        else:
            self.known(question, self.all_questions, (*path, "answer"), "question")

    def fact(self, fact: str, condition: Mapping[str, object], path: YamlPath) -> None:
        split = split_fact(fact)
        here = (*path, "fact")
        if split is None:
            return
        kind_id, subject, name = split
        if not self.known(kind_id, [kind.id for kind in FACT_KINDS], here, "fact"):
            return
        kind = next(kind for kind in FACT_KINDS if kind.id == kind_id)
        if not _is_subject(subject, kind):
            hint = suggestion(subject, kind.subjects) or f"; {', '.join(kind.subjects)}"
            self.fault(here, f"{kind_id} is never about {subject!r}{hint}")
        if not name:
            if Operator.KNOWN not in condition:
                self.fault(here, f"write which field of {kind_id} is meant: {_names(kind)}")
            return
        held = {field.name: field for field in fields_of(kind.value_type)}
        if self.known(name, held, here, f"field of {kind_id}:"):
            self.comparison(held[name], condition, path)

    def comparison(self, field: Field, condition: Mapping[str, object], path: YamlPath) -> None:
        """Note where a field is compared with something that it can never be."""
        for operator in (Operator.BELOW, Operator.ABOVE):
            if operator in condition and field.shape is not Shape.NUMBER:
                message = f"{field.name} is {field.shape}, not a number, and has no `{operator}`"
                self.fault((*path, operator.value), message)
        for operator in (Operator.IS, Operator.IS_NOT):
            expected = condition.get(operator.value)
            here = (*path, operator.value)
            if operator not in condition:
                continue
            if field.shape is Shape.MANY:
                self.fault(here, f"{field.name} is {field.shape} and cannot be compared")
            elif field.shape is Shape.WORD and isinstance(expected, str):
                self.known(expected, field.words, here, f"word of {field.name}:")
            elif not _fits(expected, field.shape):
                message = f"{field.name} is {field.shape}, and can never be {_said(expected)}"
                self.fault(here, message)


def _is_subject(subject: str, kind: FactKind) -> bool:
    return "*" not in subject and any(fnmatchcase(subject, known) for known in kind.subjects)


def _names(kind: FactKind) -> str:
    return ", ".join(field.name for field in fields_of(kind.value_type))


def _fits(expected: object, shape: Shape) -> bool:
    match shape:
        case Shape.TRUTH:
            return isinstance(expected, bool)
        case Shape.NUMBER:
            return isinstance(expected, int | float) and not isinstance(expected, bool)
        case _:
            return isinstance(expected, str)


def _said(expected: object) -> str:
    if isinstance(expected, bool):
        return str(expected).lower()
    return f"the text {expected!r}" if isinstance(expected, str) else repr(expected)
