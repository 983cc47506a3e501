"""OpenWrt's readers on what a real OpenWrt 24.10 said: whole, refused, and cut at every byte."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.path_facts import DnsCheck, DnsOutcome, HttpCheck, HttpOutcome, PingCheck
from cpe_diag.domain.router_facts import (
    DhcpLease,
    LanNeighbour,
    LanPort,
    LanStatus,
    LogEventKind,
    LogEvents,
    RouterSystem,
    WanStatus,
)
from cpe_diag.domain.wifi_facts import (
    AirNeighbour,
    AirScan,
    Radio,
    WifiClient,
    WifiClients,
    WifiNetwork,
    WifiStatus,
)
from cpe_diag.driver_kit.load import load_router_driver
from cpe_diag.driver_kit.redaction import redact_answer
from cpe_diag.driver_kit.router import ReadingContext, UnreadableError
from cpe_diag.driver_kit.secret_words import LEFT_OUT
from cpe_diag.ports import CommandAnswer

RECORDINGS = Path(__file__).parents[2] / "recordings" / "openwrt" / "lab_24_10"
DRIVER = load_router_driver("openwrt")
AT = datetime(2026, 11, 22, 4, 25, 11, tzinfo=UTC)

UNSUPPORTED = Missing(why=FailureKind.UNSUPPORTED)
NOT_MEASURED = Missing(why=FailureKind.NOT_MEASURED)


def recorded(name: str) -> str:
    """Give what the router printed, with the final `rc=N`, without the command."""
    return (RECORDINGS / f"{name}.txt").read_text().split("\n", 1)[1]


def printed(name: str) -> str:
    """Give what the router printed."""
    return re.sub(r"rc=\d+\n\Z", "", recorded(name))


def objects(name: str) -> list[str]:
    """Give the JSON objects of a recording of several commands."""
    return re.findall(r"^\{\n.*?^\}\n", printed(name), re.MULTILINE | re.DOTALL)


# The recording asked for one device at a time; without a name netifd lists them all by name.
DUMP = printed("if_dump")
DEVICES = '{"br-lan": ' + printed("devstatus") + ', "eth1": ' + printed("net_device") + "}\n"
# The recorded machine has no table of connections to read; the form is the kernel's (proc(5)).
KERNEL = "640\n16384\nf8130c42-3773-4edf-afbd-67f9619699cf\n1795321511\nrc=0\n"
NO_CONNTRACK = (
    "cat: can't open '/proc/sys/net/netfilter/nf_conntrack_count': No such file or directory\n"
    "cat: can't open '/proc/sys/net/netfilter/nf_conntrack_max': No such file or directory\n"
    "f8130c42-3773-4edf-afbd-67f9619699cf\n1795321511\nrc=0\n"
)
LAN = (
    '{"up": true, "l3_device": "br-lan", "ipv4-address": [{"address": "192.168.1.1", "mask": 24}]}'
)
NEIGHBOURS = "".join(f"{line}\n" for line in printed("ip").splitlines()[11:]) + "rc=0\n"
RUNNING = '{"dnsmasq": {"instances": {"cfg01411c": {"running": true, "pid": 1570}}}}\n'
DHCP = "dhcp.lan=dhcp\ndhcp.lan.interface='lan'\ndhcp.lan.start='100'\ndhcp.lan.limit='99'\nrc=0\n"
# Form: sysfs-class-watchdog of Linux; the recorded machine has no watchdog to ask.
STARTED = "bootstatus 0\nrc=0\n"
# Forms: iw's station.c and iwinfo_cli.c, print_freqlist; the recorded router was not asked.
STATIONS = (
    "Station 02:00:00:00:01:00 (on phy0-ap0)\n\tinactive time:\t120 ms\n\ttx bytes:\t90000\n"
    "\ttx packets:\t1200\n\ttx retries:\t96\n\ttx failed:\t3\n"
    "\tsignal:  \t-30 [-30, -32] dBm\n\tconnected time:\t118 seconds\nrc=0\n"
)
CHANNELS = (
    "hostapd.phy0-ap0\n* 2.412 GHz (Band: 2.4 GHz, Channel 1) \n"
    "  2.417 GHz (Band: 2.4 GHz, Channel 2) \n"
    "  2.467 GHz (Band: 2.4 GHz, Channel 12) [NO_IR]\n"
    "  2.472 GHz (Band: 2.4 GHz, Channel 13) \nrc=0\n"
)
HOSTAPD_STATUS = "hostapd.phy0-ap0\n" + recorded("hostapd_status")
HOSTAPD_CLIENTS = "hostapd.phy0-ap0\n" + recorded("hostapd_clients")
PING = (
    "PING 10.0.2.2 (10.0.2.2): 56 data bytes\n"
    "64 bytes from 10.0.2.2: seq=0 ttl=64 time=4.500 ms\n\n"
    "--- 10.0.2.2 ping statistics ---\n"
    "1 packets transmitted, 1 packets received, 0% packet loss\n"
    "round-trip min/avg/max = 4.500/4.500/4.500 ms\n"
)
PING_LOST = (
    "PING 10.0.2.2 (10.0.2.2): 56 data bytes\n\n--- 10.0.2.2 ping statistics ---\n"
    "1 packets transmitted, 0 packets received, 100% packet loss\n"
)
PING_NO_WAY = "PING 10.0.2.2 (10.0.2.2): 56 data bytes\nping: sendto: Network is unreachable\n"
NAME = (
    "Server:\t\t127.0.0.1\nAddress:\t127.0.0.1:53\n\n"
    "Non-authoritative answer:\nexample.com\tcanonical name = www.example.com\n"
    "Name:\twww.example.com\nAddress: 192.0.2.34\nName:\twww.example.com\nAddress: 192.0.2.35\n\n"
)
NAME_REFUSED = printed("wan_static_baddns").split("}\n", 1)[1].split("PING")[0]
FORWARDER_DOWN = printed("dnsmasq_down").split("\n", 1)[1].split("{")[0]
PAGE = (
    "118.00 90.10\nDownloading 'http://example.com/'\nConnecting to 192.0.2.34:80\n"
    "Writing to '/dev/null'\n/dev/null            100% |*****|  1256   0:00:00 ETA\n"
    "Download completed (1256 bytes)\n118.25 90.20\nrc=0\n"
)
SCAN = (
    'hostapd.phy0-ap0\nCell 01 - Address: 0E:00:00:00:00:01\n          ESSID: "Next door"\n'
    "          Mode: Master  Frequency: 2.437 GHz  Band: 2.4 GHz  Channel: 6\n"
    "          Signal: -67 dBm  Quality: 43/70\n          Encryption: WPA2 PSK (CCMP)\n"
    "          HT Operation:\n                    Primary Channel: 6\n"
    "                    Secondary Channel Offset: above\n"
    "                    Channel Width: 40 MHz or higher\n\n"
    "Cell 02 - Address: 0E:00:00:00:00:02\n          ESSID: unknown\n"
    "          Mode: Master  Channel: 11\n          Signal: -80 dBm  Quality: 30/70\n"
    "          Encryption: none\n\nrc=0\n"
)

WHOLE: dict[str, tuple[str, tuple[str, ...]]] = {
    "system": (
        "router_system",
        (printed("system_board"), printed("system_info"), KERNEL, STARTED),
    ),
    "wan up": ("router_wan", (printed("wan_status"), DEVICES, DUMP)),
    "wan without cable": ("router_wan", (objects("wan_cable_out")[0], DEVICES, DUMP)),
    "pppoe without server": ("router_wan", (objects("wan_pppoe_noserver")[0], DEVICES, DUMP)),
    "lan": (
        "router_lan",
        (LAN, DEVICES, recorded("dhcp_leases"), NEIGHBOURS, RUNNING, DHCP),
    ),
    "log": ("router_log", (recorded("logread"),)),
    "wifi": (
        "router_wifi",
        (printed("wireless_status"), HOSTAPD_STATUS, recorded("iwinfo"), CHANNELS),
    ),
    "stations": ("wifi_clients", (HOSTAPD_CLIENTS, STATIONS)),
    "air": ("air_scan", (SCAN,)),
    "ping": ("ping", (PING,)),
    "ping lost": ("ping", (PING_LOST,)),
    "ping no way": ("ping", (PING_NO_WAY,)),
    "name": ("dns_forwarder", (NAME,)),
    "name refused": ("dns_forwarder", (NAME_REFUSED,)),
    "forwarder down": ("dns_forwarder", (FORWARDER_DOWN,)),
    "page": ("http", (PAGE,)),
}


CUT = (FailureKind.INCOMPLETE, FailureKind.UNPARSEABLE)


def answers_of(
    question: str, texts: tuple[str, ...], statuses: tuple[int, ...] = ()
) -> tuple[CommandAnswer, ...]:
    """Make the answers to a question's commands."""
    commands = DRIVER.questions[question].commands
    return tuple(
        CommandAnswer(
            command=commands[place], output=text, exit_status=statuses[place] if statuses else 0
        )
        for place, text in enumerate(texts)
    )


def read(question: str, texts: tuple[str, ...], statuses: tuple[int, ...] = ()) -> object:
    """Give the fact, or raise as the reader does."""
    context = ReadingContext(at=AT, target="http://example.com/", server="192.0.2.53")
    return DRIVER.questions[question].reader(answers_of(question, texts, statuses), context)


def said(question: str, texts: tuple[str, ...]) -> object:
    """Give the fact, or the kind of failure."""
    try:
        return read(question, texts)
    except UnreadableError as error:
        return error.kind


def failure_of(
    question: str, texts: tuple[str, ...], statuses: tuple[int, ...] = ()
) -> FailureKind:
    """Give why the answers say nothing."""
    with pytest.raises(UnreadableError) as caught:
        read(question, texts, statuses)
    return caught.value.kind


@pytest.mark.parametrize("name", WHOLE)
def test_a_cut_answer_never_lies(name: str) -> None:
    """Law 10: half an answer that is believed would send a technician to the wrong place."""
    question, texts = WHOLE[name]
    whole = read(question, texts)
    for place, text in enumerate(texts):
        for length in range(len(text)):
            cut = (*texts[:place], text[:length], *texts[place + 1 :])
            assert said(question, cut) in (whole, *CUT), f"{length} characters of {place}"


def test_the_recorded_system_is_read() -> None:
    """Uptime, memory and load of the recording, in seconds, bytes and processes."""
    assert read("router_system", WHOLE["system"][1]) == RouterSystem(
        model="Lab CPE-1",
        firmware="OpenWrt 24.10-SNAPSHOT r29200-a1ea57bd05",
        uptime_s=118.0,
        load_1min=109728 / 65536,
        memory_total_bytes=280416256,
        memory_available_bytes=148758528,
        conntrack_entries=640,
        conntrack_limit=16384,
        clock_offset_s=1795321511 - AT.timestamp(),
        boot_id="f8130c42-3773-4edf-afbd-67f9619699cf",
        last_reboot=NOT_MEASURED,
    )


def test_a_router_without_connection_tracking_gives_no_counters_and_all_else() -> None:
    """A missing module is no zero: 0 of 0 connections would read as a full table."""
    board, info, _, _ = WHOLE["system"][1]
    system = read("router_system", (board, info, NO_CONNTRACK, STARTED))
    assert isinstance(system, RouterSystem)
    assert (system.conntrack_entries, system.conntrack_limit) == (UNSUPPORTED, UNSUPPORTED)
    assert system.uptime_s == 118.0


def test_the_recorded_wan_is_read() -> None:
    """The recorded network offers no default route: that is said, not guessed."""
    assert read("router_wan", WHOLE["wan up"][1]) == WanStatus(
        up=True,
        protocol="dhcp",
        device="eth1",
        carrier=True,
        mac="52:54:00:12:34:57",
        addresses=("10.0.2.15/24",),
        gateway=None,
        dns_servers=(),
        uptime_s=46.0,
        autostart=True,
        error_codes=(),
        ipv6_addresses=(),
        ipv6_prefixes=(),
        ipv6_handed_out=(),
        mtu=1500,
        dns_by_hand=UNSUPPORTED,
    )


def test_ipv6_of_the_wan_is_read_from_the_interface_that_has_it() -> None:
    """OpenWrt keeps it in `wan6`, or in `wan_6` beside PPPoE; the home's own is none of it."""
    wan6 = (
        '{"interface": "wan_6", "device": "eth1", "ipv6-address": [{"address": "2001:db8::7", '
        '"mask": 64}], "ipv6-prefix": [{"address": "2001:db8:1::", "mask": 56}]}'
    )
    lan = (
        '{"interface": "lan", "device": "br-lan", '
        '"ipv6-address": [{"address": "2001:db8:1::1", "mask": 60}]}'
    )
    dump = f'{{"interface": [{lan}, {wan6}]}}\n'
    wan = read("router_wan", (printed("wan_status"), DEVICES, dump))
    assert isinstance(wan, WanStatus)
    assert wan.ipv6_addresses == ("2001:db8::7/64",)
    assert wan.ipv6_prefixes == ("2001:db8:1::/56",)
    refused = read("router_wan", (printed("wan_status"), DEVICES, ""), (0, 0, 249))
    assert isinstance(refused, WanStatus)
    assert refused.ipv6_addresses == Missing(why=FailureKind.DEVICE_ERROR)


def test_a_pppoe_session_that_was_given_up_says_so() -> None:
    """The router stops trying after a fatal error; waiting would never help."""
    wan = read("router_wan", WHOLE["pppoe without server"][1])
    assert isinstance(wan, WanStatus)
    assert (wan.up, wan.protocol, wan.autostart) == (False, "pppoe", False)
    assert wan.error_codes == ("OPTION_ERROR",)
    assert wan.uptime_s == NOT_MEASURED


def test_a_default_route_gives_the_gateway() -> None:
    """The gateway is what the paths are tried against."""
    route = '{"target": "0.0.0.0", "mask": 0, "nexthop": "192.0.2.1"}'
    text = f'{{"up": true, "proto": "dhcp", "route": [{route}]}}'
    wan = read("router_wan", (text, "{}", "{}"))
    assert isinstance(wan, WanStatus)
    assert (wan.gateway, wan.carrier, wan.device) == ("192.0.2.1", UNSUPPORTED, UNSUPPORTED)


def test_name_servers_in_place_of_the_lines_are_set_by_hand() -> None:
    """Netifd's interface-ip.c: with `peerdns 0` the line's own are put by."""
    put_by = '"dns-server": ["192.0.2.9"], "inactive": {"dns-server": ["192.0.2.53"]}'
    wan = read("router_wan", (f'{{"up": true, "proto": "dhcp", {put_by}}}', "{}", "{}"))
    assert isinstance(wan, WanStatus)
    assert wan.dns_by_hand == ("192.0.2.9",)


@pytest.mark.parametrize(
    ("options", "gateways", "servers"),
    [
        ("", None, None),
        ("dhcp.lan.dhcp_option='6,192.168.1.53'\n", None, ("192.168.1.53",)),
        (
            "dhcp.lan.dhcp_option='3,192.168.1.9' '6,192.0.2.1,192.0.2.2'\n",
            ("192.168.1.9",),
            ("192.0.2.1", "192.0.2.2"),
        ),
        ("dhcp.lan.dhcp_option='option:dns-server'\n", None, ()),
    ],
)
def test_whom_the_home_is_told_to_ask_and_to_go_through_is_read(
    options: str, gateways: tuple[str, ...] | None, servers: tuple[str, ...] | None
) -> None:
    """What the DHCP server names goes before what the router does itself."""
    texts = [*WHOLE["lan"][1]]
    texts[-1] = texts[-1].replace("rc=0", f"{options}rc=0")
    lan = read("router_lan", tuple(texts))
    assert isinstance(lan, LanStatus)
    assert (lan.dhcp_gateways, lan.dhcp_name_servers) == (gateways, servers)


def test_the_recorded_home_network_is_read() -> None:
    """Leases, neighbours on the LAN only, DHCP setting; a radio is no LAN port."""
    assert read("router_lan", WHOLE["lan"][1]) == LanStatus(
        prefix="192.168.1.1/24",
        ports=(
            LanPort(
                name="eth0",
                carrier=UNSUPPORTED,
                speed_bps=UNSUPPORTED,
                full_duplex=UNSUPPORTED,
                rx_errors=UNSUPPORTED,
                tx_errors=UNSUPPORTED,
                crc_errors=UNSUPPORTED,
            ),
        ),
        leases=(
            DhcpLease(
                mac="02:00:00:00:01:00",
                address="192.168.1.211",
                host="",
                expires_at_s=1795364685,
            ),
        ),
        neighbours=(
            LanNeighbour(mac="02:00:00:00:01:00", address="192.168.1.211", state="STALE"),
            LanNeighbour(mac="02:00:00:00:01:00", address="fe80::ff:fe00:100", state="STALE"),
        ),
        dhcp_enabled=True,
        dhcp_server_running=True,
        dns_forwarder_running=True,
        dhcp_pool_size=99,
        dhcp_gateways=None,
        dhcp_name_servers=None,
    )


def test_a_stopped_dnsmasq_and_a_switched_off_dhcp_are_told_apart() -> None:
    """The one is a broken service, the other somebody's choice."""
    off = "dhcp.lan=dhcp\ndhcp.lan.ignore='1'\nrc=0\n"
    stopped = objects("dnsmasq_down")[0]
    no_file = "cat: can't open '/tmp/dhcp.leases': No such file or directory\nrc=1\n"
    lan = read("router_lan", (LAN, DEVICES, no_file, NEIGHBOURS, stopped, off))
    assert isinstance(lan, LanStatus)
    assert (lan.dhcp_server_running, lan.dhcp_enabled, lan.leases) == (False, False, ())


def test_a_lease_file_that_may_not_be_read_is_not_called_empty() -> None:
    """Only a file that is not there says that nobody has an address."""
    denied = "cat: can't open '/tmp/dhcp.leases': Permission denied\nrc=1\n"
    lan = read("router_lan", (LAN, DEVICES, denied, NEIGHBOURS, RUNNING, DHCP))
    assert isinstance(lan, LanStatus)
    assert isinstance(lan.leases, Missing)


def test_the_recorded_log_of_a_healthy_router_tells_nothing() -> None:
    """Ordinary lines are no events: a false one would point at the wrong fault."""
    log = read("router_log", WHOLE["log"][1])
    assert isinstance(log, LogEvents)
    assert (log.lines_read, log.events) == (60, ())


@pytest.mark.parametrize(
    ("kind", "subject", "line"),
    [
        (LogEventKind.PPP_AUTH_REFUSED, "", "daemon.err pppd[1]: CHAP authentication failed"),
        (
            LogEventKind.PPPOE_NO_SERVER,
            "",
            "daemon.warn pppd[1]: Timeout waiting for PADO packets",
        ),
        (
            LogEventKind.WAN_LINK_LOST,
            "",
            "daemon.notice netifd: Interface 'wan' has link connectivity loss",
        ),
        (
            LogEventKind.WIFI_WRONG_PASSWORD,
            "02:00:00:00:01:00",
            "daemon.notice hostapd: phy0-ap0: AP-STA-POSSIBLE-PSK-MISMATCH 02:00:00:00:01:00",
        ),
        (
            LogEventKind.WIFI_DISCONNECTED,
            "02:00:00:00:01:00",
            "daemon.notice hostapd: phy0-ap0: AP-STA-DISCONNECTED 02:00:00:00:01:00",
        ),
        (
            LogEventKind.ROGUE_DHCP,
            "br-lan",
            "user.notice dnsmasq: found already running DHCP-server on interface 'br-lan'",
        ),
        (
            LogEventKind.DHCP_POOL_EXHAUSTED,
            "",
            "daemon.warn dnsmasq-dhcp[1]: DHCPDISCOVER(br-lan) 02:00:00 no address available",
        ),
        (
            LogEventKind.OUT_OF_MEMORY,
            "",
            "kern.err kernel: [ 9.1] Out of memory: Killed process 2412 (collectd)",
        ),
        (
            LogEventKind.CONNTRACK_FULL,
            "",
            "kern.warn kernel: [ 9.1] nf_conntrack: nf_conntrack: table full, dropping packet",
        ),
        (LogEventKind.KERNEL_CRASH, "", "kern.emerg kernel: [ 9.1] Internal error: Oops: 17"),
        (
            LogEventKind.DUPLICATE_ADDRESS,
            "",
            "daemon.warn dnsmasq-dhcp[1]: DHCPDECLINE(br-lan) 192.168.1.9 02:00:00:00:01:00",
        ),
    ],
)
def test_a_log_line_is_what_its_daemon_means(kind: LogEventKind, subject: str, line: str) -> None:
    """Each pattern catches the line of its source, twice, with its subject."""
    head = "Sun Nov 22 04:24:41 2026 "
    log = read("router_log", (f"{head}{line}\n{head}{line}\nrc=0\n",))
    assert isinstance(log, LogEvents)
    assert [(event.kind, event.subject, event.count) for event in log.events] == [
        (kind, subject, 2)
    ]


def test_unanswered_discovers_count_only_since_the_last_lease() -> None:
    """Every start asks once before it gets its address: that is no fault."""
    ask = "x netifd: wan (1): udhcpc: broadcasting discover\n"
    got = "x netifd: wan (1): udhcpc: lease of 192.0.2.7 obtained from 192.0.2.1, lease time 9\n"
    healthy = read("router_log", (f"{ask}{ask}{got}rc=0\n",))
    unanswered = read("router_log", (f"{ask}{got}{ask}{ask}{ask}rc=0\n",))
    assert isinstance(healthy, LogEvents)
    assert isinstance(unanswered, LogEvents)
    assert healthy.events == ()
    assert [(event.kind, event.count) for event in unanswered.events] == [
        (LogEventKind.DHCP_NO_OFFER, 3)
    ]


def test_the_recorded_radio_is_read() -> None:
    """What is on air is hostapd's word; what the driver does not measure is no zero."""
    assert read("router_wifi", WHOLE["wifi"][1]) == WifiStatus(
        radios=(
            Radio(
                name="radio0",
                band="2g",
                enabled=True,
                on_air=True,
                channel=1,
                width_mhz=20,
                tx_power_dbm=20.0,
                noise_dbm=NOT_MEASURED,
                busy_percent=NOT_MEASURED,
                settings="radio0",
                country=UNSUPPORTED,
                usable_channels=(1, 2, 13),
                radar_wait_s=0,
            ),
        ),
        networks=(
            WifiNetwork(
                interface="phy0-ap0",
                radio="radio0",
                ssid="LabHome",
                purpose="lan",
                encryption="psk2",
                on_air=True,
                settings="default_radio0",
                band="2g",
                hidden=False,
            ),
        ),
    )


def test_a_network_says_where_its_settings_are_changed_and_whether_it_is_hidden() -> None:
    """A change must hit the guests' network and not the family's, seen or unseen."""
    guest = (
        '{"section": "cfg043579", "ifname": "phy0-ap1", "config": {"mode": "ap", '
        '"ssid": "Guests", "network": ["guest"], "hidden": true}}'
    )
    text = printed("wireless_status").replace('"interfaces": [', f'"interfaces": [{guest},')
    wifi = read("router_wifi", (text, HOSTAPD_STATUS, recorded("iwinfo"), CHANNELS))
    assert isinstance(wifi, WifiStatus)
    assert [(one.settings, one.purpose, one.band, one.hidden) for one in wifi.networks] == [
        ("cfg043579", "guest", "2g", True),
        ("default_radio0", "lan", "2g", False),
    ]


def test_a_radio_that_is_set_but_not_on_air_is_off() -> None:
    """The settings file says that all is well while nothing is sent: the recorded trap."""
    wifi = read("router_wifi", (printed("wireless_status"), *["rc=0\n"] * 3))
    assert isinstance(wifi, WifiStatus)
    assert [(radio.enabled, radio.on_air, radio.channel) for radio in wifi.radios] == [
        (True, False, NOT_MEASURED)
    ]
    assert [network.on_air for network in wifi.networks] == [False]


def test_the_recorded_station_is_read_with_its_rates() -> None:
    """57.8 Mbit/s in iwinfo of the same moment fixes the unit of hostapd's rate."""
    assert read("wifi_clients", (HOSTAPD_CLIENTS, STATIONS)) == WifiClients(
        clients=(
            WifiClient(
                mac="02:00:00:00:01:00",
                interface="phy0-ap0",
                authorized=True,
                signal_dbm=-30,
                rx_rate_bps=6_000_000,
                tx_rate_bps=57_800_000,
                tx_packets=1200,
                tx_retries=96,
                tx_failed=3,
                connected_s=118,
            ),
        )
    )


def test_the_air_is_read_with_hidden_names() -> None:
    """A hidden network disturbs as much as a named one."""
    assert read("air_scan", (SCAN,)) == AirScan(
        neighbours=(
            AirNeighbour(
                bssid="0e:00:00:00:00:01",
                ssid="Next door",
                channel=6,
                signal_dbm=-67,
                band="2g",
                width_mhz=40,
                centre_channel=8,
            ),
            AirNeighbour(
                bssid="0e:00:00:00:00:02",
                ssid="",
                channel=11,
                signal_dbm=-80,
                band=UNSUPPORTED,
                width_mhz=UNSUPPORTED,
                centre_channel=UNSUPPORTED,
            ),
        )
    )


def test_an_air_scan_without_a_radio_on_air_is_no_empty_air() -> None:
    """Nobody listened: that is not the same as nobody there."""
    assert failure_of("air_scan", ("rc=0\n",)) is FailureKind.NOT_MEASURED


def test_single_pings_become_one_check() -> None:
    """Two answers and one loss of three; the mean is over those that came back."""
    check = read("ping", (PING, PING_LOST, PING))
    assert check == PingCheck(
        target="http://example.com/",
        sent=3,
        received=2,
        rtt_avg_s=0.0045,
        note="",
        rtt_min_s=0.0045,
    )


def test_a_ping_without_a_route_says_so() -> None:
    """The recorded words of a router without its cable."""
    check = read("ping", (PING_NO_WAY,), (1,))
    assert isinstance(check, PingCheck)
    assert (check.sent, check.received, check.note) == (1, 0, "sendto: Network is unreachable")


def test_a_ping_of_a_name_that_does_not_resolve_is_no_loss() -> None:
    """A broken resolver must not look like a broken path."""
    assert failure_of("ping", ("ping: bad address 'x.example'\n",)) is FailureKind.DEPENDENCY


@pytest.mark.parametrize(
    ("output", "status", "outcome", "addresses"),
    [
        (NAME, 0, DnsOutcome.ANSWERED, ("192.0.2.34", "192.0.2.35")),
        (NAME_REFUSED, 1, DnsOutcome.REFUSED, ()),
        (FORWARDER_DOWN, 1, DnsOutcome.REFUSED, ()),
        ("", 124, DnsOutcome.TIMEOUT, ()),
        (";; connection timed out; no servers could be reached\n\n", 1, DnsOutcome.TIMEOUT, ()),
        (NAME_REFUSED.replace("REFUSED", "NXDOMAIN"), 1, DnsOutcome.NXDOMAIN, ()),
        (NAME_REFUSED.replace("REFUSED", "SERVFAIL"), 1, DnsOutcome.SERVFAIL, ()),
    ],
)
def test_the_end_of_a_name_query_is_told(
    output: str, status: int, outcome: DnsOutcome, addresses: tuple[str, ...]
) -> None:
    """A dead forwarder, a refusing one and an unknown name lead to different desks."""
    check = read("dns_direct", (output,), (status,))
    assert isinstance(check, DnsCheck)
    assert (check.server, check.outcome, check.addresses) == ("192.0.2.53", outcome, addresses)


@pytest.mark.parametrize(
    ("words", "outcome", "status"),
    [
        ("Download completed (1256 bytes)", HttpOutcome.OK, 200),
        ("HTTP error 503", HttpOutcome.HTTP_ERROR, 503),
        ("Connection error: Connection timed out", HttpOutcome.CONNECT_TIMEOUT, None),
        ("Connection error: Connection failed", HttpOutcome.REFUSED, None),
        ("Failed to send request: Operation not permitted", HttpOutcome.NAME_FAILED, None),
        ("Connection error: Invalid SSL certificate", HttpOutcome.CERTIFICATE, None),
        ("Connection reset prematurely", HttpOutcome.BROKEN, None),
    ],
)
def test_the_end_of_a_page_is_told(words: str, outcome: HttpOutcome, status: int | None) -> None:
    """The phase that failed decides whose fault it is."""
    text = f"118.00 90.10\nDownloading 'http://example.com/'\n{words}\n121.50 90.20\nrc=4\n"
    check = read("http", (text,))
    assert isinstance(check, HttpCheck)
    assert (check.outcome, check.status, check.took_s) == (outcome, status, 3.5)


@pytest.mark.parametrize(
    ("recording", "status", "kind"),
    [
        ("bad1", 253, FailureKind.UNSUPPORTED),
        ("bad4", 4, FailureKind.UNSUPPORTED),
        ("ubus_iwinfo_info", 249, FailureKind.DEVICE_ERROR),
        ("bad1", 250, FailureKind.FORBIDDEN),
        ("bad1", 251, FailureKind.NOT_MEASURED),
        ("bad1", 254, FailureKind.UNSUPPORTED),
        ("bad1", 127, FailureKind.WRONG_PLATFORM),
        ("bad1", 124, FailureKind.DEVICE_ERROR),
    ],
)
def test_a_refused_ubus_call_says_why(recording: str, status: int, kind: FailureKind) -> None:
    """Forbidden, unknown and silent are different things to a desk."""
    board, _, kernel, started = WHOLE["system"][1]
    texts = (board, printed(recording), kernel, started)
    assert failure_of("router_system", texts, (0, status, 0, 0)) is kind
    assert failure_of("router_wan", (printed(recording), DEVICES, DUMP), (status, 0, 0)) is kind


def test_a_device_without_ubus_is_of_another_platform() -> None:
    """`wifi_clients` asks through a loop: without ubus it must not say that nobody is there."""
    texts = ("sh: ubus: not found\n", "rc=0\n")
    assert failure_of("wifi_clients", texts, (127, 0)) is FailureKind.WRONG_PLATFORM


@pytest.mark.parametrize("label", [*DRIVER.raw_forms, "a command of another driver"])
@pytest.mark.parametrize("path", sorted(RECORDINGS.glob("*.txt")), ids=lambda path: path.stem)
def test_the_wifi_password_is_never_kept(path: Path, label: str) -> None:
    """Whatever a router prints at whatever question: the key of the recordings goes nowhere."""
    kept = redact_answer(DRIVER, label, path.read_text())
    assert "oldpassword1" not in kept
    assert "oldpassword1" not in redact_answer(DRIVER, label, path.read_text()[:-40])


def test_what_a_verdict_needs_survives_redaction() -> None:
    """A bundle that says nothing could not be judged by a person again."""
    label = "ubus call network.wireless status"
    kept = redact_answer(DRIVER, label, printed("wireless_status"))
    assert '"ssid": "LabHome"' in kept
    assert '"band": "2g"' in kept
    assert f'"key": "{LEFT_OUT}"' in kept
    assert redact_answer(DRIVER, label, "Command failed: Not found\n") == (
        "Command failed: Not found"
    )


def test_a_command_that_the_driver_does_not_know_is_left_out() -> None:
    """The list says what may be kept, not what must go."""
    assert redact_answer(DRIVER, "cat /etc/shadow", "root:x:0") == LEFT_OUT


@pytest.mark.parametrize(
    "status",
    [
        '{"up": true, "proto": "dhcp", "ipv4-address": [{"address": "%s", "mask": 24}]}',
        '{"up": true, "proto": "", "route": [{"target": "0.0.0.0", "mask": 0, "nexthop": "%s"}]}',
        '{"up": true, "proto": "dhcp", "dns-server": ["%s"]}',
    ],
)
def test_an_address_that_is_none_is_no_fact(status: str) -> None:
    """A gateway is pinged next: what a router claims goes into a command only as an address."""
    texts = (status % "-x; reboot", DEVICES, DUMP)
    assert failure_of("router_wan", texts, (0, 0, 0)) is FailureKind.UNPARSEABLE
    read("router_wan", (status % "192.0.2.1", DEVICES, DUMP))


def test_an_event_says_how_long_ago_it_was() -> None:
    """A wrong password of last week is not this morning's complaint."""
    line = "daemon.notice hostapd: phy0-ap0: AP-STA-POSSIBLE-PSK-MISMATCH 02:00:00:00:01:00"
    text = (
        "now Sun Nov 22 04:25:11 2026\n"
        f"Sat Nov 21 04:25:11 2026 {line}\nSun Nov 22 04:22:41 2026 {line}\nrc=0\n"
    )
    log = read("router_log", (text,))
    assert isinstance(log, LogEvents)
    assert [(one.count, one.last_age_s) for one in log.events] == [(2, 150.0)]
    assert log.lines_read == 2
    without = read("router_log", (text.split("\n", 1)[1],))
    assert isinstance(without, LogEvents)
    assert [one.last_age_s for one in without.events] == [NOT_MEASURED]


def test_a_lan_socket_says_its_link_and_its_errors() -> None:
    """A crushed patch cable looks like slow internet from everywhere else."""
    lan1 = (
        '"lan1": {"carrier": true, "speed": "100H", "statistics": '
        '{"rx_errors": 812, "tx_errors": 0, "rx_crc_errors": 800}}'
    )
    lan2 = '"lan2": {"carrier": false, "speed": "-1F", "statistics": {"rx_errors": 0}}'
    devices = f'{{"br-lan": {{"bridge-members": ["lan1", "lan2"]}}, {lan1}, {lan2}}}\n'
    texts = (LAN, devices, *WHOLE["lan"][1][2:])
    lan = read("router_lan", texts)
    assert isinstance(lan, LanStatus)
    assert lan.ports == (
        LanPort(
            name="lan1",
            carrier=True,
            speed_bps=100_000_000,
            full_duplex=False,
            rx_errors=812,
            tx_errors=0,
            crc_errors=800,
        ),
        LanPort(
            name="lan2",
            carrier=False,
            speed_bps=NOT_MEASURED,
            full_duplex=NOT_MEASURED,
            rx_errors=0,
            tx_errors=UNSUPPORTED,
            crc_errors=UNSUPPORTED,
        ),
    )


def test_without_iw_the_retries_stay_unknown() -> None:
    """No count is no clean air."""
    clients = read("wifi_clients", (HOSTAPD_CLIENTS, "sh: iw: not found\nrc=127\n"))
    assert isinstance(clients, WifiClients)
    assert [(one.tx_retries, one.tx_packets) for one in clients.clients] == [
        (UNSUPPORTED, UNSUPPORTED)
    ]
