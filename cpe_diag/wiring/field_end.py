"""What must happen on a laptop before any command: an end of its pack, or of a wipe.

A pack is over by the latest time that this laptop has ever seen, whatever its clock shows now.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.audit import AuditEvent, AuditKind
from cpe_diag.domain.failures import CpeDiagError, PackError, StoreError
from cpe_diag.store.ciphered import KEY_BYTES, blanked, rekey
from cpe_diag.store.emptied import empty, end_orphans, newest_moment
from cpe_diag.store.kept_copies import KeptCopyFiles, default_copies
from cpe_diag.transports.clock import SystemClock
from cpe_diag.wiring.config import PACK
from cpe_diag.wiring.field_pack import keep_seen, pack_in_use, seen, write_whole
from cpe_diag.wiring.field_wipe import pack_path, plain_places, wipe_begun, wiping
from cpe_diag.wiring.laptop_key import folder, keep_store_keys, on_laptop, store_keys

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from cpe_diag.store.case_store import CaseStore
    from cpe_diag.store.emptied import Emptied
    from cpe_diag.wiring.config import Config

ENDING: Final = "ending"
"""The file that says that an end of a pack has begun, and of which."""
WAIT_S: Final = 10.0


def settled(config: Config) -> tuple[str, ...]:
    """Do what time demands of this laptop, or what was broken off; on other machines nothing.

    Args:
        config: the configuration.

    Returns:
        What was done, in words for whoever sits there.

    Raises:
        PackError: something that must go stays.
        StoreError: the store cannot be used.
    """
    inventory = config.inventory
    if not on_laptop(config) or inventory is None or inventory.kind != PACK:
        return ()
    if wipe_begun():
        gone = sum(1 for _ in wiping(config))
        return (f"a wipe that was broken off is done: {gone} more places are gone",)
    end = _begun() or _over(config)
    return () if end is None else _ended(config, end)


@dataclass(frozen=True, slots=True)
class _End:
    """Which pack ends, and why."""

    pack: str
    words: str


def _begun() -> _End | None:
    with suppress(OSError, ValueError, TypeError):
        return _End(**json.loads((folder() / ENDING).read_text(encoding="utf-8")))
    return None


def _over(config: Config) -> _End | None:
    """Say why the pack must not be here any more; None: it may, or there is none to be read."""
    pack = pack_in_use(config)
    if pack is None:
        return None
    known = seen()
    if pack.id in known["revoked"]:
        return _End(pack.id, f"pack {pack.id} was called back by the office")
    newest = _newest(config)
    if known["last_seen"] is None or newest > datetime.fromisoformat(known["last_seen"]):
        keep_seen(known | {"last_seen": newest.isoformat()})
    if newest > pack.valid_until:
        return _End(pack.id, f"pack {pack.id} was valid until {pack.valid_until:%F %R} UTC")
    for name, until in known["replaced"].items():
        ends = datetime.fromisoformat(until)
        if newest > ends:
            words = f"pack {name}, whose place another one took, was valid until {ends:%F %R} UTC"
            return _End(name, words)
    return None


def _newest(config: Config) -> datetime:
    """Give the latest time that this laptop has ever seen."""
    from cpe_diag.wiring.desk import case_store

    times = [SystemClock().now()]
    last = seen()["last_seen"]
    times += [datetime.fromisoformat(last)] if last else []
    store = case_store(config)
    with suppress(StoreError), store.reading() as connection:
        noted = newest_moment(connection)
        times += [noted] if noted else []
    return max(times)


def _ended(config: Config, end: _End) -> tuple[str, ...]:
    """End a pack, from wherever it was broken off; one that was opened since stays."""
    from cpe_diag.wiring.desk import case_store
    from cpe_diag.wiring.field_open import keep_known

    words, here = end.words, pack_in_use(config)
    later = here if here is not None and here.id != end.pack else None
    folder().mkdir(parents=True, exist_ok=True)
    write_whole(folder() / ENDING, json.dumps(asdict(end)).encode())
    told = [f"{words}: its subscribers, credentials and earlier cases are gone from this laptop"]
    live: int | str = 0
    store = case_store(config)
    try:
        with store.writing() as connection:
            live = end_orphans(connection, store.steady, SystemClock().now(), words)
        held = "" if live else _sealed(config, told)
    except CpeDiagError as error:  # the pack goes in any case
        held = f"what was done from it stays in the encrypted store: {error}"
    try:
        if later is None:
            blanked(pack_path(config))
        for place in plain_places(config):
            blanked(place)
    except OSError as error:
        raise PackError(f"{error.filename}: {error.strerror}: it is still there") from error
    if live:
        return (*told, f"{live} runs are still being done: the rest goes with the next command")
    if held:
        told.append(held)
    else:
        _empty(config, store, words)
        if later is not None:
            keep_known(config, later)
    state = seen()
    # Once persons are gone, those of all packs before are.
    held_of = state["replaced"].items() if held else ()
    keep_seen(state | {"replaced": {name: until for name, until in held_of if name != end.pack}})
    (folder() / ENDING).unlink(missing_ok=True)
    return tuple(told)


def _sealed(config: Config, told: list[str]) -> str:
    """Seal what the office has to get; words: why it was not."""
    from cpe_diag.wiring.field_home import keep_due, sealed_now

    taken = sealed_now(config)
    name = f"{SystemClock().now():%Y%m%dT%H%M%S}-{os.urandom(2).hex()}"
    keep_due(name, taken.sealed)
    if taken.runs:
        told.append(
            f"{len(taken.runs)} runs stay sealed for the office: cpe-diag field sync --out FILE"
        )
    return ""


def _empty(config: Config, store: CaseStore, words: str) -> None:
    """Drop all persons from the store, and give what is left another key."""
    from cpe_diag.store.case_store import default_path
    from cpe_diag.wiring.field_home import PROGRAM, laptop_audit

    def work(connection: Connection) -> tuple[Emptied, AuditEvent]:
        gone = empty(connection)
        event = AuditEvent(
            kind=AuditKind.ERASURE,
            at=SystemClock().now(),
            staff=PROGRAM,
            words=words,
            action=gone.numbers,
        )
        return gone, event

    gone = laptop_audit(config, store).together(work)
    copies = KeptCopyFiles(default_copies())
    for action in gone.actions:
        copies.drop(action)
    _new_key(config.store.path or default_path())


def _new_key(path: Path) -> None:
    """Write the store anew with another key; what had the old one is nobody's to read."""
    old = store_keys()
    new = os.urandom(KEY_BYTES)
    try:
        keep_store_keys((*old, new))
        rekey(path, old, new, WAIT_S)
        keep_store_keys((new,))
    except OSError as error:
        raise PackError(f"the key of the store: {error.strerror}") from error
