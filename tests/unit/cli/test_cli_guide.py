"""A person is led through a reset; what they say of it decides nothing but whether it began."""

from __future__ import annotations

import sys

import click
import pytest

from cpe_diag.cli.guide import TerminalGuide

AT_ONCE = 0.4
"""Seconds that are rounded to none."""


@pytest.mark.parametrize(
    ("answers", "began"),
    [
        ((True, True), True),
        ((True, False), True),
        ((True, None), True),
        ((False,), False),
        ((None,), False),
    ],
    ids=["held", "let go early", "went away at the end", "not pressed", "went away at once"],
)
async def test_a_button_that_was_pressed_is_looked_after_whatever_is_said_of_it(
    monkeypatch: pytest.MonkeyPatch, answers: tuple[bool | None, ...], *, began: bool
) -> None:
    """Let go too early it may have reset the router all the same: failed must not be said yet."""
    left = list(answers)

    def answer(*_words: object, **_options: object) -> bool:
        said = left.pop(0)
        if said is None:
            raise click.Abort
        return said

    monkeypatch.setattr(click, "confirm", answer)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert await TerminalGuide().hold_button(AT_ONCE) is began
    assert not left
