"""The exit codes of every command, as README documents them."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What the exit status of `cpe-diag` means."""

    NO_FAULT = 0
    """The run ended and found no fault; other commands: done."""
    BAD_INPUT = 2
    """The command line, a file or a name is wrong; nothing was asked of any device."""
    COULD_NOT_RUN = 3
    """Something of our own is missing: no lab is up, a bundle cannot be written, ..."""
    FAULT_FOUND = 10
    """The run ended and names a fault."""
    UNDETERMINED = 11
    """The run ended, and the evidence does not decide."""
    BUG = 70
    """A mistake in cpe_diag itself (EX_SOFTWARE of sysexits.h)."""
    INTERRUPTED = 130
    """Ctrl-C: connections are closed, nothing was changed, nothing is half saved."""
    HUNG_UP = 129
    """The same on SIGHUP: the terminal is gone."""
    TERMINATED = 143
    """The same on SIGTERM."""
