"""From planned commands to orders: slots are filled here, at the last moment, and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from cpe_diag.driver_kit.quoting import QUOTINGS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.domain.router_plan import Piece, PlannedCommand, RouterPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class RouterOrder:
    """One command as it is sent, with what it gets on standard input; either may hold a secret.

    `streamed` True: the input is long and is read while it comes.
    """

    text: str = field(repr=False)
    stdin: bytes = field(repr=False)
    streamed: bool


def can_be_written(plan: RouterPlan, slots: Mapping[str, str]) -> bool:
    """Say whether every command of a plan can carry what fills its slots; nothing is sent.

    Args:
        plan: of a change.
        slots: values by name.

    Returns:
        False where a form of the platform refuses a value.
    """
    stages = (plan.arm, plan.apply, plan.check, plan.keep, plan.back, plan.state)
    try:
        for command in (one for commands in stages for one in commands):
            written(command.run, slots)
            written(command.stdin, slots)
    except ValueError:
        return False
    return True


def order_of(
    command: PlannedCommand, slots: Mapping[str, str], payloads: Mapping[str, bytes]
) -> RouterOrder:
    """Make the order of a planned command.

    Args:
        command: of a plan.
        slots: values by name; each is written in the form that the plan says.
        payloads: what is uploaded, by name.

    Returns:
        What is sent.

    Raises:
        KeyError: a slot or payload is not given, which is a bug.
        ValueError: a value cannot be carried in its form.
    """
    stdin = payloads[command.upload] if command.upload else written(command.stdin, slots).encode()
    return RouterOrder(
        text=written(command.run, slots), stdin=stdin, streamed=command.upload == STREAMED
    )


STREAMED: Final = "image"
"""The payload that has megabytes; its command only keeps what it reads."""


def written(pieces: tuple[Piece, ...], slots: Mapping[str, str]) -> str:
    """Write pieces with their slots filled."""
    return "".join(
        QUOTINGS[piece.quoting](slots[piece.slot])
        if piece.slot and piece.quoting
        else slots[piece.slot]
        if piece.slot
        else piece.text
        for piece in pieces
    )
