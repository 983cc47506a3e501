"""The key of a technician's laptop's store: in a private file, or in the system's keyring."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Final

import platformdirs

from cpe_diag.domain.failures import StoreError
from cpe_diag.store.ciphered import KEY_BYTES, blanked
from cpe_diag.wiring.config import PACK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cpe_diag.wiring.config import Config

STORE_KEY: Final = "store.key"
IN_KEYRING: Final = "keyring"
"""What the file says where the keyring has the key."""
SERVICE: Final = "cpe-diag"
PRIVATE: Final = 0o600
OTHERS_MAY: Final = stat.S_IRWXG | stat.S_IRWXO
PRIVATE_FOLDER: Final = 0o700


def folder() -> Path:
    """Give the folder of this laptop's keys."""
    return Path(platformdirs.user_data_dir("cpe-diag")) / "field"


def on_laptop(config: Config) -> bool:
    """Say whether this is a technician's laptop, by what its configuration names."""
    part, inventory = config.on_site, config.inventory
    packed = inventory is not None and inventory.kind == PACK
    named = part.office_key is not None or part.office_recipient is not None
    return config.store.url is None and (packed or named)


def has_store_key() -> bool:
    """Say whether this laptop has a key for its store."""
    return (folder() / STORE_KEY).exists()


def store_keys() -> tuple[bytes, ...]:
    """Give the keys of the store: one, and a second one last while it gets another.

    Raises:
        StoreError: there is none, or it cannot be read.
    """
    path = folder() / STORE_KEY
    try:
        is_open = os.name == "posix" and path.stat().st_mode & OTHERS_MAY
        held = path.read_text(encoding="ascii").split()
    except FileNotFoundError:
        words = "this laptop has no key for its store: cpe-diag field enroll makes it"
        raise StoreError(words) from None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it holds no key"
        raise StoreError(f"the key {path} cannot be read: {reason}") from None
    if is_open:
        raise StoreError(f"the key {path} is open to others; run: chmod 600 {path}")
    if held == [IN_KEYRING]:
        held = _of_keyring().split()
    try:
        keys = tuple(bytes.fromhex(one) for one in held)
    except ValueError:
        keys = ()
    if not keys or any(len(key) != KEY_BYTES for key in keys):
        raise StoreError(f"the key {path} is not 64 hex digits")
    return keys


def make_store_key(*, keyring: bool) -> None:
    """Make the key, where there is none.

    Args:
        keyring: in the system's keyring; else in a file that nobody else can read.

    Raises:
        StoreError: the keyring does not take it.
        OSError: the file cannot be written.
    """
    path = folder() / STORE_KEY
    if path.exists():
        return
    path.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    key = os.urandom(KEY_BYTES).hex()
    if keyring:
        _into_keyring(key)
    _write(path, IN_KEYRING if keyring else key)


def keep_store_keys(keys: Sequence[bytes]) -> None:
    """Keep other keys in place of those that are there, where those were.

    Raises:
        StoreError: the keyring does not take them.
        OSError: the file cannot be written.
    """
    path, text = folder() / STORE_KEY, "\n".join(key.hex() for key in keys)
    if path.read_text(encoding="ascii").strip() == IN_KEYRING:
        _into_keyring(text)
    else:
        _write(path, text)


def destroy_store_key() -> Path | None:
    """Destroy the key: from then on nobody reads the store.

    Returns:
        Its file; None: there was none.

    Raises:
        StoreError: the keyring does not give it up.
        OSError: the file cannot be removed.
    """
    path = folder() / STORE_KEY
    try:
        text = path.read_text(encoding="ascii", errors="replace").strip()
    except FileNotFoundError:
        return None
    if text == IN_KEYRING:
        _out_of_keyring()
    blanked(path)
    return path


def write_private(path: Path, text: str) -> None:
    """Write a new file that nobody else can read.

    Raises:
        OSError: it cannot be written, or is there already.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)


def _write(path: Path, text: str) -> None:
    """Write the file: as it was, or as a whole."""
    new = path.with_name(f".{path.name}.new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def _of_keyring() -> str:
    import keyring
    from keyring.errors import KeyringError

    try:
        held = keyring.get_password(SERVICE, STORE_KEY)
    except KeyringError as error:
        raise StoreError(_words(error)) from None
    if held is None:
        raise StoreError("the system's keyring has no key for this laptop's store any more")
    return held


def _into_keyring(text: str) -> None:
    import keyring
    from keyring.errors import KeyringError

    try:
        keyring.set_password(SERVICE, STORE_KEY, text)
    except KeyringError as error:
        raise StoreError(_words(error)) from None


def _out_of_keyring() -> None:
    import keyring
    from keyring.errors import KeyringError, PasswordDeleteError

    try:
        keyring.delete_password(SERVICE, STORE_KEY)
    except PasswordDeleteError:  # it is not there any more
        return
    except KeyringError as error:
        raise StoreError(_words(error)) from None


def _words(error: Exception) -> str:
    return f"the system's keyring cannot be used for the key of the store: {type(error).__name__}"
