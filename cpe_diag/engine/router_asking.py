"""Looks at a router through the connection of its change: what is read, is read over that one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.driver_kit.dialects import DIALECTS
from cpe_diag.driver_kit.shell_batch import build, new_marker, take_apart
from cpe_diag.ports import CommandAnswer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cpe_diag.driver_kit.shell_batch import Frame
    from cpe_diag.engine.router_look import Ask
    from cpe_diag.ports import Command, RouterControl

LABEL: Final = "look"
"""How the trace names a batch."""


def asking(control: RouterControl, dialect: str) -> Ask:
    """Look through the connection of a change.

    A POSIX shell runs all commands of a look in one exec, framed as questions are, which costs
    two round trips and not two for each. What does not come whole is asked alone.

    Args:
        control: the connection.
        dialect: of the driver.

    Returns:
        What runs commands that only look.
    """
    posix = DIALECTS[dialect].posix

    async def ask(commands: Sequence[Command], deadline: float) -> tuple[CommandAnswer, ...]:
        batched = posix and len(commands) > 1
        frames = await _frames(control, commands, deadline) if batched else {}
        answers = []
        for number, command in enumerate(commands):
            frame = frames.get(number)
            if frame is None or isinstance(frame.exit_status, str):
                answers.append(await _alone(control, command, deadline, posix=posix))
            else:
                answers.append(
                    CommandAnswer(
                        command=command, output=frame.output, exit_status=frame.exit_status
                    )
                )
        return tuple(answers)

    return ask


async def _frames(
    control: RouterControl, commands: Sequence[Command], deadline: float
) -> Mapping[int, Frame]:
    marker = new_marker()
    said = await control.exec_once(
        build(commands, marker),
        label=LABEL,
        limit_s=sum(one.limit_s for one in commands),
        deadline=deadline,
    )
    return take_apart(said.stdout.decode("utf-8", "replace"), marker)


async def _alone(
    control: RouterControl, command: Command, deadline: float, *, posix: bool
) -> CommandAnswer:
    """Run one; a shell is told to give its two outputs in their order."""
    said = await control.exec_once(
        f"{{ {command.text}\n}} 2>&1" if posix else command.text,
        label=command.label,
        limit_s=command.limit_s,
        deadline=deadline,
    )
    return CommandAnswer(
        command=command,
        output=(said.stdout + said.stderr).decode("utf-8", "replace"),
        exit_status=said.exit_status,
    )
