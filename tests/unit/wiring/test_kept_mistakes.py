"""What a run says of the error that ended it."""

from __future__ import annotations

from cpe_diag.domain.failures import StoreError
from cpe_diag.wiring.kept_runs import mistake


def test_the_words_of_a_bug_are_not_kept_with_a_run() -> None:
    """Anything may stand in them, and what is kept with a run is shown to everybody."""
    told = mistake(ValueError("could not parse 'correct horse'"))
    assert "ValueError" in told
    assert "horse" not in told


def test_an_error_of_ours_is_kept_in_its_own_words() -> None:
    """They are made to be read."""
    assert mistake(StoreError("the disk is full")) == "the disk is full"
