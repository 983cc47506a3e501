"""One object of a driver and one raw SNMP value to a value, or to the reason why there is none."""

from __future__ import annotations

import math
import re
import struct
from datetime import UTC, datetime
from ipaddress import IPv4Address, ip_address
from typing import TYPE_CHECKING, Final, TypeAlias

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Maybe, Missing
from cpe_diag.driver_kit.mac_address import mac_text
from cpe_diag.driver_kit.port_index import BASE_PORT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cpe_diag.driver_kit.access import ObjectSpec
    from cpe_diag.driver_kit.port_index import PortIndex
    from cpe_diag.ports import Oid, SnmpValue

Value: TypeAlias = int | float | str | bool
"""What a decoded object holds."""

UNSUPPORTED: Final = Missing(why=FailureKind.UNSUPPORTED)
NOT_MEASURED: Final = Missing(why=FailureKind.NOT_MEASURED)
UNPARSEABLE: Final = Missing(why=FailureKind.UNPARSEABLE)

# RFC 2578, sections 7.1.1, 7.1.6, 7.1.7: Integer32, Counter32, Gauge32 and TimeTicks are 32 bits.
_MODULUS: Final = 2**32
_UNSIGNED: Final = frozenset({"unsigned", "ticks"})
_GREATEST_SIGNED: Final = 2**31 - 1

# RFC 2578, section 7.1.8: TimeTicks count hundredths of a second.
_TICK_S: Final = 0.01

# Agents that print an empty pointer send these instead of text (seen in recordings).
_NO_TEXT: Final = frozenset({"NULL", "(null)"})

_MAC_OCTETS: Final = 6
_SERIAL_OCTETS: Final = 8
# SNMPv2-TC DateAndTime (RFC 2579): without and with the offset from UTC.
_DATE_OCTETS: Final = (8, 11)
# What agents write in its place: `2001-01-01 02:22:33` (ZTE-AN-SYS-MIB zxAnRtcSysDateTime).
_DATE_TEXT: Final = re.compile(
    rb"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2}) ([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})\Z"
)

# Digits after the point that scaling by 0.1 or 0.001 can need; the rest is binary noise.
_DIGITS: Final = 6


def decode(spec: ObjectSpec, raw: SnmpValue, bridge_port: int | None = None) -> Maybe[Value]:
    """Decode one object.

    Args:
        spec: what the driver says of the object.
        raw: what the agent answered; None means noSuchObject or noSuchInstance.
        bridge_port: of whom a list of ports is asked; without it such a list tells nothing.

    Returns:
        A number in the spec's unit (an int where the scale is whole), a text, an enumeration's
        word, or True/False for a claim; or Missing: UNSUPPORTED (no such object), NOT_MEASURED
        (a sentinel, or text that says nothing), UNPARSEABLE (another type, a number out of the
        MIB's range, an enumeration's number or a bit that the MIB does not have).
    """
    if raw is None:
        return UNSUPPORTED
    match spec.type:
        case "text" | "text_number":
            return _text(spec, raw) if spec.type == "text" else _text_number(spec, raw)
        case "object_id" | "ipv4" | "inet_address":
            return _dotted(spec, raw)
        case "row" | "port_list":
            return spec.type == "row" or _in_port_list(raw, bridge_port)
        case "mac" | "gpon_serial" | "date_time" | "bits":
            return _octets(spec, raw)
        case _:
            return _number(spec, raw)


def decode_group(
    specs: Sequence[ObjectSpec], answers: Mapping[Oid, SnmpValue], index: PortIndex
) -> dict[str, Maybe[Value]]:
    """Decode the objects of a group for one port.

    Of several objects for one field the first that has a value gives it; where none has, the
    first reason other than UNSUPPORTED is the field's, as it tells more.

    Args:
        specs: the group's objects.
        answers: raw values by oid; an oid that was not asked for is passed over.
        index: which port.

    Returns:
        By field name, for every field of which at least one object was asked for.
    """
    fields: dict[str, Maybe[Value]] = {}
    for spec in specs:
        oid = spec.at(index)
        held = fields.get(spec.field, UNSUPPORTED)
        if oid not in answers or not isinstance(held, Missing):
            continue
        asked_of = _bridge_port(index) if spec.type == "port_list" else None
        value = decode(spec, answers[oid], asked_of)
        if spec.type == "row" and answers.get(index.fill(spec.witness)) is not None:
            value = answers[oid] is not None
        if not isinstance(value, Missing) or held == UNSUPPORTED:
            fields[spec.field] = value
    return fields


def _bridge_port(index: PortIndex) -> int | None:
    held = index.parts.get(BASE_PORT, "")
    return int(held) if held.isdigit() else None


def _in_port_list(raw: SnmpValue, bridge_port: int | None) -> Maybe[Value]:
    """Say whether a port is in a PortList: port 1 is the highest bit of the first octet.

    Ports beyond the last octet are not in it (RFC 4363, PortList).
    """
    if bridge_port is None:
        return UNSUPPORTED
    if not isinstance(raw, bytes):
        return UNPARSEABLE
    octet, bit = divmod(bridge_port - 1, 8)
    return octet < len(raw) and bool(raw[octet] & (0x80 >> bit))


def _text(spec: ObjectSpec, raw: SnmpValue) -> Maybe[Value]:
    if not isinstance(raw, bytes):
        return UNPARSEABLE
    # RFC 2579, DisplayString, is ASCII; agents pad with NUL, and aliases are typed in Latin-1.
    content = raw.rstrip(b"\0")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    text = text.strip()
    if "\0" in text:
        return UNPARSEABLE
    if text in _NO_TEXT or text in spec.no_value or not (text or spec.may_be_empty):
        return NOT_MEASURED
    return text


def _dotted(spec: ObjectSpec, raw: SnmpValue) -> Maybe[Value]:
    """Read an object identifier, an IpAddress, or the octets of an InetAddress (RFC 4001).

    An empty address, or one of zeros only, is none.
    """
    if isinstance(raw, int) or raw is None:
        return UNPARSEABLE
    if spec.type == "object_id":
        return raw if isinstance(raw, str) else UNPARSEABLE
    if not raw:
        return NOT_MEASURED
    try:
        address = ip_address(raw)
    except ValueError:
        return UNPARSEABLE
    if spec.type == "ipv4" and not isinstance(address, IPv4Address):
        return UNPARSEABLE
    return NOT_MEASURED if address.is_unspecified else str(address)


def _text_number(spec: ObjectSpec, raw: SnmpValue) -> Maybe[Value]:
    """Take the number out of a text such as `0.03 mW (-14.61 dBm)`."""
    text = _text(spec, raw)
    if not isinstance(text, str):
        return text if isinstance(text, Missing) else UNPARSEABLE
    found = re.search(spec.pattern, text)
    try:
        number = float(found[1]) if found else math.nan
    except ValueError:
        return UNPARSEABLE
    if not math.isfinite(number):
        return UNPARSEABLE
    if spec.raw_range and not spec.raw_range[0] <= number <= spec.raw_range[1]:
        return UNPARSEABLE
    return _formed(spec, number)


def _octets(spec: ObjectSpec, raw: SnmpValue) -> Maybe[Value]:
    if not isinstance(raw, bytes):
        return UNPARSEABLE
    if spec.type == "bits":
        return _bits(spec, raw)
    if not raw.strip(b"\0"):
        return NOT_MEASURED
    match spec.type:
        case "mac":
            return mac_text(tuple(raw)) if len(raw) == _MAC_OCTETS else UNPARSEABLE
        case "gpon_serial":
            return serial_text(raw) or UNPARSEABLE
        case _:
            return _date_time(raw)


def serial_text(raw: bytes) -> str | None:
    """Write the serial number of an ONT as people do: `HWTC1A2B3C4D`.

    Args:
        raw: eight octets (ITU-T G.984.3: four letters, four octets), or the text itself.

    Returns:
        The text, or None where it is neither.
    """
    if len(raw) == _SERIAL_OCTETS and raw[:4].isalnum() and raw[:4].isascii():
        return raw[:4].decode("ascii").upper() + raw[4:].hex().upper()
    text = raw.rstrip(b"\0").decode("ascii", "replace").strip()
    if re.fullmatch(r"[0-9A-Fa-f]{16}", text):
        return serial_text(bytes.fromhex(text))
    return text.upper() if re.fullmatch(r"[A-Za-z0-9]{8,24}", text) else None


def _date_time(raw: bytes) -> Maybe[Value]:
    """Read a DateAndTime as seconds since 1970, on the node's clock where it names no zone."""
    written = _DATE_TEXT.match(raw.rstrip(b"\0").strip())
    if written:
        return _moment([int(part) for part in written.groups()])
    if len(raw) not in _DATE_OCTETS:
        return UNPARSEABLE
    moment = _moment(struct.unpack(">HBBBBB", raw[:7]))
    if isinstance(moment, Missing):
        return moment
    seconds = moment + raw[7] / 10
    if len(raw) > _DATE_OCTETS[0]:
        away_s = raw[9] * 3600 + raw[10] * 60
        seconds += away_s if raw[8:9] == b"-" else -away_s
    return seconds


def _moment(parts: Sequence[int]) -> Maybe[float]:
    year, month, day, hour, minute, second = parts
    if year == 0:
        return NOT_MEASURED
    try:
        moment = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except ValueError:
        return UNPARSEABLE
    return moment.timestamp()


def _bits(spec: ObjectSpec, raw: bytes) -> Maybe[Value]:
    # RFC 2578, section 7.1.4, and X.690, 8.6: bit 0 is the highest of the first octet.
    bits = [
        octet * 8 + bit
        for octet, held in enumerate(raw)
        for bit in range(8)
        if held & (0x80 >> bit)
    ]
    if any(bit not in spec.values for bit in bits):
        return UNPARSEABLE
    return any(spec.values[bit] in spec.true_when for bit in bits)


def _number(spec: ObjectSpec, raw: SnmpValue) -> Maybe[Value]:
    if not isinstance(raw, int) or isinstance(raw, bool):
        return UNPARSEABLE
    folded = _fold(spec, raw)
    if raw in spec.sentinels or folded in spec.sentinels:
        return NOT_MEASURED
    if spec.raw_range and not spec.raw_range[0] <= folded <= spec.raw_range[1]:
        return UNPARSEABLE
    if (folded < 0 and spec.type in _UNSIGNED) or (spec.type == "ticks" and folded >= _MODULUS):
        return UNPARSEABLE
    return _word(spec, folded) if spec.type == "enum" else _formed(spec, folded)


def _word(spec: ObjectSpec, number: int) -> Maybe[Value]:
    word = spec.values.get(number)
    if word is None:
        return UNPARSEABLE
    if spec.unit and word.isdigit():
        return int(word)
    return word in spec.true_when if spec.true_when else word


def _formed(spec: ObjectSpec, number: float) -> Maybe[Value]:
    scale = spec.scale * _TICK_S if spec.type == "ticks" else spec.scale
    value = number * scale + spec.offset
    if spec.form == "mw_to_dbm":
        # No light at all has no level: the logarithm of nothing is no number.
        return round(10 * math.log10(value), 2) if value > 0 else NOT_MEASURED
    if isinstance(number, int) and scale == int(scale) and spec.offset == int(spec.offset):
        return number * int(scale) + int(spec.offset)
    return round(value, _DIGITS)


def _fold(spec: ObjectSpec, raw: int) -> int:
    """Undo the encodings that agents get wrong: unsigned as negative, signed as unsigned."""
    if spec.type in _UNSIGNED and -_MODULUS < raw < 0:
        return raw + _MODULUS
    if spec.type == "integer" and _GREATEST_SIGNED < raw < _MODULUS:
        return raw - _MODULUS
    modulus: int = 1 << spec.signed_bits
    if spec.signed_bits and modulus // 2 <= raw < modulus:
        return raw - modulus
    return raw
