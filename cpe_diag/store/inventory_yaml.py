"""An inventory in one YAML file, checked as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import DefinitionError, Fault, InventoryError, UnknownSubscriberError
from cpe_diag.domain.phone import phones_by_end, phones_found
from cpe_diag.domain.postal_address import addresses_found, comparable
from cpe_diag.domain.subscriber import AccessNode, Subscriber
from cpe_diag.driver_kit.schema_check import check
from cpe_diag.driver_kit.yaml_source import read_yaml
from cpe_diag.store.field_reader import FieldReader
from cpe_diag.store.inventory_fields import (
    near_matches,
    no_node,
    port_of_subscriber,
    read_node,
    read_subscriber,
)
from cpe_diag.store.inventory_schema import INVENTORY_SCHEMA

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from cpe_diag.domain.postal_address import AddressAsked
    from cpe_diag.domain.subscriber import NodePort
    from cpe_diag.driver_kit.yaml_source import YamlDocument, YamlPath

_PLACES: Final = {
    "down_bps": ("service", "down_bps"),
    "up_bps": ("service", "up_bps"),
    "vlan": ("service", "vlan"),
    "wan": ("service", "wan"),
    "profile": ("service", "profile"),
    "account": ("service", "account"),
    "metered": ("service", "metered"),
    "router_address": ("router", "address"),
    "router_port": ("router", "port"),
    "router_platform": ("router", "platform"),
    "router_user": ("router", "user"),
    "router_credential": ("router", "credential"),
    "router_known_key": ("router", "known_key"),
    "router_model": ("router", "model"),
    "router_legacy_algorithms": ("router", "legacy_algorithms"),
    "modem_address": ("modem", "address"),
    "modem_port": ("modem", "port"),
    "modem_version": ("modem", "version"),
    "modem_credential": ("modem", "credential"),
    "modem_user": ("modem", "user"),
    "modem_auth_protocol": ("modem", "auth_protocol"),
    "modem_priv_protocol": ("modem", "priv_protocol"),
    "modem_driver": ("modem", "driver"),
    "session_user": ("session", "user"),
    "session_credential": ("session", "credential"),
}
"""Where a field stands in a subscriber's entry, when it is not at its top."""


class YamlInventory:
    """Subscribers and nodes from one YAML file; read once, at the first question."""

    def __init__(self, path: Path) -> None:
        """Name the file; it is not opened yet.

        Args:
            path: the file, as `INVENTORY_SCHEMA` describes it.
        """
        self.path = path

    def subscriber(self, subscriber_id: str) -> Subscriber:
        """Find one subscriber.

        Args:
            subscriber_id: its id.

        Returns:
            What the file says of it.

        Raises:
            InventoryError: it is not there, or the file cannot be read.
            DefinitionError: the file is wrong; every fault of it at once.
        """
        found = self._subscribers.get(subscriber_id)
        if found is None:
            held = self._subscribers
            msg = f"{self.path}: no subscriber {subscriber_id!r} among {len(held)}"
            raise UnknownSubscriberError(msg, partial(near_matches, subscriber_id, held))
        return found

    def ports_of_node(self, node_id: str) -> tuple[NodePort, ...]:
        """Give the ports of a node that subscribers are on.

        Args:
            node_id: the node.

        Returns:
            One port for each of its subscribers; all of them in service.

        Raises:
            InventoryError: the file cannot be read.
            DefinitionError: the file is wrong.
        """
        return tuple(
            port
            for one in self._subscribers.values()
            if one.node is not None and one.node.id == node_id
            if (port := port_of_subscriber(one)) is not None
        )

    def with_phone(self, digits: str) -> tuple[str, ...]:
        """Give the ids of subscribers who may have a number.

        Args:
            digits: as `domain.phone.phone_digits` gives them.

        Raises:
            InventoryError: the file cannot be read.
            DefinitionError: the file is wrong.
        """
        return phones_found(self._phones, digits)

    def at_postal_address(self, asked: AddressAsked, most: int) -> tuple[str, ...]:
        """Give the ids of who may live at an address.

        Args:
            asked: as `domain.postal_address.address_asked` gives it.
            most: how many are given at most, the best first.

        Raises:
            InventoryError: the file cannot be read.
            DefinitionError: the file is wrong.
        """
        return addresses_found(self._comparable, asked, most)

    def postal_address(self, subscriber_id: str) -> str | None:
        """Give where a subscriber lives; None where the file does not say.

        Raises:
            InventoryError: the file cannot be read.
            DefinitionError: the file is wrong.
        """
        return self._content.postal_addresses.get(subscriber_id)

    def node(self, node_id: str) -> AccessNode:
        """Find one access node.

        Args:
            node_id: the node.

        Returns:
            What the file says of it.

        Raises:
            InventoryError: it is not there, or the file cannot be read.
            DefinitionError: the file is wrong.
        """
        found = self._content.nodes.get(node_id)
        if found is None:
            raise InventoryError(f"{self.path}: {no_node(node_id, self._content.nodes)}")
        return found

    def nodes(self) -> tuple[AccessNode, ...]:
        """Give all access nodes.

        Returns:
            Nodes in the order of the file.

        Raises:
            InventoryError: the file cannot be read.
            DefinitionError: the file is wrong.
        """
        return tuple(self._content.nodes.values())

    @property
    def _subscribers(self) -> Mapping[str, Subscriber]:
        return self._content.subscribers

    @cached_property
    def _phones(self) -> Mapping[str, Sequence[tuple[str, str]]]:
        return phones_by_end(self._content.phones.items())

    @cached_property
    def _comparable(self) -> tuple[tuple[str, str], ...]:
        return comparable(self._content.postal_addresses.items())

    @cached_property
    def _content(self) -> _Content:
        try:
            text = self.path.read_text(encoding="utf-8-sig")
        except OSError as error:
            msg = f"{self.path}: the inventory cannot be read: {error.strerror}"
            raise InventoryError(msg) from error
        except UnicodeDecodeError as error:
            msg = f"{self.path}: the inventory is no UTF-8 text (byte {error.start})"
            raise InventoryError(msg) from error
        document = read_yaml(text, str(self.path))
        faults = list(check(document, INVENTORY_SCHEMA))
        if faults:
            raise DefinitionError(tuple(faults))
        content = _read(document, faults)
        if faults:
            raise DefinitionError(tuple(faults))
        return content


@dataclass(frozen=True, slots=True, kw_only=True)
class _Content:
    """A file that was read: subscribers, nodes, telephone numbers and addresses by their ids."""

    subscribers: Mapping[str, Subscriber]
    phones: Mapping[str, str]
    postal_addresses: Mapping[str, str]
    nodes: Mapping[str, AccessNode]


def _read(document: YamlDocument, faults: list[Fault]) -> _Content:
    data = _mapping(document.data)
    nodes = {
        node_id: _node(document, node_id, _mapping(entry), faults)
        for node_id, entry in _mapping(data.get("nodes")).items()
    }

    def node_named(node_id: str) -> AccessNode | str:
        return nodes.get(node_id) or no_node(node_id, nodes)

    subscribers: dict[str, Subscriber] = {}
    phones: dict[str, str] = {}
    postal_addresses: dict[str, str] = {}
    entries = data["subscribers"]
    for i, entry in enumerate(entries if isinstance(entries, list) else []):
        here: YamlPath = ("subscribers", i)
        reader = FieldReader(values=_flat(_mapping(entry)))
        subscriber = read_subscriber(reader, node_named)
        for name, message in reader.faults:
            path = (*here, *_PLACES.get(name, (name,)))
            faults.append(document.fault(path, f"subscribers[{i}].{name}: {message}"))
        if subscriber.id in subscribers:
            message = f"the subscriber {subscriber.id!r} is here twice"
            faults.append(document.fault((*here, "id"), message))
        subscribers[subscriber.id] = subscriber
        phone = reader.text("phone")
        if phone is not None:
            phones[subscriber.id] = phone
        postal_address = reader.text("postal_address")
        if postal_address is not None:
            postal_addresses[subscriber.id] = postal_address
    return _Content(
        subscribers=subscribers, phones=phones, postal_addresses=postal_addresses, nodes=nodes
    )


def _node(
    document: YamlDocument, node_id: str, entry: Mapping[str, object], faults: list[Fault]
) -> AccessNode:
    reader = FieldReader(values={**entry, "id": node_id})
    node = read_node(reader)
    faults += [
        document.fault(("nodes", node_id, name), f"nodes.{node_id}.{name}: {message}")
        for name, message in reader.faults
    ]
    return node


def _flat(entry: Mapping[str, object]) -> dict[str, object]:
    nested = {name: _mapping(entry.get(top)).get(key) for name, (top, key) in _PLACES.items()}
    tops = {top for top, _ in _PLACES.values()}
    return {name: value for name, value in entry.items() if name not in tops} | {
        name: value for name, value in nested.items() if value is not None
    }


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}
