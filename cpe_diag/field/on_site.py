"""A laptop at the customer's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cpe_diag.domain.field_facts import PluggedInto
from cpe_diag.field.raw_process import RawProcess


@dataclass(frozen=True, slots=True, kw_only=True)
class OnSite:
    """Its interface, where that is plugged in, who sends raw frames, and what it saw already.

    `as_router`: the technician says that the router is unplugged, so that its MAC may be used;
    `router_mac` is that, where the technician has read it from the router.
    """

    interface: str
    plugged_into: PluggedInto
    raw: RawProcess
    seen: Mapping[type, object] = field(default_factory=dict)
    as_router: bool = False
    router_mac: str | None = None
