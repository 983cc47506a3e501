"""Finds out where the laptop is plugged in, by who offers what there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.domain.field_facts import PluggedInto
from cpe_diag.judge.on_site import of_a_home

if TYPE_CHECKING:
    from cpe_diag.domain.field_facts import FieldDhcp, FieldPppoe


def place_of(dhcp: FieldDhcp, pppoe: FieldPppoe) -> PluggedInto | None:
    """Tell where a cable ends.

    Args:
        dhcp: who offers addresses there.
        pppoe: who offers sessions there.

    Returns:
        The wall port where the operator answers, beside whomever; the router's LAN where only
        addresses of homes are offered; None where nobody answers.
    """
    homes = [of_a_home(one.address) for one in dhcp.offers]
    if pppoe.offers or not all(homes):
        return PluggedInto.WALL_PORT
    return PluggedInto.ROUTER_LAN if homes else None
