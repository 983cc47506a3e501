"""Reads the files in which faults stand, and names everything that is wrong with them at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cpe_diag.domain.failures import DefinitionError
from cpe_diag.domain.verdict import FaultDomain
from cpe_diag.driver_kit.schema_check import check
from cpe_diag.driver_kit.yaml_source import YamlDocument, YamlPath, read_yaml_file
from cpe_diag.lab.home import layout
from cpe_diag.lab.home.fault_halves import HELD_BACK, Half

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cpe_diag.domain.failures import Fault

FOLDER: Final = Path(__file__).with_name("faults")
FILES: Final = tuple(
    FOLDER / f"{name}.yaml"
    for name in (
        *("network", "router", "device", "platform", "none", "pairs"),
        *(
            "second_round",
            "third_round",
            "fourth_round",
            "fifth_round",
            "sixth_round",
            "seventh_round",
            "eighth_round",
            "ninth_round",
            *(half.value for half in HELD_BACK),
        ),
    )
)
"""Faults of each domain, homes without one, two faults at once, and those written later."""

ID: Final = {
    "type": "string",
    "pattern": "^[a-z][a-z0-9_]*$",
    "description": "small letters, digits and _",
}
TRUTH: Final = {
    "domain": {"enum": [one.value for one in FaultDomain if one is not FaultDomain.UNDETERMINED]},
    "cause": ID,
}
COMPLAINT: Final = {
    "playbook": ID,
    "answers": {"type": "object", "additionalProperties": {"type": "string"}},
    "device": {"enum": list(layout.DEVICE_MACS)},
    "platform": {"type": "string"},
}
STEPS: Final = {
    "type": "array",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["at", "run"],
        "properties": {
            "at": {"enum": [name for name, _ in layout.HOSTS]},
            "run": {"type": "string"},
        },
    },
}
SINGLE: Final[Mapping[str, object]] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["id", "title", *TRUTH, "location", "playbook", "inject", "clear"],
    "properties": {
        "id": ID,
        "title": {"type": "string"},
        **TRUTH,
        "location": {"type": "string"},
        "also": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": list(TRUTH),
                "properties": TRUTH,
            },
        },
        "half": {"enum": [half.value for half in HELD_BACK]},
        **COMPLAINT,
        "inject": STEPS,
        "felt": STEPS,
        "clear": STEPS,
    },
}
PAIR: Final[Mapping[str, object]] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["id", "title", "of", "playbook"],
    "properties": {
        "id": ID,
        "title": {"type": "string"},
        "of": {"type": "array", "items": ID, "minItems": 2, "uniqueItems": True},
        **COMPLAINT,
        "felt": STEPS,
    },
}
SCHEMA: Final[Mapping[str, object]] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["faults"],
    "properties": {"faults": {"type": "array", "items": {"oneOf": [SINGLE, PAIR]}}},
}


def read_entries(files: Sequence[Path] = FILES) -> dict[str, Mapping[str, Any]]:
    """Read the entries of files.

    Args:
        files: where they stand. What `of` names stands in the same or an earlier file.

    Returns:
        Entries by their ids, in the order of the files. Those of several faults are put together:
        truth, `inject` and `felt` in the order of `of`, `clear` in the opposite one.

    Raises:
        DefinitionError: a file cannot be read or is not as the schema says, an id is there twice,
            or `of` names what is not there.
    """
    entries: dict[str, Mapping[str, Any]] = {}
    seen: dict[str, str] = {}
    wrong: list[Fault] = []
    for file in files:
        document = read_yaml_file(file)
        faults = check(document, SCHEMA)
        wrong += faults
        for index, entry in enumerate([] if faults else _entries(document)):
            path: YamlPath = ("faults", index)
            fault_id = entry["id"]
            if fault_id in seen:
                message = f"the fault {fault_id!r} is here twice; the first is in {seen[fault_id]}"
                wrong.append(document.fault((*path, "id"), message))
                continue
            seen[fault_id] = f"{file.name}:{document.place((*path, 'id'))[0]}"
            unknown = [one for one in entry.get("of", ()) if one not in entries]
            wrong += [document.fault((*path, "of"), f"no fault {one!r} above") for one in unknown]
            if not unknown:
                entries[fault_id] = _put_together(entry, entries) if "of" in entry else entry
    if wrong:
        raise DefinitionError(tuple(wrong))
    return entries


def _entries(document: YamlDocument) -> Sequence[Mapping[str, Any]]:
    assert isinstance(document.data, dict)  # noqa: S101 - the schema has said so
    entries: Sequence[Mapping[str, Any]] = document.data["faults"]
    return entries


def _put_together(
    pair: Mapping[str, Any], entries: Mapping[str, Mapping[str, Any]]
) -> Mapping[str, Any]:
    parts = [entries[one] for one in pair["of"]]
    first, *others = parts
    return {
        "felt": [step for one in parts for step in one.get("felt", ())],
        **{key: value for key, value in pair.items() if key != "of"},
        "domain": first["domain"],
        "cause": first["cause"],
        "also": [{"domain": one["domain"], "cause": one["cause"]} for one in others],
        "half": _half_of(parts),
        "location": "; ".join(one["location"] for one in parts),
        "inject": [step for one in parts for step in one["inject"]],
        "clear": [step for one in reversed(parts) for step in one["clear"]],
    }


def _half_of(parts: Sequence[Mapping[str, Any]]) -> str:
    """Tell the half of several faults: one that is held back holds back all."""
    held = {one.get("half") for one in parts}
    return next((half for half in HELD_BACK if half in held), Half.TUNING).value
