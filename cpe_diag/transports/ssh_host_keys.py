"""Which host key a device must show, and what to say when it shows another one."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import Failure, FailureKind

if TYPE_CHECKING:
    from pathlib import Path

    from cpe_diag.domain.subscriber import CliAccess, RouterAccess

SSH_PORT: Final = 22
"""RFC 4253, section 4.1."""


@dataclass(frozen=True, slots=True)
class HostKey:
    """A public host key: its type in SSH words and its blob (RFC 4253, section 6.6)."""

    key_type: str
    blob: bytes

    @property
    def fingerprint(self) -> str:
        """The SHA-256 fingerprint as OpenSSH shows it, for example `SHA256:n4bQ...`."""
        digest = base64.b64encode(hashlib.sha256(self.blob).digest()).decode("ascii")
        return "SHA256:" + digest.rstrip("=")

    def __str__(self) -> str:
        """Format in the form of known_hosts, without the host: `ssh-ed25519 AAAA...`."""
        return f"{self.key_type} {base64.b64encode(self.blob).decode('ascii')}"


class HostKeyError(Exception):
    """The pinned key, or the file of known keys, cannot be used; carries the failure."""

    def __init__(self, failure: Failure) -> None:
        """Carry the failure."""
        super().__init__(str(failure))
        self.failure = failure


def known_keys(
    access: RouterAccess | CliAccess, known_hosts: Path | None, *, where: str
) -> tuple[HostKey, ...]:
    """Find the keys that a router or node may show.

    Args:
        access: the device; its own `known_key` decides alone where there is one.
        known_hosts: a file in the form of OpenSSH's sshd(8), or None.
        where: the router, for messages.

    Returns:
        The keys; empty when nobody has said which.

    Raises:
        HostKeyError: the pinned key or the file cannot be read.
    """
    if access.known_key is not None:
        return (_pinned(access.known_key, where),)
    if known_hosts is None:
        return ()
    # Importing paramiko takes 200 ms; this function runs while the connection is being made.
    from paramiko import HostKeys

    keys = HostKeys()
    try:
        keys.load(str(known_hosts))
    except (OSError, ValueError) as error:
        failure = Failure(
            kind=FailureKind.NOT_CONFIGURED,
            where=where,
            detail=f"the file of known host keys {known_hosts} cannot be read: {error}",
            next_step="correct ssh.known_hosts in the configuration, or pin known_key",
        )
        raise HostKeyError(failure) from error
    name = access.address if access.port == SSH_PORT else f"[{access.address}]:{access.port}"
    found = keys.lookup(name)
    if found is None:
        return ()
    return tuple(HostKey(kind, key.asbytes()) for kind, key in found.items())


def _pinned(text: str, where: str) -> HostKey:
    try:
        kind, blob = text.split()[:2]
        key = HostKey(kind, base64.b64decode(blob, validate=True))
    except (ValueError, binascii.Error) as error:
        failure = Failure(
            kind=FailureKind.NOT_CONFIGURED,
            where=where,
            detail="the pinned known_key is no host key; expected `ssh-ed25519 AAAA...`",
            next_step="correct known_key of this router in the inventory",
        )
        raise HostKeyError(failure) from error
    return key


def key_failure(known: tuple[HostKey, ...], shown: HostKey, *, where: str) -> Failure | None:
    """Compare the shown key with the known ones.

    Args:
        known: what the router may show.
        shown: what it has shown.
        where: the router, for messages.

    Returns:
        None when it is one of them; else why the router must not be trusted.
    """
    if shown in known:
        return None
    if not known:
        return Failure(
            kind=FailureKind.HOST_KEY_UNKNOWN,
            where=where,
            detail=f"its {shown.key_type} host key {shown.fingerprint} is not known",
            next_step=f"if that is this router, pin it: known_key: {shown}",
        )
    expected = " or ".join(f"{key.key_type} {key.fingerprint}" for key in known)
    return Failure(
        kind=FailureKind.HOST_KEY_CHANGED,
        where=where,
        detail=f"it shows the {shown.key_type} host key {shown.fingerprint}, expected {expected}",
        next_step=(
            "do not log in; if the router was replaced or reset, pin its new key: "
            f"known_key: {shown}"
        ),
    )
