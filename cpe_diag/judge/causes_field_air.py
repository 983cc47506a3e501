"""Causes that the air at the laptop's place shows."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.verdict import Destination, FaultDomain
from cpe_diag.judge.cause import Cause, must, when

CAUSES_FIELD_AIR: Final[tuple[Cause, ...]] = (
    Cause(
        id="home_wifi_weak",
        domain=FaultDomain.DEVICE,
        destination=Destination.DEVICE_SUPPORT,
        title="At this place of the home its Wi-Fi is too weak",
        needs=(must("home_signal_weak"),),
        supports=(
            when("home_signal_weak", 4.3),
            when("home_loses", 0.4),
            when("home_rate_low", 0.4),
        ),
        explains=("home_signal_weak", "home_loses", "home_rate_low"),
        next_action="Measure at other places; put the router elsewhere, a repeater, or a cable.",
        tell_customer="Your Wi-Fi is weak at this place. The router may stand better elsewhere,"
        " or a repeater or a cable can help.",
        source="signal of the laptop's own link (nl80211 by iw), at this place alone",
    ),
    Cause(
        id="home_wifi_full",
        domain=FaultDomain.ROUTER,
        destination=Destination.SECOND_LINE,
        title="The channel of the home's Wi-Fi is full",
        needs=(must("home_air_busy"),),
        supports=(when("home_air_busy", 4.0), when("home_loses", 0.4)),
        explains=("home_air_busy", "home_loses", "home_rate_low"),
        next_action="Move the router to the channel that is advised, or devices to 5 GHz.",
        tell_customer="The air around your router is very busy, which slows your Wi-Fi down. We"
        " can move your router to a freer channel.",
        source="IEEE 802.11-2020, 9.4.2.27: BSS Load, channel utilization",
    ),
)
