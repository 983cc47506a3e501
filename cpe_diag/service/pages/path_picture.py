"""The path from the core to the device, laid out as a picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from cpe_diag.report.path_view import FIRST_OF_A_LAPTOP

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cpe_diag.report.codec import Json

STEP: Final = 52
"""From one segment to the next, in the units of the picture."""
WIDTH: Final = 320


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """One segment in the picture; `y` is its middle, `state` as in a verdict."""

    id: str
    title: str
    state: str
    note: str
    y: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """The whole picture, from the operator's core at the top to the device at the bottom."""

    width: int
    height: int
    stretches: tuple[Stretch, ...]
    of_a_laptop: bool


def seen_by_laptop(segments: Sequence[Json]) -> bool:
    """Tell whether segments are what a laptop on site sees, and not the path from the core.

    Args:
        segments: of a verdict, as JSON data.

    Returns:
        Whether they begin at its cable.
    """
    held = [cast("Mapping[str, str]", one) for one in segments]
    return bool(held) and held[0]["id"] in FIRST_OF_A_LAPTOP


def picture_of(segments: Sequence[Json]) -> Picture:
    """Lay segments out.

    Args:
        segments: of a verdict, as JSON data.

    Returns:
        The picture.
    """
    held = [cast("Mapping[str, str]", one) for one in segments]
    return Picture(
        width=WIDTH,
        height=STEP * len(held),
        of_a_laptop=seen_by_laptop(segments),
        stretches=tuple(
            Stretch(
                id=one["id"],
                title=one["title"],
                state=one["state"],
                note=one["note"],
                y=STEP * number + STEP // 2,
            )
            for number, one in enumerate(held)
        ),
    )
