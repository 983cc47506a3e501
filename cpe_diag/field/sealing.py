"""One document in a file: signed by who made it, encrypted to who may read it."""

from __future__ import annotations

import base64
import json
import zlib
from typing import TYPE_CHECKING, Any, Final, TypeVar

from cpe_diag.domain.failures import PackError
from cpe_diag.report.codec import encode
from cpe_diag.report.decoding import UndecodableError, decode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )

V = TypeVar("V")

SIGNATURE_LENGTH: Final = 64
"""RFC 8032, section 5.1.6."""


def seal(form: bytes, value: object, key: Ed25519PrivateKey, recipient: str) -> bytes:
    """Sign a value and encrypt it.

    Args:
        form: the line that says what it is, and in which version.
        value: what is sealed.
        key: of who makes it.
        recipient: of who may read it, in the form of age (`age1...`).

    Returns:
        The content of the file.

    Raises:
        PackError: the recipient is none.
    """
    import pyrage  # type: ignore[import-untyped]  # no types there

    try:
        to = pyrage.x25519.Recipient.from_str(recipient)
    except pyrage.RecipientError:
        words = f"{recipient!r} is no recipient: `cpe-diag field enroll` prints it there"
        raise PackError(words) from None
    body = zlib.compress(json.dumps(encode(value)).encode(), 9)
    sealed: bytes = pyrage.encrypt(form + key.sign(form + body) + body, [to])
    return sealed


def unseal(
    form: bytes, value_type: type[V], sealed: bytes, identity: str, maker: Ed25519PublicKey
) -> V:
    """Decrypt a file and hold it to its signature; see `unseal_of`."""
    return unseal_of(form, value_type, sealed, identity, {"": maker})[1]


def unseal_of(
    form: bytes,
    value_type: type[V],
    sealed: bytes,
    identity: str,
    makers: Mapping[str, Ed25519PublicKey],
) -> tuple[str, V]:
    """Decrypt a file and hold it to its signature.

    Args:
        form: the line that it must begin with.
        value_type: what is in it.
        sealed: the content of the file.
        identity: ours, in the form of age (`AGE-SECRET-KEY-...`).
        makers: whose signatures are believed, by name.

    Returns:
        Who made it, and the value, as it was sealed.

    Raises:
        PackError: it is for somebody else, damaged, altered, made by nobody who is believed, or of
            another version of this program.
    """
    import pyrage

    try:
        plain: bytes = pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(identity)])
    except (pyrage.DecryptError, pyrage.IdentityError):
        words = "it is for somebody else, or damaged; ask for one that is sealed to this machine"
        raise PackError(words) from None
    if not plain.startswith(form):
        kind = form.decode().strip()
        raise PackError(f"it is no {kind!r}, or one of another version of cpe-diag")
    body = plain[len(form) + SIGNATURE_LENGTH :]
    signature = plain[len(form) : len(form) + SIGNATURE_LENGTH]
    signers = [name for name, key in makers.items() if _signed(key, signature, form + body)]
    if not signers:
        words = (
            "its signature is of nobody who is believed here: it was altered, or made elsewhere"
        )
        raise PackError(words)
    try:
        return signers[0], decode(value_type, json.loads(zlib.decompress(body)))
    except UndecodableError as error:
        raise PackError(f"another version of cpe-diag has made it: {error}") from error


def _signed(maker: Ed25519PublicKey, signature: bytes, text: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature

    try:
        maker.verify(signature, text)
    except InvalidSignature:
        return False
    return True


def public_key(text: str) -> Ed25519PublicKey:
    """Read a public key, 32 octets in base64.

    Raises:
        PackError: it is none.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    return Ed25519PublicKey.from_public_bytes(_octets(text))


def private_key(text: str) -> Ed25519PrivateKey:
    """Read a private key, 32 octets in base64.

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
        raise PackError("a key for signatures is 32 octets in base64")
    return octets


def key_text(key: Ed25519PrivateKey | Ed25519PublicKey) -> str:
    """Write a key as text; its opposites are `private_key` and `public_key`."""
    raw: Any = getattr(key, "private_bytes_raw", None) or getattr(key, "public_bytes_raw")  # noqa: B009
    return base64.b64encode(raw()).decode()
