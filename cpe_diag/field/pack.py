"""What a technician takes along: one sealed file for the visits of a day, and nothing beyond them.

It is signed by the office and encrypted to one laptop. Whoever opens it holds it to its signature
first, then to its age and to what the office has called back; of a file that fails in one of them
nothing is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import PackError
from cpe_diag.domain.known_issue import KnownIssue
from cpe_diag.domain.missing import LATER
from cpe_diag.domain.subscriber import NodePort, Subscriber
from cpe_diag.field import sealing

if TYPE_CHECKING:
    from collections.abc import Collection

    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )

FORMAT: Final = b"cpe-diag field pack 1\n"
CLOCKS_DIFFER: Final = timedelta(minutes=10)
"""A laptop whose clock is further behind the office's than this is told so."""
LONGEST: Final = timedelta(days=14)
"""What is lost with a laptop must end by itself soon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedVisit:
    """One visit: whom, where (one line), for which ticket, and the ports beside theirs.

    `lacks` says which credentials could not be packed, and why; each is a line for a person.
    """

    subscriber: Subscriber
    ticket: str | None
    node_ports: tuple[NodePort, ...]
    lacks: tuple[str, ...] = field(default=(), metadata={LATER: True})
    postal_address: str | None = field(default=None, repr=False, metadata={LATER: True})


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """The content of one file.

    `secrets` are by the reference that the inventory has for them, those of the visits alone.
    `playbooks` and `drivers` are the operator's own files by name. `cases` are the bundles of
    earlier runs: run, then file name, then its bytes in base64. `revoked` are packs that the
    office has called back until then. `received` is where the audit chain of each laptop ends in
    the office, by what the laptop signs with: what it had done until there has come, but for
    `disputed`: runs and changes that it tells otherwise than the office.
    """

    id: str
    area: str
    made_at: datetime
    valid_until: datetime
    visits: tuple[PackedVisit, ...]
    secrets: Mapping[str, str] = field(repr=False)
    known: tuple[KnownIssue, ...]
    playbooks: Mapping[str, str]
    drivers: Mapping[str, str]
    cases: Mapping[str, Mapping[str, str]]
    revoked: tuple[str, ...]
    received: Mapping[str, str] = field(default_factory=dict, metadata={LATER: True})
    disputed: Mapping[str, tuple[str, ...]] = field(default_factory=dict, metadata={LATER: True})


def seal(pack: Pack, key: Ed25519PrivateKey, recipient: str) -> bytes:
    """Sign a pack as the office, and encrypt it to a laptop.

    Raises:
        PackError: it would be valid for too long, or the recipient is none.
    """
    if not pack.made_at < pack.valid_until <= pack.made_at + LONGEST:
        raise PackError(f"a pack is valid for at most {LONGEST.days} days")
    return sealing.seal(FORMAT, pack, key, recipient)


def unseal(sealed: bytes, identity: str, office: Ed25519PublicKey) -> Pack:
    """Open a pack; see `hold_usable` for whether it may be used now.

    Raises:
        PackError: as `sealing.unseal` says.
    """
    return sealing.unseal(FORMAT, Pack, sealed, identity, office)


AHEAD_ONCE: Final = (
    "if it is right now, and was ahead then, no pack opens before that time: cpe-diag field sync"
    " --out FILE, then wipe --yes --even-unsealed, and enrol anew"
)


def hold_usable(
    pack: Pack, *, now: datetime, last_seen: datetime | None, revoked: Collection[str]
) -> None:
    """Hold a pack to its age, and to what the office has called back.

    Args:
        pack: as it was made.
        now: by this laptop's clock.
        last_seen: the latest time that this laptop has ever seen; None: it sees the first pack.
        revoked: packs that were called back, as far as this laptop has heard.

    Raises:
        PackError: it is stale, not yet valid, called back, or the laptop's clock was put back.
    """
    if pack.id in revoked:
        raise PackError(f"pack {pack.id} was called back by the office; ask for a new one")
    if last_seen is not None and now < last_seen - CLOCKS_DIFFER:
        words = f"this laptop's clock shows {now:%F %R} UTC, and has shown {last_seen:%F %R}"
        raise PackError(f"{words}: set it right; {AHEAD_ONCE}")
    if now < pack.made_at - CLOCKS_DIFFER:
        words = f"it was made at {pack.made_at:%F %R} UTC; this laptop's clock shows {now:%F %R}"
        raise PackError(f"{words}: set it right")
    if now > pack.valid_until:
        words = f"pack {pack.id} was valid until {pack.valid_until:%F %R} UTC"
        raise PackError(f"{words}: ask the office for today's")
