"""Who the run is about, as the operator's inventory says; gaps are known to be gaps."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import LATER, Maybe, Missing

NOT_SAID: Final = Missing(why=FailureKind.NOT_CONFIGURED)
"""A field that the inventory leaves open."""


class Technology(StrEnum):
    """How the subscriber is connected."""

    ETHERNET = "ethernet"
    VDSL2 = "vdsl2"
    ADSL = "adsl"
    """ADSL, ADSL2 and ADSL2+."""
    GFAST = "gfast"
    GPON = "gpon"
    """GPON, XG-PON and XGS-PON."""
    EPON = "epon"
    DOCSIS = "docsis"


DSL: Final = frozenset({Technology.VDSL2, Technology.ADSL, Technology.GFAST})
"""Over a copper pair, with a line that trains."""
PON: Final = frozenset({Technology.GPON, Technology.EPON})
"""Over a fibre that many homes share."""


class WanProtocol(StrEnum):
    """How the router gets its address from the operator."""

    IPOE = "ipoe"
    PPPOE = "pppoe"
    STATIC = "static"


class AccountState(StrEnum):
    """What the server that checks logins holds of the subscriber's account."""

    ACTIVE = "active"
    BLOCKED = "blocked"
    ABSENT = "absent"
    """It knows no such account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SnmpAccess:
    """How to talk to an access node: no secret in here, only a reference to one.

    `version` is `2c` or `3`. For v2c the credential is the community; for v3 it is
    `authPassphrase:privPassphrase` of `user`, always authPriv with SHA-256 and AES-128
    unless the configuration says otherwise. None: the inventory names no credential.
    `write_credential` is the community that may set objects (v2c); for v3 it is of `write_user`,
    or of `user` where that is None. None: nothing can be changed over SNMP.
    """

    address: str
    port: int
    version: str
    credential: str | None
    user: str | None = None
    auth_protocol: str = "sha256"
    priv_protocol: str = "aes128"
    write_credential: str | None = None
    write_user: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CliAccess:
    """How to reach a node's command line over SSH, for what SNMP cannot change."""

    address: str
    port: int
    user: str | None
    credential: str | None
    known_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessNode:
    """One access node.

    `driver` None means: what the node says of itself decides, else the subscriber's technology.
    `uplinks` are the operator's names of ports that carry many subscribers; `system_name` is what
    the node must call itself (sysName), None where the inventory does not say; `cli` None: no
    command line is to be used. `region` names the workers that stand near it, None: any.
    """

    id: str
    snmp: SnmpAccess
    driver: str | None
    uplinks: tuple[str, ...] = ()
    system_name: str | None = None
    cli: CliAccess | None = None
    region: str | None = field(default=None, metadata={LATER: True})


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What the subscriber pays for: rates in bit/s towards and from the customer.

    `profile` is the name of the line or service profile that belongs on the port; `account` the
    state of the login of a PPPoE session; `metered`: the customer pays for what comes over it.
    """

    down_bps: Maybe[int]
    up_bps: Maybe[int]
    vlan: Maybe[int]
    wan: Maybe[WanProtocol]
    profile: Maybe[str] = NOT_SAID
    account: Maybe[AccountState] = NOT_SAID
    metered: Maybe[bool] = NOT_SAID


@dataclass(frozen=True, slots=True, kw_only=True)
class RouterAccess:
    """How to reach the home router over SSH.

    `credential` refers to a password or key, `known_key` is the pinned host key in known_hosts
    form (`ssh-ed25519 AAAA...`) or None where the configured known_hosts file decides.
    `platform`, `user` and `credential` are None where the inventory does not say. `model` is what
    the operator's records call it, for when it cannot be asked.
    `legacy_algorithms`: it is so old that SHA-1, CBC and ssh-rsa must be allowed.
    """

    address: str
    port: int
    platform: str | None
    user: str | None
    credential: str | None
    known_key: str | None = None
    model: Maybe[str] = NOT_SAID
    legacy_algorithms: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ModemAccess:
    """How to ask the subscriber's cable modem itself, over SNMP.

    `address` None means: what the CMTS says. `driver` None means the standard one. The rest is as
    for SnmpAccess.
    """

    address: str | None
    port: int
    version: str
    credential: str | None
    user: str | None = None
    auth_protocol: str = "sha256"
    priv_protocol: str = "aes128"
    driver: str | None = None

    def at(self, address: str) -> AccessNode:
        """Give the modem as a node to ask, at an address."""
        return AccessNode(
            id=f"modem {address}",
            snmp=SnmpAccess(
                address=address,
                port=self.port,
                version=self.version,
                credential=self.credential,
                user=self.user,
                auth_protocol=self.auth_protocol,
                priv_protocol=self.priv_protocol,
            ),
            driver=self.driver,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionAccess:
    """What the line's PPPoE session is opened with: a name, and a reference to its password."""

    user: str = field(repr=False)
    credential: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """One subscriber. Missing fields are Missing(not_configured), never guessed.

    `node` and `router` are None where the inventory does not say which they are.
    `port` is the operator's own name of the port; `router_mac` the WAN address of the router;
    `ssids` the names of the customer's own networks; `language` a BCP 47 tag. `ont_serial` is
    what the ONT on the port must be; `splitter` names the optical splitter or distribution point
    that the subscriber shares with others. `modem` None: the cable modem itself is not asked.
    `session` None: nobody but the router opens the line's session.
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
    ont_serial: Maybe[str] = NOT_SAID
    splitter: Maybe[str] = NOT_SAID
    modem: ModemAccess | None = None
    session: SessionAccess | None = field(default=None, metadata={LATER: True})


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSubscriber:
    """A subscriber who was looked for, and where the home is: for whoever looks, kept nowhere."""

    subscriber: Subscriber
    postal_address: str | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NodePort:
    """A port of the same node that the inventory knows, for use as a control.

    `subscriber` is who is on it, None where the inventory does not say; `splitter` as for a
    Subscriber. `address` is where that home answers pings, None where the inventory does not say.
    """

    port: str
    in_service: bool
    subscriber: str | None = None
    splitter: str | None = None
    address: str | None = None
