"""How a command ends when something outside ends it: a signal, a closed pipe, a full disk."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import sys
from typing import IO, TYPE_CHECKING, Any, Final, NoReturn

import click

from cpe_diag import __version__
from cpe_diag.cli.errors import CouldNotRunError, InterruptedRunError
from cpe_diag.cli.exit_codes import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

TRACEBACK_NAME: Final = "CPE_DIAG_TRACEBACK"
"""Set to anything, it lets a bug show its traceback."""

# errno(3): what writing to a terminal, a pipe or a file can meet.
_UNWRITABLE: Final = frozenset((errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EBADF))

_SIGNALLED: Final = 128
"""A shell's exit status for a signal is this and the signal's number (POSIX 2.8.2)."""


def ended(command: Callable[[], object]) -> NoReturn:
    """Run a command and end the process as the exit codes say, without a traceback.

    Args:
        command: what to do; gives its exit code, or anything else for 0.

    Raises:
        SystemExit: always.
        Exception: a bug of ours, where CPE_DIAG_TRACEBACK is set.
    """
    _fill_closed_streams()
    stopped_by = _end_like_ctrl_c()
    shown: click.ClickException | None = None
    code = 0
    try:
        given = command()
        code = given if isinstance(given, int) else 0
    except InterruptedRunError as error:
        shown, code = error, _SIGNALLED + (error.number or stopped_by[-1])
    except click.ClickException as error:
        shown, code = error, error.exit_code
    except (click.Abort, KeyboardInterrupt):
        shown, code = InterruptedRunError("interrupted"), _SIGNALLED + stopped_by[-1]
    except Exception as error:
        if os.environ.get(TRACEBACK_NAME):
            raise
        shown, code = click.ClickException(_bug_line(error)), int(ExitCode.BUG)
    _say_and_flush(shown)
    sys.exit(code)


class _UnreadError(CouldNotRunError):
    """Whoever read our output has left (`| head`), and wants no more words either."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Say nothing."""


@contextlib.contextmanager
def output_told() -> Iterator[None]:
    """Let output that cannot be written be an error of ours.

    Raises:
        CouldNotRunError: the disk is full, or the reader has left.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _UNWRITABLE:
            raise
        kind = _UnreadError if error.errno == errno.EPIPE else CouldNotRunError
        raise kind(f"the output cannot be written: {error.strerror}") from error


def _fill_closed_streams() -> None:
    """Open what the caller has closed, for Python gives None there (`cpe-diag run ... <&-`)."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123 - a standard stream stays open


def _end_like_ctrl_c() -> list[int]:
    """Let SIGTERM and SIGHUP end a command as Ctrl-C does, connections and files included.

    Returns:
        The signals that came; the last one decides the exit code, SIGINT stands first.
    """
    came = [int(signal.SIGINT)]

    def end(number: int, frame: FrameType | None) -> None:
        came.append(number)
        del frame
        if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
            signal.raise_signal(signal.SIGINT)
        elif not _cancel_tasks():  # SIGINT is ignored in the background of a script
            raise KeyboardInterrupt

    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:  # else somebody wants it otherwise (nohup)
            signal.signal(number, end)
    return came


def _cancel_tasks() -> bool:
    """Cancel what the running event loop does; False where there is none.

    asyncio itself turns SIGINT into that, but not where SIGINT is ignored; and an exception
    raised in the middle of the loop would be told with a traceback.
    """
    asyncio = sys.modules.get("asyncio")  # not imported here: `--help` does without
    if asyncio is None:
        return False
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return False
    for task in asyncio.all_tasks(loop):
        loop.call_soon_threadsafe(task.cancel)
    return True


def _bug_line(error: BaseException) -> str:
    """Say which mistake it was and where, without its text, which could hold anything."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    trace = error.__traceback__
    place = "?"
    while trace is not None:
        code = trace.tb_frame.f_code
        if f"{os.sep}cpe_diag" in code.co_filename:
            place = f"{code.co_qualname}, line {trace.tb_lineno}"
        trace = trace.tb_next
    return (
        f"this is a mistake in cpe_diag {__version__} itself: {type(error).__name__} in "
        f"{place}. If it was changing a port, `cpe-diag port unfinished` says how far it came. "
        f"Set {TRACEBACK_NAME}=1 and run it again for a report to its makers."
    )


def _say_and_flush(shown: click.ClickException | None) -> None:
    """Tell the last word; what can no longer be written does not trouble the interpreter's end."""
    with contextlib.suppress(OSError):
        if shown is not None:
            shown.show()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)
