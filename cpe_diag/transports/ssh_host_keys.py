"""Host keys in SSH's own words: blobs, fingerprints, and the files that list them."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import Failure, FailureKind

if TYPE_CHECKING:
    from pathlib import Path

SSH_PORT: Final = 22
"""RFC 4253, section 4.1."""

FINGERPRINT: Final = "SHA256:"


@dataclass(frozen=True, slots=True)
class HostKey:
    """A public host key: its type in SSH words and its blob (RFC 4253, section 6.6)."""

    key_type: str
    blob: bytes

    @property
    def fingerprint(self) -> str:
        """The SHA-256 fingerprint as OpenSSH shows it, for example `SHA256:n4bQ...`."""
        digest = base64.b64encode(hashlib.sha256(self.blob).digest()).decode("ascii")
        return FINGERPRINT + digest.rstrip("=")

    def is_shown_by(self, shown: HostKey) -> bool:
        """Whether a router that shows `shown` has this key."""
        return self == shown

    def __str__(self) -> str:
        """Format in the form of known_hosts, without the host: `ssh-ed25519 AAAA...`."""
        return f"{self.key_type} {base64.b64encode(self.blob).decode('ascii')}"


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What an inventory may hold instead of a whole key; `key_type` empty: it does not say."""

    key_type: str
    fingerprint: str

    def is_shown_by(self, shown: HostKey) -> bool:
        """Whether a router that shows `shown` has a key of this fingerprint."""
        return self.fingerprint == shown.fingerprint


class HostKeyError(Exception):
    """A listed key, or a file of keys, cannot be used; carries the failure."""

    def __init__(self, failure: Failure) -> None:
        """Carry the failure."""
        super().__init__(str(failure))
        self.failure = failure


def parse_key(text: str) -> HostKey:
    """Read `ssh-ed25519 AAAA...`; what follows is a comment.

    Raises:
        ValueError: it is no key.
    """
    kind, encoded = text.split()[:2]
    try:
        blob = base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from error
    return HostKey(kind, blob)


def listed_key(text: str, *, where: str) -> HostKey | Fingerprint:
    """Read the key of an inventory: `ssh-ed25519 AAAA...`, `SHA256:...`, or type and fingerprint.

    Raises:
        HostKeyError: it is none of them.
    """
    words = text.split()
    if words and words[-1].startswith(FINGERPRINT):
        kind = words[0] if len(words) > 1 else ""
        return Fingerprint(kind, words[-1].rstrip("="))
    try:
        return parse_key(text)
    except ValueError as error:
        detail = (
            "the pinned known_key is no host key; expected `ssh-ed25519 AAAA...` or `SHA256:...`"
        )
        step = "correct known_key of this router in the inventory"
        raise HostKeyError(_not_configured(where, detail, step)) from error


def known_hosts_keys(
    known_hosts: Path, address: str, port: int, *, where: str
) -> tuple[tuple[HostKey, ...], tuple[HostKey, ...]]:
    """Find what a file in the form of OpenSSH's sshd(8) lists for an address.

    Args:
        known_hosts: the file.
        address: as it is connected to.
        port: the TCP port.
        where: the router, for messages.

    Returns:
        The keys that it may show, and those that nobody may show any more (`@revoked`).

    Raises:
        HostKeyError: the file cannot be read, or relies on a certificate authority.
    """
    step = "correct ssh.known_hosts in the configuration, or pin known_key"
    try:
        lines = known_hosts.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        detail = f"the file of known host keys {known_hosts} cannot be read: {error}"
        raise HostKeyError(_not_configured(where, detail, step)) from error
    listed: list[HostKey] = []
    revoked: list[HostKey] = []
    name = address if port == SSH_PORT else f"[{address}]:{port}"
    for number, line in enumerate(lines, start=1):
        place = f"{known_hosts}:{number}"
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if words[0] == "@cert-authority":
            detail = f"{place} names a certificate authority, which is not supported"
            instead = "list the keys themselves, or name them in ssh.fleet_keys"
            raise HostKeyError(_not_configured(where, detail, instead))
        try:
            if words[0] == "@revoked":
                revoked.append(parse_key(" ".join(words[2:4])))
            else:
                listed += _of_host(" ".join(words[:3]), name)
        except ValueError as error:
            detail = f"{place} is no host key; expected `{name} ssh-ed25519 AAAA...`"
            raise HostKeyError(_not_configured(where, detail, step)) from error
    return tuple(listed), tuple(revoked)


def _of_host(line: str, name: str) -> list[HostKey]:
    """Give the key of a line that is about this host, also where names are hashed.

    Raises:
        ValueError: the line is none of known_hosts.
    """
    # Importing paramiko takes 200 ms; this function runs while the connection is being made.
    from paramiko import HostKeys, SSHException
    from paramiko.hostkeys import HostKeyEntry, InvalidHostKey

    try:
        entry = HostKeyEntry.from_line(line)
    except (InvalidHostKey, SSHException) as error:
        raise ValueError(str(error)) from error
    if entry is None or entry.key is None:
        return []  # of a type that we do not use, or of a host of which nothing is said
    keys = HostKeys()
    for host in entry.hostnames or ():
        keys.add(host, entry.key.get_name(), entry.key)
    return [] if keys.lookup(name) is None else [parse_key(" ".join(line.split()[1:3]))]


def fleet_keys(file: Path, *, where: str) -> tuple[HostKey, ...]:
    """Read the keys that any router of the operator's fleet may have.

    Args:
        file: one public key a line, as in `*.pub` files; `#` begins a comment.
        where: the router, for messages.

    Returns:
        The keys.

    Raises:
        HostKeyError: the file cannot be read, or a line is no key.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        detail = f"the file of the fleet's host keys {file} cannot be read: {error}"
        raise HostKeyError(_not_configured(where, detail, "correct ssh.fleet_keys")) from error
    keys = []
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            keys.append(parse_key(line))
        except ValueError as error:
            detail = f"{file}:{number} is no host key; expected `ssh-ed25519 AAAA...`"
            raise HostKeyError(_not_configured(where, detail, "correct it")) from error
    return tuple(keys)


def _not_configured(where: str, detail: str, step: str) -> Failure:
    return Failure(kind=FailureKind.NOT_CONFIGURED, where=where, detail=detail, next_step=step)
