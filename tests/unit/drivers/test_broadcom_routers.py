"""The readers of ASUSWRT and DD-WRT, on answers in the documented forms."""

from __future__ import annotations

import pytest

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.path_facts import DnsCheck, DnsOutcome, HttpCheck, HttpOutcome
from cpe_diag.domain.router_facts import (
    DhcpLease,
    LanPort,
    LanStatus,
    LogEventKind,
    LogEvents,
    RouterSystem,
    WanStatus,
)
from cpe_diag.domain.wifi_facts import AirScan, WifiClients, WifiStatus
from cpe_diag.driver_kit.router import UnreadableError
from tests.unit.drivers.shell_answers import AT, check_cuts, read

KERNEL = (
    "== uptime\n93784.21 180000.00\n== loadavg\n0.31 0.20 0.15 1/120 4321\n== meminfo\n"
    "MemTotal:         515800 kB\nMemFree:          200100 kB\nMemAvailable:     300000 kB\n"
    "== sys/net/netfilter/nf_conntrack_count\n412\n"
    "== sys/net/netfilter/nf_conntrack_max\n300000\n"
    "== sys/net/ipv4/netfilter/ip_conntrack_count\n"
    "cat: can't open '/proc/sys/net/ipv4/netfilter/ip_conntrack_count': No such file or"
    " directory\n"
    "== sys/net/ipv4/netfilter/ip_conntrack_max\n"
    "cat: can't open '/proc/sys/net/ipv4/netfilter/ip_conntrack_max': No such file or directory\n"
    "== sys/kernel/random/boot_id\n0a1b2c3d-0000-4000-8000-123456789abc\n"
    "== date\n1772323202\nrc=0\n"
)
WAN = (
    "link=1\nenable=1\nstate_t=2\nsbstate_t=0\nauxstate_t=0\nproto=dhcp\nifname=eth0\n"
    "pppoe_ifname=\nhwaddr=02:00:5E:00:00:01\nipaddr=198.51.100.7\nnetmask=255.255.255.0\n"
    "gateway=198.51.100.1\ndns=192.0.2.53 192.0.2.54\nrc=0\n"
)
LAN = (
    "lan_ifname=br0\nlan_ipaddr=192.168.50.1\nlan_netmask=255.255.255.0\ndhcp_enable_x=1\n"
    "dhcp_start=192.168.50.2\ndhcp_end=192.168.50.254\n== eth1\n1\n1000\n"
    "rx_errors=815\ntx_errors=0\nrx_crc_errors=812\n== eth2\n0\n"
    "cat: read error: Invalid argument\nrx_errors=\nrc=0\n"
)
LEASES = (
    "== date\n1772323202\n== leases\n"
    "51910 0a:00:00:00:00:01 192.168.50.10 laptop 01:0a:00:00:00:00:01\n"
    "1772330000 0a:00:00:00:00:02 192.168.50.11 * *\nrc=0\n"
)
NEIGHBOURS = (
    "192.168.50.10 dev br0 lladdr 0a:00:00:00:00:01 REACHABLE\n"
    "198.51.100.1 dev eth0 lladdr 00:00:5e:00:53:01 REACHABLE\nrc=0\n"
)
STATUS = (
    'SSID: "Home \\xE2\\x98\\x95 \\\\ "x""\n'
    "Mode: Managed (4097)\tRSSI: 0 dBm\tSNR: 0 dB\tnoise: -84 dBm\tChannel: 6\n"
    "BSSID: 02:00:5E:00:00:02\tCapability: ESS RRM \nSupported Rates: [ 1(b) 54 ]\nHT Capable:\n"
    "\tChanspec: 2.4GHz channel 6 20MHz (0x1006)\n\tPrimary channel: 6\n"
    "QBSS Channel Utilization: 0x2b (16 %)\n\n"
)
WIFI = (
    "== radio wl0 eth5\nradio=1\nnband=2\nisup=1\n== network wl0 eth5\nbss_enabled=1\n"
    f'ssid=Home ☕ \\ "x"\nauth_mode_x=psk2\nclosed=0\nbss=up\n{STATUS}'
    "== network wl0.1 wl0.1\nbss_enabled=1\nssid=Guests\nauth_mode_x=psk2\nclosed=1\nbss=down\n"
    "== network wl0.2 wl0.2\nbss_enabled=0\nssid=ASUS_Guest2\nauth_mode_x=open\nbss=down\n"
    "== radio wl1 eth6\nradio=0\nnband=1\nisup=0\n== network wl1 eth6\nbss_enabled=1\nssid=Home5\n"
    'auth_mode_x=psk2sae\nclosed=0\nbss=down\nNot associated. Last associated with SSID: "Home5"\n'
    "rc=0\n"
)
CLIENTS = (
    "== eth5\n[VER 8] STA 0A:00:00:00:00:01:\n\t chanspec 6 (0x1006)\n\t aid:1 \n"
    "\t state: AUTHENTICATED ASSOCIATED AUTHORIZED\n"
    "\t rate of last tx pkt: 130000 kbps - 65000 kbps\n\t rate of last rx pkt: 6000 kbps\n"
    "\t per antenna average rssi of rx data frames: -52 -54 0 0\nsmoothed rssi: -53\n"
    "\t in network 3600 seconds\n\t tx total pkts sent: 4544\n\t tx pkts retries: 1493\n"
    "\t tx pkts retry exhausted: 3\n\t tx FW total pkts sent: 27\n"
    "[VER 8] STA 0A:00:00:00:00:02:\n\t state: AUTHENTICATED ASSOCIATED\n"
    "\t rate of last tx pkt: 0 kbps\n"
    "\t per antenna average rssi of rx data frames: -71 -68 0 0\n== wl0.1\nrc=0\n"
)
SCAN = (
    '== eth5\nSSID: "Next door"\nMode: Managed\tRSSI: -71 dBm\tSNR: 24 dB\tnoise: -95 dBm\t'
    "Flags: RSSI on-channel\tChannel: 11\nBSSID: 06:00:00:00:00:01\tCapability: ESS WEP \n"
    'SSID: "\\x00\\x00"\nMode: Managed\tRSSI: -80 dBm\tnoise: -95 dBm\tChannel: 36/80\n'
    "BSSID: 06:00:00:00:00:02\tCapability: ESS \nVHT Capable:\n"
    "\tChanspec: 5GHz channel 42 80MHz (0xe02a)\n\tPrimary channel: 36\nrc=0\n"
)


def test_a_healthy_asus_is_read() -> None:
    """Identity, health, and the way to the operator."""
    names = "productid=RT-AX88U\nodmpid=\nfirmver=3.0.0.4\nbuildno=388.8\nextendno=2\nrc=0\n"
    system = read("asuswrt", "router_system", names, KERNEL)
    assert isinstance(system, RouterSystem)
    assert (system.model, system.firmware) == ("RT-AX88U", "3.0.0.4.388.8_2")
    assert (system.uptime_s, system.load_1min) == (93784.21, 0.31)
    assert (system.conntrack_entries, system.conntrack_limit) == (412, 300000)
    assert system.memory_available_bytes == 300000 * 1024
    assert system.boot_id == "0a1b2c3d-0000-4000-8000-123456789abc"
    assert system.clock_offset_s == 1772323202 - AT.timestamp()
    wan = read("asuswrt", "router_wan", WAN)
    assert isinstance(wan, WanStatus)
    assert wan.addresses == ("198.51.100.7/24",)
    assert (wan.up, wan.carrier, wan.gateway) == (True, True, "198.51.100.1")
    assert (wan.mac, wan.dns_servers) == ("02:00:5e:00:00:01", ("192.0.2.53", "192.0.2.54"))
    check_cuts("asuswrt", "router_system", names, KERNEL)
    check_cuts("asuswrt", "router_wan", WAN)


def test_a_wan_that_is_down_tells_its_states() -> None:
    """The numbers are the platform's own words; nobody guesses at them."""
    down = WAN.replace(
        "state_t=2\nsbstate_t=0\nauxstate_t=0", "state_t=4\nsbstate_t=2\nauxstate_t=1"
    )
    wan = read("asuswrt", "router_wan", down.replace("link=1", "link=0"))
    assert isinstance(wan, WanStatus)
    assert (wan.up, wan.carrier, wan.addresses, wan.gateway) == (False, False, (), None)
    assert wan.error_codes == ("state_t 4", "sbstate_t 2", "auxstate_t 1")


def test_the_home_behind_an_asus_is_read() -> None:
    """A lease of a router without a clock ends, at the latest, that many seconds from now."""
    lan = read("asuswrt", "router_lan", LAN, LEASES, NEIGHBOURS, "1234 1235\nrc=0\n")
    assert isinstance(lan, LanStatus)
    assert (lan.prefix, lan.dhcp_pool_size, lan.dhcp_enabled) == ("192.168.50.1/24", 253, True)
    assert lan.dhcp_server_running is True
    unknown = Missing(why=FailureKind.UNSUPPORTED)
    assert lan.ports == (
        LanPort(
            name="eth1",
            carrier=True,
            speed_bps=1_000_000_000,
            rx_errors=815,
            tx_errors=0,
            crc_errors=812,
        ),
        LanPort(
            name="eth2",
            carrier=False,
            speed_bps=Missing(why=FailureKind.NOT_MEASURED),
            rx_errors=unknown,
            tx_errors=unknown,
            crc_errors=unknown,
        ),
    )
    assert lan.leases == (
        DhcpLease(
            mac="0a:00:00:00:00:01",
            address="192.168.50.10",
            host="laptop",
            expires_at_s=1772323202 + 51910,
        ),
        DhcpLease(
            mac="0a:00:00:00:00:02", address="192.168.50.11", host="", expires_at_s=1772330000
        ),
    )
    assert isinstance(lan.neighbours, tuple)
    assert [one.address for one in lan.neighbours] == ["192.168.50.10"]
    check_cuts("asuswrt", "router_lan", LAN, LEASES, NEIGHBOURS, "1234 1235\nrc=0\n")


def test_networks_are_read_from_the_air_and_guests_are_kept_apart() -> None:
    """A place for a guest network that is not used is no network."""
    wifi = read("asuswrt", "router_wifi", WIFI)
    assert isinstance(wifi, WifiStatus)
    assert [(one.settings, one.ssid, one.purpose, one.on_air) for one in wifi.networks] == [
        ("wl0", 'Home ☕ \\ "x"', "lan", True),
        ("wl0.1", "Guests", "guest", False),
        ("wl1", "Home5", "lan", False),
    ]
    assert [one.hidden for one in wifi.networks] == [False, True, False]
    near, far = wifi.radios
    assert (near.band, near.enabled, near.on_air, near.channel) == ("2g", True, True, 6)
    assert (near.width_mhz, near.noise_dbm, near.busy_percent) == (20, -84.0, 16.0)
    assert (far.band, far.enabled, far.on_air) == ("5g", False, False)
    check_cuts("asuswrt", "router_wifi", WIFI)


def test_stations_and_neighbours_are_read() -> None:
    """An antenna that says 0 heard nothing, and a rate of 0 is none."""
    clients = read("asuswrt", "wifi_clients", CLIENTS)
    assert isinstance(clients, WifiClients)
    first, second = clients.clients
    assert (first.mac, first.interface, first.signal_dbm) == ("0a:00:00:00:00:01", "eth5", -53)
    assert (first.authorized, first.tx_rate_bps, first.rx_rate_bps) == (
        True,
        130_000_000,
        6_000_000,
    )
    assert (first.tx_packets, first.tx_retries, first.tx_failed) == (4544, 1493, 3)
    assert first.connected_s == 3600
    assert isinstance(second.tx_retries, Missing)
    assert (second.authorized, second.signal_dbm) == (False, -68)
    assert isinstance(second.tx_rate_bps, Missing)
    air = read("ddwrt", "air_scan", SCAN)
    assert isinstance(air, AirScan)
    assert [(one.ssid, one.channel, one.signal_dbm) for one in air.neighbours] == [
        ("Next door", 11, -71),
        ("", 36, -80),
    ]
    wide = air.neighbours[1]
    assert (wide.band, wide.width_mhz, wide.centre_channel) == ("5g", 80, 42)
    check_cuts("asuswrt", "wifi_clients", CLIENTS)
    check_cuts("asuswrt", "air_scan", SCAN)


def test_a_router_with_other_radios_says_so() -> None:
    """DD-WRT for Atheros has no `wl`; that is no fault of the subscriber."""
    for question in ("router_wifi", "wifi_clients", "air_scan"):
        with pytest.raises(UnreadableError) as caught:
            read("ddwrt", question, "rc=3\n")
        assert caught.value.kind is FailureKind.UNSUPPORTED


def test_another_platform_is_named() -> None:
    """Without nvram it is none of the two."""
    for driver in ("asuswrt", "ddwrt"):
        with pytest.raises(UnreadableError) as caught:
            read(driver, "router_wan", "sh: nvram: not found\n", status=127)
        assert caught.value.kind is FailureKind.WRONG_PLATFORM


def test_a_client_radio_of_ddwrt_is_no_wifi_of_the_home() -> None:
    """A radio that is the way to somebody else's network must not be changed as the home's."""
    text = (
        "== radio wl0 eth1\nnet_mode=mixed\nmode=sta\nisup=1\n== network wl0 eth1\n"
        f"ssid=Upstream\nbss=up\n{STATUS}== radio wl1 eth2\nnet_mode=disabled\nmode=ap\nisup=0\n"
        "== network wl1 eth2\nssid=Home\nsecurity_mode=psk2\nclosed=0\nbss=down\nrc=0\n"
    )
    wifi = read("ddwrt", "router_wifi", text)
    assert isinstance(wifi, WifiStatus)
    assert [(one.name, one.enabled) for one in wifi.radios] == [("wl1", False)]
    assert [one.ssid for one in wifi.networks] == ["Home"]


def test_a_healthy_ddwrt_is_read() -> None:
    """Its own words, its own files."""
    wan = (
        "wan_proto=pppoe\nwan_ifname=ppp0\nwan_hwaddr=02:00:5E:00:00:01\nwan_ipaddr=198.51.100.7\n"
        "wan_netmask=255.255.255.0\nwan_gateway=198.51.100.1\nppp_link=1\nnameserver 192.0.2.53\n"
        "rc=0\n"
    )
    found = read("ddwrt", "router_wan", wan)
    assert isinstance(found, WanStatus)
    assert (found.up, found.addresses) == (True, ("198.51.100.7/32",))
    assert found.dns_servers == ("192.0.2.53",)
    lost = read("ddwrt", "router_wan", wan.replace("ppp_link=1\n", ""))
    assert isinstance(lost, WanStatus)
    assert lost.up is False
    arp = (
        "IP address       HW type     Flags       HW address            Mask     Device\n"
        "192.168.1.10     0x1         0x2         0A:00:00:00:00:01     *        br0\n"
        "192.168.1.11     0x1         0x0         00:00:00:00:00:00     *        br0\nrc=0\n"
    )
    settings = (
        "lan_ifname=br0\nlan_ipaddr=192.168.1.1\nlan_netmask=255.255.255.0\nlan_proto=dhcp\n"
        "dhcp_num=50\nrc=0\n"
    )
    lan = read("ddwrt", "router_lan", settings, LEASES, arp, "rc=1\n")
    assert isinstance(lan, LanStatus)
    assert (lan.dhcp_enabled, lan.dhcp_server_running, lan.dhcp_pool_size) == (True, False, 50)
    assert isinstance(lan.neighbours, tuple)
    assert [one.state for one in lan.neighbours] == ["STALE", "FAILED"]
    check_cuts("ddwrt", "router_wan", wan)
    check_cuts("ddwrt", "router_lan", settings, LEASES, arp, "rc=1\n")


def test_the_log_of_an_asus_tells_who_left() -> None:
    """Its Wi-Fi daemon writes MAC addresses in capitals; they are the same stations."""
    text = (
        "Sep 28 20:50:27 wlceventd: wlceventd_proc_event(645): eth5: Deauth_ind 0A:00:00:00:00:01,"
        " status: 0, reason: Unspecified reason (1), rssi:0\n"
        "Sep 28 20:50:29 pppd[1234]: PAP authentication failed\nrc=0\n"
    )
    log = read("asuswrt", "router_log", text)
    assert isinstance(log, LogEvents)
    assert [(one.kind, one.subject) for one in log.events] == [
        (LogEventKind.PPP_AUTH_REFUSED, ""),
        (LogEventKind.WIFI_DISCONNECTED, "0a:00:00:00:00:01"),
    ]


BIG = "Server:\t\t192.0.2.53\nAddress:\t192.0.2.53:53\n\n"


SMALL = "Server:    192.0.2.53\nAddress 1: 192.0.2.53\n\nName:      name.example\n"
NO_IPV6 = "*** Can't find n: No answer\nrc=0\n"
SILENT = ";; connection timed out; no servers could be reached\n\nrc=1\n"


@pytest.mark.parametrize(
    ("text", "outcome", "addresses"),
    [
        (f"{SMALL}Address 1: 203.0.113.9 h\nAddress 2: 2001:db8::9\nrc=0\n", "answered", True),
        (
            f"{BIG}Non-authoritative answer:\nName:\tn\nAddress: 203.0.113.9\n\n{NO_IPV6}",
            "answered",
            True,
        ),
        (f"{BIG}** server can't find n.example: NXDOMAIN\n\nrc=1\n", "nxdomain", False),
        (f"{BIG}** server can't find n.example: SERVFAIL\n\nrc=1\n", "servfail", False),
        (f"nslookup: read: Connection refused\n{SILENT}", "refused", False),
        (SILENT, "timeout", False),
    ],
)
def test_both_nslookups_of_busybox_are_read(text: str, outcome: str, *, addresses: bool) -> None:
    """Old firmwares have the small one, new ones the big one."""
    check = read("asuswrt", "dns_direct", text)
    assert isinstance(check, DnsCheck)
    assert check.outcome is DnsOutcome(outcome)
    assert check.addresses == (("203.0.113.9",) if addresses else ())
    check_cuts("asuswrt", "dns_direct", text)


def test_an_nslookup_that_does_not_say_why_is_no_verdict() -> None:
    """The small one says the same of a name that is not there and of a server that is silent."""
    with pytest.raises(UnreadableError) as caught:
        read("ddwrt", "dns_forwarder", "nslookup: can't resolve 'name.example'\nrc=1\n")
    assert caught.value.kind is FailureKind.NOT_MEASURED


@pytest.mark.parametrize(
    ("words", "status", "outcome"),
    [
        ("Connecting to name.example (203.0.113.9:80)\n", 0, HttpOutcome.OK),
        (
            "wget: server returned error: HTTP/1.1 503 Service Unavailable\n",
            1,
            HttpOutcome.HTTP_ERROR,
        ),
        ("wget: bad address 'name.example'\n", 1, HttpOutcome.NAME_FAILED),
        (
            "wget: can't connect to remote host (203.0.113.9): Connection refused\n",
            1,
            HttpOutcome.REFUSED,
        ),
        ("wget: download timed out\n", 1, HttpOutcome.CONNECT_TIMEOUT),
        ("wget: error getting response\n", 1, HttpOutcome.BROKEN),
    ],
)
def test_busybox_wget_is_read(words: str, status: int, outcome: HttpOutcome) -> None:
    """What it prints, and how long it took by the router's own clock."""
    text = f"100.00 90.00\n{words}100.25 90.20\nrc={status}\n"
    check = read("ddwrt", "http", text)
    assert isinstance(check, HttpCheck)
    assert (check.outcome, check.took_s) == (outcome, 0.25)
    check_cuts("ddwrt", "http", text)
