"""Claims about which consent covers a plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cpe_diag.domain.consent import Consent, ConsentChannel, IdentityCheck, covering
from cpe_diag.domain.failures import ConsentError, ConsentRefusal

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
CONSENT = Consent(
    id="c1",
    subscriber="sub-1",
    action="wifi.set_ssid",
    digest="aa",
    given_by="A. Customer",
    identity_check=IdentityCheck.CALL_BACK,
    channel=ConsentChannel.SPOKEN,
    recorded_by="anna",
    ticket=None,
    given_at=NOW,
    expires_at=NOW + timedelta(minutes=30),
)


def _covering(*consents: Consent, at: datetime = NOW) -> Consent:
    return covering(consents, subscriber="sub-1", action="wifi.set_ssid", digest="aa", at=at)


def test_a_consent_covers_exactly_its_plan() -> None:
    """The newest of those that cover is given."""
    newer = replace(CONSENT, id="c2", given_at=NOW + timedelta(minutes=1))
    assert _covering(CONSENT) == CONSENT
    assert _covering(newer, CONSENT, at=NOW + timedelta(minutes=2)) == newer


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"digest": "bb"}, ConsentRefusal.OTHER_DIGEST),
        ({"subscriber": "sub-2"}, ConsentRefusal.OTHER_SUBSCRIBER),
        ({"expires_at": NOW}, ConsentRefusal.EXPIRED),
        ({"withdrawn_at": NOW}, ConsentRefusal.WITHDRAWN),
        ({"action": "wifi.set_password"}, ConsentRefusal.NONE),
        ({"digest": "bb", "withdrawn_at": NOW}, ConsentRefusal.NONE),
        ({"digest": "bb", "expires_at": NOW}, ConsentRefusal.NONE),
        ({"digest": "bb", "subscriber": "sub-2"}, ConsentRefusal.NONE),
    ],
)
def test_one_changed_thing_voids_it(change: dict[str, object], reason: ConsentRefusal) -> None:
    """Consent is to a digest, by a person, until a moment; the refusal says what is missing."""
    changed = replace(CONSENT, **change)  # type: ignore[arg-type]  # one field at a time
    with pytest.raises(ConsentError) as told:
        _covering(changed)
    assert told.value.reason is reason
    assert "sub-1" in str(told.value)


def test_a_consent_that_a_change_has_used_covers_that_change_and_no_other() -> None:
    """Its process has died before it sent anything: the customer has agreed to it all the same."""
    used = replace(CONSENT, used_by="change-1")
    asked = {"subscriber": "sub-1", "action": "wifi.set_ssid", "digest": "aa"}
    assert covering([used], **asked, at=NOW, change="change-1") == used
    for change in (None, "change-2"):
        with pytest.raises(ConsentError) as told:
            covering([used], **asked, at=NOW, change=change)
        assert told.value.reason is ConsentRefusal.USED
    with pytest.raises(ConsentError) as told:
        covering([used], **asked, at=CONSENT.expires_at, change="change-1")
    assert told.value.reason is ConsentRefusal.EXPIRED


def test_it_counts_until_the_moment_it_expires() -> None:
    """Until 12:30 means that at 12:30 it is over."""
    last = CONSENT.expires_at - timedelta(microseconds=1)
    assert _covering(CONSENT, at=last) == CONSENT
    with pytest.raises(ConsentError):
        _covering(CONSENT, at=CONSENT.expires_at)


def test_the_refusal_names_the_consent_that_comes_nearest() -> None:
    """Somebody whose consent has expired need not be told that nobody has consented."""
    expired = replace(CONSENT, expires_at=NOW)
    other = replace(CONSENT, digest="bb")
    with pytest.raises(ConsentError) as told:
        _covering(other, expired)
    assert told.value.reason is ConsentRefusal.EXPIRED
    with pytest.raises(ConsentError) as told:
        _covering()
    assert told.value.reason is ConsentRefusal.NONE
