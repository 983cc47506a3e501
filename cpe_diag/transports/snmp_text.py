"""SNMP answers as text, for the raw answers of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cpe_diag.ports import Oid, SnmpValue

ABSENT: Final = "noSuchObject"


def answer_text(rows: Iterable[tuple[Oid, SnmpValue]]) -> str:
    """Write an answer as one `oid = value` a line.

    Args:
        rows: objects and values.

    Returns:
        Numbers in decimal, printable octets in quotes, other octets as `0x` and hexadecimal,
        object identifiers and addresses as they are, what is not there as `noSuchObject`.
    """
    return "\n".join(f"{oid} = {value_text(value)}" for oid, value in rows)


def value_text(value: SnmpValue) -> str:
    """Write one value; see `answer_text`.

    Args:
        value: as the door gives it.

    Returns:
        One line.
    """
    if value is None:
        return ABSENT
    if isinstance(value, bytes):
        text = value.decode("ascii", errors="replace")
        plain = text.isprintable() and "�" not in text and '"' not in text
        return f'"{text}"' if plain else f"0x{value.hex()}"
    return str(value)
