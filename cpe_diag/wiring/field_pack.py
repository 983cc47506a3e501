"""This laptop: its keys, its pack, and what comes out of it."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cpe_diag.domain.failures import (
    Failure,
    FailureKind,
    InventoryError,
    MeasurementError,
    PackError,
    UnknownSubscriberError,
)
from cpe_diag.domain.postal_address import addresses_found, comparable
from cpe_diag.domain.secret import Secret
from cpe_diag.field.pack import Pack, hold_usable, unseal
from cpe_diag.field.sealing import key_text, private_key, public_key
from cpe_diag.transports.clock import SystemClock
from cpe_diag.wiring.config import beside
from cpe_diag.wiring.laptop_key import (
    PRIVATE,
    PRIVATE_FOLDER,
    folder,
    make_store_key,
    write_private,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.domain.postal_address import AddressAsked
    from cpe_diag.domain.subscriber import AccessNode, NodePort, Subscriber
    from cpe_diag.ports import CredentialSource
    from cpe_diag.wiring.config import Config

IDENTITY: Final = "laptop.age"
SIGNING: Final = "laptop.key"
STATE: Final = "packs.json"
PLAYBOOKS_PART: Final = "playbooks"
DRIVERS_PART: Final = "drivers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled:
    """What the office has to know of a laptop; neither is secret."""

    recipient: str
    """To whom its packs are sealed, in the form of age."""
    signs_as: str
    """By what its cases are believed, in base64."""


def enrolled(*, keyring: bool = False) -> Enrolled:
    """Give this laptop's public keys; the private ones are made where there are none.

    Args:
        keyring: a new key of the store goes into the system's keyring, else into a file.

    Raises:
        PackError: they cannot be written or read.
        StoreError: the keyring does not take the key of the store.
    """
    import pyrage  # type: ignore[import-untyped]  # no types there
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    place = folder()
    identity_file, signing_file = place / IDENTITY, place / SIGNING
    try:
        place.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        if not identity_file.exists():
            write_private(identity_file, str(pyrage.x25519.Identity.generate()) + "\n")
        if not signing_file.exists():
            write_private(signing_file, key_text(Ed25519PrivateKey.generate()) + "\n")
        make_store_key(keyring=keyring)
        identity = pyrage.x25519.Identity.from_str(identity_file.read_text("ascii").strip())
        signing = private_key(signing_file.read_text("ascii"))
    except OSError as error:
        raise PackError(f"{error.filename}: {error.strerror}") from error
    except (pyrage.IdentityError, UnicodeDecodeError):
        raise PackError(f"{identity_file} holds no identity of a laptop") from None
    return Enrolled(recipient=str(identity.to_public()), signs_as=key_text(signing.public_key()))


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that is there as a whole or as it was before, and on the disk.

    Raises:
        PackError: it cannot be written.
    """
    new = path.with_name(f"{path.name}.new")
    try:
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError as error:
        raise PackError(f"{path}: it was not written: {error.strerror}") from error


def opened(config: Config, file: Path | None = None) -> Pack:
    """Open a pack on this laptop, and hold it to signature, age and what was called back.

    Args:
        config: of the laptop: its pack, and the office's public key.
        file: the pack; None: the one that the configuration names.

    Returns:
        A pack that may be used now.

    Raises:
        PackError: it may not be used, or is not there; says why.
    """
    path = file or (config.inventory.path if config.inventory else None)
    if path is None or config.on_site.office_key is None:
        raise PackError("the configuration names no pack (inventory), or no field.office_key")
    pack = unsealed(path, config.on_site.office_key)
    state = seen()
    now = SystemClock().now()
    revoked = frozenset(state["revoked"])
    last = None if state["last_seen"] is None else datetime.fromisoformat(state["last_seen"])
    hold_usable(pack, now=now, last_seen=last, revoked=revoked)
    latest = max(now, last or now)
    heard = {"last_seen": latest.isoformat(), "revoked": sorted(revoked | {*pack.revoked})}
    keep_seen(state | heard)
    if file is None:
        lay_out(pack, path)
    return pack


def unsealed(path: Path, office_key: str) -> Pack:
    """Open a pack on this laptop, however old it is.

    Raises:
        PackError: it is not there, not for this laptop, altered, or of nobody who is believed.
    """
    try:
        identity = (folder() / IDENTITY).read_text(encoding="ascii").strip()
        sealed = path.read_bytes()
    except FileNotFoundError as error:
        if Path(error.filename) == path:
            words = "no pack is open on this laptop: cpe-diag field open FILE, with today's"
        else:
            words = (
                "this laptop has no keys yet: cpe-diag field enroll, and a pack that is for them"
            )
        raise PackError(f"{error.filename}: {words}") from error
    except OSError as error:
        raise PackError(f"{error.filename}: {error.strerror}") from error
    try:
        return unseal(sealed, identity, public_key(office_key))
    except PackError as error:
        raise PackError(f"{path}: {error}") from error


def pack_in_use(config: Config) -> Pack | None:
    """Give the pack that is here; None: there is none that can be read."""
    path = config.inventory.path if config.inventory else None
    if config.on_site.office_key is None or path is None or not path.exists():
        return None
    try:
        return unsealed(path, config.on_site.office_key)
    except PackError:  # nobody reads it; who uses it is told
        return None


def seen() -> dict[str, Any]:
    """Give what this laptop has seen; what cannot be read counts as nothing seen."""
    empty: dict[str, Any] = {"last_seen": None, "revoked": [], "replaced": {}}
    with suppress(OSError, ValueError):
        told = json.loads((folder() / STATE).read_text(encoding="utf-8"))
        if isinstance(told, dict) and {"last_seen", "revoked"} <= set(told) <= set(empty):
            return empty | told
    return empty


def keep_seen(state: Mapping[str, Any]) -> None:
    """Keep what this laptop has seen.

    Raises:
        PackError: it cannot be written: a pack whose recall would be forgotten is not used.
    """
    write_whole(folder() / STATE, json.dumps(state).encode())


def lay_out(pack: Pack, path: Path) -> None:
    """Write the office's playbooks and drivers beside the pack, as they are in it.

    Raises:
        PackError: they cannot be written.
    """
    try:
        for part, texts in ((PLAYBOOKS_PART, pack.playbooks), (DRIVERS_PART, pack.drivers)):
            place = beside(path, part)
            place.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
            for file in place.iterdir():
                if file.name not in texts and file.is_file():
                    file.unlink()
            for name, text in texts.items():
                if not (place / Path(name).name).is_file() or (
                    (place / Path(name).name).read_text(encoding="utf-8") != text
                ):
                    (place / Path(name).name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise PackError(f"{error.filename}: {error.strerror}") from error


class PackedInventory:
    """The subscribers of a pack, and nobody else."""

    def __init__(self, pack: Pack) -> None:
        """Give what the office has packed."""
        self._pack = pack
        self._visits = {visit.subscriber.id: visit for visit in pack.visits}

    def subscriber(self, subscriber_id: str) -> Subscriber:
        """Find one subscriber.

        Raises:
            UnknownSubscriberError: no visit of the pack is to them.
        """
        found = self._visits.get(subscriber_id)
        if found is None:
            known = ", ".join(sorted(self._visits))
            words = f"pack {self._pack.id} has no visit to {subscriber_id!r}; it has {known}"
            raise UnknownSubscriberError(words)
        return found.subscriber

    def ports_of_node(self, node_id: str) -> tuple[NodePort, ...]:
        """Give the ports beside the subscriber's, as they were packed."""
        for visit in self._visits.values():
            if visit.subscriber.node is not None and visit.subscriber.node.id == node_id:
                return visit.node_ports
        return ()

    def with_phone(self, digits: str) -> tuple[str, ...]:
        """Give nobody: numbers are not packed, and a technician knows whom to visit."""
        del digits
        return ()

    def at_postal_address(self, asked: AddressAsked, most: int) -> tuple[str, ...]:
        """Give the ids of visits to an address."""
        held = ((name, visit.postal_address) for name, visit in self._visits.items())
        rows = comparable((name, address) for name, address in held if address)
        return addresses_found(rows, asked, most)

    def postal_address(self, subscriber_id: str) -> str | None:
        """Give where a visit goes; None where the office's inventory did not say."""
        visit = self._visits.get(subscriber_id)
        return visit.postal_address if visit else None

    def node(self, node_id: str) -> AccessNode:
        """Find one access node.

        Raises:
            InventoryError: no visit of the pack hangs on it.
        """
        for node in self.nodes():
            if node.id == node_id:
                return node
        raise InventoryError(f"pack {self._pack.id} has nobody at node {node_id!r}")

    def nodes(self) -> tuple[AccessNode, ...]:
        """Give the nodes of the visits, each once."""
        nodes = (visit.subscriber.node for visit in self._visits.values())
        return tuple({node.id: node for node in nodes if node is not None}.values())


class PackedSecrets:
    """The secrets of a pack; what is not in it is not here."""

    def __init__(self, pack: Pack) -> None:
        """Give what the office has packed."""
        self._pack = pack

    def resolve(self, reference: str) -> Secret:
        """Give the secret that a reference points to.

        Raises:
            MeasurementError: `credential.resolve`: NOT_CONFIGURED: the pack does not hold it.
        """
        found = self._pack.secrets.get(reference)
        if found is None:
            failure = Failure(
                kind=FailureKind.NOT_CONFIGURED,
                where=f"pack {self._pack.id}",
                detail="it holds no such credential (cpe-diag field open said what it lacks)",
                next_step="ask the office for a pack with this visit",
            )
            raise MeasurementError(failure, "credential.resolve")
        return Secret(found)


def packed_credentials(config: Config) -> CredentialSource:
    """Give the credentials of the laptop's pack.

    Raises:
        PackError: it may not be used.
    """
    return PackedSecrets(opened(config))
