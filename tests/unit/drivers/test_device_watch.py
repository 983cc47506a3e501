"""What a router says of a device that it watches for six seconds, read as numbers."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cpe_diag.domain.device_facts import DeviceWatch, LinkLoss, NameQueries, Tries
from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.driver_kit.load import load_router_driver
from cpe_diag.driver_kit.router import ReadingContext, UnreadableError
from cpe_diag.ports import Command, CommandAnswer

DEVICE, NOBODY = "02:00:5e:20:00:01", "02:00:5e:99:99:98"
TIMES = (
    "nf_conntrack_tcp_timeout_established:432000\nnf_conntrack_tcp_timeout_syn_sent:120\n"
    "nf_conntrack_tcp_timeout_time_wait:120\nnf_conntrack_udp_timeout:30\n"
    "nf_conntrack_udp_timeout_stream:120\n"
)


def tcp(left: int, state: str, port: int, source: str = "192.168.1.7", mark: str = "") -> str:
    """Write one connection as the kernel does (nf_conntrack_standalone.c, ct_seq_show)."""
    return (
        f"ipv4     2 tcp      6 {left} {state} src={source} dst=203.0.113.9 sport=40000"
        f" dport={port}{mark} src=203.0.113.9 dst=198.51.100.11 sport={port} dport=40000"
        " mark=0 zone=0 use=2\n"
    )


QUERY = (
    "ipv4     2 udp      17 {left} src=192.168.1.7 dst=192.168.1.1 sport=40001 dport=53"
    " src=192.168.1.1 dst=192.168.1.7 sport=53 dport=40001 mark=0 zone=0 use=2\n"
)


def answer(flows: str, frames: str = "", after: str = "lan1 4", times: str = TIMES) -> str:
    """Write an answer."""
    return (
        f"== before\n100.00 50.00\nlan1 4\n== frames\n{frames}== after\n106.00 55.00\n{after}\n"
        f"== known\n{DEVICE} dev lan1 master br-lan\n== own\n"
        "2: br-lan inet 192.168.1.1/24 brd 192.168.1.255 scope global br-lan\n== servers\n"
        f"== neighbours\n192.168.1.7 dev br-lan lladdr {DEVICE} REACHABLE\n"
        f"== times\n{times}== flows\n{flows}rc=0\n"
    )


def watch(text: str, router: str = "linux_hostapd", sites: tuple[str, ...] = ()) -> DeviceWatch:
    """Read an answer."""
    command = Command(text="device_watch", label="device_watch")
    got = CommandAnswer(command=command, output=text, exit_status=0)
    context = ReadingContext(
        at=datetime(2026, 1, 15, tzinfo=UTC),
        target="192.168.1.7",
        server="203.0.113.53",
        sites=sites,
    )
    fact = load_router_driver(router).questions["device_watch"].reader((got,), context)
    assert isinstance(fact, DeviceWatch)
    return fact


@pytest.mark.parametrize("router", ["linux_hostapd", "openwrt"])
def test_only_what_had_a_packet_meanwhile_is_counted(router: str) -> None:
    """Connections of before the trouble stay in the table for two minutes, and say nothing."""
    table = (
        tcp(118, "TIME_WAIT", 443) + tcp(60, "TIME_WAIT", 443) + tcp(431_000, "ESTABLISHED", 80)
    )
    table += QUERY.format(left=29) + QUERY.format(left=20)
    fact = watch(answer(table), router)
    assert fact.watched_s == 6.0
    assert fact.secure == Tries(asked=1, answered=1, taken_up=1)
    assert fact.plain == Tries(asked=0, answered=0, taken_up=0)
    assert fact.flows.names_of_router == NameQueries(asked=1, answered=1)


def test_another_device_is_a_control_and_the_router_itself_is_none() -> None:
    """What other devices get shows that the way out is open to the home."""
    table = tcp(119, "TIME_WAIT", 443, "192.168.1.8") + tcp(119, "TIME_WAIT", 443, "192.168.1.1")
    fact = watch(answer(table))
    assert fact.others_taken_up == 1
    assert fact.flows.past_router == 0


def test_an_attempt_that_nobody_answers_is_counted_as_that() -> None:
    """It is what a device does that is sent to an address of nobody."""
    fact = watch(answer(tcp(119, "SYN_SENT", 443, mark=" [UNREPLIED]")))
    assert fact.secure == Tries(asked=1, answered=0, taken_up=0)


def test_a_gateway_that_is_nobody_shows_in_what_the_device_sends() -> None:
    """It is asked for again and again, or is sent frames that nobody takes."""
    frames = "arp 192.168.1.254\n" * 3 + "arp 192.168.1.9\narp 192.168.1.1\n" * 2
    fact = watch(answer("", frames + f"to {NOBODY}\nto {DEVICE}\n"))
    assert fact.asked_in_vain == ("192.168.1.254",)
    assert fact.frames_astray == 1


def test_a_router_that_cannot_listen_says_so_and_still_counts() -> None:
    """Not heard is not silent."""
    fact = watch(answer("", "no tcpdump\n", "lan1 6"))
    assert fact.asked_in_vain == fact.frames_astray == Missing(why=FailureKind.UNSUPPORTED)
    assert fact.link_losses == (LinkLoss(socket="lan1", times=2),)


@pytest.mark.parametrize(
    "text", [answer("no table\n"), answer("", times="")], ids=["no table", "no times"]
)
def test_a_router_that_cannot_tell_is_told_as_that(text: str) -> None:
    """No table and no times are no device that does nothing."""
    with pytest.raises(UnreadableError):
        watch(text)


def test_connections_to_the_site_in_question_are_counted_and_no_others_named() -> None:
    """Whether the device looks for it where it is; whom else it speaks with stays unknown."""
    table = tcp(118, "TIME_WAIT", 443)
    away = (tcp(118, "SYN_SENT", 443, mark=" [UNREPLIED]") * 2).replace(
        "dst=203.0.113.9", "dst=203.0.113.77"
    )
    fact = watch(answer(table + away), sites=("203.0.113.9", "2001:db8::9"))
    assert fact.to_site == Tries(asked=1, answered=1, taken_up=1)
    assert fact.dead_ends == 1
    assert watch(answer(table)).to_site == Missing(why=FailureKind.NOT_ASKED)
    assert watch(answer(table)).dead_ends == 0
