"""What a database says of an error, without what somebody asked for."""

from __future__ import annotations

from sqlalchemy import make_url

from cpe_diag.store.sql_words import sql_words, without


def test_what_was_asked_for_is_not_in_what_is_told_of_an_error() -> None:
    """A telephone number that somebody searched would stand in a log."""
    said = 'invalid input syntax for type integer: "+372 5123 4567"'
    values = {"subscriber_id": "+372 5123 4567", "nothing": ""}
    assert without(said, values) == 'invalid input syntax for type integer: "[value]"'


def test_what_is_secret_is_hidden_once_and_where_the_server_is_is_told() -> None:
    """Whoever reads it is to look there; a parameter may hold a password too."""
    url = make_url("postgresql://u:secret@/cases?host=/run/pg&sslpassword=hidden&options=")
    said = OSError("no server at /run/pg for secret with hidden")
    assert sql_words(said, url) == "no server at /run/pg for [secret] with [secret]"
