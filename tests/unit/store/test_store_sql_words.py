"""What a database says of an error, without what somebody asked for."""

from __future__ import annotations

from cpe_diag.store.sql_words import without


def test_what_was_asked_for_is_not_in_what_is_told_of_an_error() -> None:
    """A telephone number that somebody searched would stand in a log."""
    said = 'invalid input syntax for type integer: "+372 5123 4567"'
    values = {"subscriber_id": "+372 5123 4567", "nothing": ""}
    assert without(said, values) == 'invalid input syntax for type integer: "[value]"'
