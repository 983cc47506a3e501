"""What netifd answers on ubus: interfaces, devices, wireless.

Forms: recordings if_dump, wan_status, wan_cable_out, wan_pppoe_noserver, net_device, devstatus,
wireless_status of OpenWrt 24.10.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.lab.links import in_service_vlan, link_duplex, wan_carrier
from cpe_diag.lab.openwrt import home
from cpe_diag.lab.openwrt.files import device_mac, device_speed_mbps, devices
from cpe_diag.lab.openwrt.json_text import Json, Pairs
from cpe_diag.lab.openwrt.radios import Bss, Radio, all_bss, interfaces, radios

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.lab.openwrt.machine import Machine

# netifd's defaults for a device, as recorded.
DEVICE_DEFAULTS: Mapping[str, Json] = {
    "mtu": 1500,
    "mtu6": 1500,
}

DEVICE_SETTINGS: Mapping[str, Json] = {
    "txqueuelen": 1000,
    "ipv6": True,
    "ip6segmentrouting": False,
    "promisc": False,
    "rpfilter": 0,
    "acceptlocal": False,
    "igmpversion": 0,
    "mldversion": 0,
    "neigh4reachabletime": 30000,
    "neigh6reachabletime": 30000,
    "neigh4gcstaletime": 60,
    "neigh6gcstaletime": 60,
    "neigh4locktime": 100,
    "dadtransmits": 1,
    "multicast": True,
    "sendredirects": True,
    "drop_v4_unicast_in_l2_multicast": False,
    "drop_v6_unicast_in_l2_multicast": False,
    "drop_gratuitous_arp": False,
    "drop_unsolicited_na": False,
    "arp_accept": False,
    "gro": True,
}

BRIDGE_ATTRIBUTES: Mapping[str, Json] = {
    "stp": False,
    "forward_delay": 8,
    "priority": 32767,
    "ageing_time": 0,
    "hello_time": 1,
    "max_age": 10,
    "igmp_snooping": False,
    "bridge_empty": False,
    "multicast_querier": False,
    "hash_max": 512,
    "robustness": 2,
    "query_interval": 12500,
    "query_response_interval": 1000,
    "last_member_interval": 100,
    "vlan_filtering": False,
    "stp_kernel": False,
}

ETHERNET_MODES = ("10baseT-H", "10baseT-F", "100baseT-H", "100baseT-F", "1000baseT-F")


def interface_names(machine: Machine) -> list[str]:
    """Give the logical interfaces of the configuration."""
    sections = machine.router.uci.get("network", {})
    return sorted(name for name, body in sections.items() if body.get(".type") == "interface")


def interface_status(machine: Machine, name: str) -> dict[str, Json] | None:
    """Give what netifd says of one interface; None when there is none of this name."""
    match name:
        case _ if name not in interface_names(machine):
            return None
        case "lan":
            return _lan(machine)
        case "loopback":
            return _static(machine, "lo", "127.0.0.1", 8)
        case "wan":
            return _wan(machine)
        case "wan6":
            return _wan6(machine)
        case _:
            address = home.option(machine, "network", name, "ipaddr", "")
            return _static(machine, f"br-{name}", address, 24)


def interface_dump(machine: Machine) -> Json:
    """Give all interfaces."""
    return {
        "interface": [
            {"interface": name, **(interface_status(machine, name) or {})}
            for name in interface_names(machine)
        ]
    }


def _head(*, up: bool, autostart: bool = True, pending: bool = False) -> dict[str, Json]:
    return {
        "up": up,
        "pending": pending,
        "available": True,
        "autostart": autostart,
        "dynamic": False,
    }


def _addresses(
    address: str, mask: int, routes: list[Json], servers: list[Json]
) -> dict[str, Json]:
    empty: list[Json] = []
    return {
        "metric": 0,
        "dns_metric": 0,
        "delegation": True,
        "ipv4-address": [{"address": address, "mask": mask}] if address else empty,
        "ipv6-address": empty,
        "ipv6-prefix": empty,
        "ipv6-prefix-assignment": empty,
        "route": routes,
        "dns-server": servers,
        "dns-search": empty,
        "neighbors": empty,
        "inactive": {
            "ipv4-address": empty,
            "ipv6-address": empty,
            "route": empty,
            "dns-server": empty,
            "dns-search": empty,
            "neighbors": empty,
        },
    }


def _static(machine: Machine, device: str, address: str, mask: int) -> dict[str, Json]:
    return {
        **_head(up=True),
        "uptime": int(machine.uptime_s()),
        "l3_device": device,
        "proto": "static",
        "device": device,
        "updated": ["addresses"],
        **_addresses(address, mask, [], []),
        "data": {},
    }


def _lan(machine: Machine) -> dict[str, Json]:
    interface = home.lan_interface(machine)
    return _static(machine, "br-lan", str(interface.ip), interface.network.prefixlen)


def _wan(machine: Machine) -> dict[str, Json]:
    router = machine.router
    device = home.wan_device(machine)
    pppoe = router.wan_protocol == "pppoe"
    if home.session_up(machine):
        data: Json = {} if pppoe else {"dhcpserver": router.wan_gateway, "leasetime": 86400}
        source = f"{router.wan_address}/32"
        route: Json = {"target": "0.0.0.0", "mask": 0, "nexthop": router.wan_gateway}  # noqa: S104 - a route
        if not pppoe and isinstance(route, dict):
            route["source"] = source
        return {
            **_head(up=True),
            "uptime": int(machine.world.now() - home.session_since(machine)),
            "l3_device": home.wan_layer3(machine),
            "proto": router.wan_protocol,
            "device": device,
            "updated": ["addresses", "routes"] if pppoe else ["addresses", "routes", "data"],
            **_addresses(
                router.wan_address,
                32 if pppoe else router.wan_prefix,
                [route],
                list(router.dns_servers),
            ),
            "data": data,
        }
    linked = wan_carrier(machine.world, router)
    status: dict[str, Json] = {
        **_head(up=False, pending=linked),
        "proto": router.wan_protocol,
        "device": device,
        "data": {},
    }
    if linked and pppoe:
        # OpenWrt, package/network/services/ppp/files/ppp.sh: pppd's exit status as a word;
        # 19 is a refused password, and a failed discovery ends as a connection that failed.
        refused = router.pppoe_answers and in_service_vlan(machine.world.port_of(router))
        code = "AUTH_TOPEER_FAILED" if refused else "CONNECT_FAILED"
        status["errors"] = [{"subsystem": "pppoe", "code": code}]
    return status


def _wan6(machine: Machine) -> dict[str, Json]:
    return {
        **_head(up=False, pending=wan_carrier(machine.world, machine.router)),
        "proto": "dhcpv6",
        "device": home.wan_device(machine),
        "data": {},
    }


def device_status(machine: Machine, name: str) -> Json:
    """Give what netifd says of one network device; None when there is none of this name."""
    if name not in devices(machine):
        return None
    linked = home.carrier(machine, name)
    bridge = name == "br-lan"
    socket = name in (home.wan_device(machine), *home.lan_ports(machine))
    modes: list[Json] = list(ETHERNET_MODES) if socket else []
    status: dict[str, Json] = {
        "external": False,
        "present": True,
        "type": "bridge" if bridge else "Network device",
        "up": True,
        "carrier": linked,
        "auth_status": False,
        "link-advertising": modes,
        "link-partner-advertising": modes if linked else [],
        "link-supported": modes,
    }
    speed = device_speed_mbps(machine, name)
    if speed is not None:
        status["speed"] = f"{speed}{_duplex(machine, name)}"
    status |= {
        "autoneg": socket,
        "flow-control": {
            "autoneg": True,
            "supported": [],
            "link-advertising": [],
            "link-partner-advertising": [],
            "negotiated": [],
        },
        "hw-tc-offload": False,
        "devtype": "bridge" if bridge else "wlan" if "-ap" in name else "ethernet",
    }
    if bridge:
        members: list[Json] = [
            *home.lan_ports(machine),
            *(bss.ifname for bss in all_bss(machine)),
        ]
        status |= {"bridge-members": members, "bridge-attributes": BRIDGE_ATTRIBUTES}
    status |= {**DEVICE_DEFAULTS, "macaddr": device_mac(machine, name), **DEVICE_SETTINGS}
    if name == home.wan_device(machine):
        status["mtu"] = machine.router.wan_mtu
    elif name == "pppoe-wan":
        # RFC 2516, section 7.
        status["mtu"] = 1492
    status["statistics"] = _statistics(machine, name)
    return status


def _duplex(machine: Machine, device: str) -> str:
    port = machine.world.port_of(machine.router)
    half = device == home.wan_device(machine) and link_duplex(port) == "half"
    return "H" if half else "F"


def _statistics(machine: Machine, device: str) -> Json:
    port = machine.world.port_of(machine.router)
    wan = device in (home.wan_device(machine), "pppoe-wan")
    counted = port.counted
    rx_bytes = int(counted.out_octets if wan else machine.uptime_s() * 22_500)
    tx_bytes = int(counted.in_octets if wan else machine.uptime_s() * 112_500)
    errors = int(counted.fcs_errors) if wan and port.line is None else 0
    errors += machine.router.lan_errors.get(device, 0)
    names = [
        "collisions",
        "rx_frame_errors",
        "tx_compressed",
        "multicast",
        "rx_length_errors",
        "tx_dropped",
        "rx_bytes",
        "rx_missed_errors",
        "tx_errors",
        "rx_compressed",
        "rx_over_errors",
        "tx_fifo_errors",
        "rx_crc_errors",
        "rx_packets",
        "tx_heartbeat_errors",
        "rx_dropped",
        "tx_aborted_errors",
        "tx_packets",
        "rx_errors",
        "tx_bytes",
        "tx_window_errors",
        "rx_fifo_errors",
        "tx_carrier_errors",
    ]
    values = {
        "rx_bytes": rx_bytes,
        "tx_bytes": tx_bytes,
        "rx_packets": rx_bytes // 900,
        "tx_packets": tx_bytes // 400,
        "rx_crc_errors": errors,
        "rx_errors": errors,
        "collisions": int(counted.late_collisions) if wan else 0,
    }
    return {name: values.get(name, 0) for name in names}


def wireless_status(machine: Machine) -> Json:
    """Give netifd's view of radios and SSIDs; passphrases stand in it in clear."""
    return {radio.name: _radio(machine, radio) for radio in radios(machine)}


def _radio(machine: Machine, radio: Radio) -> Json:
    config: dict[str, Json] = {
        name: value
        for name, value in radio.options.items()
        if name not in (".type", "type", "disabled")
    }
    config["disabled"] = not radio.enabled
    return {
        "up": radio.on_air,
        "pending": radio.pending,
        "autostart": True,
        "disabled": not radio.enabled,
        "retry_setup_failed": radio.failed,
        "config": config,
        "interfaces": [_interface(bss) for bss in interfaces(machine, radio)],
    }


def _interface(bss: Bss) -> Json:
    pairs: list[tuple[str, Json]] = [
        (name, bss.options[name])
        for name in ("mode", "ssid", "encryption", "key")
        if name in bss.options
    ]
    if "hidden" in bss.options:
        pairs.append(("hidden", bss.options["hidden"] == "1"))
    network = bss.options.get("network", "lan")
    pairs.append(("network", network.split() if isinstance(network, str) else network))
    pairs.append(("mode", bss.options.get("mode", "ap")))
    status: dict[str, Json] = {"section": bss.section}
    if bss.radio.on_air:
        status["ifname"] = bss.ifname
    return {**status, "config": Pairs(tuple(pairs)), "vlans": [], "stations": []}
