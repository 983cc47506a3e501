"""A quantity over time, laid out as a picture: a line, its usual value, and the neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WIDTH: Final = 420
HEIGHT: Final = 190
LEFT: Final = 64
RIGHT: Final = 16
TOP: Final = 16
BOTTOM: Final = 30
ROOM: Final = 0.1
"""Of the span, free above and below."""
LEAST_SPAN: Final = 1.0
"""In the quantity's unit: less than that is no movement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One sample in the picture; `when` and `value` are its words.

    `change` is the label of the change beside which it was measured, empty where a run has.
    """

    x: float
    y: float
    when: str
    value: str
    change: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeMark:
    """One change in the picture: where, and the last value before it and the first one after.

    `label` stands at its line, `when` in words, `wished` empty where there is none; `end` as in
    an outcome. None: no value there.
    """

    x: float
    label: str
    action: str
    wished: str
    when: str
    end: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendPicture:
    """A picture and the table behind it; heights are from the top, in the picture's units.

    `line` are the points of a polyline. `band` is top and height of where the neighbours are, None
    without any; `baseline_y` likewise. `begins` and `ends` are the moments at its sides, in words.
    """

    id: str
    of: str
    unit: str
    marks: tuple[Mark, ...]
    changes: tuple[ChangeMark, ...]
    line: str
    is_now: bool
    baseline: str | None
    baseline_y: float | None
    neighbours: str | None
    others: str
    band: tuple[float, float] | None
    top: str
    bottom: str
    begins: str
    ends: str
    width: int = WIDTH
    height: int = HEIGHT


def trend_picture(
    trend: Mapping[str, Any], changes: Sequence[Mapping[str, Any]] = ()
) -> TrendPicture:
    """Lay a trend out.

    Args:
        trend: as the interface gives it; it has at least one sample.
        changes: of the same subscriber, as the interface gives them, the oldest first; those of
            before the first sample are left out.

    Returns:
        The picture.
    """
    samples: Sequence[Mapping[str, Any]] = trend["samples"]
    values = [float(one["value"]) for one in samples]
    others = [float(one) for one in trend["neighbours"]]
    usual = trend["baseline"]
    low, high = _span([*values, *others, *([usual] if usual is not None else [])])
    moments = [datetime.fromisoformat(one["at"]).timestamp() for one in samples]
    begun = [datetime.fromisoformat(one["begun_at"]).timestamp() for one in changes]
    first, last = moments[0], max(moments[-1], *begun) if begun else moments[-1]
    marked = [
        (at, str(number), one)
        for number, (at, one) in enumerate(zip(begun, changes, strict=True), start=1)
        if at >= first
    ]
    labels = {one["id"]: label for _at, label, one in marked}

    def height(value: float) -> float:
        return round(TOP + (high - value) / (high - low) * (HEIGHT - TOP - BOTTOM), 1)

    def across(moment: float) -> float:
        share = 1.0 if last == first else (moment - first) / (last - first)
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    marks = tuple(
        Mark(
            x=across(moment),
            y=height(value),
            when=f"{one['at'][:10]} {one['at'][11:16]} UTC",
            value=_number(value),
            change=labels.get(one["change"] or "", ""),
        )
        for one, moment, value in zip(samples, moments, values, strict=True)
    )
    return TrendPicture(
        id=trend["id"],
        of=trend["of"],
        unit=trend["unit"],
        marks=marks,
        changes=tuple(
            _change(one, label, across(at), list(zip(samples, moments, values, strict=True)))
            for at, label, one in marked
        ),
        line=" ".join(f"{one.x},{one.y}" for one in marks),
        is_now=trend["is_now"],
        baseline=None if usual is None else _number(usual),
        baseline_y=None if usual is None else height(usual),
        neighbours=_between(others),
        others=trend["others"],
        band=_band(height(max(others)), height(min(others))) if others else None,
        top=_number(high),
        bottom=_number(low),
        begins=_moment(first, last),
        ends=_moment(last, first),
    )


def _change(
    one: Mapping[str, Any],
    label: str,
    x: float,
    samples: Sequence[tuple[Mapping[str, Any], float, float]],
) -> ChangeMark:
    """Mark a change; what was measured beside it goes before what a run has seen."""
    begun = datetime.fromisoformat(one["begun_at"]).timestamp()
    ended = datetime.fromisoformat(one["ended_at"] or one["begun_at"]).timestamp()
    before = [value for _sample, at, value in samples if at <= begun]
    beside = [
        value for sample, at, value in samples if at > begun and sample["change"] == one["id"]
    ]
    after = beside[-1:] or [value for _sample, at, value in samples if at > ended]
    return ChangeMark(
        x=x,
        label=label,
        action=one["action"],
        wished=one["value"] or "",
        when=f"{one['begun_at'][:10]} {one['begun_at'][11:16]} UTC",
        end=one["end"] or "unknown",
        before=_number(before[-1]) if before else None,
        after=_number(after[0]) if after else None,
    )


def _span(values: Sequence[float]) -> tuple[float, float]:
    least, most = min(values), max(values)
    middle, half = (least + most) / 2, max(most - least, LEAST_SPAN) / 2 * (1 + 2 * ROOM)
    low = middle - half
    return (0.0 if least >= 0 > low else low), middle + half


def _band(top: float, bottom: float) -> tuple[float, float]:
    return top - 2, bottom - top + 4  # one neighbour alone is to be seen, too


def _between(values: Sequence[float]) -> str | None:
    if not values:
        return None
    low, high = _number(min(values)), _number(max(values))
    return low if low == high else f"{low} … {high}"


def _moment(at: float, other: float) -> str:
    """Say a moment at an end of the picture: the day, or the hour where it is of one day."""
    moment, far = (datetime.fromtimestamp(one, UTC) for one in (at, other))
    return f"{moment:%H:%M} UTC" if moment.date() == far.date() else f"{moment:%Y-%m-%d}"


def _number(value: float) -> str:
    return f"{value:.1f}"
