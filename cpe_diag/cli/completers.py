"""What the shell offers where a name is expected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from collections.abc import Iterable

    import click


def playbooks(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Offer the shipped playbooks, else files."""
    del context, parameter
    from cpe_diag.playbook.load import playbook_files

    return _or_files(playbook_files(), incomplete)


def drivers(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Offer the shipped drivers, else files."""
    del context, parameter
    from cpe_diag.driver_kit.driver_files import list_drivers

    return _or_files((file.id for file in list_drivers()), incomplete)


def lab_homes(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Offer the homes of the lab that runs in the usual place; nothing where none does."""
    del context, parameter
    from cpe_diag.lab.control import LabClient, NoLabError
    from cpe_diag.lab.place import default_directory

    try:
        homes = LabClient(default_directory()).status()["subscribers"]
    except NoLabError:
        return []
    return [home["id"] for home in homes if home["id"].startswith(incomplete)]


def lab_faults(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Offer the faults that can be set."""
    del context, parameter
    from cpe_diag.lab.fault_listing import fault_entries

    names = [str(entry["id"]) for entry in fault_entries()]
    return [name for name in names if name.startswith(incomplete)]


def causes(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Offer the causes that a verdict can name, else directories."""
    del context, parameter
    from cpe_diag.judge.causes import CAUSES

    return _or_files((cause.id for cause in CAUSES), incomplete)


def _or_files(names: Iterable[str], incomplete: str) -> list[CompletionItem]:
    """Offer the names that fit; where none does, let the shell complete a path."""
    fitting = [CompletionItem(name) for name in names if name.startswith(incomplete)]
    return fitting or [CompletionItem(incomplete, type="file")]
