"""Who the run is about, as the operator's inventory says; gaps are known to be gaps."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cpe_diag.domain.missing import Maybe


class Technology(StrEnum):
    """How the subscriber is connected."""

    ETHERNET = "ethernet"
    VDSL2 = "vdsl2"
    ADSL = "adsl"


class WanProtocol(StrEnum):
    """How the router gets its address from the operator."""

    IPOE = "ipoe"
    PPPOE = "pppoe"
    STATIC = "static"


@dataclass(frozen=True, slots=True, kw_only=True)
class SnmpAccess:
    """How to talk to an access node: no secret in here, only a reference to one.

    `version` is `2c` or `3`. For v2c the credential is the community; for v3 it is
    `authPassphrase:privPassphrase` of `user`, always authPriv with SHA-256 and AES-128
    unless the configuration says otherwise. None: the inventory names no credential.
    """

    address: str
    port: int
    version: str
    credential: str | None
    user: str | None = None
    auth_protocol: str = "sha256"
    priv_protocol: str = "aes128"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessNode:
    """One access node; `driver` None means: the subscriber's technology decides."""

    id: str
    snmp: SnmpAccess
    driver: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What the subscriber pays for: rates in bit/s towards and from the customer."""

    down_bps: Maybe[int]
    up_bps: Maybe[int]
    vlan: Maybe[int]
    wan: Maybe[WanProtocol]


@dataclass(frozen=True, slots=True, kw_only=True)
class RouterAccess:
    """How to reach the home router over SSH.

    `credential` refers to a password or key, `known_key` is the pinned host key in known_hosts
    form (`ssh-ed25519 AAAA...`) or None where the configured known_hosts file decides.
    `platform`, `user` and `credential` are None where the inventory does not say.
    """

    address: str
    port: int
    platform: str | None
    user: str | None
    credential: str | None
    known_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """One subscriber. Missing fields are Missing(not_configured), never guessed.

    `node` and `router` are None where the inventory does not say which they are.
    `port` is the operator's own name of the port; `router_mac` the WAN address of the router;
    `ssids` the names of the customer's own networks; `language` a BCP 47 tag.
    """

    id: str
    node: AccessNode | None
    port: Maybe[str]
    technology: Maybe[Technology]
    service: Service
    router: RouterAccess | None
    router_mac: Maybe[str]
    ssids: Maybe[tuple[str, ...]]
    language: Maybe[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class NodePort:
    """A port of the same node that the inventory knows, for use as a control."""

    port: str
    in_service: bool
