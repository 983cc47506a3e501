"""Brings home what a laptop did without a way to the office: out there, and in here."""

from __future__ import annotations

import json
import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import PackError
from cpe_diag.field.sealing import private_key, public_key, seal, unseal
from cpe_diag.store.action_journal import ActionJournals
from cpe_diag.store.carried import Arrived, CarriedRun, bring_in, ended_runs
from cpe_diag.store.case_store import default_path
from cpe_diag.store.host_key_pins import default_path as pins_path
from cpe_diag.store.kept_copies import default_copies
from cpe_diag.store.old_journals import old_folder
from cpe_diag.store.port_memory import default_path as ports_path
from cpe_diag.store.router_journal import RouterJournals
from cpe_diag.store.runs import StoredRuns
from cpe_diag.wiring.config import PACK
from cpe_diag.wiring.credentials import credentials_of
from cpe_diag.wiring.desk import case_store
from cpe_diag.wiring.field_pack import SIGNING, folder, write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from cpe_diag.wiring.config import Config

SEALED: Final = "sealed.json"
"""Which runs the office was given."""
EVERY: Final = 1_000_000
FORM: Final = b"cpe-diag cases of a laptop 1\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedHome:
    """What a laptop has done: all runs that have ended there."""

    made_at: datetime
    runs: tuple[CarriedRun, ...]


def taken_out(config: Config) -> tuple[tuple[str, ...], bytes]:
    """Seal all that this laptop has done, for the office.

    Args:
        config: of the laptop: its store, and the office's recipient.

    Returns:
        The ids of the runs, and the content of the file.

    Raises:
        PackError: the configuration names no office, or this laptop has no key.
        StoreError: the store cannot be read.
    """
    if config.on_site.office_recipient is None:
        raise PackError("the configuration names no office to seal for: field.office_recipient")
    try:
        key = private_key((folder() / SIGNING).read_text(encoding="ascii"))
    except OSError as error:
        words = f"{error.filename}: {error.strerror}: cpe-diag field enroll makes it"
        raise PackError(words) from error
    runs = ended_runs(case_store(config))
    value = CarriedHome(made_at=datetime.now(UTC), runs=runs)
    sealed = seal(FORM, value, key, config.on_site.office_recipient)
    return tuple(str(json.loads(run.run)["id"]) for run in runs), sealed


def note_sealed(runs: Iterable[str]) -> None:
    """Note which runs have been sealed for the office, once the file is written.

    Raises:
        PackError: it cannot be noted.
    """
    known = sorted({*_sealed(), *runs})
    write_whole(folder() / SEALED, json.dumps(known).encode())


def _sealed() -> frozenset[str]:
    """Give the runs that the office was given; what cannot be read counts as given nothing."""
    with suppress(OSError, ValueError):
        return frozenset(json.loads((folder() / SEALED).read_text(encoding="utf-8")))
    return frozenset()


def kept_here(config: Config) -> tuple[str, ...]:
    """Say what would be lost with this laptop: runs that only it has, and changes without an end.

    Args:
        config: of the laptop.

    Returns:
        Words for each kind; nothing where all is at the office.

    Raises:
        ActionError, StoreError: the store cannot be read.
    """
    store = case_store(config)
    runs = frozenset(row.id for row in StoredRuns(store).runs(limit=EVERY)) - _sealed()
    words = [f"{len(runs)} runs are not sealed for the office"] if runs else []
    for journals in (ActionJournals(store), RouterJournals(store)):
        words += [f"change {one.id} has no end" for one in journals.unfinished()]
    return tuple(words)


def wiped(config: Config) -> tuple[Path, ...]:
    """Remove what a laptop has of customers: its pack, its store and its keys.

    Args:
        config: of the laptop.

    Returns:
        What was removed.

    Raises:
        PackError: the configuration is of no laptop with a pack, or something stays.
    """
    inventory = config.inventory
    if inventory is None or inventory.kind != PACK or inventory.path is None:
        raise PackError("only a laptop with a pack is wiped: inventory: {kind: pack, path: FILE}")
    store = config.store.path or default_path()
    places = (
        inventory.path,
        inventory.path.with_name(f"{inventory.path.name}.d"),
        *(store.with_name(f"{store.name}{end}") for end in ("", "-wal", "-shm", ".lock")),
        default_copies(),
        store.with_name(f"{store.name}.audit-key"),
        pins_path(),
        ports_path(),
        *(old_folder(name) for name in ("actions", "router-actions")),
        *((config.port_history,) if config.port_history else ()),
        folder(),
    )
    removed = []
    for place in places:
        try:
            if place.is_dir():
                shutil.rmtree(place)
            elif place.exists():
                place.unlink()
            else:
                continue
        except OSError as error:
            raise PackError(f"{error.filename}: {error.strerror}: it is still there") from error
        removed.append(place)
    return tuple(removed)


def brought_home(config: Config, file: Path) -> tuple[Arrived, ...]:
    """Take in what a laptop has done; the same file twice does no harm.

    Args:
        config: of the office: its store, its identity, and the laptops that it believes.
        file: what the laptop has sealed.

    Returns:
        What became of each run.

    Raises:
        PackError: nobody that is believed has made it, or it is not for this office.
        MeasurementError: the office's identity cannot be resolved.
        StoreError: the store cannot be written; runs before that one are in.
    """
    part = config.on_site
    if part.identity is None or not part.laptops:
        words = "the configuration names no field.identity, or no field.laptops that are believed"
        raise PackError(words)
    identity = credentials_of(config).resolve(part.identity).reveal()
    makers = [public_key(key) for key in part.laptops.values()]
    try:
        home = unseal(FORM, CarriedHome, file.read_bytes(), identity, *makers)
    except OSError as error:
        raise PackError(f"{file}: {error.strerror}") from error
    except PackError as error:
        raise PackError(f"{file}: {error}") from error
    store = case_store(config)
    return tuple(bring_in(store, run) for run in home.runs)
