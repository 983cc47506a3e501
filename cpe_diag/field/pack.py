"""What a technician takes along: one sealed file for the visits of a day, and nothing beyond them.

It is signed by the office and encrypted to one laptop. Whoever opens it holds it to its signature
first, then to its age and to what the office has called back; of a file that fails in one of them
nothing is used.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from cpe_diag.domain.failures import PackError
from cpe_diag.domain.known_issue import KnownIssue
from cpe_diag.domain.subscriber import NodePort, Subscriber
from cpe_diag.report.codec import encode
from cpe_diag.report.decoding import UndecodableError, decode

if TYPE_CHECKING:
    from collections.abc import Collection

    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )

FORMAT: Final = b"cpe-diag field pack 1\n"
SIGNATURE_LENGTH: Final = 64
"""RFC 8032, section 5.1.6."""
CLOCKS_DIFFER: Final = timedelta(minutes=10)
"""A laptop whose clock is further behind the office's than this is told so."""
LONGEST: Final = timedelta(days=14)
"""What is lost with a laptop must end by itself soon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedVisit:
    """One visit: whom, for which ticket, and the ports beside theirs."""

    subscriber: Subscriber
    ticket: str | None
    node_ports: tuple[NodePort, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """The content of one file.

    `secrets` are by the reference that the inventory has for them, those of the visits alone.
    `playbooks` and `drivers` are the operator's own files by name. `cases` are the bundles of
    earlier runs: run, then file name, then its bytes in base64. `revoked` are packs that the
    office has called back until then.
    """

    id: str
    area: str
    made_at: datetime
    valid_until: datetime
    visits: tuple[PackedVisit, ...]
    secrets: Mapping[str, str]
    known: tuple[KnownIssue, ...]
    playbooks: Mapping[str, str]
    drivers: Mapping[str, str]
    cases: Mapping[str, Mapping[str, str]]
    revoked: tuple[str, ...]


def seal(pack: Pack, key: Ed25519PrivateKey, recipient: str) -> bytes:
    """Sign a pack and encrypt it.

    Args:
        pack: what is taken along.
        key: of the office.
        recipient: of the laptop, in the form of age (`age1...`).

    Returns:
        The content of the file.

    Raises:
        PackError: it would be valid for too long, or the recipient is none.
    """
    import pyrage  # type: ignore[import-untyped]  # no types there

    if not pack.made_at < pack.valid_until <= pack.made_at + LONGEST:
        raise PackError(f"a pack is valid for at most {LONGEST.days} days")
    try:
        to = pyrage.x25519.Recipient.from_str(recipient)
    except pyrage.RecipientError:
        words = f"{recipient!r} is no recipient: `cpe-diag field enroll` on the laptop prints it"
        raise PackError(words) from None
    body = zlib.compress(json.dumps(encode(pack)).encode(), 9)
    signed: bytes = pyrage.encrypt(FORMAT + key.sign(FORMAT + body) + body, [to])
    return signed


def unseal(sealed: bytes, identity: str, office: Ed25519PublicKey) -> Pack:
    """Decrypt a pack and hold it to its signature.

    Args:
        sealed: the content of the file.
        identity: of this laptop, in the form of age (`AGE-SECRET-KEY-...`).
        office: whose signature is believed.

    Returns:
        The pack, as the office has made it; see `usable` for whether it may be used now.

    Raises:
        PackError: it is for another laptop, damaged, altered, of another office, or of a version
            of this program that packs otherwise.
    """
    import pyrage
    from cryptography.exceptions import InvalidSignature

    try:
        plain: bytes = pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(identity)])
    except (pyrage.DecryptError, pyrage.IdentityError):
        words = "it is for another laptop, or damaged; ask the office for one for this laptop"
        raise PackError(words) from None
    if not plain.startswith(FORMAT):
        raise PackError("it is no pack, or one of another version of cpe-diag")
    body = plain[len(FORMAT) + SIGNATURE_LENGTH :]
    try:
        office.verify(plain[len(FORMAT) : len(FORMAT) + SIGNATURE_LENGTH], FORMAT + body)
    except InvalidSignature:
        words = "its signature is not the office's: it was altered, or somebody else has made it"
        raise PackError(words) from None
    try:
        return decode(Pack, json.loads(zlib.decompress(body)))
    except UndecodableError as error:
        raise PackError(f"another version of cpe-diag has made it: {error}") from error


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
        raise PackError(f"{words}: set it right")
    if now < pack.made_at - CLOCKS_DIFFER:
        words = f"it was made at {pack.made_at:%F %R} UTC; this laptop's clock shows {now:%F %R}"
        raise PackError(f"{words}: set it right")
    if now > pack.valid_until:
        words = f"pack {pack.id} was valid until {pack.valid_until:%F %R} UTC"
        raise PackError(f"{words}: ask the office for today's")


def public_key(text: str) -> Ed25519PublicKey:
    """Read the office's public key, 32 octets in base64.

    Raises:
        PackError: it is none.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    return Ed25519PublicKey.from_public_bytes(_octets(text))


def private_key(text: str) -> Ed25519PrivateKey:
    """Read the office's private key, 32 octets in base64.

    Raises:
        PackError: it is none.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(_octets(text))


def _octets(text: str) -> bytes:
    try:
        octets = base64.b64decode(text.strip(), validate=True)
    except ValueError:
        octets = b""
    if len(octets) != 32:  # noqa: PLR2004 - RFC 8032, section 5.1.5
        raise PackError("a key of the office is 32 octets in base64")
    return octets


def key_text(key: Ed25519PrivateKey | Ed25519PublicKey) -> str:
    """Write a key of the office as text; its opposites are `private_key` and `public_key`."""
    raw: Any = getattr(key, "private_bytes_raw", None) or getattr(key, "public_bytes_raw")  # noqa: B009
    return base64.b64encode(raw()).decode()
