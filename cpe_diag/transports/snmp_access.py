"""What both SNMP libraries need to know to talk to one access node, with its secrets resolved."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.domain.secret import Secret

if TYPE_CHECKING:
    from cpe_diag.domain.subscriber import AccessNode
    from cpe_diag.ports import CredentialSource

AUTH_PROTOCOLS: Final = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")
PRIV_PROTOCOLS: Final = ("des", "aes128", "aes192", "aes256")

LEAST_PASSPHRASE: Final = 8  # RFC 3414, section 11.2


@dataclass(frozen=True, slots=True, kw_only=True)
class UsmUser:
    """An SNMPv3 user with authentication and privacy; protocols are names of the tuples above."""

    name: str
    auth_protocol: str
    priv_protocol: str
    auth: Secret = field(hash=False)
    priv: Secret = field(hash=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """One agent: `address` is an IP address; `speaks` the community (v2c) or the user (v3)."""

    node: str
    address: str
    port: int
    speaks: Secret | UsmUser

    @property
    def where(self) -> str:
        """Name the agent in messages."""
        return f"{self.node} ({self.address} port {self.port})"


def agent_of(node: AccessNode, credentials: CredentialSource, address: str) -> Agent:
    """Resolve how to talk to a node.

    Args:
        node: as the inventory says.
        credentials: resolves its credential reference.
        address: the node's IP address.

    Returns:
        The agent.

    Raises:
        MeasurementError: `credential.resolve`: NOT_CONFIGURED; the version, a protocol, the
            user or the form of the credential is not usable.
    """
    access = node.snmp
    if access.credential is None:
        raise _unusable(node, "the inventory names no credential", "add `credential` to the node")
    secret = credentials.resolve(access.credential)
    if access.version == "2c":
        speaks: Secret | UsmUser = secret
    elif access.version == "3":
        speaks = _user(node, secret)
    else:
        raise _unusable(node, f"SNMP version '{access.version}' is not known", "write 2c or 3")
    return Agent(node=node.id, address=address, port=access.port, speaks=speaks)


def writing_agent_of(node: AccessNode, credentials: CredentialSource, address: str) -> Agent:
    """Resolve how to set objects of a node.

    Args:
        node: as the inventory says.
        credentials: resolves the reference of its writing credential.
        address: the node's IP address.

    Returns:
        The agent, as one that may write.

    Raises:
        MeasurementError: `credential.resolve`: NOT_CONFIGURED: there is no writing credential, or
            as for `agent_of`.
    """
    access = node.snmp
    if access.write_credential is None:
        raise _unusable(
            node,
            "the inventory names no writing credential, so that nothing can be set there",
            "add `write_credential` to the node",
        )
    writing = replace(
        access, credential=access.write_credential, user=access.write_user or access.user
    )
    return agent_of(replace(node, snmp=writing), credentials, address)


def _user(node: AccessNode, secret: Secret) -> UsmUser:
    access = node.snmp
    auth, _colon, priv = secret.reveal().partition(":")
    if not access.user:
        raise _unusable(node, "SNMPv3 needs a user", "name it in the inventory")
    if access.auth_protocol not in AUTH_PROTOCOLS or access.priv_protocol not in PRIV_PROTOCOLS:
        raise _unusable(
            node,
            f"SNMPv3 with {access.auth_protocol} and {access.priv_protocol} is not known",
            f"use one of {', '.join(AUTH_PROTOCOLS)} and one of {', '.join(PRIV_PROTOCOLS)}",
        )
    if min(len(auth), len(priv)) < LEAST_PASSPHRASE:
        raise _unusable(
            node,
            f"{access.credential} does not hold two passphrases of {LEAST_PASSPHRASE} or more",
            "write it as authPassphrase:privPassphrase",
        )
    return UsmUser(
        name=access.user,
        auth_protocol=access.auth_protocol,
        priv_protocol=access.priv_protocol,
        auth=Secret(auth),
        priv=Secret(priv),
    )


def _unusable(node: AccessNode, detail: str, next_step: str) -> MeasurementError:
    return MeasurementError(
        Failure(
            kind=FailureKind.NOT_CONFIGURED, where=node.id, detail=detail, next_step=next_step
        ),
        "credential.resolve",
    )
