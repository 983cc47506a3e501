"""The fact of a laptop on site about what else passes its port while it asks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldUse:
    """Fact `field_use`: what passed the laptop's own port while its other questions were out.

    `in_bps` and `out_bps` are the rates of the busiest of the spans of `span_s` seconds that make
    up `watched_s`, in bit/s by the interface's own counters, our own few packets among them. What
    other devices of the home send past the laptop is not seen.
    """

    watched_s: float
    span_s: float
    in_bps: float
    out_bps: float
