"""Whatever comes over the wire ends in a fact: false lengths, cut frames and floods among it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from wire_samples import (
    ADVERTISE,
    ADVERTISEMENT,
    ARP_REPLY,
    CDP,
    LLDP,
    MAC,
    OFFER,
    PADO,
    SentWire,
)

from cpe_diag.field.raw import arp, dhcp, heard, ipv6, pppoe
from cpe_diag.field.raw.frame import frame
from cpe_diag.field.raw.ipv6 import MOST_ADVERTISEMENTS
from cpe_diag.field.raw.order import Order, Test
from cpe_diag.field.raw.wire import FloodedError

if TYPE_CHECKING:
    from collections.abc import Callable

ORDER: Final = Order(
    number=3, test=Test.DHCP, interface="eth0", mac=MAC, for_s=1.0, addresses=("198.51.100.1",)
)
RUNS: Final = {
    "dhcp": (dhcp.run, OFFER),
    "pppoe": (pppoe.run, PADO),
    "arp": (arp.run, ARP_REPLY),
    "advertisement": (ipv6.run, ADVERTISEMENT),
    "advertise": (ipv6.run, ADVERTISE),
    "lldp": (heard.run, LLDP),
    "cdp": (heard.run, CDP),
}


def told(run: Callable[..., object], *frames: bytes) -> object:
    """Give the fact of one test on a wire over which these frames come."""
    return run(ORDER, SentWire(frames))


@pytest.mark.parametrize("name", RUNS)
def test_a_whole_answer_is_read(name: str) -> None:
    """Otherwise the other tests here would prove nothing."""
    run, answer = RUNS[name]
    seen = told(run, answer)
    assert seen != told(run)
    assert getattr(seen, "malformed", 0) == 0


@pytest.mark.parametrize("name", RUNS)
def test_an_answer_that_is_cut_never_becomes_another_answer(name: str) -> None:
    """A cut answer never lies: it is the whole one's fact, or nothing is taken from it."""
    run, answer = RUNS[name]
    whole, nothing = told(run, answer), told(run)
    for length in range(len(answer)):
        seen = told(run, answer[:length])
        taken = {
            field: getattr(seen, field)
            for field in ("offers", "routers", "servers", "neighbours", "gateway", "own")
            if hasattr(seen, field)
        }
        for field, value in taken.items():
            assert value in {getattr(whole, field), getattr(nothing, field)}, (length, field)


@pytest.mark.parametrize("name", RUNS)
@given(at=st.integers(0, 400), octet=st.integers(0, 255), more=st.binary(max_size=40))
@example(at=15, octet=255, more=b"")
@example(at=16, octet=0, more=b"\0" * 8)
def test_a_changed_octet_ends_in_a_fact(name: str, at: int, octet: int, more: bytes) -> None:
    """Lengths that are false, kinds that do not exist: a fact comes out all the same."""
    run, answer = RUNS[name]
    at %= len(answer)
    assert told(run, answer[:at] + bytes([octet]) + answer[at + 1 :] + more) is not None


@given(st.binary(max_size=300))
def test_noise_ends_in_a_fact(noise: bytes) -> None:
    """Somebody's broken device speaks on every wire."""
    for run, _ in RUNS.values():
        assert told(run, noise) is not None
    assert frame(noise[:12]) is None


@pytest.mark.parametrize(
    "frame_of_it",
    [
        CDP.replace(bytes.fromhex("0023aaaa"), bytes.fromhex("0022aaaa")),
        CDP.replace(bytes.fromhex("0023aaaa"), bytes.fromhex("0024aaaa")),
        CDP.replace(bytes.fromhex("0023aaaa"), bytes.fromhex("0026aaaa")) + b"\0\0\1",
        CDP.replace(bytes.fromhex("0023aaaa"), bytes.fromhex("0027aaaa")) + bytes(3) + b"\1",
    ],
    ids=["within a field", "beyond the frame", "leftover octets", "leftover field"],
)
def test_a_cdp_message_whose_length_is_false_is_malformed(frame_of_it: bytes) -> None:
    """The 802.3 head says where it ends: without its last field it would tell another VLAN."""
    seen = told(heard.run, frame_of_it)
    assert (getattr(seen, "neighbours", None), getattr(seen, "malformed", None)) == ((), 1)


def test_what_fills_a_short_frame_is_no_part_of_a_cdp_message() -> None:
    """IEEE 802.3: frames are at least 60 octets long; drivers fill them with what they have."""
    assert told(heard.run, CDP + b"\x00\x01\x00\x09noise") == told(heard.run, CDP)


def test_endless_advertisements_are_read_to_a_limit() -> None:
    """A flood is a finding, and keeps nobody busy."""
    seen = told(ipv6.run, *([ADVERTISEMENT] * (MOST_ADVERTISEMENTS + 50)))
    assert getattr(seen, "cut_short", None) is True
    assert getattr(seen, "advertisements", None) == MOST_ADVERTISEMENTS


def test_an_advertisement_that_crossed_a_router_is_malformed() -> None:
    """RFC 4861, section 6.1.2: only a hop limit of 255 comes from the same wire."""
    far = bytearray(ADVERTISEMENT)
    far[14 + 7] = 64
    seen = told(ipv6.run, bytes(far))
    assert (getattr(seen, "routers", None), getattr(seen, "malformed", None)) == ((), 1)


@pytest.mark.parametrize("name", ["dhcp", "pppoe", "arp"])
def test_silence_in_a_flood_is_no_answer(name: str) -> None:
    """Nobody is accused of silence whose answer may be among the frames that were not read."""
    run, answer = RUNS[name]
    with pytest.raises(FloodedError):
        run(ORDER, SentWire((), flooded=True))
    assert run(ORDER, SentWire((answer,), flooded=True)) == told(run, answer)


@pytest.mark.parametrize("name", ["dhcp", "pppoe", "arp"])
def test_silence_on_a_machine_that_was_too_busy_to_read_is_no_answer(name: str) -> None:
    """The system dropped frames before we read them: the answer may have been one."""
    run, answer = RUNS[name]
    with pytest.raises(FloodedError, match=r"^3 frames came and were dropped .* too busy"):
        run(ORDER, SentWire((), dropped=3))
    assert run(ORDER, SentWire((answer,), dropped=3)) == told(run, answer)


def test_an_offer_to_somebody_else_is_not_ours() -> None:
    """On a shared wire others ask too."""
    other = OFFER.replace(bytes.fromhex("5e000403"), bytes.fromhex("5e000404"))
    assert told(dhcp.run, other) == told(dhcp.run)
