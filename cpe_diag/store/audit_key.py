"""The key that signs the audit chain: made on first use, kept private beside the store."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from cpe_diag.domain.failures import StoreError

if TYPE_CHECKING:
    from cpe_diag.domain.secret import Secret

SEED_BYTES: Final = 32  # RFC 8032, section 5.1.5
OTHERS_MAY: Final = stat.S_IRWXG | stat.S_IRWXO


class PublicAuditKey:
    """Tells whether a signature is right."""

    def __init__(self, public: str) -> None:
        """Take the key in hex.

        Raises:
            StoreError: it is no Ed25519 key.
        """
        try:
            self._key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
        except ValueError:
            raise StoreError("the public key of the audit trail is 64 hex digits") from None
        self.public = public.lower()

    def holds(self, signature: str, message: bytes) -> bool:
        """Say whether a signature is the key's of a message."""
        try:
            self._key.verify(bytes.fromhex(signature), message)
        except (TypeError, ValueError, InvalidSignature):  # not even text in hex
            return False
        return True


class AuditKey(PublicAuditKey):
    """Signs too."""

    def __init__(self, seed: bytes) -> None:
        """Take the private key's 32 octets."""
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        super().__init__(self._private.public_key().public_bytes_raw().hex())

    def sign(self, message: bytes) -> str:
        """Give the signature in hex."""
        return self._private.sign(message).hex()


def key_of(secret: Secret) -> AuditKey:
    """Take a key that is kept as a credential: 64 hex digits.

    Raises:
        StoreError: it is none.
    """
    return _key(secret.reveal().strip(), "the audit key")


def read_key(path: Path) -> AuditKey | None:
    """Read the key from its file; None: there is none.

    Raises:
        StoreError: it cannot be read, others may read it, or it holds no key.
    """
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it holds no key"
        raise StoreError(f"the audit key {path} cannot be read: {reason}") from None
    if os.name == "posix" and mode & OTHERS_MAY:
        raise StoreError(f"the audit key {path} is open to others; run: chmod 600 {path}")
    return _key(text, f"the audit key {path}")


def make_key(path: Path) -> AuditKey:
    """Make a key and keep it; where another process was first, take its key.

    Raises:
        StoreError: it cannot be written.
    """
    draft = ""
    try:
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(os.urandom(SEED_BYTES).hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass
    except OSError as error:
        raise StoreError(f"the audit key {path} cannot be written: {error.strerror}") from None
    finally:
        if draft:
            Path(draft).unlink(missing_ok=True)
    made = read_key(path)
    if made is None:
        raise StoreError(f"the audit key {path} was taken away")
    return made


def _key(text: str, where: str) -> AuditKey:
    try:
        seed = bytes.fromhex(text)
    except ValueError:
        seed = b""
    if len(seed) != SEED_BYTES:
        raise StoreError(f"{where} is not 64 hex digits")
    return AuditKey(seed)
