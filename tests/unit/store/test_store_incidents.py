"""Platform incidents are opened by one subscriber, confirmed by another, and end by themselves."""

from __future__ import annotations

import hashlib
import hmac
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, select
from sqlalchemy.pool import NullPool

from cpe_diag.domain.failures import StoreError
from cpe_diag.domain.incident import KEPT_FOR, OVER_AFTER, Incident, IncidentKind
from cpe_diag.domain.secret import Secret
from cpe_diag.store import incident_rows
from cpe_diag.store import incidents as incidents_module
from cpe_diag.store.case_store import CaseStore
from cpe_diag.store.incident_key import derived_key, kept_key
from cpe_diag.store.incident_tables import INCIDENT_SIGHTINGS
from cpe_diag.store.incidents import Sighting, StoredIncidents

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

AT = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
SITE = "video.example"
KEY = b"k" * 32


@pytest.fixture
def store(tmp_path: Path) -> CaseStore:
    """Give an empty store."""
    return CaseStore.at(tmp_path / "case.db")


def sighting(place: str, who: str, cause: str = "platform_down") -> Sighting:
    """Let a subscriber meet a failing platform."""
    return Sighting(
        kind=IncidentKind.PLATFORM,
        place=place,
        cause=cause,
        title=cause,
        subscriber=who,
        destination="platform_status",
    )


def see(store: CaseStore, who: str, minutes: float = 0, cause: str = "platform_down") -> Incident:
    """Let a subscriber meet the site so many minutes after noon."""
    return StoredIncidents(store, KEY).seen(
        sighting(SITE, who, cause), at=AT + timedelta(minutes=minutes)
    )


def test_the_first_subscriber_opens_an_incident_and_the_second_confirms_it(
    store: CaseStore,
) -> None:
    """One home may have a reason of its own; two have not."""
    first = see(store, "sub-1")
    assert (first.subscribers, first.confirmed, first.since) == (1, False, AT)
    second = see(store, "sub-2", minutes=10, cause="platform_error")
    assert (second.subscribers, second.confirmed) == (2, True)
    assert (second.since, second.cause) == (AT, "platform_down")
    assert second.last_at == AT + timedelta(minutes=10)


def test_a_subscriber_who_calls_again_counts_once(store: CaseStore) -> None:
    """An impatient caller is no second witness."""
    see(store, "sub-1")
    assert see(store, "sub-1", minutes=5).subscribers == 1


def test_an_incident_that_nobody_meets_for_an_hour_is_over(store: CaseStore) -> None:
    """The next one has a beginning of its own."""
    see(store, "sub-1")
    see(store, "sub-2", minutes=50)
    assert see(store, "sub-3", minutes=100).subscribers == 3
    later = 101 + OVER_AFTER / timedelta(minutes=1)
    again = see(store, "sub-1", minutes=later)
    assert (again.subscribers, again.since) == (1, AT + timedelta(minutes=later))


def test_sites_are_kept_apart_and_their_names_have_no_case(store: CaseStore) -> None:
    """Names are compared without regard to case (RFC 4343)."""
    see(store, "sub-1")
    incidents = StoredIncidents(store, KEY)
    other = incidents.seen(sighting("bank.example", "sub-2"), at=AT)
    assert other.subscribers == 1
    same = incidents.seen(sighting("Video.Example", "sub-2"), at=AT)
    assert same.subscribers == 2


def test_no_subscriber_can_be_read_from_it(store: CaseStore) -> None:
    """They are counted; whose they are stands in the cases."""
    see(store, "sub-1")
    with store.reading() as connection:
        held = connection.execute(select(INCIDENT_SIGHTINGS.c.subscriber)).scalars().all()
    assert len(held) == 1
    plain = hashlib.sha256(f"{SITE}\n1\nsub-1".encode()).hexdigest()
    assert held[0] not in {"sub-1", plain}
    assert held[0] == hmac.digest(KEY, f"{SITE}\n1\nsub-1".encode(), "sha256").hex()


def test_many_cases_at_once_make_one_incident(tmp_path: Path) -> None:
    """When a big site fails, the calls come together."""

    def call(number: int) -> None:
        see(CaseStore.at(tmp_path / "case.db"), f"sub-{number}", minutes=number / 60)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(call, range(8)))
    assert see(CaseStore.at(tmp_path / "case.db"), "sub-0", minutes=1).subscribers == 8


def test_an_incident_that_another_process_opens_meanwhile_is_joined(
    store: CaseStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL lets two look at the same time: both find nothing, and one of them is second."""
    see(store, "sub-1")
    look, looks = incident_rows.latest, []  # between looking and writing

    def late(connection: Connection, kind: IncidentKind, place: str) -> Incident | None:
        looks.append(place)
        return None if len(looks) == 1 else look(connection, kind, place)

    monkeypatch.setattr(incidents_module, "latest", late)
    assert see(store, "sub-2").subscribers == 2


def test_what_nobody_has_met_for_long_is_forgotten(store: CaseStore) -> None:
    """By itself when the next one comes, or when somebody says so."""
    see(store, "sub-1")
    see(store, "sub-2", minutes=KEPT_FOR / timedelta(minutes=1) + 1)
    incidents = StoredIncidents(store, KEY)
    assert [one.subscribers for one in incidents.every()] == [1]
    assert incidents.forget(AT) == 0
    assert incidents.forget(AT + 2 * KEPT_FOR) == 1
    assert incidents.every() == ()
    with store.reading() as connection:
        assert connection.execute(select(INCIDENT_SIGHTINGS)).all() == []


def test_the_key_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    """Who has the key can find out whom a digest means."""
    path = tmp_path / "data" / "case.db.incident-key"
    made = kept_key(path)
    assert kept_key(path) == made
    assert path.stat().st_mode & 0o077 == 0
    path.chmod(0o644)
    with pytest.raises(StoreError, match="open to others"):
        kept_key(path)
    path.chmod(0o600)
    path.write_text("no key")
    with pytest.raises(StoreError, match="64 hex"):
        kept_key(path)


def test_machines_that_share_a_secret_count_alike(tmp_path: Path) -> None:
    """Else one impatient caller would confirm an incident by calling twice."""
    assert derived_key("ab\n") == derived_key("ab") != kept_key(tmp_path / "key")


def test_platforms_incidents_of_an_older_version_are_brought_over(empty_url: str) -> None:
    """With those who met them, so that nobody is counted anew."""
    moment = AT.isoformat(timespec="microseconds")
    digest = hmac.digest(KEY, f"{SITE}\n3\nsub-1".encode(), "sha256").hex()
    url = empty_url.replace("postgresql://", "postgresql+psycopg://")
    engine = create_engine(url, poolclass=NullPool)
    config = Config()
    config.set_main_option("script_location", "cpe_diag.store:migrations")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0007")
        connection.exec_driver_sql(
            f"INSERT INTO platform_incidents VALUES ('{SITE}', 3, 'platform_down',"  # noqa: S608
            f" '{moment}', '{moment}')"
        )
        connection.exec_driver_sql(
            f"INSERT INTO platform_sightings VALUES ('{SITE}', 3, '{digest}')"  # noqa: S608
        )
    store = CaseStore.behind(Secret(empty_url))
    (kept,) = StoredIncidents(store, KEY).every()
    assert (kept.kind, kept.place, kept.number) == (IncidentKind.PLATFORM, SITE, 3)
    assert see(store, "sub-1", minutes=1).subscribers == 1
    assert see(store, "sub-2", minutes=2).subscribers == 2
