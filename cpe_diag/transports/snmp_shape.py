"""Is a datagram a whole message in BER (X.690)? Looked at before gufo-snmp is given it.

gufo-snmp 0.13 reads beyond the end of a message that was cut or that lies about a length: a panic
of its Rust code, with words on standard error that are not ours (found by tests with kept seeds).
"""

from __future__ import annotations

from typing import Final

_CONSTRUCTED: Final = 0x20  # X.690, section 8.1.2.5
_MORE_TAG: Final = 0x1F  # X.690, section 8.1.2.4: the tag goes on; SNMP has no such
_LONG: Final = 0x80  # X.690, section 8.1.3.5
_LENGTH_OCTETS: Final = 4
_HEADER: Final = 2
_SEQUENCE: Final = 0x30
_OID: Final = 6


def is_whole(message: bytes) -> bool:
    """Tell whether every element of a message lies within the one around it.

    Args:
        message: one datagram.

    Returns:
        True for one SEQUENCE that ends where the datagram does, made of whole elements.
    """
    if not message or message[0] != _SEQUENCE:
        return False
    ends = [len(message)]
    at = 0
    while ends:
        end = ends[-1]
        if at == end:
            ends.pop()
            continue
        if end - at < _HEADER:
            return False
        tag, length = message[at], message[at + 1]
        at += _HEADER
        if length & _LONG:
            count = length & ~_LONG
            if not 1 <= count <= _LENGTH_OCTETS or end - at < count:
                return False
            length = int.from_bytes(message[at : at + count], "big")
            at += count
        if tag & _MORE_TAG == _MORE_TAG or length > end - at or (tag == _OID and not length):
            return False
        if tag & _CONSTRUCTED:
            ends.append(at + length)
        else:
            at += length
    return True
