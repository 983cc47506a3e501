"""The evidence of a run as single measures: a name, a value, its unit, and when it was true."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.facts import FACT_KINDS
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.observations import Observed
from cpe_diag.playbook.fields import Shape, fields_of
from cpe_diag.report.codec import Json, encode
from cpe_diag.report.fact_text import fact_text, failure_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cpe_diag.domain.evidence import Evidence
    from cpe_diag.domain.observations import Observation
    from cpe_diag.playbook.fields import Field

UNITS: Final[Mapping[str, str]] = {
    "s": "s",
    "bps": "bit/s",
    "bytes": "byte",
    "octets": "byte",
    "dbm": "dBm",
    "db": "dB",
    "dbmv": "dBmV",
    "ratio": "1",
    "share": "1",
    "w": "W",
    "m": "m",
    "c": "degree Celsius",
    "v": "V",
    "ma": "mA",
    "mhz": "MHz",
}
"""By the last part of a field's name (the house writes the unit there). Others count something."""

_VALUE_TYPES: Final[Mapping[Shape, str]] = {
    Shape.TRUTH: "boolean",
    Shape.NUMBER: "number",
    Shape.TEXT: "string",
    Shape.WORD: "string",
    Shape.MANY: "array",
}

_TYPES: Final[Mapping[str, type]] = {kind.id: kind.value_type for kind in FACT_KINDS}


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureName:
    """What can be measured of a fact: `line_quality[line].down.snr_margin_db`.

    `unit` is empty for words and counts. `field` empty: the fact as a whole, in words.
    """

    fact: str
    field: str
    value_type: str
    unit: str

    @property
    def metric(self) -> str:
        """The name."""
        return f"{self.fact}.{self.field}" if self.field else self.fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One value, or why there is none: then `value` is None and `gap` says why."""

    name: MeasureName
    key: FactKey
    value: Json
    gap: str
    at: datetime
    source: str


def names_of(key: FactKey) -> tuple[MeasureName, ...]:
    """Say what can be measured of a fact, the whole first.

    Args:
        key: the fact; of a kind that there is.

    Returns:
        Names with types and units; groups of fields are not named, their fields are.
    """
    whole = MeasureName(fact=str(key), field="", value_type="string", unit="")
    value_type = _TYPES.get(key.kind)
    if value_type is None:
        return (whole,)
    fields = tuple(fields_of(value_type))
    return (whole, *(_name(key, one) for one in fields if not _is_group(one, fields)))


def measures(evidence: Evidence) -> Iterator[Measure]:
    """Go through everything that was measured, and what could not be.

    A field that the device did not give, and a fact that is not known, have no value: never a
    number.

    Args:
        evidence: of a run.

    Yields:
        For each fact the whole in words, then its fields.
    """
    for key, observation in evidence:
        whole, *fields = names_of(key)
        if isinstance(observation, Observed):
            yield _measure(whole, key, fact_text(observation.value), "", observation)
            for name in fields:
                value, gap = _value(observation.value, name.field)
                yield _measure(name, key, value, gap, observation)
        else:
            failure = observation.failure
            gap = f"{failure.kind}: {failure_text(failure.kind)}"
            yield _measure(whole, key, None, gap, observation)


def _measure(
    name: MeasureName, key: FactKey, value: Json, gap: str, observation: Observation[object]
) -> Measure:
    source = observation.source if isinstance(observation, Observed) else observation.operation
    return Measure(name=name, key=key, value=value, gap=gap, at=observation.at, source=source)


def _name(key: FactKey, field: Field) -> MeasureName:
    unit = UNITS.get(field.name.rsplit(".", 1)[-1].rsplit("_", 1)[-1], "")
    return MeasureName(
        fact=str(key),
        field=field.name,
        value_type=_VALUE_TYPES[field.shape],
        unit=unit if field.shape is Shape.NUMBER else "",
    )


def _is_group(field: Field, fields: tuple[Field, ...]) -> bool:
    return any(one.name.startswith(f"{field.name}.") for one in fields)


def _value(value: Any, path: str) -> tuple[Json, str]:  # noqa: ANN401 - any fact
    """Follow a dotted name into a fact.

    Returns:
        The value and nothing, or None and why there is no value.
    """
    for part in path.split("."):
        value = getattr(value, part)
        if isinstance(value, Missing):
            return None, f"{value.why}: {failure_text(value.why)}"
        if value is None:
            return None, "the device says: none"
    return encode(value), ""
