"""Telephone numbers as people say them: the same one however it is written."""

from __future__ import annotations

import pytest

from cpe_diag.domain.phone import phone_digits, phones_by_end, phones_found


@pytest.mark.parametrize(
    ("said", "digits"),
    [
        ("+372 5123 4567", "37251234567"),
        ("00372 5123-4567", "37251234567"),
        ("5123 4567", "51234567"),
        ("(0) 512.345.67", "51234567"),
        ("+44 (0)20 7946 0018", "442079460018"),
        ("8 612 34567", "861234567"),
        ("040/123 45 67", "401234567"),
        ("sub-1001", None),
        ("192.0.2.1a", None),
        ("12345", None),
        ("+1234567890123456", None),
        ("", None),
        ("+", None),
        ("٣٧٢٥١٢٣٤٥٦٧", None),
    ],
)
def test_a_number_is_its_digits(said: str, digits: str | None) -> None:
    """Callers, tickets and records write one number in many ways; other words are none."""
    assert phone_digits(said) == digits


@pytest.mark.parametrize("written", ["+372 5123 4567", "0037251234567", "51234567", "512 34567"])
@pytest.mark.parametrize("said", ["+37251234567", "51234567", "372 5123 4567"])
def test_the_same_number_is_found_with_and_without_its_country(written: str, said: str) -> None:
    """Who is at home says it short, and the record may have it long, or the other way round."""
    digits = phone_digits(said)
    assert digits is not None
    others = [("b", "+372 5123 4568"), ("c", ""), ("d", "+371 5123 4567")]
    found = phones_found(phones_by_end([("a", written), *others]), digits)
    assert found == (("a", "d") if "372" not in said else ("a",))
