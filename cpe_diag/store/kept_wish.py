"""What the row of a run does not say of what somebody wished for, as JSON data in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cpe_diag.domain.missing import LATER


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptWish:
    """A wish as the store holds it; the rest of it stands in the row of the run.

    `values` are those of an older version; now they are `sealed`, for they may be a customer's.
    `retries`: how often it is done again later where the router is away. `trace`: the span of what
    has brought it, as W3C Trace Context writes it. `follows`: it is such another time.
    """

    answers: Mapping[str, str]
    values: Mapping[str, str]
    device_mac: str | None
    platform: str | None
    budget_s: float
    everything: bool
    load_agreed: bool
    retries: int = field(default=0, metadata={LATER: True})
    sealed: str = field(default="", metadata={LATER: True})
    looks_only: bool = field(default=False, metadata={LATER: True})
    trace: str = field(default="", metadata={LATER: True})
    follows: bool = field(default=False, metadata={LATER: True})


def encode_wish(wish: KeptWish) -> dict[str, object]:
    """Give a wish as JSON data."""
    return {
        "answers": dict(wish.answers),
        "values": dict(wish.values),
        "device_mac": wish.device_mac,
        "platform": wish.platform,
        "budget_s": wish.budget_s,
        "everything": wish.everything,
        "load_agreed": wish.load_agreed,
        "retries": wish.retries,
        "sealed": wish.sealed,
        "looks_only": wish.looks_only,
        "trace": wish.trace,
        "follows": wish.follows,
    }
