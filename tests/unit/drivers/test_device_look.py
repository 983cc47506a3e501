"""What plain Linux says of a device of the home: recorded in the lab, read as facts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cpe_diag.domain.device_facts import (
    DeviceFlows,
    DevicePresence,
    LanOffers,
    LanSocket,
    NameQueries,
)
from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.driver_kit.load import load_router_driver
from cpe_diag.driver_kit.parsers.conntrack import Flow, flows
from cpe_diag.driver_kit.router import ReadingContext, UnreadableError
from cpe_diag.ports import Command, CommandAnswer
from tests.unit.drivers.test_linux_hostapd_readers import read

TV, PC = "02:00:5e:20:00:01", "02:00:5e:20:00:02"
SOCKET = "lan1 carrier=1 rx_packets=7 carrier_down_count=1 port_no=0x1\n"
HALF_OPEN = (
    "ipv4     2 tcp      6 55 SYN_RECV src=192.168.1.7 dst=203.0.113.9 sport=40000 dport=443"
    " src=203.0.113.9 dst=198.51.100.11 sport=443 dport=40000 mark=0 zone=0 use=2\n"
)
UNREPLIED = (
    "ipv4     2 udp      17 29 src=192.168.1.7 dst=192.0.2.53 sport=40001 dport=53 [UNREPLIED]"
    " src=192.0.2.53 dst=198.51.100.11 sport=53 dport=40001 mark=0 zone=0 use=2\n"
)
OFFLOADED = (
    "ipv4     2 tcp      6 src=192.168.1.7 dst=203.0.113.9 sport=40002 dport=443 packets=9"
    " bytes=900 src=203.0.113.9 dst=198.51.100.11 sport=443 dport=40002 packets=9 bytes=900"
    " [OFFLOAD] mark=0 zone=0 use=3\n"
)


def presence(name: str) -> DevicePresence:
    """Read a recording."""
    fact = read(name)
    assert isinstance(fact, DevicePresence)
    return fact


def ask(question: str, text: str, target: str = "192.168.1.7") -> object:
    """Read an answer made by hand."""
    command = Command(text=question, label=question)
    answer = CommandAnswer(command=command, output=text, exit_status=0)
    context = ReadingContext(
        at=datetime(2026, 1, 15, tzinfo=UTC), target=target, server="203.0.113.53"
    )
    return load_router_driver("linux_hostapd").questions[question].reader((answer,), context)


def socket(name: str, fact: DevicePresence) -> LanSocket:
    """Give one socket."""
    return next(one for one in fact.sockets if one.name == name)


def test_a_device_that_is_there_answers_and_its_socket_is_known() -> None:
    """Whoever asks about a device wants to know where it is plugged in."""
    fact = presence("presence")
    assert (fact.answered_by, fact.neighbour_state) == ((TV,), "REACHABLE")
    assert [one.name for one in fact.sockets] == ["lan1", "lan2", "lan3"]
    assert socket("lan1", fact).learned == (TV,)
    assert socket("lan3", fact).carrier is False


def test_a_dead_card_keeps_its_link_and_a_device_that_is_off_does_not() -> None:
    """That is the difference between the two, as far as a router sees it."""
    mute, gone = presence("presence_mute"), presence("presence_gone")
    assert mute.answered_by == gone.answered_by == ()
    assert (socket("lan1", mute).carrier, socket("lan1", mute).frames_in) == (True, 0)
    assert (socket("lan1", gone).carrier, socket("lan1", gone).carrier_losses) == (False, 2)


def test_two_who_use_one_address_both_answer() -> None:
    """RFC 5227: that is how an address that is used twice is found."""
    assert presence("presence_twice").answered_by == (PC, TV)


def test_another_dhcp_server_of_the_home_gives_its_name() -> None:
    """The router's own server does not hear its own router."""
    assert read("offers") == LanOffers(servers=("192.168.1.198",))
    assert read("no_offers") == LanOffers(servers=())


def test_of_flows_nothing_but_numbers_is_kept() -> None:
    """Whom a customer's device speaks with is nobody's business."""
    fact = read("flows")
    assert fact == DeviceFlows(
        names_of_router=NameQueries(asked=3, answered=3),
        names_of_operator=NameQueries(asked=0, answered=0),
        names_of_others=NameQueries(asked=0, answered=0),
        to_router=0,
        past_router=7,
        past_router_answered=7,
        past_router_ipv4=5,
        tcp_taken_up=7,
        tcp_not_taken_up=0,
        whole=True,
    )


def test_an_answer_that_was_not_taken_up_and_a_query_without_an_answer_are_counted() -> None:
    """The first is a firewall on the device, the second a dead name server of its own."""
    fact = ask(
        "device_flows",
        f"== neighbours\n== flows\n{HALF_OPEN}{UNREPLIED}{OFFLOADED}odd line\nrc=0\n",
    )
    assert isinstance(fact, DeviceFlows)
    assert fact.names_of_others == NameQueries(asked=1, answered=0)
    assert (fact.past_router, fact.tcp_taken_up, fact.tcp_not_taken_up) == (2, 1, 1)


def test_what_is_no_address_is_left_out() -> None:
    """A line of another form is no connection."""
    assert not list(flows(HALF_OPEN.replace("203.0.113.9", "999.0.113.9")))
    assert [type(one) for one in flows(HALF_OPEN)] == [Flow]


def test_a_router_that_shows_no_table_is_told_as_that() -> None:
    """No table is not an empty table."""
    with pytest.raises(UnreadableError, match="shows no table"):
        ask("device_flows", "== neighbours\n== flows\nno table\nrc=0\n")


def test_without_arping_the_kernel_s_word_is_what_there_is() -> None:
    """A router that cannot ask by ARP does not say that nobody answered."""
    text = (
        f"== before\n{SOCKET}== arp\nno arping\n== after\n{SOCKET}== neighbours\n"
        "192.168.1.7 dev br-lan  FAILED\n== learned\n  1\t02:00:5e:20:00:01\tno\t\t   0.02\nrc=0\n"
    )
    fact = ask("device_presence", text)
    assert isinstance(fact, DevicePresence)
    assert fact.answered_by == Missing(why=FailureKind.UNSUPPORTED)
    assert (fact.neighbour_state, fact.sockets[0].learned) == ("FAILED", (TV,))


def test_a_counter_that_fell_is_no_number() -> None:
    """Who began to count anew meanwhile cannot say how many came in."""
    text = (
        f"== before\n{SOCKET}== arp\nno arping\n== after\n{SOCKET.replace('=7', '=2')}"
        "== neighbours\n== learned\nrc=0\n"
    )
    fact = ask("device_presence", text)
    assert isinstance(fact, DevicePresence)
    assert fact.sockets[0].frames_in == Missing(why=FailureKind.INCOMPLETE)
    with pytest.raises(UnreadableError, match="no socket"):
        ask("device_presence", text.replace("lan1 ", "lan1 what="))
