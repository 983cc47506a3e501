"""What of a laptop's runs and changes was written for the office, and what the office has.

A file that was written may never come there. What has come the office says with its next pack, by
the end of the laptop's audit chain as it is there: each sealed part ends at another one, and holds
all that a part before it held and is still here.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import PackError
from cpe_diag.wiring.field_pack import write_whole
from cpe_diag.wiring.laptop_key import folder

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

GIVEN: Final = "given.json"
DUE: Final = "due"
"""The folder of what was sealed when a pack ended, and nobody on the laptop reads any more."""
DUE_ENDS: Final = ".cases"


@dataclass(frozen=True, slots=True)
class Part:
    """One sealed part: where the audit chain ended, and the ids and names of what is in it."""

    length: int
    hash: str
    ids: frozenset[str]

    @property
    def end(self) -> str:
        """How the office names it."""
        return end_of(self.length, self.hash)


@dataclass(frozen=True, slots=True)
class Given:
    """Parts that were written for the office, and what the office has said that it has."""

    parts: tuple[Part, ...] = ()
    received: frozenset[str] = frozenset()

    @property
    def written(self) -> frozenset[str]:
        """All that was written, and maybe received."""
        return self.received.union(*(part.ids for part in self.parts))


def end_of(length: int, hash_: str) -> str:
    """Name the end of an audit chain."""
    return f"{length}:{hash_}"


def given() -> Given:
    """Give what the office was given; what cannot be read counts as given nothing."""
    with suppress(OSError, ValueError, TypeError, KeyError):
        told = json.loads((folder() / GIVEN).read_text(encoding="utf-8"))
        parts = tuple(
            Part(one["length"], one["hash"], frozenset(one["ids"])) for one in told["parts"]
        )
        return Given(parts, frozenset(told["received"]))
    return Given()


def note_written(part: Part) -> None:
    """Note what has been sealed for the office, once the file is written.

    Raises:
        PackError: it cannot be noted.
    """
    before = given()
    _keep(Given((*before.parts, part), before.received))


def note_received(end: str | None, disputed: frozenset[str] = frozenset()) -> None:
    """Note what the office has, and remove what was kept until then.

    Args:
        end: of this laptop's audit chain as the office has it; None: it has none.
        disputed: ids of runs and changes that the office tells otherwise: those it has not. Where
            one of them is in a file of a pack that has ended, no such file counts as received.

    Raises:
        PackError: it cannot be noted, or something stays.
    """
    before = given()
    length = next((part.length for part in before.parts if part.end == end), None)
    if length is None:
        return
    come = [part for part in before.parts if part.length <= length]
    ids = frozenset[str]().union(*(part.ids for part in come))
    kept = disputed if disputed <= ids else disputed | {file.name for file in due()}
    still = [replace(part, ids=part.ids & kept) for part in come if part.ids & kept]
    left = tuple(part for part in before.parts if part not in come)
    received = (before.received | ids) - kept
    _keep(Given((*still, *left), received))
    try:
        for file in due():
            if file.name in received:
                file.unlink()
    except OSError as error:
        raise PackError(f"{error.filename}: {error.strerror}: it is still there") from error


def due() -> list[Path]:
    """Give the files of packs that have ended, the oldest first."""
    return sorted((folder() / DUE).glob(f"*{DUE_ENDS}"))


def told_missing(kind: str, here: Iterable[str]) -> list[str]:
    """Say what of some things the office has not, as far as this laptop knows.

    Args:
        kind: what they are, in the plural.
        here: their ids or names.

    Returns:
        Words for those that were never written, and for those that nobody has confirmed.
    """
    known, ids = given(), frozenset(here)
    unwritten = len(ids - known.written)
    underway = len(ids - known.received) - unwritten
    words = [f"{unwritten} {kind} were not written for the office"] if unwritten else []
    if underway:
        words.append(f"{underway} {kind} were written, and no pack has said that they have come")
    return words


def _keep(value: Given) -> None:
    parts = [
        {"length": part.length, "hash": part.hash, "ids": sorted(part.ids)} for part in value.parts
    ]
    document = {"parts": parts, "received": sorted(value.received)}
    write_whole(folder() / GIVEN, json.dumps(document).encode())
