"""Archives: folders with bundles somewhere below, and the truth where it is known."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import BundleError
from cpe_diag.engine.run import RunResult
from cpe_diag.judge.truth import Truth
from cpe_diag.report.decoding import UndecodableError, decode
from cpe_diag.store.bundle import MANIFEST, read_bundle

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


TRUTH: Final = "truth.json"
"""Stands in the directory of a bundle; it is no part of it, for it is known only afterwards."""
MAY_BE_LEFT_OUT: Final = {"also": [], "half": "", "lab": "", "case": ""}
"""Whoever closes a ticket writes down domain and cause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """One run of an archive: `name` is its place below the archive, `truth` None if not known."""

    name: str
    result: RunResult
    truth: Truth | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A bundle that cannot be read, and why, with the file's name."""

    name: str
    why: str


def archived(directory: Path) -> Iterator[Archived | Unreadable]:
    """Read every bundle of an archive, one after the other, in the order of their names.

    Args:
        directory: a bundle, or a folder with bundles at any depth.

    Yields:
        Runs; where a bundle is harmed or its truth is unreadable, what is wrong with it.

    Raises:
        BundleError: there is no such directory, or no bundle in it.
    """
    if not directory.is_dir():
        raise BundleError(f"{directory}: there is no such directory")
    places = sorted(file.parent for file in directory.rglob(MANIFEST))
    if not places:
        raise BundleError(f"{directory}: there is no bundle in it (no {MANIFEST})")
    for place in places:
        name = str(place.relative_to(directory))
        try:
            yield Archived(name=name, result=read_bundle(place).result, truth=_truth(place))
        except BundleError as error:
            yield Unreadable(name=name, why=str(error))


def _truth(place: Path) -> Truth | None:
    file = place / TRUTH
    try:
        said: object = json.loads(file.read_text(encoding="utf-8"))
        return decode(Truth, {**MAY_BE_LEFT_OUT, **said} if isinstance(said, dict) else said)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError, UndecodableError) as error:
        raise BundleError(f"{file}: does not say what was wrong: {error}") from error
