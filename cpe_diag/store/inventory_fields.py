"""One subscriber and one access node from named fields, whatever inventory they come from.

A field that is not there, is NULL or is empty text is known to be missing; nothing is guessed.
"""

from __future__ import annotations

import difflib
import heapq
import re
from typing import TYPE_CHECKING, Final, TypeVar

from cpe_diag.domain.failures import DefinitionError, Fault
from cpe_diag.domain.missing import Maybe, known
from cpe_diag.domain.secret import CREDENTIAL_PATTERN
from cpe_diag.domain.subscriber import (
    NOT_SAID,
    AccessNode,
    AccountState,
    CliAccess,
    ModemAccess,
    NodePort,
    RouterAccess,
    Service,
    SessionAccess,
    SnmpAccess,
    Subscriber,
    Technology,
    WanProtocol,
)
from cpe_diag.store.inventory_schema import CREDENTIAL_WORDS, REGION_PATTERN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from cpe_diag.store.field_reader import FieldReader

V = TypeVar("V")

SUBSCRIBER_FIELDS: Final = (
    "id",
    "node",
    "port",
    "technology",
    "down_bps",
    "up_bps",
    "vlan",
    "wan",
    "router_address",
    "router_port",
    "router_platform",
    "router_user",
    "router_credential",
    "router_known_key",
    "router_model",
    "router_legacy_algorithms",
    "router_mac",
    "ssids",
    "language",
    "phone",
    "postal_address",
    "profile",
    "account",
    "metered",
    "ont_serial",
    "splitter",
    "modem_address",
    "modem_port",
    "modem_version",
    "modem_credential",
    "modem_user",
    "modem_auth_protocol",
    "modem_priv_protocol",
    "modem_driver",
    "session_user",
    "session_credential",
)
"""What an inventory can say of a subscriber; only `id` is required.

By `phone` and `postal_address` (one line) a subscriber is found; a run keeps neither.

Rates in bit/s; `wan` is ipoe, pppoe or static; several `ssids` stand apart by `|`. A cable modem
is asked where `modem_credential` is there; its address may be left to the CMTS. A laptop on site
opens the line's PPPoE session where both `session_*` are there.
"""

NODE_FIELDS: Final = (
    "id",
    "address",
    "port",
    "version",
    "credential",
    "user",
    "driver",
    "auth_protocol",
    "priv_protocol",
    "write_credential",
    "write_user",
    "uplinks",
    "system_name",
    "region",
    "cli_address",
    "cli_port",
    "cli_user",
    "cli_credential",
    "cli_known_key",
)
"""What an inventory can say of an access node; `id` and `address` are required.

Several `uplinks` stand apart by `|`; `cli_*` is the node's interactive command line over SSH, at
`address` where `cli_address` is not said; `region` names the workers that stand near the node.
"""

PORT_FIELDS: Final = ("port", "in_service", "subscriber", "splitter", "address")
"""What a list of a node's ports can say; `port` is required."""

SNMP_PORT: Final = 161
"""RFC 3417, section 3.1."""

SSH_PORT: Final = 22
"""RFC 4253, section 4.1."""

_LARGEST_PORT: Final = 65_535
_LARGEST_VLAN: Final = 4094
"""IEEE 802.1Q: 4095 is reserved."""


def read_subscriber(
    reader: FieldReader, node_named: Callable[[str], AccessNode | str]
) -> Subscriber:
    """Make a subscriber of its fields.

    Args:
        reader: the fields, under the names of SUBSCRIBER_FIELDS; faults are left in it.
        node_named: gives the node of an id, or the words that say why there is none.

    Returns:
        The subscriber; not to be used when the reader has faults.
    """
    return Subscriber(
        id=reader.required("id"),
        node=_node(reader, node_named),
        port=_maybe(reader.text("port")),
        technology=_maybe(reader.choice("technology", Technology)),
        service=Service(
            down_bps=_maybe(reader.number("down_bps")),
            up_bps=_maybe(reader.number("up_bps")),
            vlan=_maybe(reader.number("vlan", most=_LARGEST_VLAN)),
            wan=_maybe(reader.choice("wan", WanProtocol)),
            profile=_maybe(reader.text("profile")),
            account=_maybe(reader.choice("account", AccountState)),
            metered=NOT_SAID
            if reader.text("metered") is None
            else reader.truth("metered", default=False),
        ),
        router=_router(reader),
        router_mac=_maybe(reader.mac("router_mac")),
        ssids=_maybe(_several(reader, "ssids")),
        language=_maybe(reader.text("language")),
        ont_serial=_maybe(reader.text("ont_serial")),
        splitter=_maybe(reader.text("splitter")),
        modem=_modem(reader),
        session=_session(reader),
    )


def read_node(reader: FieldReader) -> AccessNode:
    """Make an access node of its fields.

    Args:
        reader: the fields, under the names of NODE_FIELDS; faults are left in it.

    Returns:
        The node; not to be used when the reader has faults.
    """
    version, user = _version(reader, "version", "user")
    return AccessNode(
        id=reader.required("id"),
        snmp=SnmpAccess(
            address=reader.required("address"),
            port=reader.number("port", most=_LARGEST_PORT) or SNMP_PORT,
            version=version,
            credential=_reference(reader, "credential"),
            user=user,
            auth_protocol=reader.text("auth_protocol") or "sha256",
            priv_protocol=reader.text("priv_protocol") or "aes128",
            write_credential=_reference(reader, "write_credential"),
            write_user=reader.text("write_user"),
        ),
        driver=reader.text("driver"),
        uplinks=_several(reader, "uplinks") or (),
        system_name=reader.text("system_name"),
        cli=_cli(reader),
        region=_region(reader),
    )


def _region(reader: FieldReader) -> str | None:
    region = reader.text("region")
    if region is not None and not re.fullmatch(REGION_PATTERN, region):
        words = "expected up to 32 letters, digits, `-` and `_`"
        reader.faults.append(("region", f"{words}, found {region!r}"))
    return region


def read_port(reader: FieldReader) -> NodePort:
    """Make a port of its fields.

    Args:
        reader: the fields, under the names of PORT_FIELDS; faults are left in it.

    Returns:
        The port; in service where nothing else is said.
    """
    return NodePort(
        port=reader.required("port"),
        in_service=reader.truth("in_service", default=True),
        subscriber=reader.text("subscriber"),
        splitter=reader.text("splitter"),
        address=reader.text("address"),
    )


def port_of_subscriber(subscriber: Subscriber) -> NodePort | None:
    """Give the port that a subscriber is on, or None where the inventory names none."""
    port = known(subscriber.port)
    if port is None:
        return None
    return NodePort(
        port=port,
        in_service=True,
        subscriber=subscriber.id,
        splitter=known(subscriber.splitter),
        address=None if subscriber.router is None else subscriber.router.address,
    )


def with_defaults(values: Mapping[str, object], defaults: Mapping[str, str]) -> dict[str, object]:
    """Fill fields that a row does not hold.

    Args:
        values: what the row says.
        defaults: values by field; `{id}` becomes the subscriber's id.

    Returns:
        The row with its gaps filled.
    """
    row_id = str(values.get("id") or "")
    filled = {name: text.replace("{id}", row_id) for name, text in defaults.items()}
    return {**filled, **{name: value for name, value in values.items() if value not in (None, "")}}


def translated(
    values: Mapping[str, object], words: Mapping[str, Mapping[str, str]]
) -> dict[str, object]:
    """Turn the operator's own words into ours.

    Args:
        values: what a row says, by field.
        words: by field, the operator's words to ours, for example FTTC to vdsl2.

    Returns:
        The row with its words translated; others stay as they are.
    """
    return {name: words.get(name, {}).get(str(value), value) for name, value in values.items()}


def check_field_names(setting: str, named: Iterable[str], known: tuple[str, ...]) -> None:
    """Hold a setting to the fields that exist.

    Args:
        setting: its name, for messages.
        named: field names.
        known: the fields.

    Raises:
        DefinitionError: a field is named that does not exist; all of them at once.
    """
    wrong = [name for name in named if name not in known]
    if wrong:
        expected = ", ".join(known)
        raise DefinitionError(
            tuple(
                settings_fault(
                    f"{setting}: no field is named {name!r}; expected one of {expected}"
                )
                for name in wrong
            )
        )


def settings_fault(message: str) -> Fault:
    """Make the fault that says what is wrong with the settings of an inventory.

    Args:
        message: which setting, and what is wrong.

    Returns:
        A fault without a place, for the settings come checked from the configuration.
    """
    return Fault(file="the inventory's settings", line=None, column=None, message=message)


def near_matches(word: str, known: Iterable[str]) -> str:
    """Give `; near: sub-1001, sub-1010` where known words are close to the one asked for.

    Args:
        word: what was asked for.
        known: all that there is; 100,000 are no trouble.

    Returns:
        Words to append to a message, or empty.
    """
    # difflib alone takes seconds for 100,000 ids; one slip leaves both ends of an id as they were.
    likely = heapq.nlargest(_COMPARED, known, key=lambda one: _shared_ends(word, one))
    close = difflib.get_close_matches(word, likely, n=3, cutoff=0.6)
    return f"; near: {', '.join(close)}" if close else ""


def no_node(node_id: str, known: Iterable[str]) -> str:
    """Say that there is no such node, and which are near."""
    return f"no node is named {node_id!r}{near_matches(node_id, known)}"


_COMPARED: Final = 50


def _shared_ends(one: str, other: str) -> int:
    start = _shared_start(one, other)
    return start + _shared_start(one[start:][::-1], other[start:][::-1])


def _shared_start(one: str, other: str) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count


def _maybe(value: V | None) -> Maybe[V]:
    return NOT_SAID if value is None else value


def _node(reader: FieldReader, node_named: Callable[[str], AccessNode | str]) -> AccessNode | None:
    node_id = reader.text("node")
    if node_id is None:
        return None
    node = node_named(node_id)
    if isinstance(node, str):
        reader.faults.append(("node", node))
        return None
    return node


def _router(reader: FieldReader) -> RouterAccess | None:
    port = reader.number("router_port", most=_LARGEST_PORT)
    address = reader.text("router_address")
    if address is None:
        return None
    return RouterAccess(
        address=address,
        port=port or SSH_PORT,
        platform=reader.text("router_platform"),
        user=reader.text("router_user"),
        credential=_reference(reader, "router_credential"),
        known_key=reader.text("router_known_key"),
        model=_maybe(reader.text("router_model")),
        legacy_algorithms=reader.truth("router_legacy_algorithms", default=False),
    )


def _modem(reader: FieldReader) -> ModemAccess | None:
    """Take how the modem is asked; without a credential nobody may ask it."""
    port = reader.number("modem_port", most=_LARGEST_PORT)
    version, user = _version(reader, "modem_version", "modem_user")
    credential = _reference(reader, "modem_credential")
    if credential is None:
        return None
    return ModemAccess(
        address=reader.text("modem_address"),
        port=port or SNMP_PORT,
        version=version,
        credential=credential,
        user=user,
        auth_protocol=reader.text("modem_auth_protocol") or "sha256",
        priv_protocol=reader.text("modem_priv_protocol") or "aes128",
        driver=reader.text("modem_driver"),
    )


def _session(reader: FieldReader) -> SessionAccess | None:
    user, credential = reader.text("session_user"), _reference(reader, "session_credential")
    if user is None or credential is None:
        return None
    return SessionAccess(user=user, credential=credential)


def _version(reader: FieldReader, version_field: str, user_field: str) -> tuple[str, str | None]:
    """Take the SNMP version, and the user that version 3 needs."""
    version = reader.text(version_field) or "2c"
    if version not in {"2c", "3"}:
        reader.faults.append((version_field, f"expected 2c or 3, found {version!r}"))
    user = reader.text(user_field)
    if version == "3" and user is None:
        reader.faults.append((user_field, "SNMPv3 needs a user, and none is there"))
    return version, user


def _reference(reader: FieldReader, name: str) -> str | None:
    """Take a reference to a secret; what else stands there may be the secret, and is not told."""
    given = reader.text(name)
    if given is None or re.match(CREDENTIAL_PATTERN, given):
        return given
    reader.faults.append((name, f"expected {CREDENTIAL_WORDS}"))
    return None


def _cli(reader: FieldReader) -> CliAccess | None:
    port = reader.number("cli_port", most=_LARGEST_PORT)
    user, credential = reader.text("cli_user"), _reference(reader, "cli_credential")
    address = reader.text("cli_address")
    if address is None and user is None and credential is None:
        return None
    return CliAccess(
        address=address or reader.text("address") or "",
        port=port or SSH_PORT,
        user=user,
        credential=credential,
        known_key=reader.text("cli_known_key"),
    )


def _several(reader: FieldReader, name: str) -> tuple[str, ...] | None:
    given = reader.values.get(name)
    if isinstance(given, list):
        return tuple(str(one) for one in given)
    text = reader.text(name)
    return None if text is None else tuple(part.strip() for part in text.split("|"))
