"""Makes drivers of driver files.

What is checked when: every load takes values by type and checks what they refer to, which needs
no JSON Schema. The full schema check costs the import of its library (70 ms); our own files pass
it in our tests, so it is made for files of other packages and folders, for a file that does not
load (to name all its faults), and by `check_driver_file`.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from cpe_diag.domain.failures import DefinitionError
from cpe_diag.driver_kit.access import AccessDriver
from cpe_diag.driver_kit.access_file import parse_access_driver
from cpe_diag.driver_kit.driver_files import DriverFile, driver_file_at, list_drivers, whole_file
from cpe_diag.driver_kit.driver_schema import DRIVER_SCHEMA
from cpe_diag.driver_kit.other_ways import other_way
from cpe_diag.driver_kit.router import RouterDriver
from cpe_diag.driver_kit.schema_check import check, suggestion
from cpe_diag.driver_kit.yaml_source import read_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import ModuleType

    from cpe_diag.driver_kit.yaml_source import YamlDocument

__all__ = [
    "Driver",
    "DriverFile",
    "check_driver_file",
    "detect",
    "list_drivers",
    "load_access_driver",
    "load_driver",
    "load_router_driver",
]

Driver: TypeAlias = AccessDriver | RouterDriver

# `extends` of `extends` and so on: more than this is a mistake, and a circle never ends.
_LONGEST_CHAIN: Final = 4


def load_driver(driver_id: str, extra_folders: Sequence[Path] = ()) -> Driver:
    """Load one driver by its id.

    Args:
        driver_id: the file's stem, for example `generic_dsl`.
        extra_folders: the operator's own folders.

    Returns:
        The driver, with its readers where it is a router's.

    Raises:
        DefinitionError: there is no such driver, or its file is wrong.
    """
    if not extra_folders:
        return _of_packages(driver_id)
    return _found(driver_id, extra_folders)


@cache
def _of_packages(driver_id: str) -> Driver:
    """Load a driver of a package, once: packages do not change while a process runs."""
    return _found(driver_id, ())


def _found(driver_id: str, extra_folders: Sequence[Path]) -> Driver:
    files = {file.id: file for file in list_drivers(extra_folders)}
    if driver_id not in files:
        raise whole_file(driver_id, _no_such_driver(driver_id, files))
    return _load(files[driver_id], files)


def load_access_driver(driver_id: str, extra_folders: Sequence[Path] = ()) -> AccessDriver:
    """Load a driver that has to be an access node's.

    Raises:
        DefinitionError: as for `load_driver`, and when it is of another kind.
    """
    driver = load_driver(driver_id, extra_folders)
    if not isinstance(driver, AccessDriver):
        raise whole_file(driver.file, "this is a router driver; an access driver is wanted here")
    return driver


def load_router_driver(driver_id: str, extra_folders: Sequence[Path] = ()) -> RouterDriver:
    """Load a driver that has to be a home router's.

    Raises:
        DefinitionError: as for `load_driver`, and when it is of another kind.
    """
    driver = load_driver(driver_id, extra_folders)
    if not isinstance(driver, RouterDriver):
        raise whole_file(driver.file, "this is an access driver; a router driver is wanted here")
    return driver


def check_driver_file(path: Path, extra_folders: Sequence[Path] = ()) -> Driver:
    """Check one driver file in full, wherever it lies.

    Args:
        path: the YAML file; its readers lie beside it.
        extra_folders: where drivers that it extends may be, beside its own folder.

    Returns:
        The driver.

    Raises:
        DefinitionError: every fault of the file.
    """
    file = driver_file_at(path)
    files = {other.id: other for other in list_drivers(extra_folders)}
    return _load(file, {**files, file.id: file})


def detect(
    drivers: Sequence[AccessDriver], sys_object_id: str, sys_descr: str
) -> AccessDriver | None:
    """Choose an access driver by what a node says of itself; pure.

    Args:
        drivers: candidates.
        sys_object_id: sysObjectID.0 of the node.
        sys_descr: sysDescr.0 of the node.

    Returns:
        The driver with the longest sysObjectID that is the node's or above it, else the first
        with a fitting description, else None.
    """
    best: tuple[int, AccessDriver] | None = None
    for driver in drivers:
        for prefix in driver.sys_object_ids:
            fits = f"{sys_object_id}.".startswith(f"{prefix}.")
            if fits and (best is None or len(prefix) > best[0]):
                best = (len(prefix), driver)
    if best:
        return best[1]
    for driver in drivers:
        if any(re.search(pattern, sys_descr) for pattern in driver.sys_descr_patterns):
            return driver
    return None


def _no_such_driver(driver_id: str, files: Mapping[str, DriverFile]) -> str:
    way = other_way(driver_id)
    if way is not None:
        return f"there is no driver for {way.make}: {way.why}; its way is {way.way}"
    hint = suggestion(driver_id, files) or f"; there are {', '.join(files)}"
    return f"there is no driver of this id{hint}"


def _load(file: DriverFile, files: Mapping[str, DriverFile], chain: int = 1) -> Driver:
    document = _document(file)
    if not file.trusted:
        _check_all(document)
    try:
        return _parse(file, document, files, chain)
    except DefinitionError:
        # The schema check names all faults of shape at once, where reading stops at the first.
        _check_all(document)
        raise


def _document(file: DriverFile) -> YamlDocument:
    try:
        text = file.yaml.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise whole_file(str(file.yaml), f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise whole_file(str(file.yaml), f"is no UTF-8 text (byte {error.start})") from error
    return read_yaml(text, str(file.yaml))


def _check_all(document: YamlDocument) -> None:
    faults = check(document, DRIVER_SCHEMA)
    if faults:
        raise DefinitionError(faults)


def _parse(
    file: DriverFile, document: YamlDocument, files: Mapping[str, DriverFile], chain: int
) -> Driver:
    data = document.data if isinstance(document.data, dict) else {}
    match data.get("kind"):
        case "access":
            parent = _parent(data.get("extends"), document, files, chain)
            return parse_access_driver(document, file.id, parent)
        case "router":
            # Access nodes are read without the router's half of the kit.
            from cpe_diag.driver_kit.router_file import (  # noqa: PLC0415 - the reason is above
                parse_router_driver,
            )

            return parse_router_driver(document, file.id, _readers(file))
        case _:
            message = "expected `kind: access` or `kind: router`"
            raise DefinitionError((document.fault(("kind",), message),))


def _parent(
    extends: object, document: YamlDocument, files: Mapping[str, DriverFile], chain: int
) -> AccessDriver | None:
    if extends is None:
        return None
    message = None
    if extends not in files:
        message = f"extends: {_no_such_driver(str(extends), files)}"
    elif chain > _LONGEST_CHAIN:
        message = f"extends: more than {_LONGEST_CHAIN} drivers extend each other"
    parent = None if message else _load(files[str(extends)], files, chain + 1)
    if isinstance(parent, AccessDriver):
        return parent
    message = message or "extends: this is no access driver"
    raise DefinitionError((document.fault(("extends",), message),))


def _readers(file: DriverFile) -> ModuleType | None:
    """Import a router driver's readers; None where it has no module."""
    if not file.readers.is_file():
        return None
    if file.package is not None:
        return importlib.import_module(f"{file.package}.{file.id}")
    # Loading a folder's module runs the operator's own code, as naming the folder in the
    # configuration asks for; it stays out of sys.modules, so that it cannot shadow another.
    name = f"_cpe_diag_driver_{file.id}"
    spec = importlib.util.spec_from_file_location(name, Path(str(file.readers)))
    if spec is None or spec.loader is None:
        raise whole_file(str(file.readers), "this is no Python module")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except (ImportError, SyntaxError) as error:
        raise whole_file(str(file.readers), f"cannot be imported: {error}") from error
    return module
