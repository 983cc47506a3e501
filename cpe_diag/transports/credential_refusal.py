"""What the kinds of credential references share: how they refuse, and how they wait."""

from __future__ import annotations

import os
import stat
import threading
from typing import TYPE_CHECKING, Final, TypeVar

from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OPERATION: Final = "credential.resolve"

OTHERS_MAY_READ: Final = stat.S_IRGRP | stat.S_IROTH
"""Permission bits that a file with secrets must not have."""

T = TypeVar("T")


def refused(where: str, detail: str, next_step: str | None) -> MeasurementError:
    """Make the error of a reference that gives no secret; none of the words is secret."""
    return MeasurementError(
        Failure(kind=FailureKind.NOT_CONFIGURED, where=where, detail=detail, next_step=next_step),
        OPERATION,
    )


def read_private(path: Path, where: str) -> bytes:
    """Read a file that nobody but its owner may read (POSIX permissions only).

    Raises:
        MeasurementError: it is not there, may be read by others, or cannot be read.
    """
    try:
        mode = path.stat().st_mode
        if os.name == "posix" and mode & OTHERS_MAY_READ:
            raise refused(where, f"{path} may be read by others", f"run: chmod 600 {path}")
        return path.read_bytes()
    except FileNotFoundError:
        raise refused(where, f"there is no file {path}", "create it") from None
    except OSError as error:
        raise refused(where, f"{path} cannot be read: {error.strerror}", None) from None


def entry(content: bytes, key: str, where: str, file: str) -> str:
    """Find one entry of a YAML mapping of strings.

    The parser's own words are left out of the failure, because they quote the file.

    Args:
        content: of the file.
        key: the entry.
        where: the reference, for messages.
        file: the file, for messages.

    Returns:
        The entry, as it is written.

    Raises:
        MeasurementError: the file is no such mapping, or has no such entry.
    """
    expected = "write one KEY: SECRET a line"
    mapping = _mapping(content)
    if isinstance(mapping, str):
        # Raised here and not where it was found: the parser's error holds the file's text.
        raise refused(where, f"{file} {mapping}", expected)
    if key not in mapping:
        raise refused(where, f"{file} has no key '{key}'", "add it")
    value = mapping[key]
    if not isinstance(value, str):
        raise refused(where, f"'{key}' in {file} is no single text", "write KEY: SECRET")
    return value


def _mapping(content: bytes) -> dict[object, object] | str:
    """Read a YAML mapping, or say what is wrong."""
    import yaml

    try:
        # BaseLoader: every scalar stays the text that was written, so 0123 is a password.
        mapping = yaml.load(content.decode(), Loader=yaml.BaseLoader)  # noqa: S506 - texts only
    except UnicodeDecodeError:
        return "cannot be read: it is not UTF-8"
    except yaml.MarkedYAMLError as error:
        return "is no YAML" + (
            f" in line {error.problem_mark.line + 1}" if error.problem_mark else ""
        )
    except (yaml.YAMLError, RecursionError):
        return "is no YAML"
    return mapping if isinstance(mapping, dict) else "is no YAML mapping"


def place_and_key(place: str, where: str, form: str) -> tuple[str, str]:
    """Take `PLACE#KEY` apart.

    Raises:
        MeasurementError: one of the two is missing.
    """
    before, _hash_sign, key = place.rpartition("#")
    if not before or not key:
        raise refused(where, "it names no key", f"write it as {form}")
    return before, key


def bounded(work: Callable[[], T], limit_s: float) -> T:
    """Do what may block for long, such as a keyring that asks a person, and give up in time.

    Args:
        work: goes on in a daemon thread, which holds up no exit, when it is given up.
        limit_s: how long to wait.

    Returns:
        What `work` returned; what it raised is raised here.

    Raises:
        TimeoutError: it did not end in time.
    """
    results: list[T] = []
    errors: list[BaseException] = []

    def do() -> None:
        try:
            results.append(work())
        except BaseException as error:  # noqa: BLE001 - carried to the waiting thread, as it is
            errors.append(error)

    thread = threading.Thread(target=do, name="credential", daemon=True)
    thread.start()
    thread.join(limit_s)
    if errors:
        raise errors[0]
    if not results:
        raise TimeoutError
    return results[0]
