"""One raw value to one value: every quirk of real agents is a case here."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from cpe_diag.driver_kit.access import ObjectSpec
from cpe_diag.driver_kit.decode import (
    NOT_MEASURED,
    UNPARSEABLE,
    UNSUPPORTED,
    Value,
    decode,
    decode_group,
)
from cpe_diag.driver_kit.port_index import PortIndex, interface

if TYPE_CHECKING:
    from cpe_diag.domain.missing import Maybe
    from cpe_diag.ports import SnmpValue

MARGIN = ObjectSpec(
    field="margin",
    oid="1.3.{if_index}",
    type="integer",
    unit="dB",
    scale=0.1,
    sentinels=(2147483646, 2147483647),
    values={},
    source="VDSL2-LINE-MIB xdsl2LineBandStatusSnrMargin, RFC 5650",
    raw_range=(-640, 630),
)
RATE = replace(MARGIN, type="unsigned", scale=1.0, sentinels=(0,), raw_range=None)
UPTIME = replace(RATE, type="ticks", sentinels=())
OPER = replace(RATE, type="enum", sentinels=(), values={1: "up", 2: "down"})
UP = replace(OPER, true_when=("up",))
NAME = replace(RATE, type="text", sentinels=())
ALIAS = replace(NAME, may_be_empty=True)
OBJECT_ID = replace(NAME, type="object_id")
ADDRESS = replace(NAME, type="inet_address")
V4_ADDRESS = replace(NAME, type="ipv4")
STATUS = replace(
    RATE,
    type="bits",
    values={0: "no_defect", 1: "framing", 2: "signal", 3: "power", 9: "no_peer"},
    true_when=("power",),
)


@pytest.mark.parametrize(
    ("spec", "raw", "value"),
    [
        # RFC 4001: the octets of an address; RFC 2578: an IpAddress, which the door gives as text
        (ADDRESS, bytes((192, 0, 2, 7)), "192.0.2.7"),
        (ADDRESS, b"\x20\x01\x0d\xb8" + bytes(11) + b"\x01", "2001:db8::1"),
        (ADDRESS, "192.0.2.7", "192.0.2.7"),
        (ADDRESS, b"", NOT_MEASURED),
        (ADDRESS, bytes(4), NOT_MEASURED),
        (ADDRESS, bytes(16), NOT_MEASURED),
        (ADDRESS, b"192.0.2.7", UNPARSEABLE),
        (ADDRESS, "1.3.6.1", "1.3.6.1"),
        (ADDRESS, "1.3.6.1.4", UNPARSEABLE),
        (ADDRESS, 3221225991, UNPARSEABLE),
        (V4_ADDRESS, "192.0.2.7", "192.0.2.7"),
        (V4_ADDRESS, bytes(15) + b"\x01", UNPARSEABLE),
        (V4_ADDRESS, bytes(4), NOT_MEASURED),
        (MARGIN, 85, 8.5),
        (MARGIN, -25, -2.5),
        (MARGIN, 0, 0.0),
        (MARGIN, 2147483647, NOT_MEASURED),
        (MARGIN, 2147483646, NOT_MEASURED),
        (MARGIN, 700, UNPARSEABLE),
        # a negative number sent as the unsigned number of the same 32 bits
        (MARGIN, 2**32 - 25, -2.5),
        (RATE, 110_162_000, 110_162_000),
        (RATE, 0, NOT_MEASURED),
        # an unsigned number sent as the negative number of the same 32 bits
        (RATE, -(2**32 - 4_000_000_000), 4_000_000_000),
        (replace(RATE, sentinels=(2**32 - 1,)), -1, NOT_MEASURED),
        (RATE, b"NULL", UNPARSEABLE),
        (RATE, b"12", UNPARSEABLE),
        (RATE, "1.3.6", UNPARSEABLE),
        (RATE, None, UNSUPPORTED),
        (UPTIME, 24800, 248.0),
        (UPTIME, -1, 42949672.95),
        (OPER, 1, "up"),
        (OPER, 8, UNPARSEABLE),
        (OPER, 0, UNPARSEABLE),
        (UP, 1, True),
        (UP, 2, False),
        (NAME, b"DEFVAL\0\0\0\0", "DEFVAL"),
        (NAME, b"", NOT_MEASURED),
        (NAME, b"\0\0\0", NOT_MEASURED),
        (NAME, b"NULL", NOT_MEASURED),
        (NAME, b"(null)", NOT_MEASURED),
        (NAME, "M\u00fcller".encode("latin-1"), "M\u00fcller"),
        (NAME, "M\u00fcller".encode(), "M\u00fcller"),
        (NAME, b"a\0b", UNPARSEABLE),
        (NAME, 5, UNPARSEABLE),
        (ALIAS, b"", ""),
        (OBJECT_ID, "1.3.6.1.4.1.7367", "1.3.6.1.4.1.7367"),
        (OBJECT_ID, b"x", UNPARSEABLE),
        (STATUS, b"\x80", False),
        (STATUS, b"\x10", True),
        (STATUS, b"\x30\x00\x00", True),
        (STATUS, b"\x00\x40", False),
        (STATUS, b"", False),
        (STATUS, b"\x08", UNPARSEABLE),
        # a word where the MIB has BITS: its letters would read as a loss of power
        (STATUS, b"SHOWTIME\0\0\0\0\0\0\0\0\0", UNPARSEABLE),
        (STATUS, 3, UNPARSEABLE),
    ],
)
def test_each_raw_value_becomes_the_value_or_the_reason(
    spec: ObjectSpec, raw: SnmpValue, value: Maybe[Value]
) -> None:
    """A sentinel or a misread sign that becomes a number becomes a wrong verdict."""
    decoded = decode(spec, raw)
    assert decoded == value
    assert type(decoded) is type(value)


def test_the_first_alternative_with_a_value_gives_the_field() -> None:
    """A 64-bit counter where the node has it, the 32-bit one where it has not."""
    high = replace(RATE, oid="1.1.{if_index}", sentinels=())
    low = replace(RATE, oid="1.2.{if_index}", sentinels=())
    assert decode_group((high, low), {"1.1.7": 5, "1.2.7": 6}, interface(7)) == {"margin": 5}
    assert decode_group((high, low), {"1.1.7": None, "1.2.7": 6}, interface(7)) == {"margin": 6}
    assert decode_group((high, low), {"1.2.7": 6}, interface(7)) == {"margin": 6}


def test_the_most_telling_reason_stays_when_no_alternative_has_a_value() -> None:
    """`Not measured` by the first object says more than `no such object` by the second."""
    first, second = replace(RATE, oid="1.1.{if_index}"), replace(RATE, oid="1.2.{if_index}")
    assert decode_group((first, second), {"1.1.7": 0, "1.2.7": None}, interface(7)) == {
        "margin": NOT_MEASURED
    }
    assert decode_group((first, second), {"1.1.7": None, "1.2.7": 0}, interface(7)) == {
        "margin": NOT_MEASURED
    }
    assert decode_group((first, second), {"1.1.7": None, "1.2.7": None}, interface(7)) == {
        "margin": UNSUPPORTED
    }


def test_a_field_that_was_not_asked_for_is_not_there() -> None:
    """Not asked and not there are different things."""
    assert decode_group((RATE,), {}, interface(7)) == {}


WHEN = replace(NAME, type="date_time", unit="")
NOON = 1_709_294_400.0  # 2024-03-01 12:00:00 UTC


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (bytes((7, 232, 3, 1, 12, 0, 0, 0)), NOON),
        (bytes((7, 232, 3, 1, 12, 0, 0, 5)), NOON + 0.5),
        (bytes((7, 232, 3, 1, 14, 0, 0, 0)) + b"+\x02\x00", NOON),
        (b"2024-03-01 12:00:00", NOON),
        (b"2024-03-01 12:00:00\0", NOON),
        (b"2024-3-1 12:00:00", NOON),
        (b"0000-00-00 00:00:00", NOT_MEASURED),
        (bytes(8), NOT_MEASURED),
        (b"2024-13-01 12:00:00", UNPARSEABLE),
        (b"2024-03-01", UNPARSEABLE),
        (b"never", UNPARSEABLE),
        (bytes((7, 232, 13, 1, 12, 0, 0, 0)), UNPARSEABLE),
    ],
)
def test_a_date_is_read_as_octets_and_as_the_text_that_some_agents_write(
    raw: bytes, value: Maybe[Value]
) -> None:
    """ZTE writes the same moment as text on C300 and as octets on C600."""
    assert decode(WHEN, raw) == value


@pytest.mark.parametrize(
    ("raw", "bridge_port", "value"),
    [
        # RFC 4363, PortList: port 1 is the highest bit of the first octet; missing octets are zero
        (b"\x83\x84", 1, True),
        (b"\x83\x84", 2, False),
        (b"\x83\x84", 8, True),
        (b"\x83\x84", 9, True),
        (b"\x83\x84", 14, True),
        (b"\x83\x84", 17, False),
        (b"", 1, False),
        (7, 1, UNPARSEABLE),
        (None, 1, UNSUPPORTED),
        (b"\xff", None, UNSUPPORTED),
    ],
)
def test_a_list_of_ports_says_whether_ours_is_in_it(
    raw: SnmpValue, bridge_port: int | None, value: Maybe[Value]
) -> None:
    """One bit beside is the neighbour's VLAN; a port whose number is not known is in no list."""
    spec = replace(NAME, type="port_list", oid="1.3.9.{vlan}")
    parts = {"vlan": "120"}
    if bridge_port is not None:
        parts["base_port"] = str(bridge_port)
    index = PortIndex(name="7", parts=parts, words={}, groups=())
    assert decode_group((spec,), {"1.3.9.120": raw}, index) == {"margin": value}


def test_a_row_that_is_not_there_counts_only_beside_a_witness() -> None:
    """A node without the table must not read as one that blocks nobody."""
    spec = replace(RATE, type="row", oid="1.1.{if_index}", witness="1.2.{if_index}", sentinels=())
    assert decode_group((spec,), {"1.1.7": 7, "1.2.7": 1}, interface(7)) == {RATE.field: True}
    assert decode_group((spec,), {"1.1.7": None, "1.2.7": 1}, interface(7)) == {RATE.field: False}
    assert decode_group((spec,), {"1.1.7": None, "1.2.7": None}, interface(7)) == {
        RATE.field: UNSUPPORTED
    }
