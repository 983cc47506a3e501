"""Credential references: where a secret stands, so that configuration never holds one.

Two kinds are known: `env:NAME` is an environment variable, `file:PATH#KEY` an entry of a YAML
mapping. A kind that is not known is refused by its name.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.domain.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

OPERATION: Final = "credential.resolve"

OTHERS_MAY_READ: Final = stat.S_IRGRP | stat.S_IROTH
"""Permission bits that a file with secrets must not have."""


class CredentialReferences:
    """Resolves references against an environment and files on this machine.

    A file is read anew for each reference, so that a changed password counts at once.
    """

    def __init__(self, base: Path, *, environment: Mapping[str, str] | None = None) -> None:
        """Resolve relative paths from `base`, and names in `environment` (default: ours)."""
        self._base = base
        self._environment = os.environ if environment is None else environment

    def resolve(self, reference: str) -> Secret:
        """Give the secret that a reference points to.

        Args:
            reference: `env:NAME` or `file:PATH#KEY`.

        Returns:
            The secret, never empty.

        Raises:
            MeasurementError: `credential.resolve`: NOT_CONFIGURED, naming the reference.
        """
        kinds: dict[str, Callable[[str], str]] = {"env": self._from_env, "file": self._from_file}
        kind, colon, rest = reference.partition(":")
        if not colon or kind not in kinds:
            known = "env:NAME or file:PATH#KEY"
            if not colon:
                raise _refused(
                    "a credential reference", "it names no kind", f"write it as {known}"
                )
            raise _refused(
                f"credential {kind}:", f"the kind '{kind}' is not known", f"use {known}"
            )
        content = kinds[kind](rest)
        if not content:
            raise _refused(f"credential {reference}", "it is empty", "put the secret there")
        return Secret(content)

    def _from_env(self, name: str) -> str:
        try:
            return self._environment[name]
        except KeyError:
            raise _refused(
                f"credential env:{name}",
                "this environment variable is not set",
                "set it before the command starts",
            ) from None

    def _from_file(self, place: str) -> str:
        path_text, hash_sign, key = place.rpartition("#")
        where = f"credential file:{place}"
        if not hash_sign or not path_text or not key:
            raise _refused(where, "it names no key", "write it as file:PATH#KEY")
        path = self._base / Path(path_text).expanduser()
        try:
            _check_private(path, where)
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            raise _refused(where, f"there is no file {path}", "create it") from None
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            raise _refused(where, f"{path} cannot be read: {reason}", None) from None
        return _entry(text, key, where, path)


def _check_private(path: Path, where: str) -> None:
    """Refuse a file that others than its owner may read (POSIX permissions only)."""
    mode = path.stat().st_mode
    if os.name == "posix" and mode & OTHERS_MAY_READ:
        raise _refused(where, f"{path} may be read by others", f"run: chmod 600 {path}")


def _entry(text: str, key: str, where: str, path: Path) -> str:
    """Find one entry of a YAML mapping of strings.

    The parser's own words are left out of the failure, because they quote the file.
    """
    import yaml

    try:
        # BaseLoader: every scalar stays the text that was written, so 0123 is a password.
        mapping = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - strings and mappings only
    except yaml.MarkedYAMLError as error:
        line = f" in line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise _refused(where, f"{path} is no YAML{line}", "write one KEY: SECRET a line") from None
    except yaml.YAMLError:
        raise _refused(where, f"{path} is no YAML", "write one KEY: SECRET a line") from None
    if not isinstance(mapping, dict):
        raise _refused(where, f"{path} is no YAML mapping", "write one KEY: SECRET a line")
    if key not in mapping:
        raise _refused(where, f"{path} has no key '{key}'", "add it")
    value = mapping[key]
    if not isinstance(value, str):
        raise _refused(where, f"'{key}' in {path} is no single text", "write KEY: SECRET")
    return value


def _refused(where: str, detail: str, next_step: str | None) -> MeasurementError:
    return MeasurementError(
        Failure(kind=FailureKind.NOT_CONFIGURED, where=where, detail=detail, next_step=next_step),
        OPERATION,
    )
