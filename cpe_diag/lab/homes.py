"""What stands in a home of the lab: the router's configuration, the devices, the air around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.lab.home_state import AirNeighbourState, HomeDevice

if TYPE_CHECKING:
    import random

Uci = dict[str, dict[str, dict[str, str | list[str]]]]

LAN_PREFIX = "192.168.1"
"""The home network; every OpenWrt router starts with it (recording uci_network)."""

# libuci: sections without a name are called `cfg` and six hexadecimal digits.
BRIDGE_SECTION = "cfg030f15"
DNSMASQ_SECTION = "cfg01411c"
SYSTEM_SECTION = "cfg01e48a"

KINDS = (
    # name, attach, usual signal in dBm, usual rate in kbit/s
    ("phone", "default_radio1", -51, 866_700),
    ("laptop", "default_radio1", -55, 650_000),
    ("tv", "lan2", -50, 0),
    ("tablet", "default_radio0", -58, 130_000),
    ("console", "lan3", -50, 0),
)
"""The devices of a home; a home has the first three to five of them."""

AIR_NAMES = ("FRITZ!Box 7590", "Vodafone-A1B2", "MagentaWLAN-7QX", "TP-Link_4410", "linksys", "")
"""Networks of neighbours; the empty name is a hidden one."""


def network_config(protocol: str, subscriber: str, *, guest: bool) -> Uci:
    """Give the `network` configuration (form: recording uci_network).

    Args:
        protocol: `dhcp` or `pppoe` on the WAN.
        subscriber: for the PPPoE user name.
        guest: the home has a guest network.
    """
    wan: dict[str, str | list[str]] = {".type": "interface", "device": "wan", "proto": protocol}
    if protocol == "pppoe":
        wan |= {"username": f"{subscriber}@lab.example", "password": f"ppp-{subscriber}"}
    sections: dict[str, dict[str, str | list[str]]] = {
        "loopback": {
            ".type": "interface",
            "device": "lo",
            "proto": "static",
            "ipaddr": "127.0.0.1",
            "netmask": "255.0.0.0",
        },
        "globals": {".type": "globals", "ula_prefix": "fdea:bb10:8df8::/48"},
        BRIDGE_SECTION: {
            ".type": "device",
            "name": "br-lan",
            "type": "bridge",
            "ports": ["lan1", "lan2", "lan3", "lan4"],
        },
        "lan": {
            ".type": "interface",
            "device": "br-lan",
            "proto": "static",
            "ipaddr": f"{LAN_PREFIX}.1",
            "netmask": "255.255.255.0",
            "ip6assign": "60",
        },
        "wan": wan,
        "wan6": {".type": "interface", "device": "wan", "proto": "dhcpv6"},
    }
    if guest:
        sections["guest"] = {
            ".type": "interface",
            "proto": "static",
            "ipaddr": "192.168.20.1",
            "netmask": "255.255.255.0",
        }
    return {"network": sections}


def wireless_config(ssid: str, key: str, channels: tuple[int, int], *, guest: bool) -> Uci:
    """Give the `wireless` configuration: two radios (form: recording uci_wireless).

    Args:
        ssid: the home's own network, the same on both bands.
        key: its password.
        channels: of the 2.4 GHz and of the 5 GHz radio.
        guest: add a guest network on the 2.4 GHz radio.
    """
    sections: dict[str, dict[str, str | list[str]]] = {}
    for number, (band, width) in enumerate((("2g", "HE20"), ("5g", "HE80"))):
        sections[f"radio{number}"] = {
            ".type": "wifi-device",
            "type": "mac80211",
            "path": f"platform/soc/18000000.wifi+{number}"
            if number
            else "platform/soc/18000000.wifi",
            "band": band,
            "channel": str(channels[number]),
            "htmode": width,
            "country": "DE",
            "disabled": "0",
        }
        sections[f"default_radio{number}"] = {
            ".type": "wifi-iface",
            "device": f"radio{number}",
            "network": "lan",
            "mode": "ap",
            "ssid": ssid,
            "encryption": "psk2",
            "key": key,
        }
    if guest:
        sections["guest_radio0"] = {
            ".type": "wifi-iface",
            "device": "radio0",
            "network": "guest",
            "mode": "ap",
            "ssid": f"{ssid}-Guest",
            "encryption": "psk2",
            "key": f"guest-{key}",
            "isolate": "1",
        }
    return {"wireless": sections}


def factory_config() -> Uci:
    """Give what a router has after its reset: no Wi-Fi on air, DHCP on the WAN, names of OpenWrt.

    Form: OpenWrt's config_generate and mac80211.sh, which leave radios disabled.
    """
    wireless = wireless_config("OpenWrt", "", (1, 36), guest=False)["wireless"]
    for section in wireless.values():
        if section[".type"] == "wifi-device":
            section["disabled"] = "1"
        else:
            section.pop("key")
            section["encryption"] = "none"
    return (
        network_config("dhcp", "", guest=False)
        | {"wireless": wireless}
        | service_config("OpenWrt")
    )


def service_config(hostname: str) -> Uci:
    """Give the `dhcp`, `system` and `dropbear` configurations, as OpenWrt 24.10 ships them."""
    return {
        "dhcp": {
            DNSMASQ_SECTION: {
                ".type": "dnsmasq",
                "domainneeded": "1",
                "rebind_protection": "1",
                "local": "/lan/",
                "domain": "lan",
                "authoritative": "1",
                "leasefile": "/tmp/dhcp.leases",  # noqa: S108 - a path on the lab's router
                "resolvfile": "/tmp/resolv.conf.d/resolv.conf.auto",  # noqa: S108 - as above
            },
            "lan": {
                ".type": "dhcp",
                "interface": "lan",
                "start": "100",
                "limit": "150",
                "leasetime": "12h",
                "dhcpv4": "server",
            },
            "wan": {".type": "dhcp", "interface": "wan", "ignore": "1"},
        },
        "system": {
            SYSTEM_SECTION: {
                ".type": "system",
                "hostname": hostname,
                "timezone": "UTC",
                "ttylogin": "0",
                "log_size": "64",
            },
            "ntp": {".type": "timeserver", "enabled": "1", "server": ["0.openwrt.pool.ntp.org"]},
        },
        "dropbear": {
            "main": {
                ".type": "dropbear",
                "enable": "1",
                "PasswordAuth": "on",
                "RootPasswordAuth": "on",
                "Port": "22",
            },
        },
    }


def home_devices(number: int, rng: random.Random) -> list[HomeDevice]:
    """Give three to five devices, on Wi-Fi and on cable.

    Args:
        number: of the subscriber; decides how many and their MAC addresses.
        rng: for signals and rates.
    """
    devices = []
    for index, (name, attach, signal_dbm, rate_kbps) in enumerate(KINDS[: 3 + number % 3]):
        noise_db = rng.randint(-4, 4)
        devices.append(
            HomeDevice(
                name=name,
                mac=f"0a:{number >> 8:02x}:{number & 255:02x}:00:00:{index + 1:02x}",
                attach=attach,
                signal_dbm=signal_dbm + noise_db,
                rx_rate_kbps=rate_kbps or 1_000_000,
                tx_rate_kbps=rate_kbps or 1_000_000,
                retry_ratio=round(rng.uniform(0.01, 0.05), 3),
            )
        )
    return devices


def neighbours_in_the_air(number: int, rng: random.Random) -> list[AirNeighbourState]:
    """Give a few access points of neighbours, none of them loud on the home's own channels."""
    return [
        AirNeighbourState(
            bssid=f"06:{number >> 8:02x}:{number & 255:02x}:aa:00:{index + 1:02x}",
            ssid=rng.choice(AIR_NAMES),
            channel=channel,
            signal_dbm=rng.randint(-90, -80),
        )
        for index, channel in enumerate((1, 11, 100)[: 2 + number % 2])
    ]
