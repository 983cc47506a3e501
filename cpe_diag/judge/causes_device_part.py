"""Causes by enclosure in one device: a site, or a part of all, that comes to others alone."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.verdict import Destination, FaultDomain
from cpe_diag.judge.cause import ONE_DEVICE, SITE, Cause, must, must_not, when

SITE_IS_GOOD: Final = (must_not("platform_unreachable"), must_not("router_dns_fails"))
BESIDE_OTHERS: Final = (when("others_get_site", 1.0), when("only_one_device_affected", 0.5))
NOT_THE_ROUTER: Final = (
    when("router_drops_site", -5.0),
    when("router_withholds_site", -5.0),
    when("router_drops_web", -3.0),
    when("router_names_lie", -3.0),
    when("platform_name_bad", -3.0),
)

CAUSES_DEVICE_PART: Final[tuple[Cause, ...]] = (
    Cause(
        id="device_site_unexplained",
        domain=FaultDomain.DEVICE,
        destination=Destination.DEVICE_SUPPORT,
        title="The device never tries to reach the site, while router and network get it",
        needs=(must("device_leaves_site"), *SITE_IS_GOOD),
        supports=(when("device_leaves_site", 3.4), *BESIDE_OTHERS),
        against=NOT_THE_ROUTER,
        explains=("device_leaves_site", "only_one_device_affected"),
        shifts=((SITE, 0.5),),
        where=True,
        next_action="Have the site opened on the device while it is watched once more; then have"
        " the customer switch off what blocks advertisements or contents on it (an app, a private"
        " DNS, an extension), and delete the browser's data of this site.",
        tell_customer="Your connection, your router and the site itself work; this device does not"
        " even try to reach the site. Please switch off programs on it that block advertisements"
        " or contents, and try another browser.",
        source="by enclosure: router and operator get the site; of the device's connections, which"
        " come about, none goes to an address that it has, though it fails on this device alone",
    ),
    Cause(
        id="device_at_site_unexplained",
        domain=FaultDomain.DEVICE,
        destination=Destination.DEVICE_SUPPORT,
        title="The device knocks at the site and never gets in, while router and network get it",
        needs=(must("device_fails_at_site"), *SITE_IS_GOOD),
        supports=(when("device_fails_at_site", 3.4), *BESIDE_OTHERS),
        against=(*NOT_THE_ROUTER, when("device_takes_no_answers", -2.0)),
        explains=("device_fails_at_site", "only_one_device_affected"),
        shifts=((SITE, 0.5),),
        where=True,
        next_action="Have the customer look at the device's clock and its updates, and switch off"
        " its security program for a moment; then open the site in another browser.",
        tell_customer="Your connection, your router and the site itself work; this device ends its"
        " connections to the site. Please look whether its clock is right and its updates are"
        " installed, and switch off security programs on it for a moment.",
        source="by enclosure: router and operator get the site; the device's connections to it are"
        " answered, or those of other devices come about, and none of its own does",
    ),
    Cause(
        id="device_part_unexplained",
        domain=FaultDomain.DEVICE,
        destination=Destination.DEVICE_SUPPORT,
        title="Much of what the device begins does not come about, while other devices' does",
        needs=(
            must("device_fails_in_part"),
            must_not("device_absent"),
            must_not("internet_unreachable"),
            must_not("router_dns_fails"),
        ),
        supports=(when("device_fails_in_part", 3.6), when("only_one_device_affected", 0.5)),
        against=(
            when("router_drops_web", -3.0),
            when("router_drops_ipv6", -3.0),
            when("router_holds_device", -4.0),
            when("router_drops_port", -3.0),
            when("ipv6_unreachable", -4.0),
            when("ipv6_prefix_unreachable", -4.0),
        ),
        explains=("device_fails_in_part", "only_one_device_affected"),
        shifts=((ONE_DEVICE, 1.0), (SITE, 0.3)),
        where=True,
        next_action="Have the customer restart the device, then reset its network settings; see"
        " whether it is one kind of addresses (IPv4 or IPv6), and switch off VPN and filters.",
        tell_customer="Your connection and your other devices work; on this device much does not"
        " get through. Please restart it, and switch off security programs or a VPN on it.",
        source="by enclosure: connections of other devices come about at the same time by the same"
        " router; of this one a share, or a whole family, does not",
    ),
)
