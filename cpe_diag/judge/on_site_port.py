"""What a neighbour that announces itself tells: whether the wall port is the one on record."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.field_facts import FieldHeard
from cpe_diag.domain.missing import known
from cpe_diag.judge.on_site import WALL, key_at, no_link_there
from cpe_diag.judge.rule import Answer, Facts, cannot_tell, does_not_arise, no, yes

if TYPE_CHECKING:
    from cpe_diag.domain.field_facts import AnnouncedNeighbour
    from cpe_diag.domain.subscriber import AccessNode

KEY: Final = key_at("field_heard", WALL)
DIGITS: Final = re.compile(r"\d+")


def other_port(facts: Facts) -> Answer:
    """Answer whether the wall port hangs on another port, or node, than the inventory says.

    A node is another where the inventory knows how its own calls itself. A port is another where
    the node names it in the form of the inventory, with other numbers; a name of another form
    tells nothing.
    """
    if (none := no_link_there(facts, WALL)) is not None:
        return none
    heard = facts.fact(FieldHeard, KEY)
    if heard is None:
        return cannot_tell(facts, KEY)
    node, port = facts.subscriber.node, known(facts.subscriber.port)
    if node is None or not heard.neighbours:
        return does_not_arise("nobody announces itself, or no node is on record")
    records = f"on record is {node.system_name or node.id} port {port or '(not said)'}"
    told = [(one, is_other(one, node, port)) for one in heard.neighbours]
    for claim in (False, True):
        for one, other in told:
            if other is claim:
                words = f"{one.system or one.chassis} says by {one.protocol} that it is its port"
                words += f" {one.port}; {records}"
                return yes(words, KEY) if claim else no(words, KEY)
    return does_not_arise(f"what the neighbour says cannot be compared; {records}")


def is_other(one: AnnouncedNeighbour, node: AccessNode, port: str | None) -> bool | None:
    """Tell whether a neighbour is another than the one on record; None: that is not said.

    Args:
        one: who announces itself.
        node: on record.
        port: on record, in the operator's words; None: nobody knows it.
    """
    named = node.system_name or node.id
    called = one.system if one.protocol == "LLDP" else one.chassis
    same = bool(called) and _plain(called) == _plain(named)
    if called and not same and node.system_name is not None:
        return True
    if port is None or not same:
        return None
    names = {one.port.casefold(), one.port_described.casefold()}
    if port.casefold() in names:
        return False
    return True if any(_another_of_form(name, port.casefold()) for name in names) else None


def _plain(name: str) -> str:
    """Give the first part of a name: nodes say it with their domain, and without."""
    return name.partition(".")[0].casefold()


def _another_of_form(name: str, port: str) -> bool:
    """Tell whether two names differ in their numbers alone; a bare number may be any count."""
    form = DIGITS.sub("#", port)
    return form != "#" and "#" in form and DIGITS.sub("#", name) == form
