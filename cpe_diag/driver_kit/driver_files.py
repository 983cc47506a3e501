"""Finds driver files, in packages and in an operator's own folders.

A package registers the name of a package of its own under the entry point group
`cpe_diag.drivers`; a folder is named in the configuration. A driver is `<id>.yaml`, with the pure
readers of a router driver in `<id>.py` beside it. A folder's driver hides a packaged one of the
same id; two of one id at the same level are refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import metadata, resources
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import DefinitionError, Fault

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

ENTRY_POINT_GROUP: Final = "cpe_diag.drivers"
OWN_DISTRIBUTION: Final = "cpe-diag"

_ID: Final = re.compile(r"[a-z][a-z0-9_]*\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverFile:
    """Where a driver is: `package` for importing its readers (None: in a folder).

    `trusted` files passed the schema check in our own tests.
    """

    id: str
    yaml: Traversable
    readers: Traversable
    package: str | None
    trusted: bool


def list_drivers(extra_folders: Sequence[Path] = ()) -> tuple[DriverFile, ...]:
    """Find every driver file.

    Args:
        extra_folders: the operator's own folders.

    Returns:
        Driver files by id, in alphabetical order.

    Raises:
        DefinitionError: a folder cannot be read, an id is not in snake case, or two files of the
            same level have one id.
    """
    own = [file for folder in extra_folders for file in _of_folder(folder)]
    by_id = {**_packaged(), **_unique(own)}
    return tuple(by_id[driver_id] for driver_id in sorted(by_id))


def driver_file_at(path: Path) -> DriverFile:
    """Give the driver file at a path, wherever it lies.

    Args:
        path: the YAML file; its readers lie beside it.

    Returns:
        The file, which is not trusted.

    Raises:
        DefinitionError: there is no such file, or its name is no driver's id.
    """
    if not path.is_file():
        raise whole_file(str(path), "there is no such file")
    file = DriverFile(
        id=path.stem, yaml=path, readers=path.with_suffix(".py"), package=None, trusted=False
    )
    _check_id(file)
    return file


def whole_file(file: str, message: str) -> DefinitionError:
    """Make the error about a file as a whole."""
    return DefinitionError((Fault(file=file, line=None, column=None, message=message),))


@cache
def _packaged() -> Mapping[str, DriverFile]:
    """Give the drivers of packages, which do not change while a process runs."""
    entries = metadata.entry_points(group=ENTRY_POINT_GROUP)
    return _unique([file for entry in entries for file in _of_package(entry)])


def _of_package(entry: metadata.EntryPoint) -> list[DriverFile]:
    trusted = entry.dist is not None and entry.dist.name == OWN_DISTRIBUTION
    try:
        folder = resources.files(entry.value)
    except ModuleNotFoundError as error:
        message = f"the driver package {entry.value!r} is registered, but not installed"
        raise whole_file(entry.value, message) from error
    return _files(folder, package=entry.value, trusted=trusted)


def _of_folder(folder: Path) -> list[DriverFile]:
    if not folder.is_dir():
        raise whole_file(str(folder), "there is no such folder of drivers")
    return _files(folder, package=None, trusted=False)


def _files(folder: Traversable, *, package: str | None, trusted: bool) -> list[DriverFile]:
    found = []
    for item in folder.iterdir():
        if item.name.endswith(".yaml"):
            stem = item.name.removesuffix(".yaml")
            file = DriverFile(
                id=stem,
                yaml=item,
                readers=folder / f"{stem}.py",
                package=package,
                trusted=trusted,
            )
            _check_id(file)
            found.append(file)
    return found


def _check_id(file: DriverFile) -> None:
    if not _ID.match(file.id):
        raise whole_file(str(file.yaml), "the file's name is a driver's id: vendor_os.yaml")


def _unique(files: Sequence[DriverFile]) -> Mapping[str, DriverFile]:
    by_id: dict[str, DriverFile] = {}
    for file in files:
        if file.id in by_id:
            message = f"there is another driver {file.id!r}: {by_id[file.id].yaml}"
            raise whole_file(str(file.yaml), message)
        by_id[file.id] = file
    return by_id
