"""Which rows of a node's tables belong to one port: sub-identifiers by placeholder; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from cpe_diag.driver_kit.mac_address import MAC_WORDS, octets_of

if TYPE_CHECKING:
    from cpe_diag.ports import Oid

IF_INDEX: Final = "if_index"
BASE_PORT: Final = "base_port"
"""The bridge port of an interface (BRIDGE-MIB, RFC 4188): another number for the same port."""
MODEL: Final = "model"
"""The branch of a vendor's tree that the node's model has: the same for all ports of the node."""
VLAN: Final = "vlan"
"""The service's VLAN, which the inventory tells: an index of tables, and no part of the port."""
MAC: Final = "mac"
"""The router's or modem's MAC address: likewise."""
OF_THE_ROUTER: Final = frozenset({MAC, *MAC_WORDS})
"""What names the router, or the modem, alone: rows and lines with it are nobody else's."""
FORMS: Final = ("number", "ascii", "ascii_counted", "hex", "mac", "gpon_serial")

_NOT_OF_THE_PORT: Final = frozenset({BASE_PORT, MODEL, VLAN, MAC})
_PLACE: Final = re.compile(r"\{([a-z_]+)\}")
# ITU-T G.984.3: four letters of the vendor, then four octets, written as eight hex digits.
_GPON_SERIAL: Final = re.compile(r"(?P<vendor>[A-Za-z0-9]{4})-?(?P<number>[0-9A-Fa-f]{8})\Z")
_SERIAL_HEX: Final = re.compile(r"[0-9A-Fa-f]{16}\Z")


class UnfitNameError(ValueError):
    """A part of a port's name is not of the form that its scheme says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PortIndex:
    """One port of a node: `name` as the operator writes it.

    `parts` fill the placeholders of OIDs (`if_index`, `onu`, `cm`, ...), `words` are the named
    groups of the name (`slot`, `port`, ...) for command lines, `groups` what the port shares with
    others, from the smallest to the largest: `pon 0/3/12`, `card 0/3`.
    """

    name: str
    parts: Mapping[str, str]
    words: Mapping[str, str]
    groups: tuple[str, ...]

    @property
    def if_index(self) -> int | None:
        """The ifIndex of the interface, or None where the scheme gives none."""
        held = self.parts.get(IF_INDEX)
        return int(held) if held is not None and held.isdigit() else None

    @property
    def label(self) -> str:
        """A short name for subjects and sources: the ifIndex, with what follows it."""
        return ".".join(self.identity.values()) or self.name

    @property
    def identity(self) -> Mapping[str, str]:
        """The parts that tell the port from others of its node."""
        return {part: value for part, value in self.parts.items() if part not in _NOT_OF_THE_PORT}

    def fill(self, oid: str) -> Oid:
        """Put the parts into an OID; a placeholder that has no part stays as it is."""
        pieces = _pieces(oid)
        if len(pieces) == 1:
            return oid
        filled = list(pieces)
        for at in range(1, len(pieces), 2):
            filled[at] = self.parts.get(pieces[at], f"{{{pieces[at]}}}")
        return "".join(filled)

    def with_part(self, name: str, value: str) -> PortIndex:
        """Give the same port with one more part."""
        return PortIndex(
            name=self.name,
            parts={**self.parts, name: value},
            words=self.words,
            groups=self.groups,
        )

    def with_words(self, words: Mapping[str, str]) -> PortIndex:
        """Give the same port with more words for command lines."""
        return PortIndex(
            name=self.name, parts=self.parts, words={**self.words, **words}, groups=self.groups
        )

    def without_part(self, name: str) -> PortIndex:
        """Give the same port without a part, so that objects that need it are not asked for."""
        parts = {part: value for part, value in self.parts.items() if part != name}
        return PortIndex(name=self.name, parts=parts, words=self.words, groups=self.groups)


@cache
def _pieces(oid: str) -> tuple[str, ...]:
    """Split an OID at its placeholders: what stands between them, and their names, in turn.

    Drivers have some hundred OIDs; a sweep fills each of them for every port.
    """
    return tuple(_PLACE.split(oid))


NODE: Final = PortIndex(name="node", parts={}, words={}, groups=())
"""For objects of the node itself."""


def interface(if_index: int) -> PortIndex:
    """Make the index of a port that is an interface and nothing more."""
    return PortIndex(
        name=f"ifindex:{if_index}", parts={IF_INDEX: str(if_index)}, words={}, groups=()
    )


def placeholders(oid: str) -> tuple[str, ...]:
    """Give the placeholders of an OID, in their order."""
    return tuple(_PLACE.findall(oid))


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexPart:
    """How a part of an index is made of the named groups of a port's name.

    `number`: base + sum of group x factor; a group that reaches beyond the next greater factor
    is refused, as the number would be another port's. Other forms write the text of `group` as
    sub-identifiers: `ascii` one per character, `ascii_counted` with their count before them,
    `hex` one per octet, `mac` six octets, `gpon_serial` eight octets (four letters, then the
    number).
    """

    form: str
    base: int
    factors: Mapping[str, int]
    group: str

    def value(self, words: Mapping[str, str | None]) -> str:
        """Give the sub-identifiers, dotted.

        Raises:
            UnfitNameError: the group's text is not of this form.
        """
        if self.form == "number":
            return str(self.base + sum(self._shares(words)))
        octets = octets_of_form(self.form, words.get(self.group) or "")
        counted = (len(octets),) if self.form == "ascii_counted" else ()
        return ".".join(str(number) for number in (*counted, *octets))

    def _shares(self, words: Mapping[str, str | None]) -> list[int]:
        places = sorted(self.factors.items(), key=lambda place: place[1])
        shares = [int(words[name] or 0) * factor for name, factor in places]
        for (name, _), share, (_, above) in zip(places, shares, places[1:], strict=False):
            if share > above:
                msg = f"{name} {words[name]} is more than there are"
                raise UnfitNameError(msg)
        return shares


def octets_of_form(form: str, text: str) -> tuple[int, ...]:
    """Write text as octets.

    Args:
        form: one of FORMS, not `number`.
        text: for example `HWTC1A2B3C4D` or `02:00:5e:00:00:01`.

    Returns:
        Numbers from 0 to 255.

    Raises:
        UnfitNameError: the text is not of this form.
    """
    match form:
        case "ascii" | "ascii_counted" if text.isascii() and text:
            return tuple(text.encode("ascii"))
        case "hex" if re.fullmatch(r"([0-9A-Fa-f]{2})+", text):
            return tuple(bytes.fromhex(text))
        case "mac" if (octets := octets_of(text)) is not None:
            return octets
        case "gpon_serial":
            found = _GPON_SERIAL.match(text)
            if _SERIAL_HEX.match(text):
                return tuple(bytes.fromhex(text))
            if found:
                return (*found["vendor"].encode("ascii"), *bytes.fromhex(found["number"]))
    msg = f"{text!r} is not of the form {form}"
    raise UnfitNameError(msg)
