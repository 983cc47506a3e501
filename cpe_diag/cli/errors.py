"""Turns our errors into one clear message and the documented exit code; no traceback."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from cpe_diag.cli.exit_codes import ExitCode
from cpe_diag.domain.failures import (
    BundleError,
    CpeDiagError,
    DefinitionError,
    InventoryError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


class CommandError(click.ClickException):
    """A message for the person at the terminal, with an exit code of ours."""

    def __init__(self, message: str, code: ExitCode) -> None:
        """Carry message and code."""
        super().__init__(message)
        self.exit_code = int(code)


def exit_code_of(error: CpeDiagError) -> ExitCode:
    """Say which exit code an error of ours gets.

    Args:
        error: any error of the tree in `domain/failures.py`.

    Returns:
        BAD_INPUT where a name or a file of the user is wrong, COULD_NOT_RUN otherwise.
    """
    if isinstance(error, DefinitionError | InventoryError):
        return ExitCode.BAD_INPUT
    return ExitCode.COULD_NOT_RUN


@contextmanager
def told_clearly() -> Iterator[None]:
    """Let every error of ours leave as a message.

    Raises:
        CommandError: in place of a CpeDiagError.
    """
    try:
        yield
    except DefinitionError as error:
        count = len(error.faults)
        head = "one thing is" if count == 1 else f"{count} things are"
        raise CommandError(f"{head} wrong:\n{error}", exit_code_of(error)) from error
    except BundleError as error:
        raise CommandError(f"bundle: {error}", exit_code_of(error)) from error
    except CpeDiagError as error:
        raise CommandError(str(error), exit_code_of(error)) from error
