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
    """The run ended and names a fault; `audit verify`: the chain has a flaw."""
    UNDETERMINED = 11
    """The run ended, and the evidence does not decide."""
    CHANGE_REFUSED = 20
    """Refused: by rights, for want of the customer's consent or of a second person, by the guard,
    not confirmed, or the plan is another one by now. Nothing was changed."""
    CHANGE_FAILED = 21
    """A change did not happen, or did not help; what was there before stands, or needs no
    putting back."""
    CHANGE_ROLLED_BACK = 22
    """A change did not help or broke off; the previous values were put back and read back."""
    CHANGE_UNKNOWN = 23
    """Nobody can say what stands on the node; the words say what to look at."""
    BUG = 70
    """A mistake in cpe_diag itself (EX_SOFTWARE of sysexits.h)."""
    INTERRUPTED = 130
    """Ctrl-C: connections are closed, nothing is half saved; a change of a port that had begun was
    brought to a safe point first, and its end is told."""
    HUNG_UP = 129
    """The same on SIGHUP: the terminal is gone."""
    TERMINATED = 143
    """The same on SIGTERM."""
