"""What the configuration says of staff, of the case store, and of how customers are asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast

from cpe_diag.domain.roles import Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_diag.domain.failures import Fault
    from cpe_diag.driver_kit.yaml_source import YamlDocument


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member of staff; `login` None: any account of the operating system may be theirs."""

    role: Role
    login: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffConfig:
    """The `staff` part; `me` None: only the environment says who works here."""

    me: str | None = None
    members: Mapping[str, Member] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIdConfig:
    """The `openid` part; `secret` is a reference, None: a public client. See ProviderSettings."""

    issuer: str
    client_id: str
    secret: str | None
    title: str | None
    address: str | None
    scopes: tuple[str, ...]
    name_claim: str
    groups_claim: str
    group_roles: Mapping[str, Role]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreConfig:
    """The `store` part: `url` and `audit_key` are references; None: the usual place."""

    path: Path | None = None
    url: str | None = None
    audit_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentConfig:
    """The `consent` part.

    `body` are the fields of the request, as JSON where `is_json`, else as a form; `headers` are
    references. `link` None: links are not sent. `password_link` None: customers reach our pages
    by the same address as staff.
    """

    url: str
    headers: Mapping[str, str]
    body: Mapping[str, str]
    is_json: bool
    link: str | None
    password_link: str | None
    texts: Mapping[str, str]
    what: Mapping[str, str]


def staff_part(part: Mapping[str, object]) -> StaffConfig:
    """Read the `staff` part, which the schema has checked."""
    members = cast("Mapping[str, Mapping[str, str]]", part.get("members") or {})
    return StaffConfig(
        me=cast("str | None", part.get("me")),
        members={
            name: Member(role=Role(said["role"]), login=said.get("login"))
            for name, said in members.items()
        },
    )


def openid_part(part: Mapping[str, object]) -> OpenIdConfig | None:
    """Read the `openid` part, or None where it is absent."""
    if not part:
        return None
    groups = cast("Mapping[str, object]", part.get("groups") or {})
    roles = cast("Mapping[str, str]", groups.get("roles") or {})
    return OpenIdConfig(
        issuer=str(part["issuer"]),
        client_id=str(part["client_id"]),
        secret=cast("str | None", part.get("client_secret")),
        title=cast("str | None", part.get("title")),
        address=cast("str | None", part.get("address")),
        scopes=tuple(cast("list[str]", part.get("scopes", ["profile", "email"]))),
        name_claim=str(part.get("name_claim", "preferred_username")),
        groups_claim=str(groups.get("claim", "groups")),
        group_roles={group: Role(role) for group, role in roles.items()},
    )


def store_part(
    part: Mapping[str, object], absolute: Callable[[str | None], Path | None]
) -> StoreConfig:
    """Read the `store` part; `absolute` places its path."""
    return StoreConfig(
        path=absolute(cast("str | None", part.get("path"))),
        url=cast("str | None", part.get("url")),
        audit_key=cast("str | None", part.get("audit_key")),
    )


def consent_part(part: Mapping[str, object]) -> ConsentConfig | None:
    """Read the `consent` part, or None where it is absent."""
    if not part:
        return None
    gateway = cast("Mapping[str, object]", part["gateway"])
    is_json = "json" in gateway
    return ConsentConfig(
        url=str(gateway["url"]),
        headers=cast("Mapping[str, str]", gateway.get("headers") or {}),
        body=cast("Mapping[str, str]", gateway["json" if is_json else "form"]),
        is_json=is_json,
        link=cast("str | None", part.get("link")),
        password_link=cast("str | None", part.get("password_link")),
        texts=cast("Mapping[str, str]", part.get("texts") or {}),
        what=cast("Mapping[str, str]", part.get("what") or {}),
    )


def people_faults(document: YamlDocument, data: Mapping[str, object]) -> tuple[Fault, ...]:
    """Find what the schema cannot: who `me` is, who signs, whether the customer gets the text."""
    faults = []
    store = cast("Mapping[str, object]", data.get("store") or {})
    if "url" in store and "audit_key" not in store:
        words = (
            "store.url: a store of several machines needs audit_key, the key that all sign with"
        )
        faults.append(document.fault(("store", "url"), words))
    staff = staff_part(cast("Mapping[str, object]", data.get("staff") or {}))
    if staff.me is not None and staff.me not in staff.members:
        words = f"staff.me: there is no {staff.me!r} among the members"
        faults.append(document.fault(("staff", "me"), words))
    consent = consent_part(cast("Mapping[str, object]", data.get("consent") or {}))
    if consent is not None and not any("{text}" in value for value in consent.body.values()):
        body = "json" if consent.is_json else "form"
        words = f"consent.gateway.{body}: no field holds {{text}}, so nothing would be sent"
        faults.append(document.fault(("consent", "gateway", body), words))
    return tuple(faults)
