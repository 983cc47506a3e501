"""Copies of routers' settings from before a change, encrypted (age), one file for each action.

They hold the customer's Wi-Fi passwords, so that nobody reads them but who has the key; the key
is made when the first copy is kept.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any, Final

import platformdirs
import pyrage  # type: ignore[import-untyped]  # no types there

from cpe_diag.domain.failures import ActionError

SUFFIX: Final = ".age"
KEY_FILE: Final = "copies.key"
PRIVATE: Final = 0o600
PRIVATE_FOLDER: Final = 0o700


def default_copies() -> Path:
    """Give the usual place of the copies: a folder of the user's data folder."""
    return Path(platformdirs.user_data_dir("cpe-diag")) / "copies"


class KeptCopyFiles:
    """The copies in one folder, with their key."""

    def __init__(self, folder: Path) -> None:
        """Keep them in `folder`, which is made with the first one."""
        self._folder = folder

    def keep(self, action_id: str, content: bytes) -> None:
        """Keep a copy; it is on the disk when this returns.

        One that is there stays: it is of before the change, which is begun again.

        Raises:
            ActionError: it cannot be written, or the one that is there cannot be read.
        """
        path = self._path(action_id)
        try:
            self._folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
            identity = self._key(make=True)
            _write(path, pyrage.encrypt(content, [identity.to_public()]))
        except FileExistsError:
            self.give(action_id)  # of before the change, which is now begun again: it stays
        except OSError as error:
            raise ActionError(f"the copy {path} cannot be written: {error.strerror}") from error

    def drop(self, action_id: str) -> None:
        """Drop a copy, where there is one.

        Raises:
            ActionError: it cannot be removed.
        """
        path = self._path(action_id)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise ActionError(f"the copy {path} cannot be removed: {error.strerror}") from error

    def give(self, action_id: str) -> bytes:
        """Give a copy back.

        Raises:
            ActionError: there is none of this action, or it cannot be read or decrypted.
        """
        path = self._path(action_id)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            raise ActionError(
                f"there is no copy of action {action_id!r} in {self._folder}"
            ) from None
        except OSError as error:
            raise ActionError(f"the copy {path} cannot be read: {error.strerror}") from error
        try:
            plain: bytes = pyrage.decrypt(content, [self._key(make=False)])
        except pyrage.DecryptError as error:
            raise ActionError(
                f"the copy {path} cannot be decrypted with {self._folder / KEY_FILE}: {error}"
            ) from error
        return plain

    def _key(self, *, make: bool) -> Any:  # noqa: ANN401 - an x25519 identity, without types
        path = self._folder / KEY_FILE
        if make and not path.exists():
            # Another process may be quicker: its key is read below.
            with contextlib.suppress(FileExistsError):
                _write(path, f"{pyrage.x25519.Identity.generate()}\n".encode())
        try:
            return pyrage.x25519.Identity.from_str(path.read_text("ascii").strip())
        except OSError as error:
            raise ActionError(f"the key {path} cannot be read: {error.strerror}") from error
        except (ValueError, pyrage.IdentityError) as error:
            raise ActionError(f"{path} holds no key of age") from error

    def _path(self, action_id: str) -> Path:
        if not action_id.isalnum():
            raise ActionError(f"{action_id!r} is no id of an action")
        return self._folder / f"{action_id}{SUFFIX}"


def _write(path: Path, content: bytes) -> None:
    """Write a new file as a whole: under another name first, then linked to its own."""
    other = path.with_name(f"{path.name}.{os.getpid()}.part")
    descriptor = os.open(other, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(other, path)
    finally:
        other.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
