"""Finds playbooks, reads them, and names every fault of a file at once."""

from __future__ import annotations

import difflib
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import DefinitionError, Fault
from cpe_diag.driver_kit.schema_check import check
from cpe_diag.driver_kit.yaml_source import YamlDocument, read_yaml_file
from cpe_diag.playbook.build import build_playbook
from cpe_diag.playbook.meaning import check_meaning
from cpe_diag.playbook.schema import PLAYBOOK_SCHEMA

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cpe_diag.playbook.model import Playbook
    from cpe_diag.playbook.vocabulary import Vocabulary

ENTRY_POINTS: Final = "cpe_diag.playbooks"
"""The group under which an installed package offers its folder of playbooks."""

SUFFIXES: Final = (".yaml", ".yml")


def load_playbook(
    name_or_path: str, vocabulary: Vocabulary, extra_folders: Sequence[Path] = ()
) -> Playbook:
    """Load one playbook.

    Args:
        name_or_path: an id, or the path of a file (it ends with .yaml or .yml).
        vocabulary: the probes and findings there are.
        extra_folders: the operator's own folders; they come before what is installed.

    Returns:
        The playbook, checked.

    Raises:
        DefinitionError: there is no such playbook, or its file is wrong: every fault.
    """
    if name_or_path.endswith(SUFFIXES):
        return read_playbook(Path(name_or_path), vocabulary)
    files = playbook_files(extra_folders)
    if name_or_path not in files:
        raise DefinitionError((_no_such(name_or_path, files),))
    return read_playbook(files[name_or_path], vocabulary)


def list_playbooks(
    vocabulary: Vocabulary, extra_folders: Sequence[Path] = ()
) -> tuple[Playbook, ...]:
    """Load every playbook there is, sorted by id.

    Args:
        vocabulary: the probes and findings there are.
        extra_folders: the operator's own folders.

    Returns:
        The playbooks.

    Raises:
        DefinitionError: files are wrong: every fault of every file.
    """
    playbooks: list[Playbook] = []
    faults: list[Fault] = []
    for file in playbook_files(extra_folders).values():
        try:
            playbooks.append(read_playbook(file, vocabulary))
        except DefinitionError as error:
            faults.extend(error.faults)
    if faults:
        raise DefinitionError(tuple(faults))
    return tuple(playbooks)


def playbook_files(extra_folders: Sequence[Path] = ()) -> Mapping[str, Path]:
    """Find the files of playbooks, by id; of two with the same id the first found counts.

    Args:
        extra_folders: the operator's own folders, looked through first and in their order.

    Returns:
        Id -> file, sorted by id; nothing is read yet.

    Raises:
        DefinitionError: an extra folder is no folder.
    """
    missing = [folder for folder in extra_folders if not folder.is_dir()]
    if missing:
        raise DefinitionError(
            tuple(
                Fault(file=str(folder), line=None, column=None, message="there is no such folder")
                for folder in missing
            )
        )
    found: dict[str, Path] = {}
    for folder in (*extra_folders, *_installed_folders()):
        for file in sorted(folder.iterdir()):
            if file.suffix in SUFFIXES:
                found.setdefault(file.stem, file)
    return dict(sorted(found.items()))


def read_playbook(file: Path, vocabulary: Vocabulary) -> Playbook:
    """Read and check one file.

    Args:
        file: where it is.
        vocabulary: the probes and findings there are.

    Returns:
        The playbook.

    Raises:
        DefinitionError: the file cannot be read or is wrong: every fault, in its order.
    """
    document = read_yaml_file(file)
    faults = check_playbook(document, vocabulary)
    if faults:
        raise DefinitionError(faults)
    return build_playbook(document.data, document.file)


def check_playbook(document: YamlDocument, vocabulary: Vocabulary) -> tuple[Fault, ...]:
    """Give every fault of a playbook, in the order of the file.

    Args:
        document: what was read.
        vocabulary: the probes and findings there are.

    Returns:
        The faults; at a place that the schema faults already nothing more is said.
    """
    formal = check(document, PLAYBOOK_SCHEMA)
    told = {(fault.line, fault.column) for fault in formal}
    meant = [
        fault
        for fault in check_meaning(document, vocabulary)
        if (fault.line, fault.column) not in told
    ]
    return tuple(sorted((*formal, *meant), key=lambda one: (one.line or 0, one.column or 0)))


def _installed_folders() -> tuple[Path, ...]:
    found = sorted(entry_points(group=ENTRY_POINTS), key=lambda one: (one.name, one.value))
    return tuple(Path(place) for one in found for place in one.load().__path__)


def _no_such(name: str, files: Mapping[str, Path]) -> Fault:
    close = difflib.get_close_matches(name, list(files), n=3, cutoff=0.6)
    hint = f"did you mean {' or '.join(close)}?" if close else f"there are {', '.join(files)}"
    return Fault(
        file=name, line=None, column=None, message=f"there is no playbook of this name; {hint}"
    )
