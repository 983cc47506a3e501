"""The key of the digests under which incidents count subscribers: made on first use, private.

A plain digest of a subscriber's id tells who it was to whoever tries all ids.
"""

from __future__ import annotations

import hmac
import os
import stat
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import StoreError

if TYPE_CHECKING:
    from pathlib import Path

KEY_BYTES: Final = 32
PRIVATE: Final = 0o600
PRIVATE_FOLDER: Final = 0o700
OTHERS_MAY: Final = stat.S_IRWXG | stat.S_IRWXO
PURPOSE: Final = b"cpe-diag platform incidents"


def derived_key(secret: str) -> bytes:
    """Give the key of a team, which follows from the secret that its machines share."""
    return hmac.digest(secret.strip().encode(), PURPOSE, "sha256")


def kept_key(path: Path) -> bytes:
    """Read the key from its file, which is made where there is none.

    Args:
        path: beside the store.

    Returns:
        The key.

    Raises:
        StoreError: it cannot be read or written, others may read it, or it holds no key.
    """
    try:
        path.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        if not path.exists():
            _make(path)
        is_open = path.stat().st_mode & OTHERS_MAY
        key = bytes.fromhex(path.read_text(encoding="ascii"))
    except OSError as error:
        raise StoreError(f"the key {path} cannot be used: {error.strerror}") from None
    except ValueError:
        key, is_open = b"", 0
    if os.name == "posix" and is_open:
        raise StoreError(f"the key {path} is open to others; run: chmod 600 {path}")
    if len(key) != KEY_BYTES:
        raise StoreError(f"the key {path} is not 64 hex digits")
    return key


def _make(path: Path) -> None:
    """Make a key; where another process is first, its key stays."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(os.urandom(KEY_BYTES).hex())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink(missing_ok=True)
