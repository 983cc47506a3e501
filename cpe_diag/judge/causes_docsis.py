"""Causes on DOCSIS: the coax, its noise and levels, and the cable modem."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.verdict import Destination, FaultDomain
from cpe_diag.judge.cause import DROPS, ON_COAX, SLOW, Cause, must, must_not, unless, when

_DAMAGE: Final = (
    "gateway_loss",
    "way_in_loss",
    "internet_loss",
    "latency_high",
    "router_http_fails",
)
_AWAY: Final = (
    "modem_offline",
    "modem_ranging",
    "port_down",
    "port_changed",
    "no_mac_learned",
    "router_unreachable",
)

CAUSES_DOCSIS: Final[tuple[Cause, ...]] = (
    Cause(
        id="modem_offline",
        domain=FaultDomain.NETWORK,
        destination=Destination.FIELD_TECHNICIAN,
        title="The cable modem does not reach the CMTS",
        technologies=ON_COAX,
        needs=(must("modem_offline"),),
        supports=(
            when("modem_offline", 3.2),
            when("router_unreachable", 0.7),
            unless("lights_off", 2.0),
            unless("group_down", 0.5),
            unless("neighbours_down", 0.5),
        ),
        against=(
            when("lights_off", -3.5),
            when("group_down", -6.0),
            when("neighbours_down", -4.0),
            when("modem_denied", -4.0),
            when("modem_ranging", -1.5),
            unless("router_unreachable", -4.0),
        ),
        explains=_AWAY,
        next_action="Ask whether the modem has power; if it has, send a technician to measure"
        " the coax.",
        tell_customer="Your modem does not reach our network. Please check its power and that the"
        " round cable sits firmly; otherwise a technician has to look at it.",
        source="DOCS-IF3-MIB docsIf3CmtsCmRegStatusValue",
    ),
    Cause(
        id="modem_denied",
        domain=FaultDomain.NETWORK,
        destination=Destination.ACCOUNTS,
        title="The CMTS refuses the cable modem",
        technologies=ON_COAX,
        needs=(must("modem_denied"),),
        supports=(when("modem_denied", 6.0),),
        explains=("modem_denied", *_AWAY),
        next_action="Compare the modem's MAC address and its certificate with the customer's"
        " contract.",
        tell_customer="Our network does not accept your modem. We are checking the contract and"
        " the modem that belongs to it.",
        source="DOCS-IF-MIB docsIfCmtsCmStatusValue accessDenied(7), RFC 4546",
    ),
    Cause(
        id="upstream_ingress",
        domain=FaultDomain.NETWORK,
        destination=Destination.NETWORK_OPERATIONS,
        title="Noise gets into the upstream of the coax",
        technologies=ON_COAX,
        needs=(must("upstream_snr_low"),),
        supports=(when("upstream_snr_low", 4.5), when("upstream_codewords_lost", 1.5)),
        against=(unless("upstream_codewords_lost", -0.5), when("downstream_mer_low", -1.0)),
        explains=(
            "upstream_snr_low",
            "upstream_codewords_lost",
            "ranging_timeouts",
            "modem_partial_service",
            "modem_ranging",
            *_DAMAGE,
        ),
        shifts=((SLOW, 0.7), (DROPS, 0.7)),
        next_action="Find the source of the ingress on this upstream; compare the other modems of"
        " the same channel.",
        tell_customer="Something disturbs the cable network in your street. Our engineers are"
        " looking for it.",
        source="DOCS-IF3-MIB docsIf3CmtsCmUsStatusSignalNoise; upstream CNR of 25 dB (Hranac)",
    ),
    Cause(
        id="upstream_ranging",
        domain=FaultDomain.NETWORK,
        destination=Destination.FIELD_TECHNICIAN,
        title="The cable modem is hardly heard upstream (T3 and T4 timeouts)",
        technologies=ON_COAX,
        supports=(
            when("ranging_timeouts", 4.5),
            when("upstream_tx_high", 2.0),
            when("modem_ranging", 4.6),
        ),
        against=(
            when("upstream_snr_low", -2.5),
            unless("ranging_timeouts", -2.0),
            when("downstream_level_bad", -1.0),
        ),
        explains=(
            "ranging_timeouts",
            "upstream_tx_high",
            "upstream_codewords_lost",
            "wan_link_flaps",
            *_AWAY,
            *_DAMAGE,
        ),
        shifts=((SLOW, 0.5), (DROPS, 1.0)),
        next_action="Send a technician: connectors, splitters and amplifier between the modem and"
        " the tap.",
        tell_customer="Your modem is hardly heard by our network. A technician has to look at the"
        " cable and its plugs.",
        source="DOCS-IF3-MIB docsIf3CmStatusUsT3Timeouts, docsIf3CmStatusUsTxPower",
    ),
    Cause(
        id="coax_level_bad",
        domain=FaultDomain.NETWORK,
        destination=Destination.FIELD_TECHNICIAN,
        title="The signal on the coax arrives too weak, too strong or too noisy",
        technologies=ON_COAX,
        supports=(when("downstream_level_bad", 4.5), when("downstream_mer_low", 3.5)),
        against=(unless("downstream_level_bad", -0.5),),
        explains=(
            "downstream_level_bad",
            "downstream_mer_low",
            "upstream_tx_high",
            "modem_partial_service",
            *_DAMAGE,
        ),
        shifts=((SLOW, 0.7), (DROPS, 0.7)),
        next_action="Send a technician to measure the level at the wall socket and at the tap.",
        tell_customer="The signal on the cable to your home is not as it should be. A technician"
        " will measure it; we will agree on a time with you.",
        source="Cisco MC16E manual: -15 to +15 dBmV; DOCS-IF-MIB docsIfDownChannelPower",
    ),
    Cause(
        id="modem_partial_service",
        domain=FaultDomain.NETWORK,
        destination=Destination.FIELD_TECHNICIAN,
        title="Some of the cable modem's channels do not work",
        technologies=ON_COAX,
        needs=(must("modem_partial_service"), must_not("modem_offline")),
        supports=(when("modem_partial_service", 4.8),),
        against=(
            when("downstream_level_bad", -2.0),
            when("upstream_snr_low", -2.0),
            when("downstream_mer_low", -1.5),
        ),
        explains=("modem_partial_service", *_DAMAGE),
        shifts=((SLOW, 1.0),),
        next_action="Compare the channels that are missing with those of the neighbours; one home"
        " alone needs a technician for its filters and splitters.",
        tell_customer="Your modem uses only a part of its channels, so that it is slower than it"
        " should be. We are taking care of it.",
        source="DOCSIS 3.0 MULPI 8.4, partial service; DOCS-IF31-MIB",
    ),
)
