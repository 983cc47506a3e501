"""Trains of packets and a bounded download, read from what the routers' commands print."""

from __future__ import annotations

import pytest

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.load_facts import PathQuality
from cpe_diag.domain.missing import Missing
from cpe_diag.driver_kit.load import load_router_driver
from cpe_diag.driver_kit.parsers import trains
from cpe_diag.driver_kit.router import UnreadableError
from cpe_diag.ports import Command, CommandAnswer

EDGE = "198.51.100.1"
URL = "http://reference.example/large"
DOWNLOAD = """\
begin 100.00 5000
PING 198.51.100.1 (198.51.100.1): 56 data bytes
64 bytes from 198.51.100.1: seq=0 ttl=64 time=10.000 ms
64 bytes from 198.51.100.1: seq=2 ttl=64 time=30.000 ms
10000000 bytes
end 102.00 11005000

--- 198.51.100.1 ping statistics ---
3 packets transmitted, 2 packets received, 33% packet loss
rc=0
"""


def said(output: str) -> CommandAnswer:
    """Give an answer of a router."""
    return CommandAnswer(command=Command(text="x", label="x"), output=output, exit_status=0)


def failure(output: str) -> FailureKind:
    """Give why a train is not read."""
    with pytest.raises(UnreadableError) as caught:
        trains.path_quality(said(output), EDGE)
    return caught.value.kind


def test_a_train_is_counted_and_its_times_are_ranked() -> None:
    """Order matters for jitter, rank for the middle and the slow ones."""
    text = "0 1.0\n1 3.0\n3 2.0\n4 packets transmitted, 3 packets received, 25% loss\nrc=0\n"
    found = trains.path_quality(said(text), EDGE)
    assert (found.sent, found.received, found.lost) == (4, 3, 1)
    assert (found.rtt_min_s, found.rtt_median_s, found.rtt_p95_s) == (0.001, 0.002, 0.003)
    assert found.jitter_s == pytest.approx(0.0015)


def test_an_answer_that_comes_twice_makes_up_for_none_that_is_lost() -> None:
    """Duplicates are counted once, by their number."""
    text = "0 1.0\n0 1.2\n3 packets transmitted, 1 packets received, 2 duplicates\nrc=0\n"
    assert trains.path_quality(said(text), EDGE).lost == 2


def test_where_nothing_came_back_no_time_is_told() -> None:
    """Silence is no round trip of zero."""
    text = "100 packets transmitted, 0 packets received, 100% packet loss\nrc=0\n"
    found = trains.path_quality(said(text), EDGE)
    assert found.received == 0
    assert isinstance(found.rtt_median_s, Missing)
    assert isinstance(found.jitter_s, Missing)


def test_a_router_without_a_way_says_so() -> None:
    """The sender's own words are evidence; nothing was lost on a line that was never used."""
    found = trains.path_quality(said("ping: sendto: Network is unreachable\nrc=0\n"), EDGE)
    assert (found.received, found.note) == (0, "sendto: Network is unreachable")


@pytest.mark.parametrize(
    ("output", "kind"),
    [
        ("ping: invalid number '0.01'\nrc=0\n", FailureKind.UNSUPPORTED),
        ("sh: ping: not found\nrc=0\n", FailureKind.UNSUPPORTED),
        ("ping: bad address 'reference.example'\nrc=0\n", FailureKind.DEPENDENCY),
        (
            "0 1.0\n1 1.0\n1 packets transmitted, 2 packets received\nrc=0\n",
            FailureKind.UNPARSEABLE,
        ),
        ("5 packets transmitted, 5 packets received\nrc=0\n", FailureKind.UNPARSEABLE),
    ],
)
def test_what_is_no_train_is_no_loss(output: str, kind: FailureKind) -> None:
    """An old ping, a missing one and nonsense say nothing about the line."""
    assert failure(output) is kind


def test_large_packets_are_told_from_small_ones() -> None:
    """The lower quarter of the large ones: a queue in front makes only some of them later."""
    large = "".join(f"8000 {time}\n" for time in (70.0, 66.0, 64.0, 65.0, 90.0, 68.0, 67.0, 80.0))
    text = f"56 0.5\n56 0.7\n56 0.6\nsent 20 56\n{large}sent 8 8000\nrc=0\n"
    found = trains.rate_train(said(text), EDGE)
    assert (found.small_bytes, found.size_bytes, found.sent, found.received) == (84, 8028, 8, 8)
    assert found.small_median_s == pytest.approx(0.0006)
    assert found.small_spread_s == pytest.approx(0.0002)
    assert found.large_quartile_s == pytest.approx(0.066)


def test_large_packets_that_nobody_answers_have_no_time() -> None:
    """Some hosts answer small echo requests only."""
    found = trains.rate_train(said("56 0.5\nsent 20 56\nsent 20 1400\nrc=0\n"), EDGE)
    assert (found.size_bytes, found.received) == (1428, 0)
    assert isinstance(found.large_quartile_s, Missing)


def test_a_ping_that_cannot_send_one_at_a_time_is_no_slow_line() -> None:
    """A gap of the router's tools."""
    with pytest.raises(UnreadableError) as caught:
        trains.rate_train(said("rc=0\n"), EDGE)
    assert caught.value.kind is FailureKind.UNSUPPORTED


def test_a_download_is_measured_with_what_else_came_in() -> None:
    """10 MB in two seconds, 11 MB by the line, and the edge asked meanwhile."""
    found = trains.load_test(said(DOWNLOAD), URL, EDGE)
    assert (found.received_bytes, found.took_s, found.line_bytes) == (10_000_000, 2.0, 11_000_000)
    assert found.rate_bps == 40_000_000
    assert isinstance(found.loaded, PathQuality)
    assert (found.loaded.target, found.loaded.sent, found.loaded.lost) == (EDGE, 3, 1)
    assert found.loaded.rtt_median_s == pytest.approx(0.02)


def test_a_counter_that_is_not_there_is_not_zero() -> None:
    """A line that nobody counted has no bytes, and one that started anew has none either."""
    for begun, ended in (("", ""), (" 9000", " 100")):
        text = f"begin 1.00{begun}\n500 bytes\nend 2.00{ended}\nrc=0\n"
        text = text.replace("1.00\n", "1.00 \n").replace("2.00\n", "2.00 \n")
        found = trains.load_test(said(text), URL, EDGE)
        assert isinstance(found.line_bytes, Missing)
        assert isinstance(found.loaded, Missing)


@pytest.mark.parametrize(
    ("output", "kind"),
    [
        (DOWNLOAD.replace("10000000 bytes", "0 bytes"), FailureKind.NOT_MEASURED),
        (DOWNLOAD.replace("end 102", "end 99"), FailureKind.UNPARSEABLE),
        ("begin 100.00 5000\nrc=0\n", None),
    ],
)
def test_a_download_that_did_not_come_is_no_slow_line(
    output: str, kind: FailureKind | None
) -> None:
    """Whether the page comes at all is another question."""
    with pytest.raises(UnreadableError) as caught:
        trains.load_test(said(output), URL, EDGE)
    assert kind in {None, caught.value.kind}


@pytest.mark.parametrize("driver_id", ["openwrt", "linux_hostapd"])
def test_the_pings_beside_a_download_end_by_themselves(driver_id: str) -> None:
    """A session may be gone before they are told to, and of a silent edge they write nothing."""
    (command,) = load_router_driver(driver_id, ()).questions["load_test"].commands
    assert "ping -w 6 -i 0.05 {server}" in command.text
    assert command.limit_s > 6
