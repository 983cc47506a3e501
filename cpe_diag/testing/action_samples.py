"""A plan of a change, for tests that are not about what it does."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.action import ActionPlan

PORT_RESTART: Final = ActionPlan(
    action="port.restart",
    subscriber="sub-1",
    node="an-1",
    address="192.0.2.10:161",
    port="0/1/7",
    driver="generic_dsl",
    wished=None,
    steps=(),
    read_back=(),
    way_back=(),
    taken_back=False,
    no_way_back="",
    outage_s=60.0,
    source="IF-MIB",
    findings=(),
    accepted=(),
)
"""Restarts a port, in no step at all."""
