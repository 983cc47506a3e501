"""A MIB view over the world: sorted columns, values computed when they are asked for."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeAlias

OidParts: TypeAlias = tuple[int, ...]


class Syntax(StrEnum):
    """The SMIv2 base types that the lab's agents answer with (RFC 2578, 7.1)."""

    INTEGER = "integer"
    UNSIGNED = "unsigned"
    GAUGE = "gauge"
    COUNTER32 = "counter32"
    COUNTER64 = "counter64"
    TICKS = "ticks"
    OCTETS = "octets"
    OID = "oid"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class MibValue:
    """One value: an int, octets, or the parts of an object identifier, by its syntax."""

    syntax: Syntax
    content: int | bytes | OidParts


class WriteRefusedError(Exception):
    """A SET that the agent does not take: `reason` is an SNMPv2 error-status (RFC 3416, 3)."""

    def __init__(self, reason: str) -> None:
        """Carry the error-status: `wrongValue` or `wrongType`."""
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column (or a scalar: its only row is 0): its rows in order, and how a cell is read.

    `rows` is asked at every request and must be quick; `write` None means that no cell of this
    column can be set. `name` is the MIB's own.
    """

    name: str
    oid: OidParts
    rows: Callable[[], Sequence[OidParts]]
    read: Callable[[OidParts], MibValue]
    write: Callable[[OidParts, MibValue], None] | None = None


class MibView:
    """Answers GET, GETNEXT and SET over columns; bisects, and never builds the whole tree."""

    def __init__(self, columns: Sequence[Column]) -> None:
        """Take the columns, in any order."""
        self._columns = sorted(columns, key=lambda column: column.oid)
        self._oids = [column.oid for column in self._columns]

    def get(self, oid: OidParts) -> MibValue | None:
        """Give the value of one instance, or None where there is none.

        Args:
            oid: column and index.
        """
        found = self._find(oid)
        return None if found is None else found[0].read(found[1])

    def has_object(self, oid: OidParts) -> bool:
        """Tell whether the column exists at all (noSuchInstance) or not (noSuchObject)."""
        return self._column_of(oid) is not None

    def next_after(self, oid: OidParts) -> tuple[OidParts, MibValue] | None:
        """Give the first instance after `oid`, or None at the end of the view."""
        position = max(bisect_right(self._oids, oid) - 1, 0)
        for column in self._columns[position:]:
            rows = column.rows()
            start = 0
            if oid[: len(column.oid)] == column.oid:
                start = bisect_right(rows, oid[len(column.oid) :])
            elif column.oid < oid:
                continue
            if start < len(rows):
                index = rows[start]
                return column.oid + index, column.read(index)
        return None

    def writable(self, oid: OidParts) -> bool:
        """Tell whether this instance exists and can be set."""
        found = self._find(oid)
        return found is not None and found[0].write is not None

    def set(self, oid: OidParts, value: MibValue) -> None:
        """Set one instance that is writable.

        Raises:
            WriteRefusedError: the value is not one that the object takes.
            KeyError: the instance is not writable, which the caller should have asked first.
        """
        found = self._find(oid)
        if found is None or found[0].write is None:
            raise KeyError(oid)
        found[0].write(found[1], value)

    def _column_of(self, oid: OidParts) -> Column | None:
        position = bisect_right(self._oids, oid) - 1
        if position < 0:
            return None
        column = self._columns[position]
        return column if oid[: len(column.oid)] == column.oid else None

    def _find(self, oid: OidParts) -> tuple[Column, OidParts] | None:
        column = self._column_of(oid)
        if column is None:
            return None
        index = oid[len(column.oid) :]
        rows = column.rows()
        position = bisect_left(rows, index)
        if position < len(rows) and rows[position] == index:
            return column, index
        return None


def parts(text: str) -> OidParts:
    """Take a dotted object identifier apart."""
    return tuple(int(part) for part in text.split("."))


def integer(number: int) -> MibValue:
    """Make an INTEGER."""
    return MibValue(Syntax.INTEGER, number)


def unsigned(number: int) -> MibValue:
    """Make an Unsigned32."""
    return MibValue(Syntax.UNSIGNED, number)


def gauge(number: float) -> MibValue:
    """Make a Gauge32, which stays at its maximum (RFC 2578, 7.1.7)."""
    return MibValue(Syntax.GAUGE, min(int(number), 2**32 - 1))


def counter32(number: float) -> MibValue:
    """Make a Counter32, which wraps (RFC 2578, 7.1.6)."""
    return MibValue(Syntax.COUNTER32, int(number) % 2**32)


def counter64(number: float) -> MibValue:
    """Make a Counter64."""
    return MibValue(Syntax.COUNTER64, int(number) % 2**64)


def ticks(seconds: float) -> MibValue:
    """Make TimeTicks, hundredths of a second, which wrap (RFC 2578, 7.1.8)."""
    return MibValue(Syntax.TICKS, int(max(0.0, seconds) * 100) % 2**32)


def text(content: str) -> MibValue:
    """Make an OCTET STRING of text."""
    return MibValue(Syntax.OCTETS, content.encode())


def octets(content: bytes) -> MibValue:
    """Make an OCTET STRING."""
    return MibValue(Syntax.OCTETS, content)


def ip_address(dotted: str) -> MibValue:
    """Make an IpAddress of the four octets of `192.0.2.1`."""
    return MibValue(Syntax.ADDRESS, address_octets(dotted))


def object_id(dotted: str) -> MibValue:
    """Make an OBJECT IDENTIFIER."""
    return MibValue(Syntax.OID, parts(dotted))


def bits(*numbers: int, length: int = 1) -> MibValue:
    """Make BITS: bit 0 is the first bit of the first octet (RFC 2578, 7.1.4).

    Args:
        numbers: which bits are set.
        length: octets.
    """
    content = bytearray(length)
    for number in numbers:
        content[number // 8] |= 0x80 >> (number % 8)
    return MibValue(Syntax.OCTETS, bytes(content))


def date_and_time(unix_s: float) -> MibValue:
    """Make a DateAndTime in UTC without a zone: eight octets (RFC 2579, 2)."""
    at = datetime.fromtimestamp(unix_s, UTC)
    tenths = at.microsecond // 100_000
    year = at.year.to_bytes(2, "big")
    rest = bytes((at.month, at.day, at.hour, at.minute, at.second, tenths))
    return MibValue(Syntax.OCTETS, year + rest)


def address_octets(dotted: str) -> bytes:
    """Give the four octets of `192.0.2.1`."""
    return bytes(int(part) for part in dotted.split("."))


def mac_octets(mac: str) -> bytes:
    """Give the six octets of `02:00:5e:00:00:01`."""
    return bytes(int(part, 16) for part in mac.split(":"))
