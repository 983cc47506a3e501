"""Makes packs for technicians' laptops, in the office."""

from __future__ import annotations

import base64
import csv
import io
import json
import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import MeasurementError, PackError
from cpe_diag.domain.run_journal import RunState
from cpe_diag.field.pack import Pack, PackedVisit, seal
from cpe_diag.field.sealing import key_text, private_key
from cpe_diag.store.known_issues import StoredKnownIssues
from cpe_diag.store.laptop_disputed import disputed
from cpe_diag.store.laptop_trails import ends_of_trails
from cpe_diag.store.runs import StoredRuns
from cpe_diag.wiring.credentials import credentials_of
from cpe_diag.wiring.desk import case_store
from cpe_diag.wiring.field_given import end_of
from cpe_diag.wiring.inventories import inventory_of
from cpe_diag.wiring.laptop_key import write_private

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from cpe_diag.domain.subscriber import NodePort, Subscriber
    from cpe_diag.ports import CredentialSource
    from cpe_diag.wiring.config import Config

MOST_CASES: Final = 3
"""Earlier runs of each subscriber that go along."""
PLAYBOOKS: Final = (".yaml", ".yml")
DRIVERS: Final = (".yaml", ".yml", ".py")
ID_BYTES: Final = 4
SOMEBODY: Final = "somebody else"
"""Who is on a port of whom no visit is: no id of the inventory has a blank."""


def new_office_key(path: Path) -> str:
    """Make the office's key.

    Args:
        path: where the private one is written; nobody else can read the file.

    Returns:
        The public key, for the configuration of the laptops.

    Raises:
        PackError: it cannot be written, or is there already.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    try:
        write_private(path, json.dumps({"key": key_text(key)}) + "\n")
    except FileExistsError as error:
        words = (
            "there is a file already, which may hold the key that laptops believe: name another"
        )
        raise PackError(f"{path}: {words}") from error
    except OSError as error:
        raise PackError(f"{path}: {error.strerror}") from error
    return key_text(key.public_key())


def packed(
    config: Config,
    visits: Sequence[tuple[str, str | None]],
    *,
    area: str,
    valid_s: float,
    recipient: str,
) -> tuple[Pack, bytes]:
    """Make a pack.

    Args:
        config: of the office: inventory, credentials, playbooks, drivers, store, signing key.
        visits: subscribers' ids, each with its ticket or None.
        area: what the pack is called by.
        valid_s: how long it may be used, in seconds.
        recipient: of the laptop.

    Returns:
        The pack, and the content of its file.

    Raises:
        PackError: there is no signing key or recipient, or it would be valid for too long.
        InventoryError: a subscriber is not there.
        DefinitionError, StoreError: something that goes along cannot be read.
        MeasurementError: the signing key cannot be resolved. What a visit needs and nobody
            resolves stays away, and the visit says so.
    """
    if config.on_site.sign_with is None:
        raise PackError("the configuration names no key to sign with: field.sign_with")
    if not visits:
        raise PackError("nobody is visited: name --visit ID, --visits FILE.csv or --area REGION")
    credentials = credentials_of(config)
    key = private_key(credentials.resolve(config.on_site.sign_with).reveal())
    inventory = inventory_of(config, credentials)
    planned, visited = [], frozenset(dict(visits))
    secrets_there = _Resolved(credentials)
    for subscriber_id, ticket in each_once(visits):
        subscriber = inventory.subscriber(subscriber_id)
        ports = inventory.ports_of_node(subscriber.node.id) if subscriber.node else ()
        planned.append(
            PackedVisit(
                subscriber=without_node_keys(subscriber),
                ticket=ticket,
                node_ports=tuple(without_strangers(port, visited) for port in ports),
                lacks=secrets_there.lacking(subscriber),
                postal_address=inventory.postal_address(subscriber_id),
            )
        )
    now, store = datetime.now(UTC), case_store(config)
    pack = Pack(
        id=f"{now:%Y%m%d}-{secrets.token_hex(ID_BYTES)}",
        area=area,
        made_at=now,
        valid_until=now + timedelta(seconds=valid_s),
        visits=tuple(planned),
        secrets=secrets_there.found,
        known=StoredKnownIssues(store).every(),
        playbooks=_texts(config.playbook_folders, PLAYBOOKS),
        drivers=_texts(config.driver_folders, DRIVERS),
        cases=_cases(config, dict.fromkeys(visit.subscriber.id for visit in planned)),
        revoked=config.on_site.revoked,
        received={laptop: end_of(*end) for laptop, end in ends_of_trails(store).items()},
        disputed=disputed(store),
    )
    return pack, seal(pack, key, recipient)


def without_node_keys(subscriber: Subscriber) -> Subscriber:
    """Take out what only the office needs: how to read and change the access node."""
    node = subscriber.node
    if node is None:
        return subscriber
    snmp = replace(node.snmp, credential=None, write_credential=None)
    return replace(subscriber, node=replace(node, snmp=snmp, cli=None))


def without_strangers(port: NodePort, visited: Collection[str]) -> NodePort:
    """Take out who is on a port, and where they answer, unless they are visited."""
    if port.subscriber is None or port.subscriber in visited:
        return port
    return replace(port, subscriber=SOMEBODY, address=None)


def each_once(visits: Sequence[tuple[str, str | None]]) -> list[tuple[str, str | None]]:
    """Give each visit once; without a ticket it is none beside one that has a ticket."""
    with_ticket = {subscriber for subscriber, ticket in visits if ticket is not None}
    return [
        (subscriber, ticket)
        for subscriber, ticket in dict.fromkeys(visits)
        if ticket is not None or subscriber not in with_ticket
    ]


def references(subscriber: Subscriber) -> Mapping[str, str]:
    """Give the references to what is needed at the visit, by whose it is."""
    named = {
        "router": subscriber.router.credential if subscriber.router else None,
        "modem": subscriber.modem.credential if subscriber.modem else None,
        "session": subscriber.session.credential if subscriber.session else None,
    }
    return {whose: one for whose, one in named.items() if one is not None}


class _Resolved:
    """What the visits need, each resolved once."""

    def __init__(self, credentials: CredentialSource) -> None:
        self._credentials = credentials
        self.found: dict[str, str] = {}
        self._failed: dict[str, str] = {}

    def lacking(self, subscriber: Subscriber) -> tuple[str, ...]:
        """Resolve what a visit needs, and say what of it cannot be had."""
        lacks = []
        for whose, reference in references(subscriber).items():
            if reference not in self.found and reference not in self._failed:
                self._resolve(reference)
            if reference in self._failed:
                lacks.append(f"the credential of the {whose} ({self._failed[reference]})")
        return tuple(lacks)

    def _resolve(self, reference: str) -> None:
        try:
            self.found[reference] = self._credentials.resolve(reference).reveal()
        except MeasurementError as error:
            self._failed[reference] = f"{error.failure.where}: {error.failure.detail}"


def _texts(folders: Iterable[Path], suffixes: tuple[str, ...]) -> dict[str, str]:
    """Give the operator's own files by name; a later folder does not hide an earlier one."""
    texts: dict[str, str] = {}
    for place in folders:
        for file in sorted(place.iterdir()) if place.is_dir() else ():
            if file.suffix in suffixes:
                texts.setdefault(file.name, file.read_text(encoding="utf-8"))
    return texts


def _cases(config: Config, subscribers: Iterable[str]) -> dict[str, Mapping[str, str]]:

    runs = StoredRuns(case_store(config))
    return {
        run.id: {
            name: base64.b64encode(content).decode()
            for name, content in runs.files(run.id).items()
        }
        for subscriber in subscribers
        for run in runs.runs(subscriber=subscriber, state=RunState.FINISHED, limit=MOST_CASES)
    }


def visits_in(file: Path) -> list[tuple[str, str | None]]:
    """Read visits from a CSV file with the columns subscriber and ticket.

    Raises:
        PackError: there is no such column, or a row has no subscriber.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise PackError(f"{file}: it is not in UTF-8: save it as CSV UTF-8") from error
    head = text.partition("\n")[0]
    between = ";" if ";" in head and "," not in head else ","  # as spreadsheets write it abroad
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=between)
    if "subscriber" not in (rows.fieldnames or ()):
        raise PackError(f"{file}: there is no column subscriber")
    visits = [(row["subscriber"], row.get("ticket") or None) for row in rows]
    for number, (subscriber, _) in enumerate(visits, start=2):
        if not subscriber:
            raise PackError(f"{file}:{number}: the row names no subscriber")
    return visits


def visits_of_area(config: Config, area: str) -> list[tuple[str, str | None]]:
    """Give the subscribers of all nodes of a region, without tickets.

    Raises:
        InventoryError, DefinitionError, MeasurementError: the inventory cannot be read.
        PackError: no node is in this region.
    """
    inventory = inventory_of(config, credentials_of(config))
    nodes = [node.id for node in inventory.nodes() if node.region == area]
    if not nodes:
        raise PackError(f"the inventory has no node in the region {area!r}")
    return [
        (port.subscriber, None)
        for node in nodes
        for port in inventory.ports_of_node(node)
        if port.subscriber is not None
    ]
