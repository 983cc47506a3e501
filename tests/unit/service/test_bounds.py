"""Claims about who counts as one, and about health that is asked by many."""

from __future__ import annotations

import asyncio
from typing import Final

import pytest

from cpe_diag.domain.failures import StoreError
from cpe_diag.service.web import health
from cpe_diag.service.web.at_once import AtOnce
from cpe_diag.service.web.buckets import Buckets, Rate, whose
from cpe_diag.service.web.call import Reply
from cpe_diag.service.web.health import Health
from cpe_diag.service.web.replies import UNUSABLE

WELL: Final = Reply(body={"state": "ok"})


@pytest.mark.parametrize(
    ("address", "counts_as"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2::7", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::7", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("-", "-"),
    ],
)
def test_who_has_a_whole_prefix_counts_once(address: str, counts_as: str) -> None:
    """A home has 2^64 addresses of IPv6, and would have as many buckets."""
    assert whose(address) == counts_as


def test_the_turns_of_a_prefix_are_one_buckets() -> None:
    """Whatever address of it asks."""
    buckets = Buckets(Rate(per_s=1.0, burst=2.0))
    waits = [buckets.wait_s(whose(f"2001:db8::{number:x}"), 0.0) for number in range(3)]
    assert waits == [0.0, 0.0, 1.0]


def test_a_place_is_free_again_whatever_ends_its_work() -> None:
    """And who had none gives none back."""
    places = AtOnce()

    def breaks() -> None:
        with places.place("pdf", 1):
            with places.place("pdf", 1) as second, places.place("trends", 1) as other:
                assert (second, other) == (False, True)
            raise ValueError("a bug")

    with pytest.raises(ValueError, match="a bug"):
        breaks()
    with places.place("pdf", 1) as again, places.place("pdf", None) as unbounded:
        assert (again, unbounded) == (True, True)


async def test_many_who_ask_for_health_ask_the_store_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And what it said of then counts no longer than a moment."""
    asked = 0
    fails = False

    def look() -> None:
        nonlocal asked
        asked += 1
        if fails:
            raise StoreError("it is away")

    monkeypatch.setattr(health, "HOLDS_S", 3600.0)
    works = Health(look)
    assert await asyncio.gather(*(works.now() for _ in range(50))) == [WELL] * 50
    assert asked == 1
    monkeypatch.setattr(health, "HOLDS_S", 0.0)
    fresh = Health(look)
    assert await fresh.now() == WELL
    fails = True
    assert await fresh.now() == UNUSABLE
    assert asked == 3
