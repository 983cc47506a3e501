"""`show interfaces` of Vyatta's operational mode, as EdgeOS has it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_interface
from typing import TYPE_CHECKING, Final

from cpe_diag.driver_kit.parsers.answers import unparseable

if TYPE_CHECKING:
    from collections.abc import Mapping

# ntc-templates, tests/ubiquiti_edgerouter/show_interfaces: name, address or `-`, state and link
# (u, D, A), description; more addresses of the same interface below.
_INTERFACE: Final = re.compile(r"^([a-z][\w.]*) +(\S+) +([uDA])/([uDA])(?: +(\S.*?))? *$")
_MORE_ADDRESSES: Final = re.compile(r"^ +(\S+) *$")
_UP: Final = "u"
# EdgeOS's wizards: descriptions of the way to the operator.
_OUTSIDE: Final = re.compile(r"\b(?:internet|wan|isp)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """A row of `show interfaces`."""

    name: str
    addresses: tuple[str, ...]
    up: bool
    carrier: bool
    description: str

    @property
    def outside(self) -> bool:
        """Whether its description says that it leads to the operator."""
        return _OUTSIDE.search(self.description) is not None

    @property
    def home(self) -> str | None:
        """Its address with the prefix, where it is a private one."""
        for address in self.addresses:
            try:
                found = ip_interface(address)
            except ValueError:
                continue
            if "/" in address and found.version == 4 and found.is_private:  # noqa: PLR2004 - IPv4
                return address
        return None


def interfaces(text: str, label: str) -> Mapping[str, Interface]:
    """Read `show interfaces`.

    Args:
        text: what it printed.
        label: of the command, for messages.

    Returns:
        By name, in their order; `-` is no address.

    Raises:
        UnreadableError: there is none.
    """
    found: dict[str, Interface] = {}
    last = ""
    for line in text.splitlines():
        match = _INTERFACE.match(line)
        more = _MORE_ADDRESSES.match(line)
        if match is not None:
            last = match[1]
            found[last] = Interface(
                name=last,
                addresses=() if match[2] == "-" else (match[2],),
                up=match[3] == _UP,
                carrier=match[4] == _UP,
                description=match[5] or "",
            )
        elif more is not None and last:
            one = found[last]
            found[last] = Interface(
                name=last,
                addresses=(*one.addresses, more[1]),
                up=one.up,
                carrier=one.carrier,
                description=one.description,
            )
    if not found:
        raise unparseable(label, "no interfaces")
    return found
