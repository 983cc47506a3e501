"""The pinned SSH host keys in one file: read and written whole under a lock, replaced at once.

Host keys are public, but a file that others may write could hand a router to somebody else: it is
readable and writable by its owner only.
"""

from __future__ import annotations

import fcntl
import json
import os
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import platformdirs

from cpe_diag.domain.failures import StoreError
from cpe_diag.domain.host_keys import ExpectedKey, KeyNote, PinnedKey

if TYPE_CHECKING:
    from collections.abc import Iterator

PRIVATE: Final = 0o600
PRIVATE_FOLDER: Final = 0o700
OTHERS_MAY_WRITE: Final = 0o022


def default_path() -> Path:
    """Give the usual place of the pins: the user's state folder."""
    return Path(platformdirs.user_state_dir("cpe-diag")) / "host_keys.json"


@dataclass(slots=True)
class _Held:
    """What the file says."""

    pins: dict[str, PinnedKey] = field(default_factory=dict)
    expected: dict[str, ExpectedKey] = field(default_factory=dict)
    notes: list[KeyNote] = field(default_factory=list)


class HostKeyPinsFile:
    """`HostKeyPins` in a file."""

    def __init__(self, path: Path) -> None:
        """Keep them in `path`, which is made with the first pin."""
        self._path = path

    def pinned(self, address: str) -> PinnedKey | None:
        """Give the pinned key; see `HostKeyPins.pinned`."""
        return self._read().pins.get(address)

    def all(self) -> tuple[PinnedKey, ...]:
        """Give all pins, by address.

        Raises:
            StoreError: the file cannot be read.
        """
        pins = self._read().pins
        return tuple(pins[address] for address in sorted(pins))

    def notes(self, address: str) -> tuple[KeyNote, ...]:
        """Give what was done with the key of an address, the oldest first.

        Raises:
            StoreError: the file cannot be read.
        """
        return tuple(note for note in self._read().notes if note.address == address)

    def expected(self, address: str, *, at: datetime) -> ExpectedKey | None:
        """Say whether a new key is expected now; see `HostKeyPins.expected`."""
        return _expected(self._read(), address, at)

    def pin_first(self, address: str, key: str, *, at: datetime, because: str) -> PinnedKey:
        """Pin a key where none is pinned yet; see `HostKeyPins.pin_first`."""
        with self._changing() as held:
            standing = held.pins.get(address)
            if standing is not None:
                return standing
            pin = PinnedKey(address=address, key=key, since=at, because=because)
            held.pins[address] = pin
            held.notes.append(KeyNote(address=address, at=at, words=f"pinned {key}: {because}"))
        return pin

    def expect_new_key(
        self, address: str, *, reason: str, until: datetime, at: datetime
    ) -> ExpectedKey:
        """Accept one new key until then; see `HostKeyPins.expect_new_key`."""
        expectation = ExpectedKey(address=address, reason=reason, until=until)
        with self._changing() as held:
            held.expected[address] = expectation
            words = f"a new key is expected until {until.isoformat()}: {reason}"
            held.notes.append(KeyNote(address=address, at=at, words=words))
        return expectation

    def take_expected(
        self, address: str, key: str, *, at: datetime, replaced: str | None
    ) -> PinnedKey | None:
        """Pin the new key that was expected; see `HostKeyPins.take_expected`."""
        with self._changing() as held:
            expectation = _expected(held, address, at)
            if expectation is None:
                return None
            because = f"new after {expectation.reason}"
            pin = PinnedKey(
                address=address,
                key=key,
                since=at,
                because=because,
                announced=True,
                replaced=replaced,
            )
            held.pins[address] = pin
            del held.expected[address]
            words = f"pinned {key} in place of {replaced or 'none'}: {because}"
            held.notes.append(KeyNote(address=address, at=at, words=words))
        return pin

    def forget(self, address: str, *, reason: str, by: str, at: datetime) -> PinnedKey:
        """Forget a pinned key, so that the next contact is a first one.

        Args:
            address: of the router, with `:port` where it is not 22.
            reason: why another key is right, in words; it is kept.
            by: who says so.
            at: now.

        Returns:
            What was pinned.

        Raises:
            StoreError: no key of this address is pinned, or the file cannot be written.
        """
        with self._changing() as held:
            pin = held.pins.pop(address, None)
            if pin is None:
                raise StoreError(f"no host key of {address} is pinned in {self._path}")
            held.expected.pop(address, None)
            words = f"{by} has forgotten {pin.key}: {reason}"
            held.notes.append(KeyNote(address=address, at=at, words=words))
        return pin

    def _read(self) -> _Held:
        try:
            mode = self._path.stat().st_mode
            text = self._path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return _Held()
        except (OSError, UnicodeDecodeError) as error:
            raise self._unusable(error) from error
        if os.name == "posix" and mode & OTHERS_MAY_WRITE:
            raise StoreError(
                f"others may write the pinned host keys {self._path}; look who did, then run: "
                f"chmod 600 {self._path}"
            )
        try:
            return _held(json.loads(text))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise self._unusable(error) from error

    @contextmanager
    def _changing(self) -> Iterator[_Held]:
        """Change what the file says, while no other process can."""
        try:
            self._path.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
            lock = os.open(f"{self._path}.lock", os.O_RDWR | os.O_CREAT, PRIVATE)
        except OSError as error:
            raise self._unusable(error) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            held = self._read()
            before = _document(held)
            yield held
            after = _document(held)
            if after != before:
                self._replace(json.dumps(after, indent=1))
        except OSError as error:
            raise self._unusable(error) from error
        finally:
            os.close(lock)

    def _replace(self, text: str) -> None:
        handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=self._path.name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self._path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise

    def _unusable(self, error: Exception) -> StoreError:
        reason = error.strerror if isinstance(error, OSError) else "it is not what we have written"
        return StoreError(f"the pinned host keys {self._path} cannot be used: {reason}")


def _expected(held: _Held, address: str, at: datetime) -> ExpectedKey | None:
    expectation = held.expected.get(address)
    return expectation if expectation is not None and at < expectation.until else None


def _document(held: _Held) -> dict[str, Any]:
    return {
        "pins": {
            one.address: {
                "key": one.key,
                "since": one.since.isoformat(),
                "because": one.because,
                "announced": one.announced,
                "replaced": one.replaced,
            }
            for one in held.pins.values()
        },
        "expected": {
            one.address: {"reason": one.reason, "until": one.until.isoformat()}
            for one in held.expected.values()
        },
        "notes": [[one.address, one.at.isoformat(), one.words] for one in held.notes],
    }


def _held(document: dict[str, Any]) -> _Held:
    pins, expected = document["pins"], document["expected"]
    return _Held(
        pins={
            address: PinnedKey(
                address=address,
                key=str(one["key"]),
                since=_aware(one["since"]),
                because=str(one["because"]),
                announced=one["announced"] is True,
                replaced=one["replaced"],
            )
            for address, one in pins.items()
        },
        expected={
            address: ExpectedKey(
                address=address, reason=str(one["reason"]), until=_aware(one["until"])
            )
            for address, one in expected.items()
        },
        notes=[
            KeyNote(address=str(address), at=_aware(at), words=str(words))
            for address, at, words in document["notes"]
        ],
    )


def _aware(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        msg = "a moment has a time zone"
        raise ValueError(msg)
    return moment
