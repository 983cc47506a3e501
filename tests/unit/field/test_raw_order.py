"""Claims about what the process for raw frames takes as an order, and what it refuses."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpe_diag.field.raw.order import MOST_ADDRESSES, MOST_VLANS, Order, OrderError, Test, read

GOOD: Final[dict[str, object]] = {
    "number": 3,
    "test": "arp",
    "interface": "eth0",
    "mac": "02:00:5e:00:00:01",
    "for_s": 1.5,
    "vlan": 35,
    "addresses": ["198.51.100.1", "198.51.100.2"],
    "dry": True,
    "user": "anna",
    "password": "secret",
    "vlans": [35, 36],
    "inside": {"target": "198.51.100.80", "port": 443},
}


def test_an_order_is_read_as_it_was_written() -> None:
    """Every field of it, else the test of the wrong ones would prove nothing."""
    order = read(json.dumps(GOOD))
    assert GOOD.keys() == {one.name for one in fields(Order)}
    assert order.test is Test.ARP
    assert order.addresses == ("198.51.100.1", "198.51.100.2")
    assert (order.vlan, order.vlans, order.dry, order.for_s) == (35, (35, 36), True, 1.5)
    assert order.inside is not None
    assert (order.inside.target, order.inside.port) == ("198.51.100.80", 443)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("addresses", [1, "198.51.100.2"]),
        ("addresses", [None]),
        ("addresses", [["198.51.100.1"]]),
        ("addresses", ["198.51.100.1\n"]),
        ("addresses", ["2001:db8::1"]),
        ("addresses", ["198.51.100.1"] * (MOST_ADDRESSES + 1)),
        ("addresses", "198.51.100.1"),
        ("addresses", None),
        ("vlans", [None, 35]),
        ("vlans", ["35"]),
        ("vlans", [True]),
        ("vlans", [4095]),
        ("vlans", [35] * (MOST_VLANS + 1)),
        ("vlan", 35.0),
        ("vlan", True),
        ("dry", 1),
        ("dry", "true"),
        ("dry", None),
        pytest.param("for_s", 10**400, id="for_s-huge"),
        ("for_s", float("nan")),
        ("for_s", float("inf")),
        ("for_s", True),
        ("for_s", 0),
        ("number", True),
        ("number", 1.0),
        ("test", ["arp"]),
        ("interface", "eth0\n"),
        ("interface", "../eth0"),
        ("mac", "02:00:5E:00:00:01"),
        ("mac", "01:00:5e:00:00:01"),
        ("mac", "ff:ff:ff:ff:ff:ff"),
        ("mac", "00:00:00:00:00:00"),
        ("user", "\ud800"),
        ("password", 5),
        ("more", 1),
    ],
)
def test_what_is_not_exactly_an_order_is_refused_and_nothing_of_it_left_out(
    name: str, value: object
) -> None:
    """An address left out puts another in its place; frames would go out that nobody ordered."""
    with pytest.raises(OrderError):
        read(json.dumps({**GOOD, name: value}))


@given(st.text() | st.sampled_from(["[" * 100_000, '{"number":' * 100_000, "9" * 5000, "NaN"]))
def test_a_line_of_anything_is_refused_and_ends_nothing(line: str) -> None:
    """The process has rights that its caller has not."""
    with pytest.raises(OrderError):
        read(line)
