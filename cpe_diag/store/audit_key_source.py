"""Where the audit key comes from: a file beside the store, or a credential by reference.

The file has another name until the first entry is on the disk, so that a key under its own name
says that there must be a chain: a process that is killed before leaves a key and no lie.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cpe_diag.store.audit_key import AuditKey


class KeySource(Protocol):
    """Where the key comes from."""

    def existing(self) -> AuditKey | None:
        """Give the key; None: none was made yet.

        Raises:
            StoreError: it cannot be read.
        """

    def made(self) -> AuditKey:
        """Make the key for a new chain; where there is one already, give it.

        Raises:
            StoreError: it cannot be written.
        """

    def begin_chain(self) -> None:
        """Remember, where that is possible, that the first entry is on the disk."""

    def chain_begun(self) -> bool:
        """Say whether there must be a chain; False where nobody remembers."""


class KeyFile:
    """The key in a file."""

    def __init__(self, path: Path) -> None:
        """Keep it at `path`."""
        self._path = path
        self._new = path.with_name(f"{path.name}.new")

    def existing(self) -> AuditKey | None:
        """Read it, under the one name or the other."""
        from cpe_diag.store.audit_key import read_key  # noqa: PLC0415 - cryptography takes 20 ms

        # The new name a second time: it may have been renamed between the looks.
        return read_key(self._path) or read_key(self._new) or read_key(self._path)

    def made(self) -> AuditKey:
        """Make it, under the name that says that nothing is signed yet."""
        from cpe_diag.store.audit_key import make_key  # noqa: PLC0415 - as above

        return self.existing() or make_key(self._new)

    def begin_chain(self) -> None:
        """Give it its own name; another process may do the same."""
        with suppress(OSError):
            self._new.rename(self._path)

    def chain_begun(self) -> bool:
        """Say whether it has its own name."""
        return self._path.exists()


class KeptKey:
    """A key that is kept elsewhere, by credential reference."""

    def __init__(self, key: Callable[[], AuditKey]) -> None:
        """Ask `key` for it when it is needed."""
        self._key = key

    def existing(self) -> AuditKey | None:
        """Resolve it."""
        return self._key()

    def made(self) -> AuditKey:
        """Resolve it; it is not ours to make."""
        return self._key()

    def begin_chain(self) -> None:
        """Remember nothing."""

    def chain_begun(self) -> bool:
        """Nobody remembers."""
        return False
