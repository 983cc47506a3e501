"""What a row holds that is nobody's to read in it: sealed with a key that is not in the store."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import os
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import StoreError

if TYPE_CHECKING:
    from collections.abc import Mapping

NONCE_BYTES: Final = 12
"""NIST SP 800-38D, section 8.2: of AES-GCM; random, for far fewer than 2**32 values."""

PURPOSE: Final = b"cpe-diag values of runs"


def seal(key: bytes, values: Mapping[str, str]) -> str:
    """Seal texts.

    Args:
        key: 32 bytes, which serve other purposes too.
        values: by name.

    Returns:
        Base64; empty where there are none.
    """
    if not values:
        return ""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - 20 ms

    nonce = os.urandom(NONCE_BYTES)
    sealed = AESGCM(_own(key)).encrypt(nonce, json.dumps(dict(values)).encode(), PURPOSE)
    return base64.b64encode(nonce + sealed).decode("ascii")


def unseal(key: bytes, sealed: str) -> dict[str, str]:
    """Open what was sealed.

    Raises:
        StoreError: it was sealed with another key, or is damaged.
    """
    if not sealed:
        return {}
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - as above

    try:
        held = base64.b64decode(sealed, validate=True)
        opened = AESGCM(_own(key)).decrypt(held[:NONCE_BYTES], held[NONCE_BYTES:], PURPOSE)
    except (InvalidTag, ValueError, binascii.Error):
        msg = (
            "the values of a run cannot be opened: they were sealed with another key; machines"
            " that share a store need the same `store: {audit_key: ...}`"
        )
        raise StoreError(msg) from None
    values: dict[str, str] = json.loads(opened)
    return values


def _own(key: bytes) -> bytes:
    return hmac.digest(key, PURPOSE, "sha256")
