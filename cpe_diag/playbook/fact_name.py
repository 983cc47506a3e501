"""How facts are written in conditions: kind[subject].field."""

from __future__ import annotations

import re
from typing import Final

# The same form in which FactKey is printed, with the field after a dot.
_FACT: Final = re.compile(
    r"(?P<kind>[a-z_]+)\[(?P<subject>[^\[\]]+)\](?:\.(?P<field>[a-z_0-9.]+))?\Z"
)


def split_fact(text: str) -> tuple[str, str, str] | None:
    """Take a name such as `port_status[port].oper` apart.

    Args:
        text: what is written after `fact:`.

    Returns:
        Kind, subject and field (empty where none is named), or None where it has another form.
    """
    match = _FACT.match(text)
    return (match["kind"], match["subject"], match["field"] or "") if match else None
