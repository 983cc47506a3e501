"""Readers of plain Linux on what the lab's Debian really said: whole, and cut at every byte.

The recordings are of the virtual router of tests/lab_wifi, made by its record.py; those with
`no_radio`, `page_silent`, and those about a device are of the router of `cpe-diag lab home`; of
its flows a part was kept.
"""

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
from cpe_diag.domain.wifi_facts import AirNeighbour, AirScan, WifiClient, WifiClients, WifiStatus
from cpe_diag.driver_kit.load import load_router_driver
from cpe_diag.driver_kit.parsers import iputils
from cpe_diag.driver_kit.redaction import redact_answer
from cpe_diag.driver_kit.router import ReadingContext, UnreadableError
from cpe_diag.driver_kit.router_detect import is_platform, variant_of
from cpe_diag.ports import Command, CommandAnswer

ABOUT_DEVICE = ("device_presence", "device_flows")
RECORDINGS = Path(__file__).parents[2] / "recordings" / "linux_hostapd" / "debian_12"
DRIVER = load_router_driver("linux_hostapd")
UNSUPPORTED = Missing(why=FailureKind.UNSUPPORTED)
NOT_MEASURED = Missing(why=FailureKind.NOT_MEASURED)
CUT = (FailureKind.INCOMPLETE, FailureKind.UNPARSEABLE)
QUESTIONS = {
    "system": "router_system",
    "wan": "router_wan",
    "wan_down": "router_wan",
    "wan_no_carrier": "router_wan",
    "lan": "router_lan",
    "lan_no_dnsmasq": "router_lan",
    "log": "router_log",
    "wifi": "router_wifi",
    "wifi_odd_name": "router_wifi",
    "wifi_disabled": "router_wifi",
    "wifi_start_disabled": "router_wifi",
    "wifi_dead": "router_wifi",
    "no_radio": "router_wifi",
    "no_radio_stations": "wifi_clients",
    "stations": "wifi_clients",
    "air": "air_scan",
    "ping": "ping",
    "ping_lost": "ping",
    "ping_no_way": "ping",
    "name": "dns_direct",
    "no_name": "dns_direct",
    "forwarder_down": "dns_forwarder",
    "page": "http",
    "page_missing": "http",
    "page_no_name": "http",
    "page_refused": "http",
    "page_silent": "http",
    "presence": "device_presence",
    "presence_mute": "device_presence",
    "presence_gone": "device_presence",
    "presence_twice": "device_presence",
    "flows": "device_flows",
    "offers": "lan_offers",
    "no_offers": "lan_offers",
}
DEVICE = "192.168.1.197"


def recorded(name: str) -> tuple[CommandAnswer, ...]:
    """Give the recorded answers, each with its status."""
    parts = re.split(
        r"^\$ (.+) -> (\d+)\n",
        (RECORDINGS / f"{name}.txt").read_text(encoding="utf-8"),
        flags=re.MULTILINE,
    )[1:]
    return tuple(
        CommandAnswer(
            command=Command(text=label, label=label), output=output, exit_status=int(status)
        )
        for label, status, output in zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    )


def read(name: str, answers: tuple[CommandAnswer, ...] | None = None) -> object:
    """Give the fact, or raise as the reader does."""
    context = ReadingContext(
        at=datetime.fromtimestamp(1795706870, UTC),
        target=DEVICE if QUESTIONS[name] in ABOUT_DEVICE else "http://www.example.com/",
        server="198.51.100.1",
    )
    reader = DRIVER.questions[QUESTIONS[name]].reader
    return reader(recorded(name) if answers is None else answers, context)


def said(name: str, answers: tuple[CommandAnswer, ...]) -> object:
    """Give the fact, or the kind of failure."""
    try:
        return read(name, answers)
    except UnreadableError as error:
        return error.kind


def test_every_recording_is_of_a_question() -> None:
    """A recording that no test reads proves nothing."""
    names = {path.stem for path in RECORDINGS.glob("*.txt")}
    assert names == set(QUESTIONS) | {"detect", "detect_no_radio"}


@pytest.mark.parametrize("name", [one for one in QUESTIONS if not one.startswith("wifi_")])
def test_a_cut_answer_never_lies(name: str) -> None:
    """Law 10: half an answer that is believed would send a technician to the wrong place."""
    answers = recorded(name)
    whole = read(name)
    for place, answer in enumerate(answers):
        for length in range(len(answer.output)):
            cut = CommandAnswer(
                command=answer.command,
                output=answer.output[:length],
                exit_status=answer.exit_status,
            )
            given = (*answers[:place], cut, *answers[place + 1 :])
            assert said(name, given) in (whole, *CUT), f"{length} characters of {place}"


def test_debian_is_known_by_its_own_words() -> None:
    """A wrong platform in the inventory is named, and which Linux it is."""
    detect = DRIVER.detect
    assert detect is not None
    for name in ("detect", "detect_no_radio"):
        assert is_platform(detect, recorded(name)) is True
        assert variant_of(detect, recorded(name)) == "Debian"


def test_the_recorded_system_is_read() -> None:
    """Who it is and how it fares; it has no watchdog that could say why it started."""
    system = read("system")
    assert isinstance(system, RouterSystem)
    assert system.model == "Standard PC (i440FX + PIIX, 1996)"
    assert system.firmware == "Debian GNU/Linux 12 (bookworm), Linux 6.1.0-56-amd64"
    assert system.memory_total_bytes == 210744 * 1024
    assert system.conntrack_limit == 2048
    assert system.last_reboot == UNSUPPORTED
    assert isinstance(system.boot_id, str)


def test_the_line_to_the_operator_is_what_addresses_are_translated_on() -> None:
    """The test's way in, eth0, is not taken for the line."""
    assert read("wan") == WanStatus(
        up=True,
        protocol="dhcp",
        device="wan0",
        carrier=True,
        mac="02:00:5e:00:53:01",
        addresses=("198.51.100.145/24",),
        gateway="198.51.100.1",
        dns_servers=("198.51.100.1",),
        uptime_s=UNSUPPORTED,
        autostart=UNSUPPORTED,
        error_codes=(),
        mtu=1500,
        ipv6_addresses=(),
        ipv6_prefixes=UNSUPPORTED,
        ipv6_gateway=UNSUPPORTED,
        dns_by_hand=UNSUPPORTED,
        ipv6_handed_out=UNSUPPORTED,
    )


def test_the_prefix_that_was_handed_out_is_that_of_the_last_lease() -> None:
    """What the home has may be older (RFC 8978)."""
    (answer,) = recorded("wan")
    leases = (
        "lease6 {\n    iaprefix 2001:db8:1:900::/56 {\nlease6 {\n    iaprefix 2001:db8:1::/56 {\n"
    )
    text = answer.output.replace("rc=0", f"== handed out\n{leases}rc=0")
    told = CommandAnswer(command=answer.command, output=text, exit_status=0)
    wan = read("wan", (told,))
    assert isinstance(wan, WanStatus)
    assert wan.ipv6_handed_out == ("2001:db8:1::/56",)


@pytest.mark.parametrize(
    ("said", "by_hand"), [("", ()), ("192.0.2.9\n192.0.2.9\n", ("192.0.2.9",))]
)
def test_a_name_server_that_somebody_has_set_is_told_from_the_lines(
    said: str, by_hand: tuple[str, ...]
) -> None:
    """Whoever named a server that is gone has to correct it."""
    (answer,) = recorded("wan")
    text = answer.output.replace("== clients\n", f"== by hand\n{said}== clients\n")
    told = CommandAnswer(command=answer.command, output=text, exit_status=0)
    wan = read("wan", (told,))
    assert isinstance(wan, WanStatus)
    assert wan.dns_by_hand == by_hand


@pytest.mark.parametrize(
    ("option", "servers"),
    [
        ("", None),
        ("dhcp-option=option:dns-server,192.168.1.53", ("192.168.1.53",)),
        ("dhcp-option=6,192.0.2.1,192.0.2.2", ("192.0.2.1", "192.0.2.2")),
        ("dhcp-option-force=6", ()),
        ("dhcp-option=3,192.168.1.9", None),
    ],
)
def test_whom_the_home_is_told_to_ask_is_read(
    option: str, servers: tuple[str, ...] | None
) -> None:
    """The devices ask that one, whatever the router's own forwarder does."""
    first, *rest = recorded("lan")
    text = first.output.replace("interface=br-lan\n", f"interface=br-lan\n{option}\n", 1)
    told = CommandAnswer(command=first.command, output=text, exit_status=first.exit_status)
    lan = read("lan", (told, *rest))
    assert isinstance(lan, LanStatus)
    assert lan.dhcp_name_servers == servers


def test_a_line_without_a_link_is_down_though_its_address_is_still_there() -> None:
    """The DHCP client keeps the address; the customer has no internet all the same."""
    wan = read("wan_no_carrier")
    assert isinstance(wan, WanStatus)
    assert (wan.up, wan.carrier, wan.addresses, wan.gateway) == (False, False, (), None)
    down = read("wan_down")
    assert isinstance(down, WanStatus)
    assert (down.device, down.up, down.protocol) == ("wan0", False, "static")


def test_the_home_network_is_read() -> None:
    """Bridge, cable sockets without the radios, leases and neighbours."""
    lan = read("lan")
    assert isinstance(lan, LanStatus)
    assert lan.prefix == "192.168.1.1/24"
    assert lan.ports == (
        LanPort(
            name="lan0",
            carrier=True,
            speed_bps=10_000_000_000,
            full_duplex=True,
            rx_errors=0,
            tx_errors=0,
            crc_errors=0,
        ),
    )
    assert isinstance(lan.leases, tuple)
    assert [type(one) for one in lan.leases] == [DhcpLease, DhcpLease]
    assert LanNeighbour(mac="02:00:5e:00:53:04", address="192.168.1.157", state="REACHABLE") in (
        lan.neighbours if isinstance(lan.neighbours, tuple) else ()
    )
    assert (lan.dhcp_enabled, lan.dhcp_server_running, lan.dns_forwarder_running) == (True,) * 3
    assert lan.dhcp_pool_size == 100


@pytest.mark.parametrize(
    ("old", "new", "switched_on", "gateways"),
    [
        ("", "", True, None),
        ("10: br-lan: <BROADCAST,MULTICAST,UP,LOWER_UP>", "10: br-lan: <BROADCAST>", False, None),
        (
            "interface=br-lan\n",
            "interface=br-lan\ndhcp-option=option:router,192.168.1.254\n",
            True,
            ("192.168.1.254",),
        ),
        ("interface=br-lan\n", "interface=br-lan\ndhcp-option=3\n", True, ()),
        ("interface=br-lan\n", "interface=br-lan\ndhcp-option=6,192.168.1.9\n", True, None),
    ],
)
def test_a_home_that_is_switched_off_or_sent_elsewhere_is_read(
    old: str, new: str, *, switched_on: bool, gateways: tuple[str, ...] | None
) -> None:
    """Both look well from the operator's side: only the router tells."""
    first, *rest = recorded("lan")
    told = CommandAnswer(
        command=first.command,
        output=first.output.replace(old, new, 1) if old else first.output,
        exit_status=first.exit_status,
    )
    lan = read("lan", (told, *rest))
    assert isinstance(lan, LanStatus)
    assert (lan.switched_on, lan.dhcp_gateways) == (switched_on, gateways)


def test_a_dead_dnsmasq_is_told_by_its_ports() -> None:
    """Its settings still say that it serves: that is what makes it a fault."""
    lan = read("lan_no_dnsmasq")
    assert isinstance(lan, LanStatus)
    assert (lan.dhcp_enabled, lan.dhcp_server_running, lan.dns_forwarder_running) == (
        True,
        False,
        False,
    )


def test_the_log_tells_a_wrong_password_and_who_left_with_their_age() -> None:
    """Only hostapd's own lines; syslog's date has no year, which the reading's date gives."""
    log = read("log")
    assert isinstance(log, LogEvents)
    found = {(one.kind, one.subject): one for one in log.events}
    wrong = found[LogEventKind.WIFI_WRONG_PASSWORD, "02:00:00:00:03:00"]
    assert wrong.count == 4
    assert isinstance(wrong.last_age_s, float)
    assert 0 < wrong.last_age_s < 120
    assert (LogEventKind.WIFI_DISCONNECTED, "02:00:00:00:02:00") in found
    assert LogEventKind.DHCP_NO_OFFER not in {kind for kind, _ in found}


def test_both_radios_are_read_with_what_is_on_air() -> None:
    """Channel and width from hostapd and iw, the rules from iw."""
    wifi = read("wifi")
    assert isinstance(wifi, WifiStatus)
    first, second = wifi.radios
    assert (first.name, first.band, first.channel, first.width_mhz) == ("wlan0", "2g", 6, 20)
    assert (second.name, second.band, second.channel, second.width_mhz) == ("wlan1", "5g", 36, 80)
    assert (first.enabled, first.on_air, first.country, first.radar_wait_s) == (
        True,
        True,
        "DE",
        0,
    )
    assert first.usable_channels == tuple(range(1, 14))
    assert [(one.ssid, one.encryption, one.purpose, one.on_air) for one in wifi.networks] == [
        ("LabHome", "psk2", "lan", True)
    ] * 2


def test_a_name_of_any_characters_is_read_as_it_is() -> None:
    """In hostapd_cli's answer, quotes, backslashes and bytes above 127 are escaped."""
    wifi = read("wifi_odd_name")
    assert isinstance(wifi, WifiStatus)
    assert wifi.networks[0].ssid == 'Café "x" \\ y'


def test_a_router_without_a_radio_is_told_as_one() -> None:
    """A wired router has no Wi-Fi that could be off; nothing of it is missing."""
    assert read("no_radio") == WifiStatus(radios=(), networks=())
    assert read("no_radio_stations") == WifiClients(clients=())


@pytest.mark.parametrize(
    ("name", "enabled", "on_air"),
    [
        ("wifi_disabled", (True, True), (True, False)),
        ("wifi_start_disabled", (True, False), (True, False)),
        ("wifi_dead", (True, False), (False, False)),
    ],
)
def test_a_radio_that_sends_nothing_is_not_on_air(
    name: str, enabled: tuple[bool, bool], on_air: tuple[bool, bool]
) -> None:
    """A radio that was started switched off is ENABLED to hostapd; only iw tells it."""
    wifi = read(name)
    assert isinstance(wifi, WifiStatus)
    assert tuple(one.enabled for one in wifi.radios) == enabled
    assert tuple(one.on_air for one in wifi.radios) == on_air
    assert tuple(one.on_air for one in wifi.networks) == on_air


def test_a_station_is_read_with_signal_rates_and_retries() -> None:
    """The lab's signal is always -30 dBm."""
    clients = read("stations")
    assert isinstance(clients, WifiClients)
    (client,) = clients.clients
    assert isinstance(client, WifiClient)
    assert (client.mac, client.interface, client.authorized, client.signal_dbm) == (
        "02:00:00:00:02:00",
        "wlan0",
        True,
        -30,
    )
    assert client.tx_retries == client.tx_failed == 0


def test_the_routers_own_networks_are_no_neighbours() -> None:
    """Only the one next door is; its key is not in the way of reading its name."""
    assert read("air") == AirScan(
        neighbours=(
            AirNeighbour(
                bssid="02:00:00:00:03:00",
                ssid="Next door",
                channel=11,
                signal_dbm=-30,
                band="2g",
                width_mhz=20,
                centre_channel=11,
            ),
        )
    )


WIDE = """== devices
phy#0
\tInterface wlan0
\t\taddr 02:00:00:00:00:00
\t\ttype AP
\t\tchannel 36 (5180 MHz), width: 80 MHz, center1: 5210 MHz
== wlan0
BSS 02:00:00:00:01:00(on wlan0)
\tfreq: 5180
\tsignal: -27.00 dBm
\tlast seen: 40 ms ago
\tSSID: Caf\\xc3\\xa9
\tHT operation:
\t\t * primary channel: 36
\t\t * secondary channel offset: above
\t\t * STA channel width: any
\tVHT operation:
\t\t * channel width: 1 (80 MHz)
\t\t * center freq segment 1: 42
\t\t * center freq segment 2: 0
BSS 02:00:00:00:04:00(on wlan0)
\tfreq: 5180
\tsignal: -81.00 dBm
\tlast seen: 90000 ms ago
\tSSID: gone
rc=0
"""
"""In the form of the lab's own 5 GHz network as a station heard it."""


def test_a_neighbours_width_is_read_and_one_that_is_gone_is_left_out() -> None:
    """Advice on channels counts what a neighbour fills, not its primary channel alone."""
    (answer,) = recorded("air")
    scan = read("air", (CommandAnswer(command=answer.command, output=WIDE, exit_status=0),))
    assert isinstance(scan, AirScan)
    (wide,) = scan.neighbours
    assert (wide.ssid, wide.channel, wide.band) == ("Café", 36, "5g")
    assert (wide.width_mhz, wide.centre_channel, wide.signal_dbm) == (80, 42, -27)


@pytest.mark.parametrize(
    ("name", "sent", "received"), [("ping", 1, 1), ("ping_lost", 1, 0), ("ping_no_way", 1, 0)]
)
def test_pings_are_read(name: str, sent: int, received: int) -> None:
    """The words of busybox."""
    check = read(name)
    assert isinstance(check, PingCheck)
    assert (check.sent, check.received) == (sent, received)


@pytest.mark.parametrize(
    ("said_by_iputils", "received", "rtt_s"),
    [
        (
            (
                "1 packets transmitted, 1 received, 0% packet loss, time 0ms\n"
                "rtt min/avg/max/mdev = 11.023/11.023/11.023/0.000 ms\n"
            ),
            1,
            0.011023,
        ),
        ("1 packets transmitted, 0 received, +1 errors, 100% packet loss, time 0ms\n\n", 0, None),
    ],
)
def test_pings_of_iputils_are_read_as_well(
    said_by_iputils: str, received: int, rtt_s: float | None
) -> None:
    """Debian's usual ping has other words; the form is that of iputils ping_common.c."""
    (answer,) = recorded("ping")
    text = f"PING 198.51.100.1 (198.51.100.1) 56(84) bytes of data.\n\n---\n{said_by_iputils}"
    other = CommandAnswer(command=answer.command, output=text, exit_status=0)
    check = read("ping", (other,))
    assert isinstance(check, PingCheck)
    assert check.received == received
    assert check.rtt_avg_s == (Missing(why=FailureKind.SILENT) if rtt_s is None else rtt_s)
    assert iputils.as_busybox(answer) == answer


@pytest.mark.parametrize(
    ("name", "outcome", "addresses"),
    [
        ("name", DnsOutcome.ANSWERED, ("192.0.2.1",)),
        ("no_name", DnsOutcome.NXDOMAIN, ()),
        ("forwarder_down", DnsOutcome.REFUSED, ()),
    ],
)
def test_the_end_of_a_name_query_is_told(
    name: str, outcome: DnsOutcome, addresses: tuple[str, ...]
) -> None:
    """A dead forwarder and an unknown name lead to different desks."""
    check = read(name)
    assert isinstance(check, DnsCheck)
    assert (check.outcome, check.addresses) == (outcome, addresses)


@pytest.mark.parametrize(
    ("name", "outcome", "status"),
    [
        ("page", HttpOutcome.OK, 200),
        ("page_missing", HttpOutcome.HTTP_ERROR, 404),
        ("page_no_name", HttpOutcome.NAME_FAILED, None),
        ("page_refused", HttpOutcome.REFUSED, None),
        ("page_silent", HttpOutcome.CONNECT_TIMEOUT, None),
    ],
)
def test_the_end_of_a_page_is_told(name: str, outcome: HttpOutcome, status: int | None) -> None:
    """The phase that failed decides whose fault it is."""
    check = read(name)
    assert isinstance(check, HttpCheck)
    assert (check.outcome, check.status) == (outcome, status)


def test_a_device_without_hostapd_is_of_another_platform() -> None:
    """Without hostapd_cli or iw nothing of its Wi-Fi may be guessed."""
    settings, _states, devices = recorded("wifi")
    missing = CommandAnswer(
        command=Command(text="hostapd_cli status", label="hostapd_cli status"),
        output="",
        exit_status=127,
    )
    assert said("wifi", (settings, missing, devices)) is FailureKind.WRONG_PLATFORM


@pytest.mark.parametrize("path", sorted(RECORDINGS.glob("*.txt")), ids=lambda path: path.stem)
def test_no_recording_holds_the_wifi_password(path: Path) -> None:
    """The commands name the lines that they read; the password is in none of them."""
    text = path.read_text(encoding="utf-8")
    assert "old password" not in text
    assert "wpa_passphrase" not in text


@pytest.mark.parametrize("label", [*DRIVER.raw_forms, "a command of another driver"])
def test_a_password_in_an_answer_is_never_kept(label: str) -> None:
    """Whatever a router prints at whatever question."""
    kept = redact_answer(DRIVER, label, "wpa_passphrase=hidden-word-1\nwpa_psk=hidden-word-1\n")
    assert "hidden-word-1" not in kept
