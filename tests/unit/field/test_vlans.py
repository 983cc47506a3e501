"""In a few VLANs both questions are asked once, and answers count where they were asked for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from wire_samples import MAC, OFFER, PADO, SentWire

from cpe_diag.field.raw import vlans
from cpe_diag.field.raw.frame import frame
from cpe_diag.field.raw.order import Order, OrderError, Test, read
from cpe_diag.field.raw.wire import MOST_SENT, FloodedError

if TYPE_CHECKING:
    from cpe_diag.domain.field_vlan_facts import FieldVlans

ORDER: Final = Order(
    number=3, test=Test.VLANS, interface="eth0", mac=MAC, for_s=1.0, vlans=(7, 35, 36, 4094)
)


def tagged(whole: bytes, vlan: int) -> bytes:
    """Put a tag into a frame (IEEE 802.1Q)."""
    return whole[:12] + b"\x81\x00" + vlan.to_bytes(2) + whole[12:]


def told(*frames: bytes) -> FieldVlans:
    """Give the fact on a wire over which these frames come."""
    return vlans.run(ORDER, SentWire(frames))


def found(seen: FieldVlans) -> dict[int, tuple[int, int]]:
    """Give how many servers and concentrators answer in which VLAN."""
    return {
        one.vlan: (len(one.offers), len(one.concentrators))
        for one in seen.asked
        if one.offers or one.concentrators
    }


def test_both_are_asked_once_in_each_vlan() -> None:
    """Eight frames at most, each with its tag."""
    sent = [frame(bytes(one)) for one in vlans.packets(ORDER)]
    assert [one.vlans for one in sent if one] == [(v,) for v in (7, 7, 35, 35, 36, 36, 4094, 4094)]
    assert len(sent) <= MOST_SENT


def test_an_answer_counts_in_the_vlan_that_it_comes_in() -> None:
    """Without its tag, or with one that was not asked with, it is no answer to this question."""
    assert found(told(tagged(OFFER, 35), tagged(PADO, 36))) == {35: (1, 0), 36: (0, 1)}
    assert found(told(OFFER, PADO, tagged(OFFER, 100), tagged(tagged(PADO, 7), 8))) == {}


def test_silence_in_a_flood_is_no_answer() -> None:
    """An answer may be among the frames that were not read."""
    with pytest.raises(FloodedError):
        vlans.run(ORDER, SentWire((), flooded=True))


@given(
    st.sampled_from((OFFER, PADO)),
    st.integers(0, 200),
    st.binary(min_size=1, max_size=4),
    st.integers(0, 400),
)
@example(OFFER, 12, b"\x81\x00\x00\x07", 400)
@example(PADO, 20, b"\xff\xff", 400)
@example(PADO, 14, b"\x00\x24", 30)
def test_whatever_comes_with_a_tag_ends_in_a_fact(
    answer: bytes, at: int, octets: bytes, length: int
) -> None:
    """False lengths, other VLANs, cut frames."""
    whole = tagged(answer, 35)
    seen = told((whole[:at] + octets + whole[at + len(octets) :])[:length])
    assert len(found(seen)) <= 1


def test_more_than_four_vlans_are_no_order() -> None:
    """A sweep through all of them is none of the named tests."""
    order = {"number": 1, "test": "vlans", "interface": "eth0", "mac": MAC, "for_s": 1}
    assert read(json.dumps({**order, "vlans": [7, 35, 7]})).vlans == (7, 35)
    for wrong in ([1, 2, 3, 4, 5], [0], [4095], "7", ["7"], [True]):
        with pytest.raises(OrderError, match="vlan"):
            read(json.dumps({**order, "vlans": wrong}))
