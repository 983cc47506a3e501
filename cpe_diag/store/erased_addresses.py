"""A subscriber's router in the runs of others, who were compared with it: made nameless.

The files of those runs still say what was measured, of an address that is nobody's.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final

from sqlalchemy import cast, func, or_, select, update
from sqlalchemy.types import LargeBinary

from cpe_diag.store.run_tables import RUN_ENTRIES, RUN_RESULTS, RUNS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from sqlalchemy import ColumnElement, Connection

NOBODY_4: Final = "192.0.2.0"
"""Of TEST-NET-1 (RFC 5737): every reader of an address takes it, and no router has it."""
NOBODY_6: Final = "2001:db8::"
"""Of the prefix for documentation (RFC 3849)."""
MANIFEST: Final = "manifest.json"


def routers_of(connection: Connection, subscriber: str) -> frozenset[str]:
    """Give the addresses of a subscriber's router that their own runs have used."""
    wanted = select(RUNS.c.router).where(
        RUNS.c.subscriber == subscriber, RUNS.c.router.is_not(None)
    )
    found = connection.execute(wanted.distinct()).scalars()
    return frozenset(str(one).rpartition(":")[0].strip("[]") for one in found)


def erase_addresses(connection: Connection, subscriber: str, addresses: Collection[str]) -> int:
    """Put an address that is nobody's in the place of a subscriber's, in the runs of others.

    It is to be called while their runs still say whose they are. A run whose own router has the
    address keeps it: it was given to somebody else since.

    Args:
        connection: in a transaction.
        subscriber: the id.
        addresses: of their router.

    Returns:
        How many runs were changed.
    """
    changed: set[str] = set()
    for address in sorted(filter(None, addresses)):
        for run in _runs_with(connection, subscriber, address):
            _rewrite(connection, run, address)
            changed.add(run)
    return len(changed)


def _runs_with(connection: Connection, subscriber: str, address: str) -> list[str]:
    in_files = select(RUN_RESULTS.c.run).where(_holds(connection, address))
    in_journal = select(RUN_ENTRIES.c.run).where(
        RUN_ENTRIES.c.document.contains(address, autoescape=True)
    )
    own = (f"{address}:%", f"[{address}]:%")
    wanted = (
        select(RUNS.c.id)
        .where(or_(RUNS.c.id.in_(in_files), RUNS.c.id.in_(in_journal)))
        .where(or_(RUNS.c.subscriber.is_(None), RUNS.c.subscriber != subscriber))
        .where(
            or_(
                RUNS.c.router.is_(None),
                ~or_(*(RUNS.c.router.like(one) for one in own)),
            )
        )
        .order_by(RUNS.c.id)
    )
    return [str(one) for one in connection.execute(wanted).scalars()]


def _holds(connection: Connection, address: str) -> ColumnElement[bool]:
    octets = address.encode()
    if connection.dialect.name == "postgresql":
        sought = cast(octets, LargeBinary)
        return func.position(sought.op("IN")(RUN_RESULTS.c.content)) > 0
    return func.instr(RUN_RESULTS.c.content, octets) > 0


def _rewrite(connection: Connection, run: str, address: str) -> None:
    rows = connection.execute(
        select(RUN_RESULTS.c.name, RUN_RESULTS.c.content).where(RUN_RESULTS.c.run == run)
    )
    files = {str(name): bytes(content) for name, content in rows.all()}
    for name, content in _nameless(files, address):
        which = update(RUN_RESULTS).where(RUN_RESULTS.c.run == run, RUN_RESULTS.c.name == name)
        connection.execute(which.values(content=content))
    entries = select(RUN_ENTRIES.c.seq, RUN_ENTRIES.c.document).where(RUN_ENTRIES.c.run == run)
    for seq, document in connection.execute(entries).all():
        said = _without(str(document).encode(), address).decode()
        if said != document:
            of_entry = update(RUN_ENTRIES).where(
                RUN_ENTRIES.c.run == run, RUN_ENTRIES.c.seq == seq
            )
            connection.execute(of_entry.values(document=said))


def _nameless(files: Mapping[str, bytes], address: str) -> Iterator[tuple[str, bytes]]:
    """Give the files that change, and last the manifest with their new digests."""
    manifest = files.get(MANIFEST, b"")
    for name, content in files.items():
        without = _without(content, address)
        if name != MANIFEST and without != content:
            manifest = manifest.replace(_digest(content), _digest(without))
            yield name, without
    if manifest != files.get(MANIFEST, b""):
        yield MANIFEST, manifest


def _without(content: bytes, address: str) -> bytes:
    if ":" in address:
        part, nobody = rb"[0-9A-Fa-f:.]", NOBODY_6
        edges = (rb"(?<!" + part + rb")", rb"(?!" + part + rb")")
    else:
        edges, nobody = (rb"(?<![0-9.])", rb"(?!\.?[0-9])"), NOBODY_4
    return re.sub(edges[0] + re.escape(address.encode()) + edges[1], nobody.encode(), content)


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode()
