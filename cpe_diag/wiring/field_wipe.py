"""Wipes a laptop: its keys first, so that what is left is unreadable wherever this breaks off."""

from __future__ import annotations

import shutil
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import PackError, StoreError
from cpe_diag.store.case_store import default_path
from cpe_diag.store.ciphered import NEXT, blanked, left_of
from cpe_diag.store.host_key_pins import default_path as pins_path
from cpe_diag.store.kept_copies import KEY_FILE, default_copies
from cpe_diag.store.old_journals import old_folder
from cpe_diag.store.port_memory import default_path as ports_path
from cpe_diag.wiring.config import PACK
from cpe_diag.wiring.field_pack import IDENTITY, SIGNING
from cpe_diag.wiring.laptop_key import destroy_store_key, folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cpe_diag.wiring.config import Config

WIPING: Final = "wiping"
"""The file that says that a wipe has begun, and must be ended by whatever command comes next."""


def wipe_begun() -> bool:
    """Say whether a wipe was broken off."""
    return (folder() / WIPING).exists()


def wiping(config: Config) -> Iterator[Path]:
    """Remove what a laptop has of customers: its pack, its store and its keys, one by one.

    Args:
        config: of the laptop.

    Yields:
        What has just been removed, the key of the store first.

    Raises:
        PackError: the configuration is of no laptop with a pack, or something stays, be it the key
            in a keyring that does not give it up: then all else is gone.
    """
    pack = pack_path(config)
    store = config.store.path or default_path()
    copies = default_copies()
    with suppress(OSError):  # a full disk keeps nothing from being removed
        folder().mkdir(parents=True, exist_ok=True)
        (folder() / WIPING).touch()
    stays: StoreError | None = None
    try:
        try:
            destroyed = destroy_store_key()
        except StoreError as error:  # a keyring that does not answer: all else goes, the store too
            stays, destroyed = error, None
        if destroyed is not None:
            yield destroyed
        keys = (
            *(folder() / name for name in (IDENTITY, SIGNING)),
            copies / KEY_FILE,
            *(_beside(store, end) for end in (".audit-key", ".audit-key.new", ".incident-key")),
        )
        readable = (
            *plain_places(config),
            *(_beside(store, end) for end in ("", "-wal", "-shm")),
            *left_of(store),
        )
        for file in (*keys, *readable):
            if file.is_file():
                blanked(file)
                yield file
        sealed = (
            pack,
            pack.with_name(f"{pack.name}.d"),
            _beside(store, ".lock"),
            _beside(store, NEXT),
            copies,
            *(old_folder(name) for name in ("actions", "router-actions")),
        )
        rest = [one for one in folder().glob("*") if one.name != WIPING]
        for place in (*sealed, *rest, folder()):
            if removed(place):
                yield place
    except OSError as error:
        raise PackError(f"{error.filename}: {error.strerror}: it is still there") from error
    if stays is not None:
        words = "all files are gone, and with them what the key opened; remove it from the keyring"
        raise PackError(f"{stays}: {words}") from stays


def plain_places(config: Config) -> tuple[Path, ...]:
    """Give the files about homes that are not encrypted: host keys, ports, samples of ports."""
    return (pins_path(), ports_path(), *((config.port_history,) if config.port_history else ()))


def pack_path(config: Config) -> Path:
    """Give where this laptop's pack is.

    Raises:
        PackError: the configuration is of no laptop with a pack.
    """
    inventory = config.inventory
    if inventory is None or inventory.kind != PACK or inventory.path is None:
        raise PackError("only a laptop with a pack is wiped: inventory: {kind: pack, path: FILE}")
    return inventory.path


def removed(place: Path) -> bool:
    """Remove a file or a folder; False: there was none.

    Raises:
        OSError: it stays.
    """
    if place.is_dir():
        shutil.rmtree(place)
    elif place.exists():
        place.unlink()
    else:
        return False
    return True


def _beside(store: Path, end: str) -> Path:
    return store.with_name(f"{store.name}{end}")
