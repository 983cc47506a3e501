"""What a router's table says of all devices of the home together, read as numbers."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cpe_diag.domain.device_facts import NameQueries, Tries
from cpe_diag.domain.home_facts import HomeWatch
from cpe_diag.driver_kit.load import load_router_driver
from cpe_diag.driver_kit.router import ReadingContext, UnreadableError
from cpe_diag.ports import Command, CommandAnswer

TV, PC = "02:00:5e:20:00:01", "02:00:5e:20:00:02"
TIMES = (
    "nf_conntrack_tcp_timeout_established:432000\nnf_conntrack_tcp_timeout_syn_sent:120\n"
    "nf_conntrack_tcp_timeout_syn_recv:60\nnf_conntrack_tcp_timeout_time_wait:120\n"
    "nf_conntrack_tcp_timeout_fin_wait:120\nnf_conntrack_tcp_timeout_unacknowledged:300\n"
    "nf_conntrack_udp_timeout:30\nnf_conntrack_udp_timeout_stream:120\n"
)
UNREPLIED = " [UNREPLIED]"


def flow(left: int, state: str, to: str, source: str = "192.168.1.7", mark: str = "") -> str:
    """Write one connection as the kernel does (nf_conntrack_standalone.c, ct_seq_show)."""
    destination, _, port = to.rpartition(":")
    family = "ipv6     10" if ":" in destination else "ipv4     2"
    protocol = "udp      17" if state == "udp" else "tcp      6"
    words = f"{left}" if state == "udp" else f"{left} {state}"
    return (
        f"{family} {protocol} {words} src={source} dst={destination} sport=40000 dport={port}"
        f"{mark} src={destination} dst=198.51.100.11 sport={port} dport=40000 mark=0 use=2\n"
    )


def watch(table: str, router: str = "linux_hostapd", times: str = TIMES) -> HomeWatch:
    """Read an answer."""
    text = (
        "== own\n1: lo    inet 127.0.0.1/8 scope host lo\n"
        "2: wan0    inet 198.51.100.11/24 brd 198.51.100.255 scope global wan0\n"
        "3: br-lan    inet 192.168.1.1/24 brd 192.168.1.255 scope global br-lan\n"
        "3: br-lan    inet6 2001:db8:1:100::1/64 scope global \n"
        "== routes\ndefault via 198.51.100.1 dev wan0\n== servers\nnameserver 203.0.113.53\n"
        f"== neighbours\n192.168.1.7 dev br-lan lladdr {TV} REACHABLE\n"
        f"2001:db8:1:100::7 dev br-lan lladdr {TV} REACHABLE\n"
        f"2001:db8:1:900::8 dev br-lan lladdr {PC} STALE\n"
        f"== times\n{times}== flows\n{table}rc=0\n"
    )
    command = Command(text="home_watch", label="home_watch")
    got = CommandAnswer(command=command, output=text, exit_status=0)
    context = ReadingContext(
        at=datetime(2026, 1, 15, tzinfo=UTC), target="", server="203.0.113.53"
    )
    fact = load_router_driver(router).questions["home_watch"].reader((got,), context)
    assert isinstance(fact, HomeWatch)
    return fact


@pytest.mark.parametrize("router", ["linux_hostapd", "openwrt"])
def test_a_place_that_is_asked_in_vain_again_and_again_counts_once(router: str) -> None:
    """A camera whose maker has closed makes no dead home of a good one."""
    table = flow(115, "SYN_SENT", "203.0.113.9:443", mark=UNREPLIED) * 5
    table += flow(118, "TIME_WAIT", "203.0.113.10:443")
    fact = watch(table, router)
    assert fact.ipv4.pages == (Tries(asked=2, answered=1, taken_up=1),)
    assert fact.ipv6.pages == ()


def test_the_latest_try_at_a_place_counts() -> None:
    """What was before the trouble is still in the table for two minutes."""
    table = flow(100, "TIME_WAIT", "203.0.113.9:443")
    table += flow(117, "SYN_SENT", "203.0.113.9:443", mark=UNREPLIED)
    assert watch(table).ipv4.pages == (Tries(asked=1, answered=0, taken_up=0),)
    older = flow(80, "TIME_WAIT", "203.0.113.9:443")
    assert watch(older).ipv4.pages == ()


def test_what_was_asked_just_now_may_still_be_answered() -> None:
    """A satellite takes most of a second."""
    table = flow(120, "SYN_SENT", "203.0.113.9:443", mark=UNREPLIED)
    assert watch(table).ipv4.pages == ()


def test_an_answer_that_stays_in_the_router_is_none() -> None:
    """Half open: the far end answered, and the device never said that it heard it."""
    fact = watch(flow(57, "SYN_RECV", "203.0.113.9:443"))
    assert fact.ipv4.pages == (Tries(asked=1, answered=0, taken_up=0),)
    assert fact.half_open == 1


def test_a_device_is_one_whatever_addresses_it_has() -> None:
    """Those of IPv6 change daily (RFC 8981), and an old prefix is still the home's."""
    table = flow(115, "SYN_SENT", "2001:db8:5::9:443", "2001:db8:1:900::8", UNREPLIED)
    table += flow(118, "TIME_WAIT", "2001:db8:5::9:443", "2001:db8:1:100::7")
    table += flow(118, "TIME_WAIT", "2001:db8:5::9:443", "2001:db8:1:100::77")
    fact = watch(table)
    assert sorted(one.answered for one in fact.ipv6.pages) == [0, 1, 1]


def test_who_is_not_of_the_home_is_not_counted() -> None:
    """The router itself, its neighbours on the line, and what stays in the home."""
    table = flow(118, "TIME_WAIT", "203.0.113.9:443", "198.51.100.11")
    table += flow(118, "TIME_WAIT", "203.0.113.9:443", "198.51.100.77")
    table += flow(118, "TIME_WAIT", "192.168.1.9:443")
    assert watch(table).ipv4.pages == ()


def test_a_connection_stands_still_where_one_side_waits_and_the_device_is_there() -> None:
    """A phone that has left the home leaves such connections too, and does nothing since."""
    waits = flow(290, "ESTABLISHED", "203.0.113.9:443")
    assert watch(waits).stalled == ()
    assert watch(waits + flow(119, "TIME_WAIT", "203.0.113.10:80")).stalled == (1,)
    ends = flow(110, "FIN_WAIT", "203.0.113.9:443")
    assert watch(ends + flow(119, "TIME_WAIT", "203.0.113.10:80")).stalled == (1,)
    works = flow(431_999, "ESTABLISHED", "203.0.113.9:443")
    assert watch(works + flow(119, "TIME_WAIT", "203.0.113.10:80")).stalled == ()


def test_names_and_datagrams_stand_apart() -> None:
    """Who asks whom for names is a setting; QUIC falls back on TCP (RFC 9308, section 2)."""
    table = flow(29, "udp", "192.168.1.1:53") + flow(25, "udp", "203.0.113.53:53", mark=UNREPLIED)
    table += flow(25, "udp", "192.0.2.1:53") + flow(118, "TIME_WAIT", "203.0.113.9:993")
    table += flow(25, "udp", "203.0.113.9:443", mark=UNREPLIED)
    fact = watch(table)
    assert fact.names_of_router == NameQueries(asked=1, answered=1)
    assert fact.names_of_operator == NameQueries(asked=1, answered=0)
    assert fact.names_of_others == NameQueries(asked=1, answered=1)
    assert fact.ipv4.others == Tries(asked=1, answered=1, taken_up=1)
    assert fact.ipv4.quic == Tries(asked=1, answered=0, taken_up=0)
    assert fact.whole


def test_offloaded_connections_are_alive() -> None:
    """The table tells no times of them, and forgets them soon after their last packet."""
    line = (
        flow(0, "x", "203.0.113.9:443").replace(" 0 x", "", 1).replace("use=2", "[OFFLOAD] use=2")
    )
    assert watch(line).ipv4.pages == (Tries(asked=1, answered=1, taken_up=1),)


@pytest.mark.parametrize(("table", "times"), [("no table\n", TIMES), ("", "")])
def test_a_router_that_cannot_tell_is_told_as_that(table: str, times: str) -> None:
    """No table and no times are no home that does nothing."""
    with pytest.raises(UnreadableError):
        watch(table, times=times)


@pytest.mark.parametrize("router", ["linux_hostapd", "openwrt"])
def test_how_long_quiet_connections_are_kept_is_read(router: str) -> None:
    """Whoever is kept alive more slowly than that is cut off without a word."""
    fact = watch(flow(118, "TIME_WAIT", "203.0.113.10:443"), router)
    assert (fact.tcp_kept_s, fact.datagrams_kept_s) == (432000, 120)
