"""What a laptop did without a way to the office, sealed for it."""

from __future__ import annotations

import io
import json
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import PackError
from cpe_diag.domain.missing import LATER
from cpe_diag.field.sealing import private_key, seal
from cpe_diag.store.action_journal import ActionJournals
from cpe_diag.store.carried import CarriedRun, ended_runs
from cpe_diag.store.carried_changes import CarriedChange, ended_changes, ids_of_ended
from cpe_diag.store.case_store import default_path
from cpe_diag.store.ciphered import is_plain
from cpe_diag.store.laptop_trails import CarriedTrail, carried_trail
from cpe_diag.store.router_journal import RouterJournals
from cpe_diag.store.runs import StoredRuns
from cpe_diag.wiring.desk import case_store
from cpe_diag.wiring.field_pack import SIGNING, write_whole
from cpe_diag.wiring.laptop_key import PRIVATE_FOLDER, folder, has_store_key
from cpe_diag.wiring.value_seal import value_seal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from cpe_diag.wiring.config import Config

SEALED: Final = "sealed.json"
"""What the office was given: runs by their ids, files of ended packs by their names."""
DUE: Final = "due"
"""The folder of what was sealed when a pack ended, and nobody on the laptop reads any more."""
DUE_ENDS: Final = ".cases"
EVERY: Final = 1_000_000
FORM: Final = b"cpe-diag cases of a laptop 1\n"
PARTS: Final = b"cpe-diag cases in parts 1\n"
"""How a file of several begins: then how many, and of each its length and its octets."""
LENGTH_BYTES: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedHome:
    """What a laptop has done: all runs and changes that have ended there, and its audit chain."""

    made_at: datetime
    runs: tuple[CarriedRun, ...]
    trail: CarriedTrail | None = field(default=None, metadata={LATER: True})
    changes: tuple[CarriedChange, ...] = field(default=(), metadata={LATER: True})


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenOut:
    """A file for the office: the runs, changes and files of ended packs that are in it."""

    runs: tuple[str, ...]
    changes: tuple[str, ...]
    due: tuple[str, ...]
    sealed: bytes = field(repr=False)


def taken_out(config: Config) -> TakenOut:
    """Seal all that this laptop has done, for the office; what was sealed before goes along.

    Args:
        config: of the laptop: its store, and the office's recipient.

    Returns:
        The content of the file, and what is in it.

    Raises:
        PackError: the configuration names no office, or this laptop has no key.
        StoreError: the store cannot be read.
    """
    runs, changes, sealed = sealed_now(config)
    due = tuple(_due())
    if not due:
        return TakenOut(runs=runs, changes=changes, due=(), sealed=sealed)
    try:
        parts = [*(file.read_bytes() for file in due), sealed]
    except OSError as error:
        raise PackError(f"{error.filename}: {error.strerror}") from error
    names = tuple(file.name for file in due)
    return TakenOut(runs=runs, changes=changes, due=names, sealed=parted(parts))


def sealed_now(config: Config) -> tuple[tuple[str, ...], tuple[str, ...], bytes]:
    """Seal what is in the store now, and give the ids of its runs and changes; as `taken_out`."""
    if config.on_site.office_recipient is None:
        raise PackError("the configuration names no office to seal for: field.office_recipient")
    try:
        key = private_key((folder() / SIGNING).read_text(encoding="ascii"))
    except OSError as error:
        words = f"{error.filename}: {error.strerror}: cpe-diag field enroll makes it"
        raise PackError(words) from error
    store = case_store(config)
    runs = ended_runs(store, value_seal(config))
    changes = ended_changes(store)
    value = CarriedHome(
        made_at=datetime.now(UTC), runs=runs, trail=carried_trail(store), changes=changes
    )
    sealed = seal(FORM, value, key, config.on_site.office_recipient)
    return (
        tuple(str(json.loads(run.run)["id"]) for run in runs),
        tuple(str(json.loads(change.record)["id"]) for change in changes),
        sealed,
    )


def parted(parts: Sequence[bytes]) -> bytes:
    """Put sealed files into one; its opposite is `parts_of`."""
    told = [len(parts).to_bytes(LENGTH_BYTES)]
    for part in parts:
        told += [len(part).to_bytes(LENGTH_BYTES), part]
    return PARTS + b"".join(told)


def parts_of(content: bytes) -> Iterator[bytes]:
    """Give the sealed files in one file.

    Raises:
        PackError: it was cut, or something stands behind it.
    """
    if not content.startswith(PARTS):
        yield content
        return
    rest = io.BytesIO(content[len(PARTS) :])
    for _ in range(int.from_bytes(rest.read(LENGTH_BYTES))):
        length = int.from_bytes(rest.read(LENGTH_BYTES))
        part = rest.read(length)
        if not length or len(part) != length:
            raise PackError("it was cut: ask for the whole file")
        yield part
    if rest.read(1):
        raise PackError("something stands behind its end: ask for the whole file")


def keep_due(name: str, sealed: bytes) -> Path:
    """Keep what was sealed when a pack ended; what the office was given of earlier ones goes.

    Raises:
        PackError: it cannot be written.
    """
    place = folder() / DUE
    given = _given()
    try:
        place.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        for file in _due():
            if file.name in given:
                file.unlink()
    except OSError as error:
        raise PackError(f"{error.filename}: {error.strerror}") from error
    path = place / f"{name}{DUE_ENDS}"
    write_whole(path, sealed)
    return path


def note_sealed(given: Iterable[str]) -> None:
    """Note what has been sealed for the office, once the file is written.

    Raises:
        PackError: it cannot be noted.
    """
    write_whole(folder() / SEALED, json.dumps(sorted({*_given(), *given})).encode())


def _given() -> frozenset[str]:
    """Give what the office was given; what cannot be read counts as given nothing."""
    with suppress(OSError, ValueError):
        return frozenset(json.loads((folder() / SEALED).read_text(encoding="utf-8")))
    return frozenset()


def _due() -> list[Path]:
    return sorted((folder() / DUE).glob(f"*{DUE_ENDS}"))


def kept_here(config: Config) -> tuple[str, ...]:
    """Say what would be lost with this laptop: runs that only it has, and changes without an end.

    Args:
        config: of the laptop.

    Returns:
        Words for each kind; nothing where all is at the office.

    Raises:
        ActionError, StoreError: the store cannot be read.
    """
    path, given = config.store.path or default_path(), _given()
    if not has_store_key() and not is_plain(path):
        return ()  # nobody can read what may be here
    store = case_store(config)
    runs = frozenset(row.id for row in StoredRuns(store).runs(limit=EVERY)) - given
    words = [f"{len(runs)} runs are not sealed for the office"] if runs else []
    changes = ids_of_ended(store) - given
    words += [f"{len(changes)} changes are not sealed for the office"] if changes else []
    due = [file for file in _due() if file.name not in given]
    words += [f"{len(due)} files of packs that have ended are not at the office"] if due else []
    for journals in (ActionJournals(store), RouterJournals(store)):
        words += [f"change {one.id} has no end" for one in journals.unfinished()]
    return tuple(words)
