"""What a laptop did without a way to the office, sealed for it."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from cpe_diag.domain.audit import AuditEvent, AuditKind
from cpe_diag.domain.failures import PackError, StoreError
from cpe_diag.domain.missing import LATER
from cpe_diag.field.sealing import private_key, seal
from cpe_diag.store.action_journal import ActionJournals
from cpe_diag.store.audit_key_source import KeyFile
from cpe_diag.store.audit_trail import StoredAudit
from cpe_diag.store.carried import CarriedRun, ended_runs
from cpe_diag.store.carried_changes import CarriedChange, ended_changes, ids_of_ended
from cpe_diag.store.case_store import default_path
from cpe_diag.store.ciphered import is_plain
from cpe_diag.store.laptop_trails import CarriedTrail, carried_trail
from cpe_diag.store.router_journal import RouterJournals
from cpe_diag.store.runs import StoredRuns
from cpe_diag.wiring.desk import case_store
from cpe_diag.wiring.field_given import DUE, DUE_ENDS, Part, due, told_missing
from cpe_diag.wiring.field_pack import SIGNING, write_whole
from cpe_diag.wiring.laptop_key import PRIVATE_FOLDER, folder, has_store_key
from cpe_diag.wiring.value_seal import value_seal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from cpe_diag.store.case_store import CaseStore
    from cpe_diag.wiring.config import Config

PROGRAM: Final = "cpe-diag"
"""Who has done what nobody did by hand."""
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
    """A file for the office: the runs, changes and files of ended packs that are in it.

    `length` and `hash` are of the audit chain in its last part.
    """

    runs: tuple[str, ...]
    changes: tuple[str, ...]
    due: tuple[str, ...]
    length: int
    hash: str
    sealed: bytes = field(repr=False)

    @property
    def part(self) -> Part:
        """What is noted of it, once it is written."""
        return Part(self.length, self.hash, frozenset((*self.runs, *self.changes, *self.due)))


def taken_out(config: Config) -> TakenOut:
    """Seal all that this laptop has done, for the office; what was sealed before goes along.

    Args:
        config: of the laptop: its store, and the office's recipient.

    Returns:
        The content of the file, and what is in it.

    Raises:
        PackError: the configuration names no office, or this laptop has no key.
        StoreError: the store cannot be used.
    """
    now, files = sealed_now(config), due()
    if not files:
        return now
    try:
        parts = [*(file.read_bytes() for file in files), now.sealed]
    except OSError as error:
        raise PackError(f"{error.filename}: {error.strerror}") from error
    return replace(now, due=tuple(file.name for file in files), sealed=parted(parts))


def sealed_now(config: Config) -> TakenOut:
    """Seal what is in the store now, which its audit trail notes; as `taken_out`."""
    if config.on_site.office_recipient is None:
        raise PackError("the configuration names no office to seal for: field.office_recipient")
    try:
        key = private_key((folder() / SIGNING).read_text(encoding="ascii"))
    except OSError as error:
        words = f"{error.filename}: {error.strerror}: cpe-diag field enroll makes it"
        raise PackError(words) from error
    store, now = case_store(config), datetime.now(UTC)
    laptop_audit(config, store).note(
        AuditEvent(kind=AuditKind.EXPORT, at=now, staff=PROGRAM, words="sealed for the office")
    )
    runs = ended_runs(store, value_seal(config))
    changes = ended_changes(store)
    trail = carried_trail(store)
    if trail is None:
        raise StoreError("the audit trail has just gone")
    value = CarriedHome(made_at=now, runs=runs, trail=trail, changes=changes)
    head: dict[str, Any] = json.loads(trail.head)
    return TakenOut(
        runs=tuple(str(json.loads(run.run)["id"]) for run in runs),
        changes=tuple(str(json.loads(change.record)["id"]) for change in changes),
        due=(),
        length=head["length"],
        hash=head["hash"],
        sealed=seal(FORM, value, key, config.on_site.office_recipient),
    )


def laptop_audit(config: Config, store: CaseStore) -> StoredAudit:
    """Give the audit trail of this laptop."""
    path = config.store.path or default_path()
    return StoredAudit(store, KeyFile(path.with_name(f"{path.name}.audit-key")))


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
    """Keep what was sealed when a pack ended, until the office says that it has it.

    Raises:
        PackError: it cannot be written.
    """
    place = folder() / DUE
    try:
        place.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    except OSError as error:
        raise PackError(f"{error.filename}: {error.strerror}") from error
    path = place / f"{name}{DUE_ENDS}"
    write_whole(path, sealed)
    return path


def kept_here(config: Config) -> tuple[str, ...]:
    """Say what would be lost with this laptop: runs that only it has, and changes without an end.

    Args:
        config: of the laptop.

    Returns:
        Words for each kind; nothing where all is at the office.

    Raises:
        ActionError, StoreError: the store cannot be read.
    """
    path = config.store.path or default_path()
    if not has_store_key() and not is_plain(path):
        return ()  # nobody can read what may be here
    store = case_store(config)
    words = [
        *told_missing("runs", (row.id for row in StoredRuns(store).runs(limit=EVERY))),
        *told_missing("changes", ids_of_ended(store)),
        *told_missing("files of packs that have ended", (file.name for file in due())),
    ]
    for journals in (ActionJournals(store), RouterJournals(store)):
        words += [f"change {one.id} has no end" for one in journals.unfinished()]
    return tuple(words)
