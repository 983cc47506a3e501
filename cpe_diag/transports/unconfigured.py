"""Doors that are not there, because the inventory or the configuration does not name them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cpe_diag.ports import Command, CommandAnswer, Oid, SnmpTable, SnmpValue


def _refuse(operation: str, where: str, detail: str, next_step: str) -> NoReturn:
    """Say that there is nothing to ask."""
    failure = Failure(
        kind=FailureKind.NOT_CONFIGURED, where=where, detail=detail, next_step=next_step
    )
    raise MeasurementError(failure, operation)


class NoAgent:
    """The `SnmpReader` of an access node or a modem that the inventory does not name."""

    def __init__(self, node: str, detail: str, next_step: str) -> None:
        """Say what is not named, and what to write into the inventory."""
        self.node = node
        self._detail = detail
        self._next_step = next_step

    async def get(self, oids: Sequence[Oid], *, deadline: float) -> Mapping[Oid, SnmpValue]:
        """Refuse.

        Raises:
            MeasurementError: `snmp.get`: NOT_CONFIGURED, always.
        """
        del oids, deadline
        self._refuse()

    async def next_rows(
        self, column: Oid, *, after: str, max_rows: int, deadline: float
    ) -> tuple[tuple[Oid, SnmpValue], ...]:
        """Refuse.

        Raises:
            MeasurementError: `snmp.get`: NOT_CONFIGURED, always.
        """
        del column, after, max_rows, deadline
        self._refuse()

    async def table(
        self, columns: Sequence[Oid], *, prefix: str, max_rows: int, deadline: float
    ) -> SnmpTable:
        """Refuse.

        Raises:
            MeasurementError: `snmp.get`: NOT_CONFIGURED, always.
        """
        del columns, prefix, max_rows, deadline
        self._refuse()

    def _refuse(self) -> NoReturn:
        _refuse("snmp.get", self.node, self._detail, self._next_step)


def no_node() -> NoAgent:
    """Make the reader of a subscriber whose access node the inventory does not name."""
    return NoAgent(
        "access node",
        "the inventory names no access node for this subscriber",
        "add `node` and `port` to the inventory",
    )


def no_modem() -> NoAgent:
    """Make the reader of a subscriber whose cable modem may not be asked."""
    return NoAgent(
        "cable modem",
        "the inventory does not say how to ask this subscriber's cable modem",
        "add `modem` with a credential to the inventory",
    )


class NoRouter:
    """The `RouterView` of a subscriber whose router the inventory does not name."""

    router = "router"
    overheard = ""

    async def connect(self, *, deadline: float) -> float:
        """Refuse.

        Raises:
            MeasurementError: `ssh.connect`: NOT_CONFIGURED, always.
        """
        del deadline
        self._refuse()

    async def ask(
        self, commands: Sequence[Command], *, deadline: float
    ) -> tuple[CommandAnswer, ...]:
        """Refuse.

        Raises:
            MeasurementError: `ssh.connect`: NOT_CONFIGURED, always.
        """
        del commands, deadline
        self._refuse()

    def _refuse(self) -> NoReturn:
        _refuse(
            "ssh.connect",
            self.router,
            "the inventory names no router for this subscriber",
            "add `router` to the inventory",
        )
