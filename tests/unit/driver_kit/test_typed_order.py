"""Lines of changes for command lines, and what their answers mean."""

from __future__ import annotations

import pytest

from cpe_diag.driver_kit.typed_order import typed_lines


def test_lines_and_readings_are_taken_apart() -> None:
    """The first pattern that stands in the answer says the word; without one the answer counts."""
    first, second = typed_lines(
        "show running-config\n  =~ ^ip host k -> kept\n=~ ^ip host a -> armed\n=~ -> none\n\nup"
    )
    assert (first.text, second.text) == ("show running-config", "up")
    assert first.said("!\nip host k 1\nip host a 1\n") == "kept\n"
    assert first.said("ip host a 1\n") == "armed\n"
    assert first.said("nothing of it") == "none\n"
    assert second.said("is up.\n") == "is up.\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("=~ a -> b", "behind a line"),
        ("show\n=~ a", "PATTERN -> WORD"),
        ("show\n=~ ( -> b", "unterminated"),
    ],
)
def test_a_reading_that_nobody_can_use_is_refused(text: str, words: str) -> None:
    """Before anything is typed."""
    with pytest.raises(ValueError, match=words):
        typed_lines(text)
