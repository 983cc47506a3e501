"""How a batch of commands is written as one exec in a dialect, and its answer taken apart again.

Every framing gives each answer between two lines that carry a random marker of the batch, so that
no output can pass for another's, and a cut answer not for a whole one (`shell_batch.take_apart`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cpe_diag.driver_kit import shell_batch
from cpe_diag.driver_kit.shell_batch import Frame, Marker
from cpe_diag.ports import Command
from cpe_diag.transports import routeros_script


@dataclass(frozen=True, slots=True)
class Script:
    """One exec; `alone` is the number of its only command where it is one of its own."""

    text: str
    alone: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Framing:
    """One framing.

    `build` writes a script for numbered commands. `longest` bounds a script in bytes; what does
    not fit goes into another exec (None: the connection sends long ones on standard input).
    `plain` makes line ends of an answer those of `shell_batch`. `form` names what was expected.
    `alone` writes a command that is an exec of its own, and `ended` takes its answer apart, where
    the dialect has no way to catch what a failing command says (None: there is no need).
    """

    build: Callable[[Sequence[tuple[int, Command]], Marker], str]
    longest: int | None
    plain: Callable[[str], str]
    form: str
    alone: Callable[[int, Command, Marker], str] | None = None
    ended: Callable[[int, str, Marker], Frame | None] | None = None

    def scripts(self, commands: Sequence[Command], marker: Marker) -> list[Script]:
        """Write as few scripts as fit.

        Args:
            commands: numbered by their places.
            marker: of this batch only.

        Returns:
            Scripts in the order in which they are run; a command that is too long alone is one.
        """
        rest = list(enumerate(commands))
        scripts: list[Script] = []
        if self.alone is not None:
            apart = [one for one in rest if one[1].beside_others]
            scripts += [Script(self.alone(*one, marker), one[0]) for one in apart]
            rest = [one for one in rest if not one[1].beside_others]
        while rest:
            count = len(rest)
            script = self.build(rest, marker)
            while self.longest is not None and len(script.encode()) > self.longest and count > 1:
                count = max(1, count // 2)
                script = self.build(rest[:count], marker)
            scripts.append(Script(script))
            rest = rest[count:]
        return scripts


def _as_it_is(text: str) -> str:
    return text


def _posix(commands: Sequence[tuple[int, Command]], marker: Marker) -> str:
    return shell_batch.build([command for _, command in commands], marker)


_POSIX: Final = Framing(build=_posix, longest=None, plain=_as_it_is, form="a POSIX shell")

FRAMINGS: Final[Mapping[str, Framing]] = {
    "posix_shell": _POSIX,
    "edgeos": _POSIX,
    "routeros": Framing(
        build=routeros_script.build,
        longest=routeros_script.LONGEST,
        plain=routeros_script.plain,
        form="RouterOS",
        alone=routeros_script.alone,
        ended=routeros_script.ended,
    ),
}
"""By the dialect's name; EdgeOS's vbash is a bash, which runs a POSIX script."""
