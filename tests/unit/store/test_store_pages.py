"""Passwords and sessions of staff: what counts, until when, and what the store holds of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from cpe_diag.domain.failures import StoreError
from cpe_diag.domain.secret import Secret
from cpe_diag.store.case_store import CaseStore
from cpe_diag.store.page_sessions import IDLE, LASTS, StoredSessions
from cpe_diag.store.page_tables import PAGE_SESSIONS, STAFF_PASSWORDS
from cpe_diag.store.staff_passwords import LONGEST, SHORTEST, Removed, StoredPasswords

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
GOOD = "correct horse battery"


@pytest.fixture
def store(store_url: str) -> Iterator[CaseStore]:
    """Give an empty store of each kind."""
    made = CaseStore.behind(Secret(store_url))
    yield made
    made.close()


def test_a_password_fits_until_another_is_set(store: CaseStore) -> None:
    """And whoever was signed in by the old one is out."""
    passwords, sessions = StoredPasswords(store), StoredSessions(store)
    passwords.put("anna", Secret(GOOD), by="bert", at=NOW)
    assert passwords.fits("anna", GOOD)
    assert not passwords.fits("anna", GOOD + " ")
    assert not passwords.fits("bert", GOOD)
    assert not passwords.fits("", "")
    shown = sessions.begin("anna", NOW).reveal()
    other = sessions.begin("bert", NOW).reveal()
    passwords.put("anna", Secret(GOOD[::-1]), by="bert", at=NOW)
    assert not passwords.fits("anna", GOOD)
    assert sessions.shown(shown, NOW) is None
    assert sessions.shown(other, NOW) is not None
    assert passwords.remove("anna").had_password
    assert passwords.remove("anna") == Removed(had_password=False, sessions=0)
    assert not passwords.fits("anna", GOOD[::-1])


@pytest.mark.parametrize("length", [0, SHORTEST - 1, LONGEST + 1])
def test_a_password_that_is_too_short_or_too_long_is_not_kept(
    store: CaseStore, length: int
) -> None:
    """A short one is guessed; a very long one keeps the hash function busy."""
    passwords = StoredPasswords(store)
    with pytest.raises(StoreError, match="15 to 200 characters"):
        passwords.put("anna", Secret("x" * length), by="bert", at=NOW)
    assert not passwords.fits("anna", "x" * length)


def passed(store: CaseStore, at: datetime) -> datetime:
    """Let it be so late, by the store's clock too."""
    store.steady = replace(store.steady, ahead=at - NOW)
    return at


def test_the_store_holds_neither_a_password_nor_what_a_browser_shows(store: CaseStore) -> None:
    """Whoever reads a copy of it cannot sign in."""
    StoredPasswords(store).put("anna", Secret(GOOD), by="bert", at=NOW)
    shown = StoredSessions(store).begin("anna", NOW).reveal()
    with store.reading() as connection:
        passwords = connection.execute(select(STAFF_PASSWORDS)).all()
        sessions = connection.execute(select(PAGE_SESSIONS)).all()
    assert "$argon2id$" in str(passwords)
    assert GOOD not in str(passwords)
    assert shown not in str(sessions)


def test_a_session_ends_when_it_is_idle_and_after_a_shift(store: CaseStore) -> None:
    """A page that asks by itself keeps nobody signed in; a person who works does, for a shift."""
    sessions = StoredSessions(store)
    shown = sessions.begin("anna", NOW).reveal()
    late = NOW + IDLE - timedelta(minutes=1)
    assert sessions.shown(shown, passed(store, late), by_hand=False) is not None
    assert sessions.shown(shown, passed(store, NOW + IDLE)) is None
    at = passed(store, NOW)
    while at < NOW + LASTS - timedelta(minutes=50):
        at += timedelta(minutes=50)
        assert sessions.shown(shown, passed(store, at)) is not None
    assert sessions.shown(shown, passed(store, NOW + LASTS)) is None


@pytest.mark.parametrize("after", [IDLE, LASTS])
def test_a_clock_that_is_set_back_keeps_nobody_signed_in(
    store: CaseStore, after: timedelta
) -> None:
    """Nor does one that is ahead on another machine end a session there."""
    sessions = StoredSessions(store)
    shown = sessions.begin("anna", NOW).reveal()
    if store.url.get_backend_name() == "postgresql":
        assert sessions.shown(shown, NOW + LASTS) is not None
    passed(store, NOW + after)
    assert sessions.shown(shown, NOW) is None


def test_a_session_that_was_ended_is_none(store: CaseStore) -> None:
    """Others of the same person go on; sessions that are over do not pile up."""
    sessions = StoredSessions(store)
    first, second = (sessions.begin("anna", NOW).reveal() for _ in range(2))
    sessions.end(first)
    assert sessions.shown(first, NOW) is None
    assert sessions.shown(second, NOW) is not None
    assert sessions.shown("made up", NOW) is None
    sessions.begin("bert", passed(store, NOW + LASTS))
    with store.reading() as connection:
        assert len(connection.execute(select(PAGE_SESSIONS)).all()) == 1
