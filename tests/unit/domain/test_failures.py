"""Whom a failure speaks about: no kind without a side, and no side by accident."""

from __future__ import annotations

from cpe_diag.domain.failures import BLAME_OF, Blame, Failure, FailureKind


def kinds_blamed_on(blame: Blame) -> set[FailureKind]:
    """Give the kinds of failure that speak about one side."""
    return {kind for kind in FailureKind if BLAME_OF[kind] is blame}


def test_every_kind_of_failure_has_one_side() -> None:
    """A kind that is forgotten would end a run, or count as evidence."""
    assert set(BLAME_OF) == set(FailureKind)
    for kind in FailureKind:
        assert Failure(kind=kind, where="there", detail="seen").blame is BLAME_OF[kind]


def test_only_what_nobody_answered_speaks_about_the_path() -> None:
    """A router that took the connection and hung is there; the way to it is good."""
    assert kinds_blamed_on(Blame.PATH) == {FailureKind.SILENT, FailureKind.UNREACHABLE}


def test_what_refuses_us_speaks_about_our_access() -> None:
    """A wrong password of ours is no fault of the subscriber's router."""
    assert kinds_blamed_on(Blame.ACCESS) == {
        FailureKind.AUTH_REFUSED,
        FailureKind.HOST_KEY_CHANGED,
        FailureKind.HOST_KEY_UNKNOWN,
        FailureKind.ALGORITHM_MISMATCH,
        FailureKind.FORBIDDEN,
    }


def test_what_we_could_not_ask_speaks_about_ourselves() -> None:
    """Law 2: a failure on our own side never supports a verdict about the subscriber."""
    assert kinds_blamed_on(Blame.AGENT) == {
        FailureKind.MISSING_PRIVILEGE,
        FailureKind.NOT_CONFIGURED,
        FailureKind.DEPENDENCY,
        FailureKind.OUT_OF_TIME,
        FailureKind.NOT_APPLICABLE,
        FailureKind.WRONG_PLATFORM,
        FailureKind.NOT_ASKED,
        FailureKind.NOT_AWAITED,
    }
