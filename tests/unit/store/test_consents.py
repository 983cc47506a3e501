"""Claims about consents, codes, links and approvals in the case store."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from cpe_diag.domain.audit import AuditKind
from cpe_diag.domain.consent import Consent, ConsentChannel, IdentityCheck
from cpe_diag.domain.failures import ConsentError, ConsentRefusal, StoreError
from cpe_diag.domain.roles import APPROVAL_LASTS, Approval
from cpe_diag.domain.secret import Secret
from cpe_diag.store.audit_key_source import KeyFile
from cpe_diag.store.audit_trail import StoredAudit
from cpe_diag.store.case_store import CaseStore
from cpe_diag.store.case_tables import APPROVALS
from cpe_diag.store.consent_codes import (
    CODE_LASTS,
    LINK_LASTS,
    MOST_CODES,
    MOST_TRIES,
    WINDOW,
    Answer,
    Ask,
    ConsentCodes,
)
from cpe_diag.store.consents import StoredConsents
from cpe_diag.testing.conformance_consent import check_consent_desk

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HALF_AN_HOUR = timedelta(minutes=30)
DIGEST = "ab" * 32
CONSENT = Consent(
    id="c1",
    subscriber="sub-1",
    action="wifi.set_ssid",
    digest=DIGEST,
    given_by="A. Customer",
    identity_check=IdentityCheck.CALL_BACK,
    channel=ConsentChannel.SPOKEN,
    recorded_by="anna",
    ticket="T-1",
    given_at=NOW,
    expires_at=NOW + HALF_AN_HOUR,
)
ASK = Ask(
    subscriber="sub-1", action="wifi.set_ssid", digest=DIGEST, staff="anna", ticket="T-1", at=NOW
)


class Desk:
    """The parts of a store in one folder."""

    def __init__(self, folder: Path) -> None:
        """Open them."""
        self.path = folder / "case.db"
        store = CaseStore.at(self.path)
        self.audit = StoredAudit(store, KeyFile(folder / "audit.key"))
        self.consents = StoredConsents(store, self.audit)
        self.codes = ConsentCodes(store, self.audit)

    @property
    def told(self) -> list[tuple[AuditKind, str]]:
        """Give what the audit trail holds."""
        assert self.audit.verify().flaws == ()
        return [(one.event.kind, one.event.words) for one in self.audit.entries()]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Give a new desk."""
    return Desk(tmp_path)


def _require(desk: Desk, *, at: datetime = NOW) -> Consent:
    return desk.consents.require(subscriber="sub-1", action="wifi.set_ssid", digest=DIGEST, at=at)


def _answer(content: str, *, at: datetime = NOW) -> Answer:
    return Answer(
        content=Secret(content), given_by="A. Customer", staff="anna", at=at, lasts=HALF_AN_HOUR
    )


def _wrong(code: Secret) -> str:
    return f"{(int(code.reveal()) + 1) % 10**6:06d}"


def test_a_recorded_consent_covers_its_plan_until_it_expires(desk: Desk) -> None:
    """And the audit trail has who recorded it, and how the identity was checked."""
    desk.consents.record(CONSENT)
    assert _require(desk) == CONSENT
    assert desk.consents.of_subscriber("sub-1") == (CONSENT,)
    with pytest.raises(ConsentError) as told:
        _require(desk, at=CONSENT.expires_at)
    assert told.value.reason is ConsentRefusal.EXPIRED
    ((kind, words),) = desk.told
    assert kind is AuditKind.CONSENT_GIVEN
    assert "A. Customer, spoken, identity checked by call_back" in words
    (entry,) = desk.audit.entries()
    assert (entry.event.staff, entry.event.ticket, entry.event.digest) == ("anna", "T-1", DIGEST)


def test_a_clock_that_is_set_back_makes_no_consent_last_longer(
    store_url: str, tmp_path: Path
) -> None:
    """It has lasted for as long as the customer was told, whatever a clock says."""
    store = CaseStore.behind(Secret(store_url))
    consents = StoredConsents(store, StoredAudit(store, KeyFile(tmp_path / "audit.key")))
    consents.record(CONSENT)
    asked = {"subscriber": "sub-1", "action": "wifi.set_ssid", "digest": DIGEST}
    for passed, stands in ((HALF_AN_HOUR - timedelta(minutes=1), True), (HALF_AN_HOUR, False)):
        store.steady = replace(store.steady, ahead=passed)
        for back in (timedelta(), timedelta(hours=2)):
            if stands:
                assert consents.require(**asked, at=NOW - back) == CONSENT
                continue
            with pytest.raises(ConsentError) as told:
                consents.require(**asked, at=NOW - back)
            assert told.value.reason is ConsentRefusal.EXPIRED


def test_a_consent_of_somebody_else_to_the_same_plan_is_named(desk: Desk) -> None:
    """Two customers cannot be mixed up silently."""
    desk.consents.record(replace(CONSENT, subscriber="sub-2"))
    with pytest.raises(ConsentError) as told:
        _require(desk)
    assert told.value.reason is ConsentRefusal.OTHER_SUBSCRIBER


def test_a_withdrawal_takes_back_every_consent_to_that_plan(desk: Desk) -> None:
    """Whoever says no need not know how often a yes was written down."""
    desk.consents.record(CONSENT)
    desk.consents.record(replace(CONSENT, id="c2", given_at=NOW + timedelta(seconds=1)))
    desk.consents.record(replace(CONSENT, id="c3", digest="cd" * 32))
    assert not desk.consents.withdrawn("c2")
    later = NOW + timedelta(minutes=1)
    assert desk.consents.withdraw("c1", staff="boris", at=later).withdrawn_at == later
    assert desk.consents.withdrawn("c1")
    assert desk.consents.withdrawn("c2")
    assert not desk.consents.withdrawn("c3")
    with pytest.raises(ConsentError) as told:
        _require(desk)
    assert told.value.reason is ConsentRefusal.WITHDRAWN
    assert desk.told[-1] == (AuditKind.CONSENT_WITHDRAWN, "consent c1 was withdrawn")
    again = desk.consents.withdraw("c1", staff="boris", at=NOW + timedelta(minutes=2))
    assert again.withdrawn_at == later


def test_a_consent_that_nobody_knows_is_told(desk: Desk) -> None:
    """A mistyped id is not a consent that stands."""
    for ask in (desk.consents.withdrawn, desk.consents.consent):
        with pytest.raises(StoreError, match="knows no consent 'c9'"):
            ask("c9")


def test_a_code_that_is_read_back_is_a_consent_once(desk: Desk) -> None:
    """The code is six digits; it is gone when it was used."""
    sent = desk.codes.make(ASK, ConsentChannel.CODE)
    assert re.fullmatch(r"[0-9]{6}", sent.content.reveal())
    consent = desk.codes.accept(ASK, _answer(f" {sent.content.reveal()} "))
    assert consent.identity_check is IdentityCheck.ONE_TIME_CODE
    assert consent.ticket == "T-1"
    assert _require(desk) == consent
    with pytest.raises(ConsentError, match="was used already"):
        desk.codes.accept(ASK, _answer(sent.content.reveal()))
    assert [kind for kind, _words in desk.told] == [
        AuditKind.CONSENT_ASKED,
        AuditKind.CONSENT_GIVEN,
        AuditKind.REFUSAL,
    ]


def test_no_code_nor_token_is_kept_anywhere(desk: Desk) -> None:
    """Whoever reads the file can answer for nobody."""
    code = desk.codes.make(ASK, ConsentChannel.CODE).content.reveal()
    token = desk.codes.make(ASK, ConsentChannel.LINK).content.reveal()
    with sqlite3.connect(desk.path) as connection:
        dump = "\n".join(connection.iterdump())
    connection.close()
    assert token.partition(".")[2] not in dump
    assert re.search(rf"(?<![0-9]){code}(?![0-9])", dump) is None
    assert all(code not in words for _kind, words in desk.told)


def test_a_code_is_tried_five_times(desk: Desk) -> None:
    """The right one is refused afterwards; each refusal is recorded."""
    sent = desk.codes.make(ASK, ConsentChannel.CODE)
    for left in reversed(range(MOST_TRIES)):
        with pytest.raises(ConsentError, match=f"{left} tries left"):
            desk.codes.accept(ASK, _answer(_wrong(sent.content)))
    with pytest.raises(ConsentError, match="tried too often"):
        desk.codes.accept(ASK, _answer(sent.content.reveal()))
    assert sum(kind is AuditKind.REFUSAL for kind, _words in desk.told) == MOST_TRIES + 1


@pytest.mark.parametrize(
    ("channel", "lasts"), [(ConsentChannel.CODE, CODE_LASTS), (ConsentChannel.LINK, LINK_LASTS)]
)
def test_a_code_and_a_link_end_with_their_time(
    channel: ConsentChannel, lasts: timedelta, desk: Desk
) -> None:
    """The last moment counts, the next does not."""
    sent = desk.codes.make(ASK, channel)

    def accept(at: datetime) -> Consent:
        answer = _answer(sent.content.reveal(), at=at)
        if channel is ConsentChannel.CODE:
            return desk.codes.accept(ASK, answer)
        return desk.codes.accept_token(answer)

    with pytest.raises(ConsentError, match="has expired"):
        accept(NOW + lasts)
    assert accept(NOW + lasts - timedelta(microseconds=1)).digest == DIGEST


def test_a_code_for_another_plan_is_no_code_for_this_one(desk: Desk) -> None:
    """What was read back was said about what had been asked."""
    sent = desk.codes.make(replace(ASK, digest="cd" * 32), ConsentChannel.CODE)
    with pytest.raises(ConsentError, match="nothing was sent for this plan"):
        desk.codes.accept(ASK, _answer(sent.content.reveal()))


def test_only_the_newest_code_counts_and_few_are_sent(desk: Desk) -> None:
    """Asking again gives no second chance to guess the first one."""
    first = desk.codes.make(ASK, ConsentChannel.CODE)
    asks = [replace(ASK, at=NOW + timedelta(seconds=second)) for second in range(1, MOST_CODES)]
    codes = [desk.codes.make(ask, ConsentChannel.CODE) for ask in asks]
    if first.content != codes[-1].content:
        with pytest.raises(ConsentError, match="a wrong code"):
            desk.codes.accept(ASK, _answer(first.content.reveal()))
    late = replace(ASK, at=NOW + timedelta(seconds=59))
    with pytest.raises(ConsentError, match="was asked 5 times"):
        desk.codes.make(late, ConsentChannel.CODE)
    assert desk.told[-1][0] is AuditKind.REFUSAL
    desk.codes.make(replace(ASK, subscriber="sub-2"), ConsentChannel.CODE)
    desk.codes.make(replace(ASK, at=NOW + WINDOW), ConsentChannel.CODE)


def test_a_code_that_was_not_sent_is_void(desk: Desk) -> None:
    """Nobody can have it."""
    sent = desk.codes.make(ASK, ConsentChannel.CODE)
    desk.codes.void(sent, ASK, "the gateway answers 500")
    with pytest.raises(ConsentError, match="tried too often"):
        desk.codes.accept(ASK, _answer(sent.content.reveal()))
    assert (AuditKind.REFUSAL, "the gateway answers 500") in desk.told


def test_a_token_is_a_consent_once_and_nonsense_is_none(desk: Desk) -> None:
    """The link names its own plan."""
    sent = desk.codes.make(ASK, ConsentChannel.LINK)
    for nonsense in ("", "nonsense", f"{sent.id}.", f"{sent.id}.nonsense"):
        with pytest.raises(ConsentError):
            desk.codes.accept_token(_answer(nonsense))
    consent = desk.codes.accept_token(_answer(sent.content.reveal()))
    assert consent.identity_check is IdentityCheck.ONE_TIME_LINK
    assert (consent.subscriber, consent.digest) == ("sub-1", DIGEST)
    with pytest.raises(ConsentError, match="was used already"):
        desk.codes.accept_token(_answer(sent.content.reveal()))


def test_an_approval_is_kept_with_its_event(desk: Desk) -> None:
    """Who approved which plan, and when."""
    approval = Approval(digest=DIGEST, staff="boris", at=NOW)
    desk.consents.approve(approval)
    assert desk.consents.approvals(DIGEST, at=NOW) == (approval,)
    assert desk.consents.approvals("cd" * 32, at=NOW) == ()
    assert desk.told == [(AuditKind.APPROVAL, "approved as the second person")]


@pytest.mark.parametrize("by_day", [timedelta(), timedelta(hours=-9), timedelta(days=2)])
def test_an_approval_lasts_for_a_shift_by_the_clock_of_its_store(
    store_url: str, tmp_path: Path, by_day: timedelta
) -> None:
    """Yesterday's approval is of yesterday's home, whatever a clock of ours says.

    In a file a clock that was set takes it away too early, and gives nobody a longer one.
    """
    store = CaseStore.behind(Secret(store_url))
    consents = StoredConsents(store, StoredAudit(store, KeyFile(tmp_path / "audit.key")))
    approval = Approval(digest=DIGEST, staff="boris", at=NOW)
    consents.approve(approval)
    stands = by_day == timedelta() or store_url.startswith("postgresql")
    moment = timedelta(minutes=1)
    assert consents.approvals(DIGEST, at=NOW + by_day) == (approval,) * stands
    store.steady = replace(store.steady, ahead=APPROVAL_LASTS - moment)
    assert consents.approvals(DIGEST, at=NOW + by_day) == (approval,) * stands
    store.steady = replace(store.steady, ahead=APPROVAL_LASTS)
    assert consents.approvals(DIGEST, at=NOW + by_day) == ()


def test_what_was_approved_under_an_older_version_ends_by_the_time_of_day(
    store_url: str, tmp_path: Path
) -> None:
    """Nobody knows more of it; the same holds for a machine that was started anew."""
    store = CaseStore.behind(Secret(store_url))
    consents = StoredConsents(store, StoredAudit(store, KeyFile(tmp_path / "audit.key")))
    approval = Approval(digest=DIGEST, staff="boris", at=NOW)
    consents.approve(approval)
    for ends_by, ends_at in ((None, None), ("another start", "0")):
        with store.writing() as connection:
            connection.execute(update(APPROVALS).values(ends_by=ends_by, ends_at=ends_at))
        last = NOW + APPROVAL_LASTS - timedelta(microseconds=1)
        assert consents.approvals(DIGEST, at=last) == (approval,)
        assert consents.approvals(DIGEST, at=NOW + APPROVAL_LASTS) == ()
        assert consents.approvals(DIGEST, at=NOW - timedelta(seconds=1)) == ()


@pytest.mark.parametrize(
    ("channel", "lasts"), [(ConsentChannel.CODE, CODE_LASTS), (ConsentChannel.LINK, LINK_LASTS)]
)
def test_a_clock_that_is_set_back_makes_no_code_and_no_link_last_longer(
    channel: ConsentChannel, lasts: timedelta, store_url: str, tmp_path: Path
) -> None:
    """It lasts by the store's clock."""
    store = CaseStore.behind(Secret(store_url))
    codes = ConsentCodes(store, StoredAudit(store, KeyFile(tmp_path / "audit.key")))
    sent = codes.make(ASK, channel)
    answer = _answer(sent.content.reveal(), at=NOW - timedelta(hours=2))
    accept = partial(codes.accept, ASK) if channel is ConsentChannel.CODE else codes.accept_token
    store.steady = replace(store.steady, ahead=lasts)
    with pytest.raises(ConsentError, match="has expired"):
        accept(answer)
    store.steady = replace(store.steady, ahead=lasts - timedelta(minutes=1))
    assert accept(answer).digest == DIGEST


def test_a_consent_that_cannot_be_noted_is_not_kept(desk: Desk) -> None:
    """Both or neither."""
    desk.consents.record(CONSENT)
    desk.path.with_name("audit.key").unlink()
    other = Desk(desk.path.parent)
    with pytest.raises(StoreError):
        other.consents.record(replace(CONSENT, id="c2"))
    assert len(other.consents.of_subscriber("sub-1")) == 1


def test_the_store_is_a_consent_desk(desk: Desk) -> None:
    """It passes the checks that the fake passes."""
    desk.consents.record(CONSENT)
    check_consent_desk(
        desk.consents,
        CONSENT,
        other_subscriber="sub-2",
        withdraw=lambda at: desk.consents.withdraw("c1", staff="anna", at=at),
    )
