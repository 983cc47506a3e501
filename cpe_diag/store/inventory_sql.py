"""An inventory in the operator's own SQL database, asked with the operator's own queries."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import (
    DefinitionError,
    InventoryError,
    MeasurementError,
    UnknownSubscriberError,
)
from cpe_diag.domain.postal_address import addresses_found, comparable
from cpe_diag.domain.secret import CREDENTIAL_PATTERN
from cpe_diag.store.field_reader import FieldReader
from cpe_diag.store.inventory_fields import (
    NODE_FIELDS,
    PORT_FIELDS,
    SUBSCRIBER_FIELDS,
    check_field_names,
    near_matches,
    read_node,
    read_port,
    read_subscriber,
    settings_fault,
    translated,
    with_defaults,
)
from cpe_diag.store.server_patience import server_limits
from cpe_diag.store.sql_words import sql_words, without

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import URL, Engine

    from cpe_diag.domain.postal_address import AddressAsked
    from cpe_diag.domain.subscriber import AccessNode, NodePort, Subscriber
    from cpe_diag.ports import CredentialSource


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlSettings:
    """Which database, the operator's own queries, and which result columns hold which field.

    `url` is a SQLAlchemy URL or a reference to one (`env:NAME`, `file:PATH#KEY`). `query` gets
    `:subscriber_id`, `node_query` and `ports_query` get `:node`, `near_query` gets `:beginning`
    (the first half of an unknown id and `%`, for LIKE) and gives ids in its first column;
    `nodes_query` gives all nodes, with a column that holds their ids. `phone_query` gets `:phone`,
    the digits of a number without `+`, `00` or trunk zero, and gives ids in its first column.
    `postal_address_query` gets `:word` and `:word2`, the longest names of what somebody says of an
    address, and `:number`, its first number, each in small letters without marks and empty where
    there is none; it gives ids in its first column and addresses in its second, and may give too
    many: they are compared once more.
    `columns`, `node_columns` and `ports_columns` map fields (SUBSCRIBER_FIELDS, NODE_FIELDS,
    PORT_FIELDS) to columns; a field's own name where it is not mapped. `defaults` are values for
    fields that no column holds; `{id}` in them becomes the subscriber's id. `values` maps, by
    field, the operator's words to ours: `{"technology": {"FTTC": "vdsl2"}}`.
    """

    url: str
    query: str
    columns: Mapping[str, str] = field(default_factory=dict)
    node_query: str | None = None
    node_columns: Mapping[str, str] = field(default_factory=dict)
    nodes_query: str | None = None
    ports_query: str | None = None
    ports_columns: Mapping[str, str] = field(default_factory=dict)
    near_query: str | None = None
    phone_query: str | None = None
    postal_address_query: str | None = None
    defaults: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


_READS: Final = re.compile(r"\s*(?:SELECT|WITH)\b", re.IGNORECASE)
"""How a query begins that only reads (ISO 9075-2, query expression)."""

# How each database is told, in its own words, that a transaction only reads:
# PostgreSQL manual, "SET TRANSACTION"; SQLite, "PRAGMA query_only".
_READ_ONLY: Final[Mapping[str, str]] = {
    "postgresql": "SET TRANSACTION READ ONLY",
    "sqlite": "PRAGMA query_only = ON",
}
# PostgreSQL manual, "Client Connection Defaults", statement behavior.
_LIMIT: Final[Mapping[str, str]] = {"postgresql": "SET LOCAL statement_timeout = {ms}"}

_LIBPQ: Final = frozenset({"psycopg", "psycopg2"})
"""Drivers of PostgreSQL that take libpq's own words for a connection."""
ANSWERS_WITHIN_S: Final = 15.0
"""How long a server may take for one query, and to let us in."""

_ID_AND_ADDRESS: Final = ("id", "postal_address")

_MOST_ROWS: Final = 20_000
"""More ports than any one access node has; a query that forgets its WHERE ends here."""


class SqlInventory:
    """Subscribers and nodes from a SQL database; every question is one short transaction."""

    def __init__(
        self,
        settings: SqlSettings,
        credentials: CredentialSource,
        *,
        connections: int = 0,
        within_s: float = ANSWERS_WITHIN_S,
    ) -> None:
        """Keep the settings; nothing is connected yet.

        Args:
            settings: database, queries and columns.
            credentials: resolves the URL where it is a reference.
            connections: how many stay open between questions until `close`; 0: none does.
            within_s: how long PostgreSQL may take for one query, and to let us in; of other
                databases what their driver is told in the URL holds.

        Raises:
            DefinitionError: a query does more than read, or a field is named that does not
                exist; all of it at once.
        """
        self.settings = settings
        self._credentials = credentials
        self._connections = connections
        self._within_s = within_s
        self._engine: Engine | None = None
        _check(settings)

    def subscriber(self, subscriber_id: str) -> Subscriber:
        """Find one subscriber.

        Args:
            subscriber_id: its id.

        Returns:
            What the database says of it.

        Raises:
            InventoryError: it is not there, there is more than one, or the database cannot be
                asked.
            DefinitionError: its row is wrong, or a column is missing.
        """
        rows = self._ask("query", self.settings.query, subscriber_id=subscriber_id)
        if not rows:
            near = self._near(subscriber_id)
            msg = f"{self._name()}: no subscriber {subscriber_id!r}{near}"
            raise UnknownSubscriberError(msg)
        if len(rows) > 1:
            msg = (
                f"{self._name()}: the query gives {len(rows)} rows for {subscriber_id!r}, not one"
            )
            raise InventoryError(msg)
        columns = self.settings.columns
        row = with_defaults(
            self._fields("columns", rows[0], columns, SUBSCRIBER_FIELDS),
            self.settings.defaults,
        )
        reader = FieldReader(values={"id": subscriber_id, **row})
        subscriber = read_subscriber(reader, self._node)
        self._raise("columns", columns, reader)
        return subscriber

    def ports_of_node(self, node_id: str) -> tuple[NodePort, ...]:
        """Give the ports of a node; empty where no query is configured for it.

        Args:
            node_id: the node.

        Returns:
            Its ports, in the order of the query.

        Raises:
            InventoryError: the database cannot be asked.
            DefinitionError: a row is wrong, or a column is missing.
        """
        if self.settings.ports_query is None:
            return ()
        columns = self.settings.ports_columns
        ports = []
        for row in self._ask("ports_query", self.settings.ports_query, node=node_id):
            reader = FieldReader(values=self._fields("ports_columns", row, columns, PORT_FIELDS))
            ports.append(read_port(reader))
            self._raise("ports_columns", columns, reader)
        return tuple(ports)

    def with_phone(self, digits: str) -> tuple[str, ...]:
        """Give the ids of subscribers who may have a number; none where no query is configured.

        Args:
            digits: as `domain.phone.phone_digits` gives them; the operator's query compares them.

        Raises:
            InventoryError: the database cannot be asked.
        """
        if self.settings.phone_query is None:
            return ()
        rows = self._ask("phone_query", self.settings.phone_query, phone=digits)
        return tuple(str(next(iter(row.values()), "")) for row in rows)

    def at_postal_address(self, asked: AddressAsked, most: int) -> tuple[str, ...]:
        """Give the ids of who may live at an address; none where no query is configured.

        Args:
            asked: as `domain.postal_address.address_asked` gives it.
            most: how many are given at most, the best first.

        Raises:
            InventoryError: the database cannot be asked.
            DefinitionError: the query gives one column only.
        """
        setting, query = "postal_address_query", self.settings.postal_address_query
        if query is None:
            return ()
        word, word2 = (*asked.names, "")[:2]
        rows = self._ask(setting, query, word=word, word2=word2, number=asked.number)
        if rows and len(rows[0]) < len(_ID_AND_ADDRESS):
            words = f"{setting}: expected two columns, the id and the address; found one"
            raise DefinitionError((settings_fault(words),))
        pairs = (tuple(row.values())[:2] for row in rows)
        held = comparable((str(name), str(address or "")) for name, address in pairs)
        return addresses_found(held, asked, most)

    def postal_address(self, subscriber_id: str) -> str | None:
        """Give where a subscriber lives; None where the query has no column that says so.

        Raises:
            InventoryError: the database cannot be asked.
            DefinitionError: a column is missing.
        """
        for row in self._ask("query", self.settings.query, subscriber_id=subscriber_id):
            fields = self._fields("columns", row, self.settings.columns, SUBSCRIBER_FIELDS)
            return FieldReader(values=fields).text("postal_address")
        return None

    def node(self, node_id: str) -> AccessNode:
        """Find one access node.

        Args:
            node_id: the node.

        Returns:
            What the database says of it.

        Raises:
            InventoryError: it is not there, no node_query is configured, or the database cannot
                be asked.
            DefinitionError: its row is wrong, or a column is missing.
        """
        found = self._node(node_id)
        if isinstance(found, str):
            msg = f"{self._name()}: {found}"
            raise InventoryError(msg)
        return found

    def nodes(self) -> tuple[AccessNode, ...]:
        """Give all access nodes; empty where no query is configured for them.

        Returns:
            Nodes in the order of the query.

        Raises:
            InventoryError: the database cannot be asked.
            DefinitionError: a row is wrong, or a column is missing.
        """
        if self.settings.nodes_query is None:
            return ()
        rows = self._ask("nodes_query", self.settings.nodes_query)
        return tuple(self._read_node(row) for row in rows)

    def close(self) -> None:
        """Close the connections that stay open; the next question resolves the URL anew."""
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.dispose()

    def _read_node(self, row: Mapping[str, object], **known: str) -> AccessNode:
        named = self.settings.node_columns
        columns = {name: column for name, column in named.items() if name not in known}
        fields = self._fields("node_columns", row, columns, NODE_FIELDS)
        reader = FieldReader(values={**fields, **known})
        node = read_node(reader)
        self._raise("node_columns", columns, reader)
        return node

    def _node(self, node_id: str) -> AccessNode | str:
        if self.settings.node_query is None:
            return f"node {node_id!r} is named, and no node_query is configured"
        rows = self._ask("node_query", self.settings.node_query, node=node_id)
        if len(rows) != 1:
            return f"the node_query gives {len(rows)} rows for node {node_id!r}, not one"
        return self._read_node(rows[0], id=node_id)

    def _near(self, subscriber_id: str) -> str:
        if self.settings.near_query is None:
            return ""
        beginning = f"{subscriber_id[: max(len(subscriber_id) // 2, 1)]}%"
        rows = self._ask("near_query", self.settings.near_query, beginning=beginning)
        return near_matches(subscriber_id, [str(next(iter(row.values()), "")) for row in rows])

    def _fields(
        self,
        setting: str,
        row: Mapping[str, object],
        columns: Mapping[str, str],
        known: tuple[str, ...],
    ) -> dict[str, object]:
        missing = [column for column in columns.values() if column not in row]
        if missing:
            found = ", ".join(row)
            raise DefinitionError(
                tuple(
                    settings_fault(
                        f"{setting}: the query gives no column {column!r}; found {found}"
                    )
                    for column in missing
                )
            )
        named = {name: columns.get(name, name) for name in known}
        fields = {name: row[column] for name, column in named.items() if column in row}
        return translated(fields, self.settings.values)

    def _raise(self, setting: str, columns: Mapping[str, str], reader: FieldReader) -> None:
        if reader.faults:
            raise DefinitionError(
                tuple(
                    settings_fault(
                        f"{self._name()}: {setting} {columns.get(name, name)}: {message}"
                    )
                    for name, message in reader.faults
                )
            )

    def _ask(self, setting: str, query: str, **values: str) -> Sequence[Mapping[str, object]]:
        # SQLAlchemy takes 290 ms to import, and only those who keep a database need it.
        from sqlalchemy import text  # noqa: PLC0415 - the reason stands above
        from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415 - as above

        engine = self._opened()
        try:
            with engine.connect() as connection:
                if words := _READ_ONLY.get(engine.dialect.name):
                    connection.execute(text(words))
                if words := _LIMIT.get(engine.dialect.name):
                    connection.execute(text(words.format(ms=round(1000 * self._within_s))))
                result = connection.execute(text(query), values)
                rows = [dict(row) for row in result.mappings().fetchmany(_MOST_ROWS)]
                connection.rollback()
        except SQLAlchemyError as error:
            said = without(sql_words(error, engine.url), values)
            msg = f"{self._name()}: {setting}: {said}"
            self.close()
            raise InventoryError(msg) from None
        return rows

    def _opened(self) -> Engine:
        if self._engine is None:
            from sqlalchemy import create_engine, make_url  # noqa: PLC0415 - slow to import, see _ask
            from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415 - as above

            from cpe_diag.store.kept_connections import (  # noqa: PLC0415 - as above
                look_after_rest,
                pool_of,
            )

            try:
                url = make_url(self._url())
                # A file may be replaced by a new one, which an open connection does not see.
                is_file = url.get_backend_name() == "sqlite"
                limits = {}
                if url.get_driver_name() in _LIBPQ:
                    limits = server_limits(self._within_s)
                pool = pool_of(0 if is_file else self._connections, self._within_s)
                engine = create_engine(url, connect_args=limits, **pool)
                look_after_rest(engine)
            except ImportError as error:
                msg = f"the inventory database needs a Python package: {error.name}"
                raise InventoryError(msg) from None
            except (SQLAlchemyError, ValueError):
                msg = "the inventory's url is no SQLAlchemy URL (dialect://user@host/database)"
                raise InventoryError(msg) from None
            _refuse_missing_file(engine.url)
            self._engine = engine
        return self._engine

    def _url(self) -> str:
        if not re.match(CREDENTIAL_PATTERN, self.settings.url):
            return self.settings.url
        try:
            return self._credentials.resolve(self.settings.url).reveal()
        except MeasurementError as error:
            msg = f"the inventory's url: {error.failure}"
            raise InventoryError(msg) from error

    def _name(self) -> str:
        url = self._opened().url
        host = url.host or ""
        return f"inventory {url.get_backend_name()}://{host}/{url.database or ''}"


def _refuse_missing_file(url: URL) -> None:
    """Say that there is no such file, where SQLite would make an empty one.

    Raises:
        InventoryError: the URL names a SQLite file that is not there.
    """
    path = url.database
    if url.get_backend_name() != "sqlite" or not path or path.startswith((":", "file:")):
        return
    if not Path(path).is_file():
        msg = f"inventory sqlite:///{path}: there is no such file"
        raise InventoryError(msg)


def _check(settings: SqlSettings) -> None:
    queries = {
        "query": (settings.query, ":subscriber_id"),
        "node_query": (settings.node_query, ":node"),
        "nodes_query": (settings.nodes_query, ""),
        "ports_query": (settings.ports_query, ":node"),
        "near_query": (settings.near_query, ":beginning"),
        "phone_query": (settings.phone_query, ":phone"),
        "postal_address_query": (settings.postal_address_query, ":word"),
    }
    faults = []
    for setting, (query, parameter) in queries.items():
        if query is None:
            continue
        if not _READS.match(query):
            faults.append(settings_fault(f"{setting}: only SELECT (or WITH) is asked here"))
        if parameter not in query:
            faults.append(settings_fault(f"{setting}: does not use {parameter}"))
    if faults:
        raise DefinitionError(tuple(faults))
    check_field_names("columns", settings.columns, SUBSCRIBER_FIELDS)
    check_field_names("node_columns", settings.node_columns, NODE_FIELDS)
    check_field_names("ports_columns", settings.ports_columns, PORT_FIELDS)
    check_field_names("defaults", settings.defaults, SUBSCRIBER_FIELDS)
    check_field_names("values", settings.values, (*SUBSCRIBER_FIELDS, *NODE_FIELDS, *PORT_FIELDS))
