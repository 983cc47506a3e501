"""RouterOS's own forms of writing, as others have recorded them, and answers that are cut."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.path_facts import PingCheck
from cpe_diag.domain.router_facts import RouterSystem, WanStatus
from cpe_diag.domain.wifi_facts import WifiStatus
from cpe_diag.driver_kit.load import load_router_driver
from cpe_diag.driver_kit.parsers import routeros
from cpe_diag.driver_kit.router import ReadingContext, UnreadableError
from cpe_diag.ports import CommandAnswer

AT = datetime(2026, 11, 26, 15, 0, tzinfo=UTC)
DRIVER = load_router_driver("mikrotik_routeros")

RESOURCE = """\
                   uptime: 1d6h22m
                  version: 6.48.7 (long-term)
              free-memory: 45.5MiB
             total-memory: 64.0MiB
  write-sect-since-reboot: 1970
         write-sect-total: 77652
               board-name: hEX PoE lite
                 platform: MikroTik
"""
CLOCK = """\
          time: 17:00:30
          date: nov/26/2026
    gmt-offset: +02:00
"""
PINGED = """\
  SEQ HOST                                     SIZE TTL TIME  STATUS
    0 192.0.2.1                                  56  64 157ms
    1 192.0.2.1                                             timeout
    2 192.0.2.1                                  84  64 3ms   net unreachable
    sent=3 received=1 packet-loss=66% min-rtt=157ms avg-rtt=157ms max-rtt=157ms
"""


def read(question: str, *answers: str | tuple[str, int], target: str = "") -> object:
    """Read answers to a question; what is left out is empty."""
    commands = DRIVER.questions[question].commands
    given = [*answers, *[""] * (len(commands) - len(answers))]
    made = tuple(
        CommandAnswer(
            command=command,
            output=one if isinstance(one, str) else one[0],
            exit_status=0 if isinstance(one, str) else one[1],
        )
        for command, one in zip(commands, given, strict=True)
    )
    return DRIVER.questions[question].reader(made, ReadingContext(at=AT, target=target))


def test_a_router_of_version_6_is_read() -> None:
    """Its clock has another form; the difference of two counters names the start."""
    system = read("router_system", RESOURCE, CLOCK, ("", 127))
    assert isinstance(system, RouterSystem)
    assert system.uptime_s == 109_320
    assert system.memory_available_bytes == 47_710_208
    assert system.boot_id == "75682"
    assert system.clock_offset_s == 30.0
    assert system.conntrack_entries == Missing(why=FailureKind.UNSUPPORTED)


@pytest.mark.parametrize("cut", range(0, len(RESOURCE) - 1, 7))
def test_a_cut_answer_never_lies(cut: int) -> None:
    """It tells the same as the whole one, or nothing."""
    whole = read("router_system", RESOURCE, CLOCK)
    try:
        told = read("router_system", RESOURCE[:cut], CLOCK)
    except UnreadableError:
        return
    assert told == whole


def test_pings_and_what_routers_on_the_way_said() -> None:
    """The words in the place of a time are the sender's own."""
    ping = read("ping", PINGED, target="192.0.2.1")
    assert ping == PingCheck(
        target="192.0.2.1", sent=3, received=1, rtt_avg_s=0.157, note="net unreachable"
    )


def test_a_pppoe_line_is_its_session() -> None:
    """Its gateway is the peer; a session that is down has no addresses."""
    client = "-\nname=pppoe-out1\ninterface=ether1\ndisabled=false\nrunning=true\n"
    monitor = "  status: connected\n  uptime: 2h3m\n  remote-address: 198.51.100.254\n"
    addresses = "-\ninterface=pppoe-out1\naddress=198.51.100.7/32\n"
    ether = "-\nname=ether1\ntype=ether\nrunning=true\nmac-address=02:00:5E:10:00:01\n"
    dns = "  servers:\n  dynamic-servers: 192.0.2.53,192.0.2.54\n"
    wan = read("router_wan", "", client + monitor, addresses, "", dns, ether)
    assert isinstance(wan, WanStatus)
    assert (wan.up, wan.protocol, wan.gateway) == (True, "pppoe", "198.51.100.254")
    assert (wan.uptime_s, wan.carrier) == (7380.0, True)
    assert wan.dns_servers == ("192.0.2.53", "192.0.2.54")
    down = read("router_wan", "", client.replace("running=true", "running=false"), "", "", dns)
    assert isinstance(down, WanStatus)
    assert (down.up, down.addresses, down.gateway) == (False, (), None)


def test_a_line_of_another_kind_is_not_guessed() -> None:
    """A static address or LTE is not called down."""
    with pytest.raises(UnreadableError, match="another kind of WAN"):
        read("router_wan", "", "", "", "", "  servers:\n")


def test_a_name_of_a_network_is_all_behind_its_sign() -> None:
    """With blanks, signs and what looks like another value."""
    name = "my = net; mode=x "
    point = f"-\nname=wlan1\ndisabled=false\nmode=ap-bridge\nssid={name}\nstatus: running-ap\n"
    wifi = read("router_wifi", ("", 127), ("", 127), ("", 127), point)
    assert isinstance(wifi, WifiStatus)
    assert [network.ssid for network in wifi.networks] == [name]


@pytest.mark.parametrize(
    ("channel", "number", "width", "band"),
    [
        ("2412/20-Ce/gn(30dBm)", 1, 40, "2g"),
        ("5220/20/an", 44, 20, "5g"),
        ("5500/ax/Ceee/D", 100, 80, "5g"),
        ("2484/20/b", 14, 20, "2g"),
        ("6135/ax/Ceee", 37, 80, "6g"),
        ("2437/ax/eC", 6, 40, "2g"),
    ],
)
def test_channels_in_the_words_of_both_packages(
    channel: str, number: int, width: int, band: str
) -> None:
    """Frequency, width by its parts, and band."""
    point = f"-\nname=wifi1\ndisabled=false\nstate: running\nchannel: {channel}\n"
    wifi = read("router_wifi", point)
    assert isinstance(wifi, WifiStatus)
    (radio,) = wifi.radios
    assert (radio.channel, radio.width_mhz, radio.band) == (number, width, band)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7w5d6h42m45s", 4_689_765.0),
        ("1d02:03:04", 93_784.0),
        ("157ms", 0.157),
        ("12ms345us", 0.012345),
        ("", None),
        ("soon", None),
    ],
)
def test_times(text: str, value: float | None) -> None:
    """In every form that RouterOS writes them."""
    assert routeros.seconds(text) == value


def test_terse_items_keep_values_with_blanks() -> None:
    """A comment is a value like any other."""
    text = " 0   comment=my pc address=192.0.2.7 mac-address=02:00:5E:10:00:20 \n 1 DC a=b\n"
    assert routeros.terse(text, "x") == (
        ("", {"comment": "my pc", "address": "192.0.2.7", "mac-address": "02:00:5E:10:00:20"}),
        ("DC", {"a": "b"}),
    )
    with pytest.raises(UnreadableError):
        routeros.terse("nonsense", "x")
