"""Fakes of the doors to the operator's own records: subscribers and secrets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cpe_diag.domain.failures import Failure, FailureKind, InventoryError, MeasurementError
from cpe_diag.domain.secret import Secret
from cpe_diag.domain.subscriber import AccessNode, NodePort, Subscriber

if TYPE_CHECKING:
    from cpe_diag.domain.postal_address import AddressAsked


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeInventory:
    """An inventory of a few subscribers, and of the ports of their nodes by node id.

    Nodes are those of the subscribers, and `more_nodes`.
    """

    subscribers: tuple[Subscriber, ...] = ()
    more_nodes: tuple[AccessNode, ...] = ()
    ports: Mapping[str, tuple[NodePort, ...]] = field(default_factory=dict)
    addresses: Mapping[str, str] = field(default_factory=dict)

    def subscriber(self, subscriber_id: str) -> Subscriber:
        """Find one subscriber.

        Raises:
            InventoryError: it is not there.
        """
        for one in self.subscribers:
            if one.id == subscriber_id:
                return one
        msg = f"there is no subscriber {subscriber_id!r}"
        raise InventoryError(msg)

    def ports_of_node(self, node_id: str) -> tuple[NodePort, ...]:
        """Give the ports of a node."""
        return self.ports.get(node_id, ())

    def with_phone(self, digits: str) -> tuple[str, ...]:
        """Give nobody: there are no numbers here."""
        del digits
        return ()

    def at_postal_address(self, asked: AddressAsked, most: int) -> tuple[str, ...]:
        """Give nobody: there are no addresses here."""
        del asked, most
        return ()

    def postal_address(self, subscriber_id: str) -> str | None:
        """Give where a home is, if it was said."""
        return self.addresses.get(subscriber_id)

    def node(self, node_id: str) -> AccessNode:
        """Find one access node.

        Raises:
            InventoryError: it is not there.
        """
        for one in self.nodes():
            if one.id == node_id:
                return one
        msg = f"there is no node {node_id!r}"
        raise InventoryError(msg)

    def nodes(self) -> tuple[AccessNode, ...]:
        """Give all access nodes."""
        named = [one.node for one in self.subscribers if one.node is not None]
        return tuple({one.id: one for one in (*named, *self.more_nodes)}.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeCredentials:
    """Secrets by reference."""

    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)

    def resolve(self, reference: str) -> Secret:
        """Give the secret.

        Raises:
            MeasurementError: `credential.resolve`: NOT_CONFIGURED.
        """
        if reference not in self.secrets:
            failure = Failure(
                kind=FailureKind.NOT_CONFIGURED,
                where=reference,
                detail="there is no such credential",
            )
            raise MeasurementError(failure, "credential.resolve")
        return Secret(self.secrets[reference])
