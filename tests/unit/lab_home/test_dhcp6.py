"""The home lab's DHCPv6 server: what it says to whom, without a network."""

from __future__ import annotations

import ipaddress
import struct

import pytest

from cpe_diag.lab.home import dhcp6

TABLE = "02:00:5e:10:00:01 2001:db8:1:100::/56\n"
KNOWN = b"\x00\x03\x00\x01" + bytes.fromhex("02005e100001")
STRANGER = b"\x00\x03\x00\x01" + bytes.fromhex("02005e1000ff")
ASKED = dhcp6.option(dhcp6.IA_PD, b"home" + bytes(8))


def asked(kind: int, client: bytes, *more: bytes) -> tuple[int, dict[int, bytes], object]:
    """Ask for a prefix; give the answer's kind, its options, and what is handed out with it."""
    message = bytes([kind]) + b"abc" + dhcp6.option(dhcp6.CLIENT_ID, client) + ASKED
    said, given = dhcp6.answer(message + b"".join(more), TABLE)
    assert said[1:4] == b"abc"
    return said[0], dict(dhcp6.options(said[4:])), given


@pytest.mark.parametrize(
    ("kind", "answered", "handed_out"),
    [
        (dhcp6.SOLICIT, dhcp6.ADVERTISE, False),
        (dhcp6.REQUEST, dhcp6.REPLY, True),
        (dhcp6.RENEW, dhcp6.REPLY, True),
        (dhcp6.REBIND, dhcp6.REPLY, True),
    ],
)
def test_a_known_router_gets_its_prefix(kind: int, answered: int, handed_out: bool) -> None:  # noqa: FBT001 - a row of the table
    """What is only offered must not be routed yet."""
    said, options, given = asked(kind, KNOWN)
    assert said == answered
    (kept,) = (content for code, content in dhcp6.options(options[dhcp6.IA_PD][12:]))
    assert options[dhcp6.IA_PD][:4] == b"home"
    assert kept[8] == 56
    assert ipaddress.IPv6Address(kept[9:]) == ipaddress.IPv6Address("2001:db8:1:100::")
    assert (given is not None) is handed_out


def test_a_stranger_is_told_that_there_is_no_prefix() -> None:
    """Silence would be a dead server; this is a missing entry."""
    _, options, given = asked(dhcp6.REQUEST, STRANGER)
    (status,) = dhcp6.options(options[dhcp6.IA_PD][12:])
    assert status == (dhcp6.STATUS, struct.pack("!H", dhcp6.NO_PREFIX))
    assert given is None


def test_what_is_given_back_is_not_handed_out() -> None:
    """A route to a prefix that nobody has would be a loop."""
    _, options, given = asked(dhcp6.RELEASE, KNOWN)
    assert dhcp6.IA_PD not in options
    assert given is None


def test_what_is_meant_for_another_server_or_is_cut_is_not_answered() -> None:
    """Two servers on one line must not both hand out."""
    other = dhcp6.option(dhcp6.SERVER_ID, b"another")
    message = bytes([dhcp6.REQUEST]) + b"abc" + dhcp6.option(dhcp6.CLIENT_ID, KNOWN)
    assert dhcp6.answer(message + other, TABLE) == (b"", None)
    for end in range(1, len(message)):
        dhcp6.answer(message[:end], TABLE)
