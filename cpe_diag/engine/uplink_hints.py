"""Pure: what speaks for a port being an uplink, where the inventory does not name it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.missing import known

if TYPE_CHECKING:
    from cpe_diag.engine.survey import PortSurvey

# IANAifType-MIB: interfaces that no single subscriber's wire ends in.
NO_WIRE: Final = {
    24: "softwareLoopback",
    53: "propVirtual",
    131: "tunnel",
    135: "l2vlan",
    136: "l3ipvlan",
    161: "ieee8023adLag",
}
_UPLINK_WORDS: Final = re.compile(
    r"\b(uplink|trunk|backbone|core|ring|lag|nni)\b|\bto[ _-]", re.IGNORECASE
)
"""Words that operators write into ifAlias of ports towards their own network; evidence only."""


def uplink_hints(survey: PortSurvey, subscriber: str) -> list[str]:
    """Give what speaks for an uplink, in words.

    Args:
        survey: what the node says of the port.
        subscriber: the id of whose port it should be.

    Returns:
        One text for each hint.
    """
    hints = []
    alias, kind = known(survey.alias), known(survey.if_type)
    own = subscriber.casefold()
    if alias and own not in alias.casefold() and _UPLINK_WORDS.search(alias):
        hints.append(f"ifAlias is {alias!r}")
    if kind in NO_WIRE:
        hints.append(f"ifType is {NO_WIRE[kind]}")
    heard = known(survey.neighbours)
    if heard:
        hints.append(f"LLDP neighbour {', '.join(heard)}")
    return hints
