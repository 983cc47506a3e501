"""The readers of airOS, on answers in the documented forms."""

from __future__ import annotations

import pytest

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.router_facts import LanStatus, RouterSystem, WanStatus
from cpe_diag.domain.wifi_facts import AirScan, WifiClients, WifiStatus
from cpe_diag.driver_kit.router import UnreadableError
from tests.unit.drivers.shell_answers import check_cuts, read
from tests.unit.drivers.test_broadcom_routers import KERNEL

NAMES = "version=XW.v6.1.7\nboard.name=NanoStation M5\nrc=0\n"
WAN = (
    "netmode=router\ndhcpc.status=enabled\ndhcpc.1.status=enabled\ndhcpc.1.devname=eth0\n"
    "ppp.status=disabled\n== route\ndefault via 198.51.100.1 dev eth0 \n"
    "192.168.1.0/24 dev ath0  src 192.168.1.1 \n== device\neth0\n== addresses\n"
    "2: eth0: <BROADCAST,MULTICAST,UP> mtu 1500\n"
    "    inet 198.51.100.7/24 brd 198.51.100.255 scope global eth0\n"
    "== carrier\n1\n== mac\n02:00:5e:00:00:01\n== servers\nnameserver 192.0.2.53\nrc=0\n"
)
LAN = (
    "dhcpd.status=enabled\ndhcpd.1.status=enabled\ndhcpd.1.devname=ath0\n"
    "dhcpd.1.start=192.168.1.2\ndhcpd.1.end=192.168.1.254\n== device\nath0\n== addresses\n"
    "    inet 192.168.1.1/24 brd 192.168.1.255 scope global ath0\n== port eth0\n1\n100\nrc=0\n"
)
ARP = (
    "IP address       HW type     Flags       HW address            Mask     Device\n"
    "192.168.1.10     0x1         0x2         0A:00:00:00:00:01     *        ath0\nrc=0\n"
)
IWCONFIG = (
    '== ath0\nath0      IEEE 802.11ng  ESSID:"Home \\xE2\\x98\\x95"  \n'
    "          Mode:Master  Frequency:2.437 GHz  Access Point: 02:00:5E:00:00:02   \n"
    "          Bit Rate:0 kb/s   Tx-Power=20 dBm   \n"
    "          Link Quality=0/94  Signal level=-96 dBm  Noise level=-96 dBm\n"
)
WIFI = (
    "radio.1.devname=ath0\nradio.1.status=enabled\nwireless.1.devname=ath0\n"
    "wireless.1.hide_ssid=disabled\nwireless.1.mode=master\nwireless.1.ssid=Home\n"
    "wireless.1.status=enabled\naaa.1.devname=ath0\naaa.1.status=enabled\n"
    f"aaa.1.wpa.key.1.mgmt=WPA-PSK\n{IWCONFIG}rc=0\n"
)
CLIENTS = (
    '[\n {\n  "mac": "0A:00:00:00:00:01", "name": "", "lastip": "192.168.1.10", "tx": 72.222,'
    ' "rx": 0, "signal": -48, "noisefloor": -91\n }\n]\n'
)
SCAN = (
    "== ath0\nath0      Scan completed :\n          Cell 01 - Address: 06:00:00:00:00:01\n"
    '                    ESSID:"Next door"\n                    Mode:Master\n'
    "                    Frequency:2.462 GHz (Channel 11)\n"
    "                    Quality=24/94  Signal level=-71 dBm  Noise level=-95 dBm\n"
    '          Cell 02 - Address: 06:00:00:00:00:02\n                    ESSID:""\n'
    "                    Frequency:5.18 GHz\nrc=0\n"
)


def test_a_healthy_airos_router_is_read() -> None:
    """Identity, the way to the operator, the home."""
    system = read("ubiquiti_airos", "router_system", NAMES, KERNEL)
    assert isinstance(system, RouterSystem)
    assert (system.model, system.firmware) == ("NanoStation M5", "XW.v6.1.7")
    wan = read("ubiquiti_airos", "router_wan", WAN)
    assert isinstance(wan, WanStatus)
    assert (wan.up, wan.protocol, wan.gateway) == (True, "dhcp", "198.51.100.1")
    assert (wan.addresses, wan.carrier) == (("198.51.100.7/24",), True)
    lan = read("ubiquiti_airos", "router_lan", LAN, ARP)
    assert isinstance(lan, LanStatus)
    assert (lan.prefix, lan.dhcp_enabled, lan.dhcp_pool_size) == ("192.168.1.1/24", True, 253)
    check_cuts("ubiquiti_airos", "router_system", NAMES, KERNEL)
    check_cuts("ubiquiti_airos", "router_wan", WAN)
    check_cuts("ubiquiti_airos", "router_lan", LAN, ARP)


def test_a_bridge_has_no_way_of_its_own() -> None:
    """Most airOS devices are a bridge: the home's router stands behind them."""
    with pytest.raises(UnreadableError) as caught:
        read("ubiquiti_airos", "router_wan", WAN.replace("netmode=router", "netmode=bridge"))
    assert caught.value.kind is FailureKind.UNSUPPORTED


def test_what_is_on_air_is_read_from_the_radio() -> None:
    """The name on air, not the one in the settings."""
    wifi = read("ubiquiti_airos", "router_wifi", WIFI)
    assert isinstance(wifi, WifiStatus)
    (network,) = wifi.networks
    assert (network.ssid, network.on_air, network.settings) == ("Home ☕", True, "1")
    assert (network.encryption, network.band, network.hidden) == ("WPA-PSK", "2g", False)
    (radio,) = wifi.radios
    assert (radio.channel, radio.tx_power_dbm, radio.noise_dbm) == (6, 20.0, -96.0)
    check_cuts("ubiquiti_airos", "router_wifi", WIFI)


def test_a_radio_that_is_the_way_to_the_operator_is_left_out() -> None:
    """Who changed its name would cut the customer off."""
    station = WIFI.replace("mode=master", "mode=managed").replace("Mode:Master", "Mode:Managed")
    wifi = read("ubiquiti_airos", "router_wifi", station)
    assert isinstance(wifi, WifiStatus)
    assert (wifi.radios, wifi.networks) == ((), ())


def test_stations_and_neighbours_are_read() -> None:
    """Rates are in Mbit/s; a rate of 0 is none."""
    clients = read("ubiquiti_airos", "wifi_clients", CLIENTS)
    assert isinstance(clients, WifiClients)
    (client,) = clients.clients
    assert (client.mac, client.signal_dbm) == ("0a:00:00:00:00:01", -48)
    assert client.tx_rate_bps == 72_222_000
    air = read("ubiquiti_airos", "air_scan", SCAN)
    assert isinstance(air, AirScan)
    assert [(one.ssid, one.channel) for one in air.neighbours] == [("Next door", 11), ("", 36)]
    check_cuts("ubiquiti_airos", "wifi_clients", CLIENTS)
    check_cuts("ubiquiti_airos", "air_scan", SCAN)
