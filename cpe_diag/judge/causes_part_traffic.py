"""Causes that spoil a part of the traffic only, while the rest comes about."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.verdict import Destination, FaultDomain
from cpe_diag.judge.cause import DROPS, NO_INTERNET, ONE_DEVICE, SITE, SLOW, Cause, must, when

CAUSES_PART_TRAFFIC: Final[tuple[Cause, ...]] = (
    Cause(
        id="home_mtu",
        domain=FaultDomain.DEVICE,
        destination=Destination.DEVICE_SUPPORT,
        title="The device, or what it is connected by, loses long frames",
        needs=(must("device_large_lost"),),
        # Felt with packets of two sizes to the same device; some hosts refuse long echo requests.
        supports=(when("device_large_lost", 4.6),),
        explains=(
            *("device_large_lost", "device_rate_low", "device_delay"),
            *("device_fails_in_part", "device_gets_no_pages", "device_fails_at_site"),
        ),
        shifts=((SLOW, 0.3), (ONE_DEVICE, 0.5), (SITE, 0.3)),
        next_action="Have the driver of the device's adapter renewed, its MTU set to 1500, and"
        " adapters, repeaters and switches in between taken out.",
        tell_customer="Your device gets small messages and loses large ones. Please connect it"
        " directly to the router, and renew the software of its network adapter.",
        source="RFC 2923, section 2.1: small packets come about and large ones are lost; RFC 894",
    ),
    Cause(
        id="lan_storm",
        domain=FaultDomain.DEVICE,
        destination=Destination.DEVICE_SUPPORT,
        title="A device sends so much to all that the home network is full of it",
        needs=(must("home_shouted_down"),),
        # Heard, with its hardware address; seldom somebody streams to all and wants it so.
        supports=(when("home_shouted_down", 4.6),),
        explains=(
            *("home_shouted_down", "device_loss", "device_delay", "device_rate_low"),
            *("broadcast_storm", "router_strained", "wifi_busy", "wifi_retries", "home_stalls"),
            *("device_unanswering", "gateway_jitter"),
        ),
        shifts=((SLOW, 0.5), (DROPS, 0.3), (NO_INTERNET, 0.0), (SITE, -1.0)),
        next_action="Have the device with this hardware address unplugged, and a cable that joins"
        " two sockets of the home; look whether all is well then.",
        tell_customer="One of your devices floods your home network. Please unplug it, or switch"
        " it off and on.",
        source="RFC 9119, section 3.1: what is sent to all goes everywhere, by radio most slowly",
    ),
    Cause(
        id="router_nat_timeout",
        domain=FaultDomain.ROUTER,
        destination=Destination.SECOND_LINE,
        title="The router forgets connections that are quiet for a short while",
        needs=(must("router_forgets_connections"),),
        # Read, and not felt: whoever speaks all the time does not notice it.
        supports=(when("router_forgets_connections", 4.4),),
        explains=("router_forgets_connections", "home_stalls", "home_connects_in_vain"),
        shifts=((DROPS, 1.0), (SLOW, -0.5), (NO_INTERNET, -1.0)),
        next_action="Set the router's times for idle connections to those of RFC 5382 and 4787.",
        tell_customer="Your router ends connections that are quiet for a short while. We will"
        " correct its setting with you.",
        source="RFC 5382, REQ-5; RFC 4787, REQ-5; nf_conntrack-sysctl.rst",
    ),
    Cause(
        id="router_tls_interception",
        domain=FaultDomain.ROUTER,
        destination=Destination.SECOND_LINE,
        title="Something in the router takes all secure pages of the home",
        needs=(must("router_takes_secure_pages"),),
        # Some owners want a proxy there that opens nothing, and works.
        supports=(when("router_takes_secure_pages", 4.2),),
        explains=(
            *("router_takes_secure_pages", "device_gets_no_pages", "device_fails_in_part"),
            *("device_fails_at_site", "platform_fails_from_home", "device_connects_in_vain"),
        ),
        shifts=((SITE, 0.5), (DROPS, -1.0)),
        next_action="Switch the router's inspection of secure pages (or its proxy) off, and have"
        " the page opened on a device.",
        tell_customer="Your router looks into secure pages, which your devices do not accept. We"
        " will switch that off with you.",
        source="RFC 3234, section 2.12; nft(8), NAT STATEMENTS: redirect",
    ),
)
