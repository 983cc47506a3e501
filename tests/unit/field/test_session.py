"""A PPPoE session is opened and closed again, and whatever ends it before is told."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Final

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from session_peer import COOKIE, ID, ORDER, PASSWORD, USER, Peer, PeerWire, frame_of, ppp, tag
from wire_samples import SentWire

from cpe_diag.domain.field_session_facts import FieldSession, SessionEnd
from cpe_diag.field.raw import session
from cpe_diag.field.raw.order import OrderError, Test, read
from cpe_diag.field.raw.tests import described
from cpe_diag.field.raw.wire import FloodedError

PAP: Final = bytes.fromhex("c023")
EAP: Final = bytes.fromhex("c227")


def opened(peer: Peer) -> tuple[FieldSession, list[bytes]]:
    """Open a session with that concentrator; gives what was told, and what was sent."""
    wire = PeerWire(peer)
    return session.run(ORDER, wire), wire.sent


@pytest.mark.parametrize(("by", "name"), [(None, ""), (PAP, "PAP"), (Peer().login, "CHAP-MD5")])
def test_a_session_opens_and_is_closed(by: bytes | None, name: str) -> None:
    """With the login that the concentrator asks for; the address is what it gives."""
    told, sent = opened(Peer(login=by))
    assert told == FieldSession(
        vlan=None,
        end=SessionEnd.OPENED,
        concentrator="bras-1",
        mac="02:00:5e:00:00:ff",
        authentication=name,
        says="",
        address="198.51.100.20",
        peer="198.51.100.1",
        resolvers=("203.0.113.53", "203.0.113.53"),
        mtu_bytes=1492,
        frames_sent=len(sent),
        took_s=0.0,
        closed=True,
        malformed=0,
    )
    assert sent[-1][12:20] == bytes.fromhex("8863" + "11a7") + ID.to_bytes(2) + bytes(2)
    assert len(sent) <= 15


@pytest.mark.parametrize(
    ("peer", "end", "says"),
    [
        (Peer(offers=False), SessionEnd.NO_CONCENTRATOR, ""),
        (Peer(session=0), SessionEnd.NO_SESSION, ""),
        (Peer(session_error=b"no resources"), SessionEnd.NO_SESSION, "no resources"),
        (Peer(link=False), SessionEnd.NOT_AGREED, ""),
        (Peer(login=EAP), SessionEnd.NOT_AGREED, ""),
        (Peer(password="else"), SessionEnd.LOGIN_REFUSED, "Access denied"),
        (Peer(password="else", login=PAP), SessionEnd.LOGIN_REFUSED, "Access denied"),
        (Peer(answers_login=False), SessionEnd.LOGIN_UNANSWERED, ""),
        (Peer(answers_login=False, login=PAP), SessionEnd.LOGIN_UNANSWERED, ""),
        (Peer(address=None), SessionEnd.NO_ADDRESS, ""),
        (Peer(address=bytes(4)), SessionEnd.NO_ADDRESS, ""),
        (Peer(ends=b"no address left"), SessionEnd.NO_ADDRESS, "no address left"),
    ],
)
def test_what_ends_a_session_is_told(peer: Peer, end: SessionEnd, says: str) -> None:
    """Each end goes to another desk; the words are the concentrator's own."""
    told, sent = opened(peer)
    assert (told.end, told.says, told.address) == (end, says, None)
    assert len(sent) <= session.MOST_FRAMES
    with_session = peer.offers and peer.session and not peer.session_error
    ends = [one for one in sent if one[12:16] == bytes.fromhex("886311a7")]
    assert len(ends) == (1 if with_session else 0)


def test_an_unknown_login_is_named() -> None:
    """What the laptop does not speak is no fault of the line."""
    assert opened(Peer(login=EAP))[0].authentication == "EAP"


def test_a_resolver_that_is_refused_costs_no_address() -> None:
    """RFC 1877 is not spoken by everybody."""
    told, _ = opened(Peer(resolver=None))
    assert (told.end, told.resolvers) == (SessionEnd.OPENED, ())


def test_a_login_never_comes_back_in_words() -> None:
    """A server that echoes what it was given must not put it into facts."""
    echo = f"{USER} may not log in with {PASSWORD}"
    told, _ = opened(Peer(password="else", login=PAP, refuses=echo.encode()))
    assert told.says == "[account] may not log in with [secret]"
    assert PASSWORD not in repr(ORDER)
    assert USER not in repr(ORDER)


def test_an_end_of_the_session_in_between_is_told() -> None:
    """PADT with its reason, at whatever time."""
    gone = frame_of(0x8863, 0xA7, ID, tag(0x0203, b"port is shut"))
    told, sent = opened(Peer(more=(gone,)))
    assert (told.end, told.says, told.closed) == (SessionEnd.NOT_AGREED, "port is shut", True)
    assert not [one for one in sent if one[12:16] == bytes.fromhex("886311a7")]


def test_a_dry_run_shows_each_kind_of_frame_and_no_login() -> None:
    """Whoever reads it over a shoulder learns nothing."""
    told = described(replace(ORDER, dry=True))
    assert len(told) <= session.MOST_FRAMES
    for held in (USER, PASSWORD):
        assert held.encode().hex() not in json.dumps(told)
        assert held not in json.dumps(told)


def test_a_login_that_is_too_long_is_refused_without_its_words() -> None:
    """The answer to a wrong order goes into messages."""
    order = {"number": 1, "test": "session", "interface": "eth0", "mac": ORDER.mac, "for_s": 1}
    assert read(json.dumps({**order, "user": USER, "password": PASSWORD})).password == PASSWORD
    for wrong in ("x" * 256, 5, "\ud800"):
        with pytest.raises(OrderError, match=r"^password: expected text of at most 255 octets$"):
            read(json.dumps({**order, "password": wrong}))


def test_silence_in_a_flood_is_no_end() -> None:
    """An answer may be among the frames that were not read."""
    with pytest.raises(FloodedError):
        session.run(ORDER, SentWire((), flooded=True))
    assert ORDER.test is Test.SESSION


STARTS: Final = (
    frame_of(0x8863, 0x07, 0, tag(0x0102, b"bras-1") + tag(0x0104, COOKIE)),
    frame_of(0x8863, 0x65, ID, tag(0x0203, b"full")),
    frame_of(0x8863, 0xA7, ID, b""),
    ppp(0xC021, 1, 1, bytes.fromhex("010405d4" + "0305c22305")),
    ppp(0xC021, 3, 1, bytes.fromhex("01040400")),
    ppp(0xC021, 5, 1, b"bye"),
    ppp(0xC021, 8, 1, bytes.fromhex("8021")),
    ppp(0xC021, 9, 1, bytes(4)),
    ppp(0xC223, 1, 7, b"\x04abcd"),
    ppp(0xC223, 3, 7, b""),
    ppp(0xC023, 3, 1, b"\x02no"),
    ppp(0x8021, 3, 1, bytes.fromhex("0306c6336414")),
    ppp(0x8021, 4, 1, bytes.fromhex("0306c6336414")),
    ppp(0x8057, 1, 1, b""),
)
FEW: Final = 60


@settings(deadline=None, max_examples=FEW)
@given(
    st.lists(
        st.tuples(st.sampled_from(STARTS), st.integers(0, 80), st.binary(max_size=6)), max_size=30
    )
)
@example([(STARTS[3], 23, b"\0")])
@example([(STARTS[3], 24, b"\xff\xff")] * 30)
@example([(one, 79, b"") for one in STARTS] * 2)
@example([(STARTS[7], 79, b"")] * 30)
@example([(STARTS[13], 79, b"")] * 30)
def test_whatever_a_concentrator_says_ends_in_a_fact(
    said: list[tuple[bytes, int, bytes]],
) -> None:
    """False lengths, answers out of turn, endless questions: few frames go out all the same."""
    changed = tuple(one[:at] + octets + one[at + len(octets) :] for one, at, octets in said)
    told, sent = opened(Peer(more=changed))
    assert told.end in set(SessionEnd)
    assert len(sent) <= session.MOST_FRAMES
    assert told.frames_sent == len(sent)


@pytest.mark.parametrize("number", range(len(STARTS)))
def test_an_answer_that_is_cut_is_never_taken_for_another(number: int) -> None:
    """A cut answer never lies: the session ends as without it, or as with the whole."""
    whole, nothing = (opened(Peer(more=more))[0].end for more in ((STARTS[number],), ()))
    for length in range(len(STARTS[number])):
        cut = STARTS[number][:length]
        assert opened(Peer(more=(cut,)))[0].end in {whole, nothing}
