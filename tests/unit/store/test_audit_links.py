"""Claims about the audit chain: any one edit, cut or exchange is found, and where it is."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cpe_diag.store.audit_key import AuditKey
from cpe_diag.store.audit_links import FIRST_PREVIOUS, Head, Link, Personal, flaws_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LENGTH = 8
KEY = AuditKey(bytes(32))
OTHER = AuditKey(b"\1" * 32)
AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC).isoformat()


def _personal(seq: int) -> Personal:
    return Personal(
        seq=seq,
        salt=f"{seq:032x}",
        staff="anna",
        subscriber=f"sub-{seq}",
        ticket=None,
        words=f"words {seq}",
    )


def _signed(link: Link, key: AuditKey) -> Link:
    return replace(link, hash=link.computed, signature=key.sign(link.message))


def _head(links: Sequence[Link], key: AuditKey = KEY) -> Head:
    head = Head(length=links[-1].seq, hash=links[-1].hash, public_key=key.public)
    return replace(head, signature=key.sign(head.message))


@cache
def _chain(key: AuditKey = KEY) -> tuple[Link, ...]:
    links: list[Link] = []
    for seq in range(1, LENGTH + 1):
        link = Link(
            seq=seq,
            previous=links[-1].hash if links else FIRST_PREVIOUS,
            kind="look",
            at=AT,
            action="wifi.set_ssid",
            digest=None,
            personal=_personal(seq).digest,
        )
        links.append(_signed(link, key))
    return tuple(links)


PERSONAL = {seq: _personal(seq) for seq in range(1, LENGTH + 1)}


def _places(
    links: Sequence[Link],
    personal: Mapping[int, Personal] = PERSONAL,
    head: Head | None = None,
    key: AuditKey = KEY,
) -> list[int]:
    found = flaws_of(links, personal, head or _head(_chain()), key)
    assert all(flaw.words for flaw in found)
    return [flaw.seq for flaw in found]


def test_a_chain_as_it_was_written_has_no_flaw() -> None:
    """Also one of one entry, and none at all."""
    assert _places(_chain()) == []
    one = _chain()[:1]
    assert flaws_of(one, {1: PERSONAL[1]}, _head(one), KEY) == ()
    assert flaws_of([], {}, None, KEY) == ()


@given(
    at=st.integers(0, LENGTH - 1),
    name=st.sampled_from([one.name for one in fields(Link) if one.name != "seq"]),
    text=st.text(max_size=70),
    rehashed=st.booleans(),
)
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_any_one_edit_is_found_at_its_entry(
    at: int, name: str, text: str, *, rehashed: bool
) -> None:
    """Also where whoever did it computed the hash anew; the key was not theirs."""
    links = list(_chain())
    edited = replace(links[at], **{name: text})  # type: ignore[arg-type]  # any field of text
    if edited == links[at]:
        return
    if rehashed and name not in {"hash", "signature"}:
        edited = replace(edited, hash=edited.computed)
    links[at] = edited
    assert at + 1 in _places(links)
    assert _places(links)[0] == at + 1


@given(at=st.integers(0, LENGTH - 1), name=st.sampled_from(("salt", "staff", "words")))
def test_any_edit_of_a_person_is_found_at_its_entry(at: int, name: str) -> None:
    """Who did it stands apart from the link, and is held by it all the same."""
    personal = dict(PERSONAL)
    personal[at + 1] = replace(personal[at + 1], **{name: "ff" * 16})  # type: ignore[arg-type]
    assert _places(_chain(), personal) == [at + 1]
    del personal[at + 1]
    assert _places(_chain(), personal) == [at + 1]


@given(first=st.integers(0, LENGTH - 1), many=st.integers(1, LENGTH), at_both=st.booleans())
def test_any_cut_is_found_where_it_begins(first: int, many: int, *, at_both: bool) -> None:
    """At the beginning, in the middle, and at the end: the head says how long it was."""
    links = [one for one in _chain() if not first < one.seq <= first + many]
    kept = {one.seq for one in links}
    personal = {seq: one for seq, one in PERSONAL.items() if not at_both or seq in kept}
    assert _places(links, personal)[0] == first + 1


@given(first=st.integers(0, LENGTH - 1), second=st.integers(0, LENGTH - 1))
def test_two_exchanged_entries_are_both_found(first: int, second: int) -> None:
    """Each has its own number below its hash."""
    if first == second:
        return
    links = list(_chain())
    links[first] = replace(_chain()[second], seq=first + 1)
    links[second] = replace(_chain()[first], seq=second + 1)
    assert {first + 1, second + 1} <= set(_places(links))


@given(many=st.integers(1, LENGTH - 1))
def test_an_end_that_was_cut_cannot_be_made_the_end(many: int) -> None:
    """A link's signature is no head's, so no shorter head can be put together."""
    links = _chain()[:-many]
    forged = Head(
        length=links[-1].seq,
        hash=links[-1].hash,
        public_key=KEY.public,
        signature=links[-1].signature,
    )
    personal = {one.seq: PERSONAL[one.seq] for one in links}
    assert _places(links, personal, forged) == [links[-1].seq]


def test_a_chain_signed_with_another_key_is_found_at_every_entry() -> None:
    """Whoever writes it all anew has not our key."""
    links = _chain(OTHER)
    places = _places(links, head=_head(links, OTHER))
    assert places[0] == 1
    assert set(places) == set(range(1, LENGTH + 1))
    words = [flaw.words for flaw in flaws_of(links, PERSONAL, _head(links, OTHER), KEY)]
    assert any("another key" in one for one in words)


def test_an_end_that_was_written_anew_is_found_where_it_begins() -> None:
    """All hashes and links fit, and only the signatures tell."""
    links = list(_chain())
    for at in range(4, LENGTH):
        link = replace(links[at], previous=links[at - 1].hash, kind="plan")
        links[at] = _signed(link, OTHER)
    assert _places(links, head=_head(links, OTHER))[0] == 5


def test_two_chains_that_were_both_signed_do_not_become_one() -> None:
    """A copy that was put back, and went on, ends in entries that fit a chain no longer."""
    links = list(_chain())
    other = _signed(replace(links[3], kind="plan"), KEY)
    links[3] = other
    assert _places(links) == [5]


@pytest.mark.parametrize("change", [{"length": 7}, {"length": 9}, {"hash": "00" * 32}])
def test_a_head_that_was_edited_is_found(change: dict[str, object]) -> None:
    """Its signature is of length and hash."""
    head = replace(_head(_chain()), **change)  # type: ignore[arg-type]  # one field at a time
    assert _places(_chain(), head=head)


def test_entries_behind_the_head_and_a_lost_head_are_found() -> None:
    """An old head that was put back, or one that was taken away."""
    old = _head(_chain()[:6])
    assert _places(_chain(), head=old) == [7]
    assert [one.seq for one in flaws_of(_chain(), PERSONAL, None, KEY)] == [LENGTH]


def test_nonsense_in_a_table_is_a_flaw_and_no_crash() -> None:
    """SQLite lets anything stand anywhere."""
    links = list(_chain())
    for wrong in (b"\xff", 7, None):
        links[2] = replace(_chain()[2], digest=wrong, signature=wrong)  # type: ignore[arg-type]
        assert _places(links)[0] == 3
