"""Causes that take many homes down together: a branch, a card, the street's power.

The node as a whole stands with the other causes of the access network.
"""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.verdict import Destination, FaultDomain
from cpe_diag.judge.cause import Cause, must, when

BEHIND: Final = (
    "neighbours_down",
    "port_down",
    "ethernet_link_down",
    "port_changed",
    "line_out_of_sync",
    "line_signal_lost",
    "far_end_power_lost",
    "ont_signal_lost",
    "modem_offline",
    "modem_ranging",
    "port_idle",
    "no_mac_learned",
    "modem_without_router",
    "router_unreachable",
    "lights_off",
)
"""What a home shows when all that it shares with others is down."""

TOLD: Final = (
    "There is a disturbance in our network in your area. Our engineers are informed; there is"
    " nothing that you need to do."
)

CAUSES_GROUPS: Final[tuple[Cause, ...]] = (
    Cause(
        id="splitter_outage",
        domain=FaultDomain.NETWORK,
        destination=Destination.NETWORK_OPERATIONS,
        title="A branch of the access network is down: a splitter, a PON or a shared line",
        needs=(must("group_down"), must("branch_fell")),
        supports=(when("branch_fell", 8.0),),
        explains=("branch_fell", "group_down", *BEHIND),
        next_action="Open or join the parent case of this group. Check the port that feeds the"
        " branch and its level; then send one crew to the splitter or the feeder, none to homes.",
        tell_customer=TOLD,
        source="several subscribers of one branch went down together, others of the node did not",
    ),
    Cause(
        id="card_outage",
        domain=FaultDomain.NETWORK,
        destination=Destination.NETWORK_OPERATIONS,
        title="A card or unit of the access node, or a large part of it, is down",
        needs=(must("group_down"), must("card_fell")),
        supports=(when("card_fell", 8.0),),
        explains=("card_fell", "group_down", *BEHIND),
        next_action="Open or join the parent case of this group. Check the card's state and"
        " alarms on the node; restart or replace it. No technician to homes.",
        tell_customer=TOLD,
        source="subscribers of several branches of one card went down together, other cards not",
    ),
    Cause(
        id="area_power_cut",
        domain=FaultDomain.NETWORK,
        destination=Destination.NETWORK_OPERATIONS,
        title="The homes around have lost their power, all at one moment",
        needs=(must("group_down"), must("area_power_lost")),
        supports=(when("area_power_lost", 8.0),),
        explains=("area_power_lost", "group_down", *BEHIND),
        next_action="Ask the power utility; keep the parent case of this group until the homes"
        " come back. As far as this shows nothing of ours is broken: no technician, no fibre"
        " crew.",
        tell_customer="It looks as if the power has failed in your area. Your connection comes"
        " back with it; there is nothing wrong with your router.",
        source="ITU-T G.984.3 Dying_Gasp, or loss of power of the far end (RFC 5650, LPR), of"
        " several homes at one moment",
    ),
)
