"""The two halves of the causes: one that numbers may be set by, and one that is held back."""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable


class Half(StrEnum):
    """What a fault may be used for."""

    TUNING = "tuning"
    HELD_BACK = "held_back"
    """No weight, threshold or prior is set by how it comes out."""
    UNSEEN = "unseen"
    """Written apart from the judge, and first run when the judge was finished."""


KNOWN_BEFORE: Final = frozenset(
    {
        # The judge knew these before the halves were drawn.
        *("splitter_outage", "card_outage", "area_power_cut", "node_outage"),
        *("node_agent_silent", "port_shut", "line_cut", "line_noise", "line_retrains"),
        *("line_rate_low", "port_errors", "duplex_mismatch", "wrong_vlan", "fibre_cut"),
        *("optical_level_low", "optical_level_high", "fibre_bent", "ont_rejected"),
        *("modem_offline", "modem_denied", "upstream_ingress", "upstream_ranging"),
        *("coax_level_bad", "modem_partial_service", "wrong_profile", "port_security_lock"),
        *("cable_pair_broken", "port_power_fault", "home_loop", "dhcp_no_offer"),
        *("pppoe_no_server", "auth_refused", "session_stale", "dns_resolver", "core_loss"),
        *("route_beyond_edge", "customer_power", "wan_cable", "router_hung"),
        *("router_overloaded", "router_conntrack_full", "router_reboots", "router_dns"),
        *("lan_dhcp", "wifi_off", "wifi_radio_failed", "wifi_congested", "wifi_weak_signal"),
        *("device_wrong_password", "device_address", "device_offline", "lan_rogue_dhcp"),
        *("lan_cable", "line_saturated", "platform_down", "platform_error", "platform_slow"),
        *("platform_name", "no_fault"),
        # The judge did not know these, but this lab had caused them, and verdicts had been seen.
        *("access_loss", "access_rate", "home_rate", "nat_missing", "platform_certificate"),
    }
)
"""Causes whose runs had been seen before the halves were drawn: they cannot be held back."""


def half_of(causes: Iterable[str]) -> Half:
    """Tell the half of a fault; of several causes one that is held back holds back the fault.

    Args:
        causes: the true causes.

    Returns:
        Tuning for what was known before; else drawn by the SHA-256 of the cause's id, so that
        nobody chooses: an odd number is held back.
    """
    held = any(_drawn(cause) for cause in causes if cause not in KNOWN_BEFORE)
    return Half.HELD_BACK if held else Half.TUNING


def _drawn(cause: str) -> bool:
    return hashlib.sha256(cause.encode()).digest()[-1] % 2 == 1
