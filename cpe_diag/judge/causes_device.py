"""Causes in one device of the home: its power, its address, its network card, its settings."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.verdict import Destination, FaultDomain
from cpe_diag.judge.cause import DROPS, ONE_DEVICE, SITE, Cause, must, must_not, unless, when

CAUSES_DEVICE: Final[tuple[Cause, ...]] = (
    Cause(
        id="device_address",
        domain=FaultDomain.DEVICE,
        destination=Destination.DEVICE_SUPPORT,
        title="A device uses an address that does not fit the home network",
        supports=(
            when("device_address_foreign", 5.0),
            when("device_elsewhere", 4.0),
            when("device_mask_wrong", 4.5),
            when("device_fixed_address_mute", 4.5),
            when("device_no_lease", 2.5),
        ),
        against=(when("device_absent", -3.0), when("lan_rogue_dhcp", -2.0)),
        explains=(
            "device_address_foreign",
            "device_elsewhere",
            "device_no_lease",
            "device_mask_wrong",
            "device_fixed_address_mute",
            "device_sends_elsewhere",
            "device_no_way_out",
            "device_answers_arp_alone",
            "device_idle",
            "device_gets_no_pages",
            "device_unanswering",
            "only_one_device_affected",
        ),
        shifts=((ONE_DEVICE, 1.0),),
        next_action="Have the customer set the device to get its address automatically (DHCP).",
        tell_customer="Your device is set to a fixed address that does not fit your network."
        " Please set it to get its address automatically.",
        source="the router's neighbour table against its own prefix and leases",
    ),
    Cause(
        id="device_offline",
        domain=FaultDomain.DEVICE,
        destination=Destination.DEVICE_SUPPORT,
        title="The device is switched off or not connected",
        needs=(must("device_absent"),),
        supports=(
            when("device_absent", 4.0),
            unless("wifi_disabled", 0.3),
            unless("wifi_wrong_password", 0.8),
        ),
        against=(when("device_port_mute", -3.0),),
        explains=("device_absent", "device_no_lease", "device_unanswering"),
        shifts=((ONE_DEVICE, 1.0),),
        next_action="Have the customer check power, cable and flight mode of the device.",
        tell_customer="Your device is not connected to your router at the moment. Please check"
        " that it is switched on, and that its Wi-Fi or cable is connected.",
        source="no lease, no neighbour entry, no station, no answer",
    ),
    Cause(
        id="device_dead_nic",
        domain=FaultDomain.DEVICE,
        destination=Destination.DEVICE_SUPPORT,
        title="The device's network card is dead or its system hangs",
        needs=(must("device_port_mute"), must("device_absent")),
        supports=(when("device_port_mute", 4.0), when("device_absent", 0.7)),
        against=(when("lan_rogue_dhcp", -2.0),),
        explains=("device_port_mute", "device_absent", "device_no_lease", "device_unanswering"),
        shifts=((ONE_DEVICE, 1.0),),
        next_action="Have the customer restart the device, then try another cable and socket, then"
        " another network card (USB).",
        tell_customer="Your device is plugged in, but nothing comes from it. Please restart it;"
        " if that does not help, its network socket may be broken.",
        source="a link on the router's socket (sysfs carrier), no frame received on it while the"
        " device was asked by ARP (RFC 826)",
    ),
    Cause(
        id="duplicate_address",
        domain=FaultDomain.DEVICE,
        destination=Destination.DEVICE_SUPPORT,
        title="Two devices in the home use the same address",
        needs=(must("lan_duplicate_address"),),
        supports=(when("lan_duplicate_address", 4.5),),
        against=(when("lan_rogue_dhcp", -2.0),),
        explains=("lan_duplicate_address", "device_unanswering", "only_one_device_affected"),
        shifts=((ONE_DEVICE, 1.0), (DROPS, 0.5)),
        next_action="Find the device with a fixed address and have it take one automatically.",
        tell_customer="Two of your devices use the same address. Please set both to get their"
        " address automatically, then restart them.",
        source="RFC 5227, section 2: more than one hardware address answers for one address",
    ),
    Cause(
        id="device_dns",
        domain=FaultDomain.DEVICE,
        destination=Destination.DEVICE_SUPPORT,
        title="The device asks a name server that does not answer",
        needs=(must("device_dns_dead"), must_not("router_dns_fails")),
        supports=(when("device_dns_dead", 4.5),),
        explains=("device_dns_dead", "device_gets_no_pages", "only_one_device_affected"),
        shifts=((ONE_DEVICE, 1.0),),
        next_action="Have the customer set the device's name server (DNS) to automatic.",
        tell_customer="Your device is set to a name server (DNS) that does not answer. Please set"
        " it to get the name server automatically.",
        source="the router's table of connections: queries (port 53) to a server that is neither"
        " the router's nor the operator's, all of them [UNREPLIED]",
    ),
    Cause(
        id="device_hosts_file",
        domain=FaultDomain.DEVICE,
        destination=Destination.DEVICE_SUPPORT,
        title="The device has a wrong address of its own for the site: a line in its file of"
        " hosts, or a filter or name service of its own",
        needs=(must("device_misses_site"),),
        supports=(when("device_misses_site", 5.2),),
        against=(when("router_drops_site", -3.0),),
        explains=("device_misses_site", "only_one_device_affected"),
        shifts=((SITE, 0.5), (ONE_DEVICE, 0.3)),
        next_action="Have the customer look for the site's name in the device's file of hosts, in"
        " its security program and VPN, and set its name server (DNS) to automatic.",
        tell_customer="Your device looks for the site at a wrong address; your other devices can"
        " reach it. Please look for the site's name in the device's hosts file and in its"
        " security program.",
        source="hosts(5): what stands there goes before any name server; its connections miss the"
        " addresses that the router gets, while its other pages come",
    ),
    Cause(
        id="device_gateway",
        domain=FaultDomain.DEVICE,
        destination=Destination.DEVICE_SUPPORT,
        title="The device sends nothing through the router: its default gateway is wrong",
        supports=(
            when("device_sends_elsewhere", 4.0),
            when("device_no_way_out", 3.0),
            when("device_idle", 2.5),
            unless("device_unanswering", 1.0),
        ),
        against=(
            when("device_unanswering", -1.0),
            unless("device_sends_elsewhere", -2.0),
            when("lan_rogue_dhcp", -3.0),
        ),
        explains=(
            "device_sends_elsewhere",
            "device_no_way_out",
            "device_idle",
            "device_gets_no_pages",
            "device_unanswering",
            "only_one_device_affected",
        ),
        shifts=((ONE_DEVICE, 1.0),),
        next_action="Have the customer set the device to get address and gateway automatically.",
        tell_customer="Your device reaches your router, but does not send its traffic through it."
        " Please set it to get its address and its router (gateway) automatically.",
        source="RFC 1122, section 3.3.1.1: what is not on the own network goes to a gateway; in"
        " the router's table of connections are answered names and nothing else",
    ),
    Cause(
        id="device_firewall",
        domain=FaultDomain.DEVICE,
        destination=Destination.DEVICE_SUPPORT,
        title="The device blocks its own traffic, for example by a firewall",
        supports=(
            when("device_takes_no_answers", 4.0),
            when("device_answers_arp_alone", 3.2),
            when("device_no_way_out", 2.5),
            unless("device_sends_elsewhere", 1.5),
        ),
        against=(when("device_sends_elsewhere", -3.0),),
        explains=(
            "device_takes_no_answers",
            "device_answers_arp_alone",
            "device_no_way_out",
            "device_idle",
            "device_gets_no_pages",
            "device_unanswering",
            "only_one_device_affected",
        ),
        shifts=((ONE_DEVICE, 1.0),),
        next_action="Have the customer restart the device, switch its security or family program"
        " and its VPN off for a moment, and set its network to private or home.",
        tell_customer="Your device is connected, but something on it blocks its traffic, for"
        " example a security program. Please switch it off for a moment and try again.",
        source="ARP (RFC 826) is answered below any IP firewall; nf_conntrack_proto_tcp.c,"
        " SYN_RECV: the answer passed and was not taken up",
    ),
    Cause(
        id="device_dns_lies",
        domain=FaultDomain.DEVICE,
        destination=Destination.DEVICE_SUPPORT,
        title="The device is told wrong addresses by a name server of its own",
        needs=(must("device_connects_in_vain"), must("device_asks_other_server")),
        supports=(when("device_connects_in_vain", 4.0), when("device_asks_other_server", 2.0)),
        explains=(
            "device_connects_in_vain",
            "device_gets_no_pages",
            "device_asks_other_server",
            "only_one_device_affected",
        ),
        shifts=((ONE_DEVICE, 1.0), (SITE, 0.5)),
        next_action="Have the customer set the device's name server (DNS) to automatic, and look"
        " for unwanted programs.",
        tell_customer="Your device takes names from a server (DNS) that seems to give wrong"
        " answers. Please set it to get the name server automatically.",
        source="the router's table of connections: names answered by a server that is neither the"
        " router's nor the operator's, and nobody at the addresses that it gave",
    ),
    Cause(
        id="device_unexplained",
        domain=FaultDomain.DEVICE,
        destination=Destination.DEVICE_SUPPORT,
        title="The device gets no pages, though line, router and home network are well",
        needs=(
            must("device_gets_no_pages"),
            must_not("internet_unreachable"),
            must_not("router_dns_fails"),
            must_not("device_absent"),
        ),
        supports=(
            when("device_gets_no_pages", 3.0),
            when("others_get_pages", 1.0),
            when("only_one_device_affected", 0.5),
        ),
        against=(
            when("device_asks_other_server", -2.0),
            when("forwarding_off", -3.0),
            when("forwarding_blocked", -3.0),
            when("nat_missing", -3.0),
            when("router_holds_device", -5.0),
            when("router_drops_web", -3.0),
            when("lan_rogue_dhcp", -3.0),
        ),
        explains=("device_gets_no_pages", "device_connects_in_vain", "only_one_device_affected"),
        shifts=((ONE_DEVICE, 1.0),),
        where=True,
        next_action="Have the customer restart the device, then reset its network settings; the"
        " router's rules for single devices were not all read.",
        tell_customer="Your connection and your router work, but this device gets no pages. Please"
        " restart it, and switch off security programs or a VPN on it.",
        source="by enclosure: the router reaches the internet and is asked by the device, another"
        " device gets its pages, and nothing of this one comes about",
    ),
)
