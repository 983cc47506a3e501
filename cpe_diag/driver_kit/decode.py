"""One object of a driver and one raw SNMP value to a value, or to the reason why there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Maybe, Missing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cpe_diag.driver_kit.access import ObjectSpec
    from cpe_diag.ports import Oid, SnmpValue

Value: TypeAlias = int | float | str | bool
"""What a decoded object holds."""

UNSUPPORTED: Final = Missing(why=FailureKind.UNSUPPORTED)
NOT_MEASURED: Final = Missing(why=FailureKind.NOT_MEASURED)
UNPARSEABLE: Final = Missing(why=FailureKind.UNPARSEABLE)

# RFC 2578, sections 7.1.1, 7.1.6, 7.1.7: Integer32, Counter32, Gauge32 and TimeTicks are 32 bits.
_MODULUS: Final = 2**32
_GREATEST_SIGNED: Final = 2**31 - 1

# RFC 2578, section 7.1.8: TimeTicks count hundredths of a second.
_TICK_S: Final = 0.01

# Agents that print an empty pointer send these instead of text (seen in recordings).
_NO_TEXT: Final = frozenset({"NULL", "(null)"})

# Digits after the point that scaling by 0.1 or 0.001 can need; the rest is binary noise.
_DIGITS: Final = 6


def decode(spec: ObjectSpec, raw: SnmpValue) -> Maybe[Value]:
    """Decode one object.

    Args:
        spec: what the driver says of the object.
        raw: what the agent answered; None means noSuchObject or noSuchInstance.

    Returns:
        A number in the spec's unit (an int where the scale is whole), a text, an enumeration's
        word, or True/False for a claim; or Missing: UNSUPPORTED (no such object), NOT_MEASURED
        (a sentinel, or text that says nothing), UNPARSEABLE (another type, a number out of the
        MIB's range, an enumeration's number or a bit that the MIB does not have).
    """
    if raw is None:
        return UNSUPPORTED
    match spec.type:
        case "text":
            return _text(spec, raw)
        case "object_id":
            return raw if isinstance(raw, str) else UNPARSEABLE
        case "bits":
            return _bits(spec, raw)
        case _:
            return _number(spec, raw)


def decode_group(
    specs: Sequence[ObjectSpec], answers: Mapping[Oid, SnmpValue], if_index: int
) -> dict[str, Maybe[Value]]:
    """Decode the objects of a group for one interface.

    Of several objects for one field the first that has a value gives it; where none has, the
    first reason other than UNSUPPORTED is the field's, as it tells more.

    Args:
        specs: the group's objects.
        answers: raw values by oid; an oid that was not asked for is passed over.
        if_index: which interface.

    Returns:
        By field name, for every field of which at least one object was asked for.
    """
    fields: dict[str, Maybe[Value]] = {}
    for spec in specs:
        oid = spec.at(if_index)
        held = fields.get(spec.field, UNSUPPORTED)
        if oid not in answers or not isinstance(held, Missing):
            continue
        value = decode(spec, answers[oid])
        if held == UNSUPPORTED or not isinstance(value, Missing):
            fields[spec.field] = value
    return fields


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
    if text in _NO_TEXT or not (text or spec.may_be_empty):
        return NOT_MEASURED
    return text


def _bits(spec: ObjectSpec, raw: SnmpValue) -> Maybe[Value]:
    if not isinstance(raw, bytes):
        return UNPARSEABLE
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
    return _word(spec, folded) if spec.type == "enum" else _scaled(spec, folded)


def _word(spec: ObjectSpec, number: int) -> Maybe[Value]:
    word = spec.values.get(number)
    if word is None:
        return UNPARSEABLE
    return word in spec.true_when if spec.true_when else word


def _scaled(spec: ObjectSpec, number: int) -> int | float:
    scale = spec.scale * _TICK_S if spec.type == "ticks" else spec.scale
    if scale == int(scale):
        return number * int(scale)
    return round(number * scale, _DIGITS)


def _fold(spec: ObjectSpec, raw: int) -> int:
    """Undo the encodings that agents get wrong: unsigned as negative, signed as unsigned."""
    if spec.type in {"unsigned", "ticks"} and -_MODULUS < raw < 0:
        return raw + _MODULUS
    if spec.type == "integer" and _GREATEST_SIGNED < raw < _MODULUS:
        return raw - _MODULUS
    return raw
