"""What we want of a link and of a network, and what we let the other end want."""

from __future__ import annotations

import secrets
from ipaddress import IPv4Address
from typing import Final

from cpe_diag.field.raw.login import BY_CHAP, BY_PAP, NAMES
from cpe_diag.field.raw.negotiation import Negotiation
from cpe_diag.field.raw.session_words import LONGEST

MRU, LOGIN_BY, MAGIC = 1, 3, 5
"""RFC 1661, section 6."""
ADDRESS, FIRST_RESOLVER, SECOND_RESOLVER = 3, 129, 131
"""RFC 1332, section 3.3; RFC 1877, section 1."""
LARGEST: Final = 1492
"""RFC 2516, section 7: what is left of Ethernet's 1,500."""
SMALLEST: Final = 64
"""RFC 1661 lets an end propose any size; less than this carries no control packet."""
SIZE, ADDRESS_LENGTH, MAGIC_LENGTH = 2, 4, 4
NOTHING: Final = bytes(ADDRESS_LENGTH)


class LinkOptions:
    """The link: how large packets are, and how we log in."""

    def __init__(self) -> None:
        """Want 1,492 octets."""
        self.magic = secrets.token_bytes(MAGIC_LENGTH)
        self.authentication = ""
        self.negotiation = Negotiation(
            {MRU: LARGEST.to_bytes(SIZE), MAGIC: self.magic}, weigh=self._weigh, adopt=self._adopt
        )

    @property
    def login_by(self) -> bytes | None:
        """What was agreed to log in with; None: nothing."""
        return self.negotiation.theirs.get(LOGIN_BY)

    @property
    def mtu_bytes(self) -> int | None:
        """The largest packet that both ends take; None: they have not come to agree."""
        link = self.negotiation
        if not link.agreed:
            return None
        told = (link.theirs.get(MRU), link.wanted.get(MRU))
        return min(LARGEST, *(int.from_bytes(one) for one in told if one is not None))

    def _weigh(self, kind: int, value: bytes) -> bytes | None:
        if kind == MRU and len(value) == SIZE and int.from_bytes(value) >= SMALLEST:
            return value
        if kind == MAGIC and len(value) == MAGIC_LENGTH:
            return value if value != self.magic else secrets.token_bytes(MAGIC_LENGTH)
        if kind == LOGIN_BY and len(value) >= SIZE:
            self.authentication = NAMES.get(value, f"0x{value.hex()}"[:LONGEST])
            return value if value in {BY_PAP, BY_CHAP} else BY_CHAP
        return None

    def _adopt(self, kind: int, value: bytes) -> bytes | None:
        if kind == MAGIC:
            return self.magic
        small = len(value) == SIZE and SMALLEST <= int.from_bytes(value) < LARGEST
        return value if small else None


class NetworkOptions:
    """The network: an address, and resolvers."""

    def __init__(self) -> None:
        """Want whatever is given."""
        self.negotiation = Negotiation(
            {ADDRESS: NOTHING, FIRST_RESOLVER: NOTHING, SECOND_RESOLVER: NOTHING},
            weigh=lambda kind, value: value if kind == ADDRESS and _whole(value) else None,
            adopt=lambda _, value: value if _whole(value) and value != NOTHING else None,
        )

    @property
    def address(self) -> str | None:
        """What we may have; None: nothing yet."""
        return _text(self.negotiation.wanted.get(ADDRESS))

    @property
    def refused(self) -> bool:
        """Whether the other end gives no address at all."""
        return ADDRESS not in self.negotiation.wanted

    @property
    def peer(self) -> str | None:
        """The other end's own address."""
        return _text(self.negotiation.theirs.get(ADDRESS))

    @property
    def resolvers(self) -> tuple[str, ...]:
        """Who answers for names."""
        told = (self.negotiation.wanted.get(kind) for kind in (FIRST_RESOLVER, SECOND_RESOLVER))
        return tuple(text for one in told if (text := _text(one)) is not None)


def _whole(value: bytes) -> bool:
    return len(value) == ADDRESS_LENGTH


def _text(value: bytes | None) -> str | None:
    return None if value is None or value == NOTHING else str(IPv4Address(value))
