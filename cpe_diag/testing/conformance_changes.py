"""Checks that hold the doors that change things to the semantics written in `cpe_diag.ports`.

As in `cpe_diag.testing.conformance`, each raises AssertionError with what was expected.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cpe_diag.domain.failures import ChangeError, FailureKind
from cpe_diag.ports import ShellLine
from cpe_diag.testing.conformance import PLENTY_S, hold

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence

    from cpe_diag.ports import Clock, NodeShell, PortControl, SetObject, SnmpReader, SnmpValue


async def check_port_control(
    control: PortControl,
    reader: SnmpReader,
    clock: Clock,
    *,
    wanted: tuple[SetObject, SnmpValue],
    refused: SetObject,
) -> None:
    """A SET that returns is done; one that the agent refuses has changed nothing.

    Args:
        control: of an agent that may be changed.
        reader: of the same agent.
        clock: the same as theirs.
        wanted: an object that can be set, and how it reads afterwards (another value than now).
        refused: an object that the agent has and does not let anybody set.
    """

    async def shown(one: SetObject) -> SnmpValue:
        return (await reader.get([one.oid], deadline=clock.monotonic() + PLENTY_S))[one.oid]

    hold(bool(control.node), "the id of the node")
    one, expected = wanted
    hold(await shown(one) != expected, f"another value than {expected!r} before the SET")
    await control.set([one], deadline=clock.monotonic() + PLENTY_S)
    hold(await shown(one) == expected, f"{expected!r} after the SET, not {await shown(one)!r}")
    before = await shown(refused)
    error = await check_not_changed(
        control.set([refused], deadline=clock.monotonic() + PLENTY_S), may_have_happened=False
    )
    kinds = {FailureKind.FORBIDDEN, FailureKind.DEVICE_ERROR}
    hold(error.failure.kind in kinds, f"the agent's refusal, not {error.failure}")
    hold(error.operation == "snmp.set", f"in snmp.set, not {error.operation}")
    hold(await shown(refused) == before, f"{before!r} after a refusal")
    nonsense = replace(one, type="integer", value="seven")
    try:
        await control.set([nonsense], deadline=clock.monotonic() + PLENTY_S)
    except ValueError:
        pass
    else:
        raise AssertionError("a ValueError for a value that is not of its type")


async def check_not_changed(change: Awaitable[object], *, may_have_happened: bool) -> ChangeError:
    """Hold a change that is not confirmed to whether it may have happened.

    Args:
        change: a call of a control door, not awaited yet.
        may_have_happened: what is right here.

    Returns:
        The error, for a closer look.
    """
    try:
        answer = await change
    except ChangeError as error:
        said = error.may_have_happened
        hold(said is may_have_happened, f"may_have_happened {may_have_happened}: {error}")
        hold(bool(error.failure.where and error.failure.detail), "words: where and what")
        return error
    raise AssertionError(f"a ChangeError, not the answer {answer!r}")


async def check_control_silence(  # noqa: PLR0913 - what to set and what is right there
    control: PortControl,
    clock: Clock,
    *,
    wanted: SetObject,
    limit_s: float,
    slack_s: float,
    may_have_happened: bool,
) -> None:
    """An agent that says nothing is SILENT by the deadline.

    Args:
        control: of an agent that does not answer.
        clock: the same as the control's.
        wanted: an object to set.
        limit_s: how long to wait.
        slack_s: how late the failure may be.
        may_have_happened: True where the agent has let our credential read before.
    """
    deadline = clock.monotonic() + limit_s
    error = await check_not_changed(
        control.set([wanted], deadline=deadline), may_have_happened=may_have_happened
    )
    hold(error.failure.kind is FailureKind.SILENT, f"silent, not {error.failure}")
    late_s = clock.monotonic() - deadline
    hold(late_s <= slack_s, f"a failure by the deadline, not {late_s:.3f} s after it")


async def check_node_shell(
    shell: NodeShell, clock: Clock, *, lines: Sequence[tuple[ShellLine, str]]
) -> None:
    """Each line gets its own answer, whole, whatever it looks like, in the order of the lines.

    Args:
        shell: of a node that lets us in.
        clock: the same as the shell's.
        lines: lines with their whole answers: one with an answer that holds the prompt, one of
            several pages and one that asks back are good tests.
    """
    hold(bool(shell.node), "the id of the node")
    for line, expected in lines:
        output = await shell.enter(line, deadline=clock.monotonic() + PLENTY_S)
        hold(output == expected, f"{expected!r} for {line.text!r}, not {output!r}")
    try:
        await shell.enter(ShellLine(text="two\nlines"), deadline=clock.monotonic() + PLENTY_S)
    except ValueError:
        pass
    else:
        raise AssertionError("a ValueError for a line that cannot be typed")
