"""Causes in the customer's devices and in how the customer uses the line."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.verdict import Destination, FaultDomain
from cpe_diag.judge.cause import (
    DROPS,
    NO_INTERNET,
    ONE_DEVICE,
    SITE,
    SLOW,
    WIFI_TROUBLE,
    Cause,
    must,
    unless,
    when,
)

CAUSES_HOME: Final[tuple[Cause, ...]] = (
    Cause(
        id="wifi_weak_signal",
        domain=FaultDomain.DEVICE,
        destination=Destination.DEVICE_SUPPORT,
        title="A device is too far from the router's Wi-Fi",
        needs=(must("wifi_signal_weak"),),
        supports=(
            when("wifi_signal_weak", 4.3),
            when("wifi_retries", 0.3),
            when("wifi_most_weak", 0.7),
            when("wifi_disconnects", 0.7),
            when("only_wifi_affected", 0.7),
            when("only_one_device_affected", 0.7),
        ),
        explains=(
            "wifi_signal_weak",
            "wifi_most_weak",
            "wifi_retries",
            "wifi_disconnects",
            "device_unanswering",
        ),
        shifts=(
            (WIFI_TROUBLE, 1.0),
            (ONE_DEVICE, 1.0),
            (SLOW, 0.5),
            (DROPS, 0.3),
            (SITE, -1.5),
        ),
        next_action="Advise on the place of router and device; offer a repeater or a cable.",
        tell_customer=(
            "Your device hears the Wi-Fi only weakly. Please try it closer to the router, or use"
            " a cable; a repeater can help."
        ),
        source="signal of the station as hostapd reports it (`iwinfo assoclist`)",
    ),
    Cause(
        id="device_wrong_password",
        domain=FaultDomain.DEVICE,
        destination=Destination.DEVICE_SUPPORT,
        title="A device tries to join the Wi-Fi with a wrong password",
        needs=(must("wifi_wrong_password"),),
        supports=(when("wifi_wrong_password", 5.0),),
        explains=("wifi_wrong_password", "device_absent", "device_no_lease", "wifi_disconnects"),
        shifts=(
            (ONE_DEVICE, 1.0),
            (WIFI_TROUBLE, 0.5),
            (NO_INTERNET, -2.0),
            (SLOW, -2.0),
            (DROPS, -2.0),
            (SITE, -2.0),
        ),
        next_action="Have the customer delete the network on the device and join it anew.",
        tell_customer="A device tries to join your Wi-Fi with an old or wrong password. If it is"
        " yours, please remove the network on the device and join it again with the right one.",
        source="hostapd: AP-STA-POSSIBLE-PSK-MISMATCH",
    ),
    Cause(
        id="lan_rogue_dhcp",
        domain=FaultDomain.DEVICE,
        destination=Destination.DEVICE_SUPPORT,
        title="Another device in the home gives out addresses",
        needs=(must("lan_rogue_dhcp"),),
        supports=(when("lan_rogue_dhcp", 5.5),),
        explains=(
            "lan_rogue_dhcp",
            "lan_duplicate_address",
            "device_address_foreign",
            "device_no_lease",
            "device_elsewhere",
            "device_idle",
            "device_no_way_out",
            "only_one_device_affected",
            "device_unanswering",
        ),
        next_action="Find the device (often a second router); switch off its DHCP or connect it by"
        " its WAN socket.",
        tell_customer="Another device in your home, often a second router, gives out addresses"
        " and confuses your devices. Please unplug it; we will tell you how to set it up.",
        source="RFC 2131, section 3.1: an OFFER or ACK of a server that is not the router",
    ),
    Cause(
        id="lan_cable",
        domain=FaultDomain.DEVICE,
        destination=Destination.DEVICE_SUPPORT,
        title="A cable between the router and a device in the home is damaged",
        supports=(
            when("lan_port_errors", 4.0),
            when("lan_link_flaps", 5.0),
            unless("port_errors_growing", 0.3),
        ),
        against=(when("only_wifi_affected", -2.5),),
        explains=(
            "lan_port_errors",
            "lan_link_flaps",
            "device_loss",
            "device_delay",
            "device_rate_low",
            "device_gets_no_pages",
            "device_absent",
            "device_unanswering",
            "only_one_device_affected",
        ),
        shifts=((ONE_DEVICE, 1.0), (SLOW, 0.7), (DROPS, 0.5), (WIFI_TROUBLE, -1.5), (SITE, -1.5)),
        next_action="Have the customer change the cable at that socket, then try another socket.",
        tell_customer="A network cable between your router and one of your devices seems to be"
        " damaged. Please try another cable.",
        source="IEEE 802.3, frame check sequence: the router counts frames with a wrong one;"
        " sysfs-class-net, carrier_down_count",
    ),
    Cause(
        id="line_saturated",
        domain=FaultDomain.DEVICE,
        destination=Destination.DEVICE_SUPPORT,
        title="The home's own traffic fills the line",
        needs=(must("port_saturated"),),
        supports=(when("port_saturated", 5.0), when("latency_high", 0.5)),
        explains=(
            "port_saturated",
            "latency_high",
            "gateway_jitter",
            "gateway_loss",
            "way_in_loss",
            "internet_loss",
            "internet_delay",
            "access_rate_low",
            "access_train_slow",
            "latency_under_load",
        ),
        shifts=((SLOW, 0.7),),
        next_action="Tell the customer how much is used and when; find the device that uses it.",
        tell_customer="Your line is fully used by your own devices at the moment, for example by"
        " a large download or backup. It will be faster when that has ended.",
        source="IF-MIB octet counters against the service and the line's rate",
    ),
)
