"""Inside an open session resolvers and reference are asked; what is hostile there ends soon."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from inside_peer import ASKED, ASKING, EDGE, OWN, TARGET, Behind, packet
from session_peer import ORDER, PeerWire, ppp

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.field_session_facts import SessionEnd
from cpe_diag.domain.missing import Missing, known
from cpe_diag.domain.path_facts import DnsOutcome
from cpe_diag.field.raw import session
from cpe_diag.field.raw.inside import MOST_PACKETS, examples
from cpe_diag.field.raw.inside_order import Inside, InsidePage
from cpe_diag.field.raw.order import OrderError, read
from cpe_diag.field.raw.tests import described

if TYPE_CHECKING:
    from cpe_diag.domain.field_inside_facts import FieldInside
    from cpe_diag.domain.field_session_facts import FieldSession


def opened(behind: Behind) -> tuple[FieldSession, list[bytes]]:
    """Open a session with that behind it; gives what was told, and what was sent."""
    wire = PeerWire(behind)
    return session.run(ASKING, wire), wire.sent


def seen(behind: Behind) -> FieldInside:
    """Give what was seen inside."""
    told = opened(behind)[0].inside
    assert told is not None
    return told


def test_a_good_line_is_seen_good_inside() -> None:
    """Every ping, the whole size, a connection that is dropped again, and the names."""
    told, sent = opened(Behind())
    inside = told.inside
    assert inside is not None
    assert (inside.address, inside.target, inside.train.lost) == ("198.51.100.20", ASKED.target, 0)
    assert (inside.size.largest_bytes, inside.size.lost_bytes) == (1492, None)
    assert not isinstance(inside.connected_s, Missing)
    names = known(inside.names)
    assert names is not None
    checks = (names.operator, names.outside, names.operator_nonsense, names.outside_nonsense)
    outcomes = [one.outcome for check in checks if (one := known(check)) is not None]
    assert outcomes == [DnsOutcome.ANSWERED] * 2 + [DnsOutcome.NXDOMAIN] * 2
    assert known(names.operator).addresses == ("203.0.113.80",)  # type: ignore[union-attr]  # seen
    nobodys = known(names.nobodys)
    assert nobodys is not None
    assert not nobodys.answered
    drops = [one for one in sent if one[20:22] == b"\x00\x21" and one[31] == 6 and one[55] == 4]
    assert len(drops) == 1 + 3 + 1  # of the question, of the ways, of the page
    assert sent[-1][12:16] == bytes.fromhex("886311a7")
    assert len(sent) == told.frames_sent + inside.packets_sent
    assert told.closed


@pytest.mark.parametrize("says_so", [False, True])
def test_a_smaller_way_inside_is_measured(*, says_so: bool) -> None:
    """To the byte; and who says so, where somebody does."""
    size = seen(Behind(takes=1400, says_so=says_so)).size
    assert (size.largest_bytes, size.lost_bytes) == (1400, 1401)
    assert (size.told_bytes, size.told_by) == ((1400, "198.51.100.1") if says_so else (None, ""))


@pytest.mark.parametrize(
    ("accepts", "why"), [(None, FailureKind.SILENT), (False, FailureKind.REFUSED)]
)
def test_a_connection_that_does_not_come_about_says_why(
    accepts: bool | None,  # noqa: FBT001 - a part of the peer
    why: FailureKind,
) -> None:
    """Silence and refusal are two things."""
    assert seen(Behind(accepts=accepts)).connected_s == Missing(why=why)


def test_silence_behind_a_session_is_silence() -> None:
    """Nothing is asked for sizes then, and the session is closed all the same."""
    told, sent = opened(Behind(echoes=False, accepts=None, names=False))
    inside = told.inside
    assert inside is not None
    assert (inside.train.received, inside.size.largest_bytes) == (0, None)
    names = known(inside.names)
    assert names is not None
    operator = known(names.operator)
    assert operator is not None
    assert operator.outcome is DnsOutcome.TIMEOUT
    assert inside.packets_sent <= MOST_PACKETS
    assert sent[-1][12:16] == bytes.fromhex("886311a7")
    assert told.end is SessionEnd.OPENED


def test_who_takes_or_invents_names_is_seen_inside() -> None:
    """As outside of a session."""
    names = known(seen(Behind(invents=True, takes_names=True)).names)
    assert names is not None
    nonsense, nobodys = known(names.operator_nonsense), known(names.nobodys)
    assert nonsense is not None
    assert nobodys is not None
    assert (nonsense.outcome, nobodys.answered) == (DnsOutcome.ANSWERED, True)


def test_without_anybody_to_ask_a_session_is_only_opened() -> None:
    """No reference is configured."""
    wire = PeerWire(Behind())
    assert session.run(ORDER, wire).inside is None
    assert not [one for one in wire.sent if one[20:22] == b"\x00\x21"]


FORGED: Final = (
    packet(TARGET, 1, bytes((0, 0, 0, 0)) + bytes(60)),
    packet(EDGE, 1, bytes((3, 4, 0, 0, 0, 0)) + (600).to_bytes(2) + bytes(28)),
    packet(TARGET, 6, bytes(20)),
    packet(TARGET, 17, bytes(8) + bytes.fromhex("0000818000010001" + "00000000" + "c00c")),
    packet(TARGET, 17, bytes.fromhex("0035c000" + "0010" + "0000") + b"\xc0" * 30),
    packet(OWN, 1, b"", to=TARGET),
    ppp(0xC021, 9, 5, bytes.fromhex("deadbeef")),
    ppp(0xC021, 5, 9, b"bye"),
)


@settings(deadline=None, max_examples=12)
@given(
    st.lists(
        st.tuples(st.sampled_from(FORGED), st.integers(0, 70), st.binary(max_size=6)), max_size=3
    )
)
@example([(FORGED[3], 48, b"\xff\xff"), (FORGED[4], 22, b"\x4f")])
@example([(FORGED[7], 80, b"")])
@example([(FORGED[6], 80, b"")] * 3)
def test_whatever_comes_inside_ends_in_a_fact(said: list[tuple[bytes, int, bytes]]) -> None:
    """False lengths, forged errors, an end in between: few packets go out all the same."""
    forged = tuple(one[:at] + octets + one[at + len(octets) :] for one, at, octets in said)
    told, sent = opened(Behind(forged=forged))
    assert told.end is SessionEnd.OPENED
    assert len(sent) <= session.MOST_WITH_INSIDE
    assert told.inside is not None
    assert len(sent) == told.frames_sent + told.inside.packets_sent


@pytest.mark.parametrize("number", range(len(FORGED)))
def test_a_forged_packet_changes_nothing_that_is_told(number: int) -> None:
    """Who does not know our marks cannot answer in another's name; an end of it may end it."""
    told = seen(Behind(forged=(FORGED[number],)))
    assert told.ended is (FORGED[number] == FORGED[-1])
    if told.ended:
        return
    assert told.train.lost == 0
    assert told.size.largest_bytes == 1492


@pytest.mark.parametrize(
    ("peer", "agreed", "prefixes", "malformed"),
    [
        (Behind(six=True), True, ["2001:db8:1::/64"], 0),
        (Behind(six=True, announces=None), True, [], 0),
        (Behind(six=True, announces=b"cut"), True, [], 2),
        (Behind(six=True, hops6=64), True, [], 2),
        (Behind(six=False), False, [], 0),
        (Behind(), False, [], 0),
    ],
    ids=["announced", "nobody", "a false length", "from behind a router", "refused", "silent"],
)
def test_ipv6_is_told_by_whether_it_is_spoken_and_who_is_the_way_out(
    peer: Behind, agreed: object, prefixes: list[str], malformed: int
) -> None:
    """The other end speaks it or not (RFC 5072); an advertisement comes when it is asked for."""
    told, sent = opened(peer)
    assert told.inside is not None
    six = told.inside.ipv6
    assert six is not None
    assert six.agreed is agreed
    assert [one.prefix for router in six.routers for one in router.prefixes] == prefixes
    assert six.malformed == malformed
    assert len(sent) == told.frames_sent + told.inside.packets_sent
    assert told.frames_sent <= session.MOST_FRAMES
    assert not [one for one in sent if one[20:23] == bytes.fromhex("c02108")]  # no Protocol-Reject
    assert told.inside.train.lost == 0


def test_a_dry_run_shows_each_packet_inside_and_how_often() -> None:
    """Nothing is sent that was not told: all of it together is what may be sent."""
    everything = replace(
        ASKING,
        dry=True,
        inside=Inside(
            target="203.0.113.80",
            port=80,
            name="reference.example",
            nonsense="x.reference.example",
            resolver="203.0.113.53",
            outside="203.0.113.54",
            nobody="203.0.113.99",
            page=InsidePage(host="page.example", port=80, path="/"),
        ),
    )
    assert everything.inside is not None
    inside = examples(everything.inside)
    assert sum(times for _, times, _ in inside) == MOST_PACKETS
    told = described(everything)
    assert told["most"] == session.MOST_WITH_INSIDE
    assert len(told["frames"]) == 16 + 3 + len(inside) + 1  # IPV6CP, and a solicitation
    words = [frame["says"] for frame in told["frames"]]
    assert any(one.endswith("203.0.113.80:33448 / Raw, may take 14 hops") for one in words)


@pytest.mark.parametrize(
    "wrong",
    [
        {"target": "reference.example", "port": 80},
        {"target": "203.0.113.80", "port": 0},
        {"target": "203.0.113.80", "port": 80, "name": "a b"},
        {"target": "203.0.113.80", "port": 80, "name": "x" * 300},
        {"target": "203.0.113.80", "port": 80, "outside": 5},
        {"target": "203.0.113.80", "port": 80, "more": 1},
        {"port": 80},
        [],
    ],
)
def test_an_order_that_asks_for_something_else_is_refused(wrong: Any) -> None:  # noqa: ANN401 - JSON
    """The process takes named questions to addresses, and never packets made elsewhere."""
    order = {"number": 1, "test": "session", "interface": "eth0", "mac": ORDER.mac, "for_s": 1}
    assert read(json.dumps({**order, "inside": {"target": "203.0.113.80", "port": 80}})).inside
    with pytest.raises(OrderError, match=r"^inside: "):
        read(json.dumps({**order, "inside": wrong}))
