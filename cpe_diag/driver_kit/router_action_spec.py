"""What a router driver says of the changes it can make, and how its routers go back themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from cpe_diag.domain.router_plan import Way


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandSpec:
    """A command as the driver file has it: templates with `{ssid}` and the like.

    A command whose `run` names a target (`{settings}`, `{radio}`, `{interface}`) is sent once
    for each; a `stdin` that does is repeated for each in the one input. `quote` is the form of
    values in `stdin`. `upload` names the payload that goes to standard input.
    """

    run: str
    stdin: str
    quote: str
    upload: str
    label: str
    limit_s: float
    goes_away: bool


class Target(StrEnum):
    """What an action is done to."""

    ROUTER = "router"
    NETWORK = "network"
    """Each network (SSID on a radio) that was chosen."""
    RADIO = "radio"
    """Each radio that was chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RevertSpec:
    """How a router of this platform takes a change back that nobody confirms.

    `arm` ends with status 0 when the revert runs. `state` prints `armed`, `fired`, `kept` or
    `none` as its last line. `keep` first takes away the revert's right to fire, in one step that
    only one of the two can win, then makes the change last. `back` goes back at once. `pending`
    prints something where changes of somebody else wait unconfirmed, which ours would sweep
    away or make lasting.
    """

    words: str
    window_s: float
    arm: tuple[CommandSpec, ...]
    state: tuple[CommandSpec, ...]
    keep: tuple[CommandSpec, ...]
    back: tuple[CommandSpec, ...]
    pending: tuple[CommandSpec, ...]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RouterActionSpec:
    """One change. `values` maps a person's words to the platform's; empty: none are limited.

    `prepare` must change nothing that lasts and ends with status 0; `check` prints `yes` for
    each target where what is on air is as wanted.
    """

    id: str
    way: Way
    target: Target
    values: Mapping[str, str]
    backup: tuple[CommandSpec, ...]
    prepare: tuple[CommandSpec, ...]
    apply: tuple[CommandSpec, ...]
    check: tuple[CommandSpec, ...]
    outage_s: float
    source: str


PARTS = ("settings", "radio", "interface")
"""Placeholders that name a target."""

WISHES = ("ssid", "password", "channel", "state", "image_size", "image_sha256")
"""Placeholders that are filled from what is wished."""

FRAME = ("id", "window_s", "boot_id")
"""Placeholders that are filled from the action itself: all are made of letters, digits and `-`."""

SECRETS = ("password",)
"""Slots that are secrets: never in a plan, a journal or a log."""

SLOTS = (*SECRETS, "id", "boot_id")
"""Placeholders that stay open in a plan and are filled when it is performed."""
