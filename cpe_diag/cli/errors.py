"""Turns our errors into one clear message and the documented exit code; no traceback."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from cpe_diag.cli.exit_codes import ExitCode
from cpe_diag.domain.failures import (
    BundleError,
    ConsentError,
    CpeDiagError,
    DefinitionError,
    InventoryError,
    NoSuchRunError,
    RightsError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


class BadInputError(click.ClickException):
    """The command line, a file or a name is wrong."""

    exit_code = int(ExitCode.BAD_INPUT)


class CouldNotRunError(click.ClickException):
    """Something of our own is missing."""

    exit_code = int(ExitCode.COULD_NOT_RUN)


class RefusedError(click.ClickException):
    """Rights, the customer or the guard stand in the way, or a plan is not what was confirmed."""

    exit_code = int(ExitCode.CHANGE_REFUSED)


class InterruptedRunError(click.ClickException):
    """Ctrl-C, or the signal of this number where whoever raises it has taken it."""

    exit_code = int(ExitCode.INTERRUPTED)

    def __init__(self, message: str, number: int | None = None) -> None:
        """Carry the message and the signal."""
        super().__init__(message)
        self.number = number


@contextmanager
def told_clearly() -> Iterator[None]:
    """Let every error of ours leave as a message.

    Raises:
        BadInputError: a name or a file of the user is wrong.
        RefusedError: rights or the want of consent stand in the way.
        CouldNotRunError: in place of any other CpeDiagError.
    """
    try:
        yield
    except DefinitionError as error:
        count = len(error.faults)
        head = "one thing is" if count == 1 else f"{count} things are"
        raise BadInputError(f"{head} wrong:\n{error}") from error
    except (InventoryError, NoSuchRunError) as error:
        raise BadInputError(str(error)) from error
    except (RightsError, ConsentError) as error:
        raise RefusedError(str(error)) from error
    except BundleError as error:
        raise CouldNotRunError(f"bundle: {error}") from error
    except CpeDiagError as error:
        raise CouldNotRunError(str(error)) from error
