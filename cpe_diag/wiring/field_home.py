"""Brings home what a laptop did without a way to the office: out there, and in here."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import PackError
from cpe_diag.field.sealing import private_key, public_key, seal, unseal
from cpe_diag.store.carried import Arrived, CarriedRun, bring_in, ended_runs
from cpe_diag.store.case_store import default_path
from cpe_diag.store.kept_copies import default_copies
from cpe_diag.wiring.config import PACK
from cpe_diag.wiring.credentials import credentials_of
from cpe_diag.wiring.desk import case_store
from cpe_diag.wiring.field_pack import SIGNING, folder

if TYPE_CHECKING:
    from pathlib import Path

    from cpe_diag.wiring.config import Config

SEALED: Final = "sealed"
"""How many runs the office was given: runs are not taken back."""
FORM: Final = b"cpe-diag cases of a laptop 1\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedHome:
    """What a laptop has done: all runs that have ended there."""

    made_at: datetime
    runs: tuple[CarriedRun, ...]


def taken_out(config: Config) -> tuple[int, bytes]:
    """Seal all that this laptop has done, for the office.

    Args:
        config: of the laptop: its store, and the office's recipient.

    Returns:
        How many runs, and the content of the file.

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
    return len(runs), seal(FORM, value, key, config.on_site.office_recipient)


def note_sealed(runs: int) -> None:
    """Note how many runs have been sealed for the office, once the file is written.

    Raises:
        PackError: it cannot be noted.
    """
    try:
        (folder() / SEALED).write_text(f"{runs}\n", encoding="ascii")
    except OSError as error:
        raise PackError(f"{error.filename}: {error.strerror}") from error


def unsealed(config: Config) -> int:
    """Count the runs of this laptop that have not been sealed for the office.

    Raises:
        StoreError: the store cannot be read.
    """
    try:
        sealed = int((folder() / SEALED).read_text(encoding="ascii"))
    except (OSError, ValueError):
        sealed = 0
    return max(0, len(ended_runs(case_store(config))) - sealed)


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
