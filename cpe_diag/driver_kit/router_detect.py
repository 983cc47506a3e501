"""Which platform a router really is: by one cheap question of each driver, and what is overheard.

The inventory says which driver reads a router, and inventories are wrong. So every router driver
says how its platform is known, and a router that answers otherwise is named, not guessed at.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.ports import Command

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cpe_diag.driver_kit.router import RouterDriver
    from cpe_diag.ports import CommandAnswer

TIMED_OUT: Final = 124
"""The exit status of a command that exceeded its limit: it tells nothing of the platform."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """How a driver knows its platform.

    `pattern` stands in the answers to `commands` on this platform and on no other; `variants`
    name firmware that is made of it, by patterns in the same answers. `overheard` stands in what
    the platform says unasked (its SSH identification), or answers to what it does not understand;
    None where it says nothing of its own.
    """

    commands: tuple[Command, ...]
    pattern: re.Pattern[str]
    variants: Mapping[str, re.Pattern[str]]
    overheard: re.Pattern[str] | None
    source: str


def is_platform(detection: Detection, answers: Sequence[CommandAnswer]) -> bool | None:
    """Say whether a router is the platform of a driver.

    Args:
        detection: of the driver.
        answers: to its commands.

    Returns:
        Whether it is; None where a command did not end in time, so that nobody can tell.
    """
    if any(detection.pattern.search(answer.output) for answer in answers):
        return True
    return None if any(answer.exit_status == TIMED_OUT for answer in answers) else False


def variant_of(detection: Detection, answers: Sequence[CommandAnswer]) -> str | None:
    """Name the firmware that is made of the platform.

    Args:
        detection: of the driver whose platform it is.
        answers: to its commands.

    Returns:
        The first variant whose pattern is there; None where it is the platform itself.
    """
    for name, pattern in detection.variants.items():
        if any(pattern.search(answer.output) for answer in answers):
            return name
    return None


def overheard_platform(drivers: Sequence[RouterDriver], text: str) -> RouterDriver | None:
    """Name the driver whose platform gave itself away.

    Args:
        drivers: candidates.
        text: what the router said unasked, or in place of an answer.

    Returns:
        The driver, where exactly one fits.
    """
    fitting = [
        driver
        for driver in drivers
        if driver.detect and driver.detect.overheard and driver.detect.overheard.search(text)
    ]
    return fitting[0] if len(fitting) == 1 else None
