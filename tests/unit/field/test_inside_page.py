"""Inside an open session a page is fetched and the way is traced, by packets of our own."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from inside_peer import ASKED, ASKING, EDGE, TARGET, Behind, packet
from session_peer import ORDER, PeerWire

from cpe_diag.domain.missing import known
from cpe_diag.domain.path_facts import HttpOutcome
from cpe_diag.field.raw import inside_page, session
from cpe_diag.field.raw.inside_order import InsidePage, read_inside
from cpe_diag.field.raw.order import OrderError, read
from cpe_diag.field.targets import FieldTargets

if TYPE_CHECKING:
    from cpe_diag.domain.field_inside_facts import FieldInside
    from cpe_diag.domain.field_path_facts import FieldPage, Trace

LONG: Final = b"HTTP/1.1 200 OK\r\nContent-Length: 400000\r\n\r\n" + b"x" * 30_000
PORTAL: Final = b"HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/login\r\n\r\n"


def inside(behind: Behind, wanted: InsidePage | None = ASKED.page) -> FieldInside:
    """Give what was seen inside a session with that behind it."""
    order = replace(ASKING, inside=replace(ASKED, page=wanted))
    wire = PeerWire(behind)
    told = session.run(order, wire).inside
    assert told is not None
    assert len(wire.sent) <= session.MOST_WITH_INSIDE
    return told


def page(behind: Behind) -> FieldPage:
    """Give the page that was fetched."""
    told = inside(behind).page
    assert told is not None
    return told


@pytest.mark.parametrize("swaps", [False, True])
def test_the_page_is_read_piece_by_piece(*, swaps: bool) -> None:
    """What comes twice or too early is taken once, in its turn."""
    told = page(Behind(swaps=swaps))
    assert (told.outcome, told.status, told.text_there) == (HttpOutcome.OK, 200, True)
    assert (told.url, told.server, told.sent_to) == ("http://reference.example/", ASKED.target, "")


def test_a_portal_in_the_place_of_the_page_is_told() -> None:
    """A session that is walled in until somebody pays."""
    told = page(Behind(page=PORTAL, piece=1000))
    assert (told.status, told.sent_to) == (302, "192.0.2.1")
    assert told.location == "http://192.0.2.1/login"
    assert told.text_there is False


@pytest.mark.parametrize(
    ("behind", "outcome"),
    [
        (Behind(accepts=None), HttpOutcome.CONNECT_TIMEOUT),
        (Behind(accepts=False), HttpOutcome.REFUSED),
        (Behind(page=None), HttpOutcome.READ_TIMEOUT),
        (Behind(page=b"SSH-2.0-x\r\n", piece=1000), HttpOutcome.BROKEN),
        (Behind(page=b"", piece=1000), HttpOutcome.BROKEN),
    ],
)
def test_how_a_page_fails_is_told(behind: Behind, outcome: HttpOutcome) -> None:
    """Silence, refusal and what is no page are different things."""
    told = page(behind)
    assert (told.outcome, told.status, told.text_there) == (outcome, None, None)


def test_a_long_page_is_read_to_a_limit() -> None:
    """Few packets go out, and a text that may stand further on is not missed."""
    wire = PeerWire(Behind(page=LONG, piece=1400))
    told = session.run(ASKING, wire).inside
    assert told is not None
    assert told.page is not None
    assert (told.page.status, told.page.text_there) == (200, None)
    assert told.packets_sent <= 90 + inside_page.MOST


def hops(way: Trace | None) -> list[str | None]:
    """Give who was on the way."""
    assert way is not None
    return [one.address for one in way.hops]


def test_the_way_inside_is_traced_by_each_kind() -> None:
    """Two routers of the operator, then the reference."""
    told = inside(Behind(hops=(EDGE, bytes((100, 64, 0, 1))))).trace
    assert told is not None
    for way in (told.udp, told.tcp, told.icmp):
        found = known(way)
        assert found is not None
        assert found.reached
        assert hops(found) == ["198.51.100.1", "100.64.0.1", ASKED.target]


def test_a_way_that_ends_is_told_as_far_as_it_goes() -> None:
    """Behind the last who answers nothing does; few packets are spent on it."""
    told = inside(Behind(hops=(EDGE,), echoes=False, accepts=None, names=False)).trace
    assert told is not None
    icmp = known(told.icmp)
    assert icmp is not None
    assert (icmp.reached, hops(icmp)) == (False, ["198.51.100.1"])


STARTS: Final = (
    packet(TARGET, 6, bytes(20)),
    packet(TARGET, 6, bytes((0, 80, 0xC0, 0)) + bytes(10) + b"\x50\x12" + bytes(6)),
    packet(EDGE, 1, bytes((11, 0)) + bytes(6) + bytes(28)),
    packet(EDGE, 1, bytes((3, 1)) + bytes(6) + b"\x4f" + bytes(40)),
)


@settings(deadline=None, max_examples=12)
@given(
    st.lists(
        st.tuples(st.sampled_from(STARTS), st.integers(22, 70), st.binary(max_size=6)), max_size=3
    ),
    st.binary(max_size=60),
)
@example([], b"HTTP/1.0 200\r\n\r\n")
@example([], b"HTTP/1.0 200 x\r\nContent-Length: 999999999\r\nLocation: http://[\r\n\r\n")
def test_whatever_a_server_says_ends_in_a_fact(
    said: list[tuple[bytes, int, bytes]], text: bytes
) -> None:
    """False lengths, forged errors, answers that are none."""
    forged = tuple(one[:at] + octets + one[at + len(octets) :] for one, at, octets in said)
    told = inside(Behind(forged=forged, page=text, hops=(EDGE,)))
    assert told.page is not None
    assert told.trace is not None


@pytest.mark.parametrize(
    "wrong",
    [
        {"host": "a b", "path": "/"},
        {"host": "a", "path": "/x HTTP/1.1\r\nX: y"},
        {"host": "a", "path": "x"},
        {"host": "a", "path": "/", "port": 0},
        {"host": "a", "path": "/", "status": 1000},
        {"host": "a", "path": "/", "text": 5},
        {"host": "a", "path": "/", "body": "x"},
        {"path": "/"},
        [],
    ],
)
def test_a_page_that_would_be_something_else_is_refused(wrong: Any) -> None:  # noqa: ANN401 - JSON
    """Whoever gives the order cannot let the process send lines of his own."""
    order = {"number": 1, "test": "session", "interface": "eth0", "mac": ORDER.mac, "for_s": 1}
    asked = {"target": "203.0.113.80", "port": 80}
    with pytest.raises(OrderError, match=r"^inside: "):
        read(json.dumps({**order, "inside": {**asked, "page": wrong}}))
    assert read_inside({**asked, "page": {"host": "a", "path": "/"}}) is not None


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("http://reference.example/", ("reference.example", 80, "/")),
        ("http://reference.example:8080/a?b=c", ("reference.example", 8080, "/a?b=c")),
        ("http://203.0.113.80", ("203.0.113.80", 80, "/")),
        ("https://reference.example/", None),
        ("http://[2001:db8::1]/", None),
        ("http://x:99999/", None),
        (None, None),
    ],
)
def test_which_page_is_fetched_inside(
    url: str | None, wanted: tuple[str, int, str] | None
) -> None:
    """A page by TLS would take more than a few lines of TCP."""
    targets = FieldTargets(address="203.0.113.80", page_url=url)
    asked = targets.inside()
    assert asked is not None
    told = asked.page
    assert (None if told is None else (told.host, told.port, told.path)) == wanted
