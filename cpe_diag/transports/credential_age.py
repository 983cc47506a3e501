"""Secrets from a YAML file that is encrypted with age (C2SP age-encryption.org/v1)."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from cpe_diag.transports.credential_refusal import entry, place_and_key, read_private, refused

FORM: Final = "age:PATH#KEY"
IDENTITY_NAME: Final = "CPE_DIAG_AGE_IDENTITY"
"""The environment variable that names the identity file where the configuration does not."""

# age(1): an identity file holds one secret key a line; encrypted with a passphrase it is an age
# file itself, in binary or in armor.
_IDENTITY: Final = "AGE-SECRET-KEY-"
_AGE_FILE: Final = (b"age-encryption.org/v1", b"-----BEGIN AGE ENCRYPTED FILE-----")
_SSH_KEY: Final = b"-----BEGIN "
# The first recipient's type stands behind the first arrow; scrypt means a passphrase.
_PASSPHRASE: Final = b"\n-> scrypt "


def from_age(place: str, base: Path, identity: Path | None) -> str:
    """Decrypt a file and find one entry.

    Args:
        place: `PATH#KEY`.
        base: the folder of relative paths.
        identity: the file with our secret key; None: nobody has said which.

    Returns:
        The entry.

    Raises:
        MeasurementError: there is no identity, it or the file cannot be used, or there is no
            such entry.
    """
    where = f"credential age:{place}"
    path_text, key = place_and_key(place, where, FORM)
    if identity is None:
        step = f"set credentials.age_identity in the configuration, or {IDENTITY_NAME}"
        raise refused(where, "no age identity file is named", step)
    path = base / Path(path_text).expanduser()
    identities = _identities(read_private(identity, where), identity, where)
    try:
        encrypted = path.read_bytes()
    except FileNotFoundError:
        raise refused(where, f"there is no file {path}", "create it with age") from None
    except OSError as error:
        raise refused(where, f"{path} cannot be read: {error.strerror}", None) from None
    return entry(_decrypted(encrypted, identities, path, where), key, where, str(path))


def _identities(content: bytes, identity: Path, where: str) -> list[Any]:
    import pyrage  # type: ignore[import-untyped]  # no types there

    if content.startswith(_AGE_FILE):
        detail = f"the identity {identity} is protected by a passphrase, which nobody can enter"
        step = "use an identity without one, readable by its owner only"
        raise refused(where, detail, step)
    try:
        if content.startswith(_SSH_KEY):
            return [pyrage.ssh.Identity.from_buffer(content)]
        lines = [line.strip() for line in content.decode().splitlines()]
        found = [
            pyrage.x25519.Identity.from_str(line) for line in lines if line.startswith(_IDENTITY)
        ]
    except (pyrage.IdentityError, UnicodeDecodeError):
        found = []
    if not found:
        detail = f"{identity} holds no identity that can be used"
        step = f"expected a line {_IDENTITY}1... or an SSH key without a passphrase"
        raise refused(where, detail, step)
    return found


def _decrypted(encrypted: bytes, identities: list[Any], path: Path, where: str) -> bytes:
    import pyrage

    if not encrypted.startswith(_AGE_FILE):
        step = "encrypt it with: age -r RECIPIENT -o FILE"
        raise refused(where, f"{path} is not encrypted with age", step)
    if _PASSPHRASE in encrypted[:100]:
        detail = f"{path} is encrypted with a passphrase, not to an identity"
        raise refused(where, detail, "encrypt it with: age -r RECIPIENT -o FILE")
    try:
        plain: bytes = pyrage.decrypt(encrypted, identities)
    except pyrage.DecryptError:
        plain = b""
    if not plain:
        detail = f"{path} cannot be decrypted with our identity, or is damaged"
        raise refused(where, detail, "encrypt it anew to our recipient")
    return plain
