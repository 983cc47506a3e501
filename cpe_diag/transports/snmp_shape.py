"""Is a datagram an SNMP message, element by element? Looked at before gufo-snmp is given it.

gufo-snmp 0.13 reads beyond the end of a message that was cut, that lies about a length or that
lacks a part: a panic of its Rust code, with words on standard error that are not ours (found by
tests with kept seeds). What is encrypted in SNMPv3 cannot be looked at here.
"""

from __future__ import annotations

from typing import Final, TypeAlias

Element: TypeAlias = "tuple[int, int, int]"
"""Tag, and where its content begins and ends."""

# X.690, section 8.1: tags, and lengths in their short and long form.
_MORE_TAG: Final = 0x1F
_LONG: Final = 0x80
_LENGTH_OCTETS: Final = 4
_HEADER: Final = 2

_INTEGER, _OCTETS, _OID, _SEQUENCE = 2, 4, 6, 0x30
# RFC 3416, section 3: GetRequest-PDU to Report-PDU are context tags, constructed.
_PDUS: Final = range(0xA0, 0xA9)
# RFC 2578, section 7.1: IpAddress, Counter32, Gauge32, TimeTicks, Counter64.
_NUMBERS: Final = frozenset({_INTEGER, 0x41, 0x42, 0x43, 0x46})
_IP_ADDRESS: Final = 0x40
_IP_OCTETS: Final = 4
_NUMBER_OCTETS: Final = 9
"""A Counter64 with a leading zero."""
_VERSION_3: Final = 3  # RFC 3412, section 6
# RFC 3414, section 2.4: engine id, boots, time, user, authentication, privacy.
_USM: Final = (_OCTETS, _INTEGER, _INTEGER, _OCTETS, _OCTETS, _OCTETS)
# RFC 3412, section 6: id, size, flags, security model.
_GLOBAL: Final = (_INTEGER, _INTEGER, _OCTETS, _INTEGER)


def is_message(datagram: bytes) -> bool:
    """Tell whether a datagram has the shape of an SNMP message.

    Args:
        datagram: as it came.

    Returns:
        True where every part that can be seen is there and whole.
    """
    top = _children(datagram, 0, len(datagram))
    if top is None or [tag for tag, _, _ in top] != [_SEQUENCE]:
        return False
    parts = _children(datagram, *top[0][1:])
    if not parts or not _is_number(parts[0]):
        return False
    version = int.from_bytes(datagram[parts[0][1] : parts[0][2]], "big")
    if version == _VERSION_3:
        return _is_v3(datagram, parts)
    community_and_pdu = 3
    if len(parts) != community_and_pdu or parts[1][0] != _OCTETS:
        return False
    return _is_pdu(datagram, parts[2])


def _is_v3(datagram: bytes, parts: list[Element]) -> bool:
    header_security_and_scope = 4
    if len(parts) != header_security_and_scope:
        return False
    _, header, security, scope = parts
    if header[0] != _SEQUENCE or security[0] != _OCTETS:
        return False
    told = _children(datagram, *header[1:])
    usm = _children(datagram, *security[1:])
    inner = _children(datagram, *usm[0][1:]) if usm and usm[0][0] == _SEQUENCE else None
    if not _are(told, _GLOBAL) or not _are(inner, _USM):
        return False
    if scope[0] == _OCTETS:
        return scope[2] > scope[1]
    scoped = _children(datagram, *scope[1:])
    engine_name_and_pdu = 3
    return (
        scope[0] == _SEQUENCE
        and scoped is not None
        and len(scoped) == engine_name_and_pdu
        and scoped[0][0] == scoped[1][0] == _OCTETS
        and _is_pdu(datagram, scoped[2])
    )


def _is_pdu(datagram: bytes, pdu: Element) -> bool:
    parts = _children(datagram, *pdu[1:])
    if pdu[0] not in _PDUS or not _are(parts, (_INTEGER, _INTEGER, _INTEGER, _SEQUENCE)):
        return False
    bindings = _children(datagram, *parts[3][1:]) if parts else None
    return bindings is not None and all(_is_binding(datagram, one) for one in bindings)


def _is_binding(datagram: bytes, binding: Element) -> bool:
    pair = _children(datagram, *binding[1:])
    name_and_value = 2
    if binding[0] != _SEQUENCE or pair is None or len(pair) != name_and_value:
        return False
    name, value = pair
    length = value[2] - value[1]
    if value[0] in _NUMBERS and not 1 <= length <= _NUMBER_OCTETS:
        return False
    if (value[0] == _OID and not length) or (value[0] == _IP_ADDRESS and length != _IP_OCTETS):
        return False
    return name[0] == _OID and name[2] > name[1]


def _are(elements: list[Element] | None, tags: tuple[int, ...]) -> bool:
    if elements is None or tuple(tag for tag, _, _ in elements) != tags:
        return False
    return all(one[0] != _INTEGER or _is_number(one) for one in elements)


def _is_number(element: Element) -> bool:
    return element[0] == _INTEGER and 1 <= element[2] - element[1] <= _NUMBER_OCTETS


def _children(datagram: bytes, at: int, end: int) -> list[Element] | None:
    """Split a stretch into its elements; None where one does not fit into it."""
    found: list[Element] = []
    while at < end:
        if end - at < _HEADER:
            return None
        tag, length = datagram[at], datagram[at + 1]
        at += _HEADER
        if length & _LONG:
            count = length & ~_LONG
            if not 1 <= count <= _LENGTH_OCTETS or end - at < count:
                return None
            length = int.from_bytes(datagram[at : at + count], "big")
            at += count
        if tag & _MORE_TAG == _MORE_TAG or length > end - at:
            return None
        found.append((tag, at, at + length))
        at += length
    return found
