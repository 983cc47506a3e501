"""Takes in what laptops have done, in the office."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cpe_diag.domain.failures import PackError
from cpe_diag.field.sealing import public_key, unseal_of
from cpe_diag.store.carried import Arrival, Arrived, bring_in
from cpe_diag.store.carried_changes import ArrivedChange, bring_change_in
from cpe_diag.store.erased import ErasedSubscribers
from cpe_diag.store.laptop_disputed import note_disputed
from cpe_diag.store.laptop_trails import ArrivedTrail, bring_trail_in, entries_of, kept_trails
from cpe_diag.transports.clock import SystemClock
from cpe_diag.wiring.credentials import credentials_of
from cpe_diag.wiring.desk import case_store
from cpe_diag.wiring.field_home import FORM, CarriedHome, parts_of
from cpe_diag.wiring.store_key import store_key
from cpe_diag.wiring.value_seal import value_seal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from cpe_diag.store.audit_trail import Entry
    from cpe_diag.store.laptop_trails import KeptTrail
    from cpe_diag.wiring.config import Config


@dataclass(frozen=True, slots=True, kw_only=True)
class Homecoming:
    """What became of one sealed part. `trail` None: it brought no audit chain."""

    laptop: str
    runs: tuple[Arrived, ...]
    changes: tuple[ArrivedChange, ...]
    trail: ArrivedTrail | None

    @property
    def conflict(self) -> bool:
        """Whether something is told otherwise here."""
        ends = [run.arrival for run in self.runs]
        ends += [change.arrival for change in self.changes]
        ends += [self.trail.arrival] if self.trail else []
        return Arrival.CONFLICT in ends


def brought_home(config: Config, file: Path) -> Iterator[Homecoming]:
    """Take in what a laptop has done; the same file twice does no harm.

    Args:
        config: of the office: its store, its identity, and the laptops that it believes.
        file: what the laptop has sealed.

    Returns:
        What became of each part, which is taken in when it is asked for.

    Raises:
        PackError: nobody that is believed has made it, or it is not for this office.
        MeasurementError: the office's identity, or the key of its store, cannot be resolved.
        StoreError: when a part is asked for: the store cannot be written; runs before are in.
    """
    part = config.on_site
    if part.identity is None or not part.laptops:
        words = "the configuration names no field.identity, or no field.laptops that are believed"
        raise PackError(words)
    identity = credentials_of(config).resolve(part.identity).reveal()
    makers = {name: public_key(key) for name, key in part.laptops.items()}
    try:
        opened = [
            unseal_of(FORM, CarriedHome, sealed, identity, makers)
            for sealed in parts_of(file.read_bytes())
        ]
    except OSError as error:
        raise PackError(f"{file}: {error.strerror}") from error
    except PackError as error:
        raise PackError(f"{file}: {error}") from error
    return (_taken_in(config, laptop, home) for laptop, home in opened)


def _taken_in(config: Config, laptop: str, home: CarriedHome) -> Homecoming:
    store, seal = case_store(config), value_seal(config)
    erased = ErasedSubscribers(store_key(config)).of
    together = {json.loads(run.case)["id"] for run in home.runs}
    runs = tuple(bring_in(store, run, seal, erased, together) for run in home.runs)
    changes = tuple(bring_change_in(store, change, erased) for change in home.changes)
    key, trail = config.on_site.laptops[laptop].strip(), None
    came = {run.run: run.arrival for run in runs}
    came |= {change.change: change.arrival for change in changes}
    otherwise = [item for item, arrival in came.items() if arrival is Arrival.CONFLICT]
    # Before the chain, which says that all until then has come.
    note_disputed(store, key, otherwise, came.keys() - set(otherwise))
    if home.trail is not None:
        now = SystemClock().now()
        trail = bring_trail_in(store, key, home.trail, at=now, erased=erased)
    return Homecoming(laptop=laptop, runs=runs, changes=changes, trail=trail)


def trails_of_laptops(config: Config) -> Mapping[str, KeptTrail]:
    """Check the audit chains of laptops that are here.

    Returns:
        Each by the laptop's name; by its key where the configuration does not name it any more.

    Raises:
        StoreError: the store cannot be read.
    """
    names = {key.strip(): name for name, key in config.on_site.laptops.items()}
    return {
        names.get(trail.laptop, trail.laptop): trail for trail in kept_trails(case_store(config))
    }


def entries_of_laptop(
    config: Config, laptop: str, *, subscriber: str | None, newest: int
) -> tuple[Entry, ...]:
    """Give what the audit chain of a laptop tells.

    Args:
        config: of the office.
        laptop: its name in the configuration.
        subscriber: only what is about them, or None.
        newest: only so many, the last ones.

    Raises:
        PackError: the configuration names no such laptop.
        StoreError: the store cannot be read.
    """
    key = config.on_site.laptops.get(laptop)
    if key is None:
        known = ", ".join(sorted(config.on_site.laptops)) or "none"
        raise PackError(f"the configuration names no laptop {laptop!r}; it names {known}")
    store = case_store(config)
    return entries_of(store, key.strip(), subscriber=subscriber, newest=newest)
