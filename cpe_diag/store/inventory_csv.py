"""An inventory exported as CSV: columns named in the configuration, scanned row by row."""

from __future__ import annotations

import csv
import json
import sys
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import DefinitionError, Fault, InventoryError, UnknownSubscriberError
from cpe_diag.domain.phone import phones_by_end, phones_found
from cpe_diag.domain.postal_address import AddressIndex, addresses_found, comparable
from cpe_diag.domain.subscriber import AccessNode, NodePort, Subscriber
from cpe_diag.store.field_reader import FieldReader
from cpe_diag.store.inventory_fields import (
    NODE_FIELDS,
    SUBSCRIBER_FIELDS,
    check_field_names,
    near_matches,
    no_node,
    read_node,
    read_subscriber,
    settings_fault,
    translated,
    with_defaults,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from cpe_diag.domain.postal_address import AddressAsked


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvSettings:
    """Which files, and which of their columns hold which field.

    `columns` and `node_columns` map fields (SUBSCRIBER_FIELDS, NODE_FIELDS) to column titles;
    where they are empty, the titles are the fields' own names and all of them are optional but
    the required ones. `nodes` None means: nodes are not described. `defaults` are values for
    fields that no column holds; `{id}` in them becomes the subscriber's id. `values` maps, by
    field, the operator's words to ours: `{"technology": {"FTTC": "vdsl2"}}`.
    """

    subscribers: Path
    nodes: Path | None = None
    delimiter: str = ","
    columns: Mapping[str, str] = field(default_factory=dict)
    node_columns: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


class CsvInventory:
    """Subscribers and nodes from CSV files; a question scans the file once and keeps no row.

    Only the ports of nodes are kept, once many nodes are asked for. For many questions the rows
    are kept, as text.
    """

    def __init__(self, settings: CsvSettings, *, many: bool = False) -> None:
        """Keep the settings; no file is opened yet.

        Args:
            settings: files and columns.
            many: many questions come, while the files stay as they are: each file is read once.

        Raises:
            DefinitionError: the settings name a field that does not exist, or the delimiter is
                not one character.
        """
        self.settings = settings
        self._many = many
        self._phones: Mapping[str, Sequence[tuple[str, str]]] | None = None
        self._addresses: AddressIndex | None = None
        self._index: _Index | None = None
        self._nodes_read: tuple[dict[str, AccessNode], list[Fault]] | None = None
        self._one_node: str | None = "" if many else None
        """The only node that was asked for so far; empty: there are several."""
        self._ports_by_node: dict[str, list[NodePort]] | None = None
        if len(settings.delimiter) != 1:
            words = f"delimiter: expected one character, found {settings.delimiter!r}"
            raise DefinitionError((settings_fault(words),))
        check_field_names("columns", settings.columns, SUBSCRIBER_FIELDS)
        check_field_names("node_columns", settings.node_columns, NODE_FIELDS)
        check_field_names("defaults", settings.defaults, SUBSCRIBER_FIELDS)
        check_field_names("values", settings.values, SUBSCRIBER_FIELDS)

    def subscriber(self, subscriber_id: str) -> Subscriber:
        """Find one subscriber.

        Args:
            subscriber_id: its id.

        Returns:
            What the files say of it.

        Raises:
            InventoryError: it is not there, or a file cannot be read.
            DefinitionError: its row is wrong or there twice, or a column is missing; the line is
                the file's, the column is the number of the cell.
        """
        ids, found = self._rows_of(subscriber_id)
        if not found:
            path = self.settings.subscribers
            msg = f"{path}: no subscriber {subscriber_id!r} among {len(ids)}"
            raise UnknownSubscriberError(msg, partial(near_matches, subscriber_id, ids))
        if len(found) > 1:
            message = f"the subscriber {subscriber_id!r} is here {len(found)} times"
            raise DefinitionError(tuple(row.fault("id", message) for row in found[1:]))
        return self._read(found[0])

    def _rows_of(self, subscriber_id: str) -> tuple[Collection[str], list[_Row]]:
        """Give all ids, and the rows of one of them."""
        table = _Table(self.settings.subscribers, self.settings.delimiter)
        if self._many:
            index = self._index
            if index is None:
                index = _Index(table, self.settings.columns)
                self._index = index
            return index.ids, index.rows(subscriber_id)
        found: list[_Row] = []
        ids: list[str] = []
        for row in table.rows(self.settings.columns, SUBSCRIBER_FIELDS, ("id",)):
            row_id = row.text("id")
            ids.append(row_id)
            if row_id == subscriber_id:
                found.append(row)
        return ids, found

    def check(self) -> tuple[Fault, ...]:
        """Check every row of both files.

        Returns:
            Every fault; empty when all rows are right.

        Raises:
            InventoryError: a file cannot be read.
            DefinitionError: a column is missing.
        """
        faults: list[Fault] = []
        nodes = self._nodes(faults)
        first: dict[str, int] = {}
        table = _Table(self.settings.subscribers, self.settings.delimiter)
        for row in table.rows(self.settings.columns, SUBSCRIBER_FIELDS, ("id",)):
            row_id = row.text("id")
            if row_id in first:
                words = f"the subscriber {row_id!r} is here twice; first in line {first[row_id]}"
                faults.append(row.fault("id", words))
            first.setdefault(row_id, row.line)
            self._subscriber(row, nodes, faults)
        return tuple(faults)

    def ports_of_node(self, node_id: str) -> tuple[NodePort, ...]:
        """Give the ports of a node that subscribers are on.

        Args:
            node_id: the node.

        Returns:
            One port for each of its subscribers; all of them in service.

        Raises:
            InventoryError: the file cannot be read.
            DefinitionError: a column is missing.
        """
        if self._one_node in {None, node_id}:
            self._one_node = node_id
            return tuple(port for _, port in self._ports(node_id))
        # Whoever asks for a second node asks for many: a scan for each would take minutes.
        by_node = self._ports_by_node
        if by_node is None:
            by_node = {}
            for node, port in self._ports():
                by_node.setdefault(node, []).append(port)
            self._ports_by_node = by_node
        return tuple(by_node.get(node_id, ()))

    def _ports(self, node_id: str | None = None) -> Iterator[tuple[str, NodePort]]:
        """Go through the ports of one node, or of all, with their nodes."""
        table = _Table(self.settings.subscribers, self.settings.delimiter)
        wanted = ("node", "port", "id", "splitter", "router_address")
        for node, port, name, splitter, address in table.texts(
            self.settings.columns, SUBSCRIBER_FIELDS, ("id",), wanted
        ):
            if node and port and node_id in {None, node}:
                yield (
                    node,
                    NodePort(
                        port=port,
                        in_service=True,
                        subscriber=name,
                        splitter=splitter or None,
                        address=address or None,
                    ),
                )

    def with_phone(self, digits: str) -> tuple[str, ...]:
        """Give the ids of subscribers who may have a number.

        Args:
            digits: as `domain.phone.phone_digits` gives them.

        Raises:
            InventoryError: the file cannot be read.
            DefinitionError: a column is missing.
        """
        held = self._phones
        if held is None:
            table = _Table(self.settings.subscribers, self.settings.delimiter)
            rows = table.texts(self.settings.columns, SUBSCRIBER_FIELDS, ("id",), ("id", "phone"))
            held = phones_by_end((name, phone) for name, phone in rows if phone)
            self._phones = held if self._many else None
        return phones_found(held, digits)

    def at_postal_address(self, asked: AddressAsked, most: int) -> tuple[str, ...]:
        """Give the ids of who may live at an address.

        Args:
            asked: as `domain.postal_address.address_asked` gives it.
            most: how many are given at most, the best first.

        Raises:
            InventoryError: the file cannot be read.
            DefinitionError: a column is missing.
        """
        if not self._many:
            return addresses_found(self._read_addresses(), asked, most)
        held = self._addresses
        if held is None:
            held = AddressIndex(self._read_addresses())
            self._addresses = held
        return addresses_found(held.near(asked), asked, most)

    def _read_addresses(self) -> tuple[tuple[str, str], ...]:
        table = _Table(self.settings.subscribers, self.settings.delimiter)
        wanted = ("id", "postal_address")
        rows = table.texts(self.settings.columns, SUBSCRIBER_FIELDS, ("id",), wanted)
        return comparable((name, address) for name, address in rows if address)

    def postal_address(self, subscriber_id: str) -> str | None:
        """Give where a subscriber lives; None where the file does not say.

        Raises:
            InventoryError: the file cannot be read.
            DefinitionError: a column is missing.
        """
        _, rows = self._rows_of(subscriber_id)
        return next((said for row in rows if (said := row.text("postal_address"))), None)

    def node(self, node_id: str) -> AccessNode:
        """Find one access node.

        Args:
            node_id: the node.

        Returns:
            What the file of nodes says of it.

        Raises:
            InventoryError: it is not there, or a file cannot be read.
            DefinitionError: a row of the file of nodes is wrong, or a column is missing.
        """
        nodes = self._right_nodes()
        if node_id not in nodes:
            place = self.settings.nodes or self.settings.subscribers
            raise InventoryError(f"{place}: {no_node(node_id, nodes)}")
        return nodes[node_id]

    def nodes(self) -> tuple[AccessNode, ...]:
        """Give all access nodes.

        Returns:
            Nodes in the order of the file; empty where the settings name none.

        Raises:
            InventoryError: the file cannot be read.
            DefinitionError: a row is wrong, or a column is missing.
        """
        self._one_node = ""
        return tuple(self._right_nodes().values())

    def _right_nodes(self) -> Mapping[str, AccessNode]:
        faults: list[Fault] = []
        nodes = self._nodes(faults)
        if faults:
            raise DefinitionError(tuple(faults))
        return nodes

    def _read(self, row: _Row) -> Subscriber:
        faults: list[Fault] = []
        nodes = self._nodes(faults) if row.text("node") else {}
        subscriber = self._subscriber(row, nodes, faults)
        if faults:
            raise DefinitionError(tuple(faults))
        return subscriber

    def _subscriber(
        self, row: _Row, nodes: Mapping[str, AccessNode], faults: list[Fault]
    ) -> Subscriber:
        def node_named(node_id: str) -> AccessNode | str:
            return nodes.get(node_id) or no_node(node_id, nodes)

        faults += row.length_faults()
        said = translated(row.values, self.settings.values)
        values = with_defaults(said, self.settings.defaults)
        reader = FieldReader(values=values)
        subscriber = read_subscriber(reader, node_named)
        faults += [row.fault(name, message) for name, message in reader.faults]
        return subscriber

    def _nodes(self, faults: list[Fault]) -> dict[str, AccessNode]:
        if not self._many:
            return self._read_nodes(faults)
        held = self._nodes_read
        if held is None:
            wrong: list[Fault] = []
            held = (self._read_nodes(wrong), wrong)
            self._nodes_read = held
        faults += held[1]
        return held[0]

    def _read_nodes(self, faults: list[Fault]) -> dict[str, AccessNode]:
        if self.settings.nodes is None:
            return {}
        nodes: dict[str, AccessNode] = {}
        table = _Table(self.settings.nodes, self.settings.delimiter)
        for row in table.rows(self.settings.node_columns, NODE_FIELDS, ("id", "address")):
            faults += row.length_faults()
            reader = FieldReader(values=row.values)
            node = read_node(reader)
            faults += [row.fault(name, message) for name, message in reader.faults]
            if node.id in nodes:
                faults.append(row.fault("id", f"the node {node.id!r} is here twice"))
            nodes[node.id] = node
        return nodes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One row: its fields, its line, and in which cell each field stands."""

    file: str
    line: int
    values: Mapping[str, str]
    cells: Mapping[str, int]
    titles: Mapping[str, str]
    wrong_length: str

    def text(self, name: str) -> str:
        return self.values.get(name, "").strip()

    def fault(self, name: str, message: str) -> Fault:
        title = self.titles.get(name, name)
        return self.fault_at(self.cells.get(name), f"{title}: {message}")

    def fault_at(self, column: int | None, message: str) -> Fault:
        return Fault(file=self.file, line=self.line, column=column, message=message)

    def length_faults(self) -> list[Fault]:
        return [self.fault_at(None, self.wrong_length)] if self.wrong_length else []


_TITLES_LINE: Final = 1
_LONGEST_TITLES: Final = 2000


class _RowReader:
    """Makes rows of lines, by the titles of the file."""

    def __init__(
        self,
        path: Path,
        found: list[str],
        titles: Mapping[str, str],
        cells: Mapping[str, int],
    ) -> None:
        self._path = path
        self._count = len(found)
        self._titles = titles
        self._cells = cells

    def text(self, row: list[str], name: str) -> str:
        """Give one field."""
        cell = self._cells.get(name, sys.maxsize)
        return row[cell].strip() if cell < len(row) else ""

    def row(self, line: int, row: list[str]) -> _Row:
        odd = f"this row has {len(row)} cells; there are {self._count} titles"
        return _Row(
            file=str(self._path),
            line=line,
            values={name: row[cell] for name, cell in self._cells.items() if cell < len(row)},
            cells={name: cell + 1 for name, cell in self._cells.items()},
            titles=self._titles,
            wrong_length=odd if len(row) != self._count else "",
        )


class _Index:
    """All rows by their ids, each as one text: a list of cells takes four times as much."""

    def __init__(self, table: _Table, columns: Mapping[str, str]) -> None:
        self._reader, lines = table.raw(columns, SUBSCRIBER_FIELDS, ("id",))
        self._held: dict[str, tuple[int, str]] = {}
        self._again: dict[str, list[tuple[int, str]]] = {}
        for line, row in lines:
            row_id, held = self._reader.text(row, "id"), (line, json.dumps(row))
            if self._held.setdefault(row_id, held) is not held:
                self._again.setdefault(row_id, []).append(held)

    @cached_property
    def ids(self) -> Collection[str]:
        again = (row_id for row_id, rows in self._again.items() for _ in rows)
        return (*self._held, *again)

    def rows(self, row_id: str) -> list[_Row]:
        first = self._held.get(row_id)
        held = [] if first is None else [first, *self._again.get(row_id, ())]
        return [self._reader.row(line, json.loads(text)) for line, text in held]


class _Table:
    """A CSV file with a line of titles."""

    def __init__(self, path: Path, delimiter: str) -> None:
        self.path = path
        self.delimiter = delimiter

    def rows(
        self, columns: Mapping[str, str], fields: tuple[str, ...], required: tuple[str, ...]
    ) -> Iterator[_Row]:
        lines = self._lines()
        reader = _RowReader(self.path, *self._titles(lines, columns, fields, required))
        for line, row in lines:
            yield reader.row(line, row)

    def raw(
        self, columns: Mapping[str, str], fields: tuple[str, ...], required: tuple[str, ...]
    ) -> tuple[_RowReader, Iterator[tuple[int, list[str]]]]:
        """Give lines as they are, and what makes rows of them."""
        lines = self._lines()
        return _RowReader(self.path, *self._titles(lines, columns, fields, required)), lines

    def texts(
        self,
        columns: Mapping[str, str],
        fields: tuple[str, ...],
        required: tuple[str, ...],
        wanted: tuple[str, ...],
    ) -> Iterator[tuple[str, ...]]:
        """Give a few fields of each row and nothing else, for a pass over many rows."""
        lines = self._lines()
        _found, _titles, cells = self._titles(lines, columns, fields, required)
        places = [cells.get(name, sys.maxsize) for name in wanted]
        for _line, row in lines:
            count = len(row)
            yield tuple([row[at].strip() if at < count else "" for at in places])

    def _titles(
        self,
        lines: Iterator[tuple[int, list[str]]],
        columns: Mapping[str, str],
        fields: tuple[str, ...],
        required: tuple[str, ...],
    ) -> tuple[list[str], Mapping[str, str], Mapping[str, int]]:
        """Read the line of titles: what it says, and the title and the cell of each field."""
        found = [title.strip() for title in next(lines, (0, []))[1]]
        titles = dict(columns) or {name: name for name in fields if name in found}
        self._check_titles(found, titles, required)
        return found, titles, {name: found.index(title) for name, title in titles.items()}

    def _lines(self) -> Iterator[tuple[int, list[str]]]:
        try:
            with self.path.open(encoding="utf-8-sig", newline="") as file:
                reader = csv.reader(file, delimiter=self.delimiter, strict=True)
                ended = 0
                try:
                    for row in reader:
                        line, ended = ended + 1, reader.line_num
                        if row:
                            yield line, row
                except csv.Error as error:
                    fault = self._fault(ended + 1, f"this is no CSV: {error}")
                    raise DefinitionError((fault,)) from error
        except OSError as error:
            msg = f"{self.path}: the inventory cannot be read: {error.strerror}"
            raise InventoryError(msg) from error
        except UnicodeDecodeError as error:
            msg = f"{self.path}: the inventory is no UTF-8 text (byte {error.start})"
            raise InventoryError(msg) from error

    def _check_titles(
        self, found: list[str], titles: Mapping[str, str], required: tuple[str, ...]
    ) -> None:
        missing = [title for title in titles.values() if title not in found]
        missing += [name for name in required if name not in titles]
        if missing:
            titles_found = ", ".join(repr(title) for title in found) or "nothing"
            # A file that is no table at all is one endless title.
            shown = textwrap.shorten(titles_found, _LONGEST_TITLES, placeholder=" ...")
            raise DefinitionError(
                tuple(
                    self._fault(_TITLES_LINE, f"no column is titled {title!r}; found {shown}")
                    for title in missing
                )
            )

    def _fault(self, line: int, message: str) -> Fault:
        return Fault(file=str(self.path), line=line, column=None, message=message)
