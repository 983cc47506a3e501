"""JSON that is read on a terminal, whatever a device has put into it."""

from __future__ import annotations

import json

import pytest

from cpe_diag.report.plain import json_text


@pytest.mark.parametrize("text", ["\x1b[2J", "\x9b2J", "\u202egnp", "\ud800", "\u2028", "\ufeff"])
@pytest.mark.parametrize("indent", [2, None])
def test_json_holds_nothing_that_acts_on_a_terminal(text: str, indent: int | None) -> None:
    """An SSID may hold a C1 control, a direction mark, or half a character that cannot be sent."""
    shown = json_text({text: [text]}, indent=indent)
    assert shown.replace("\n", "").isascii()
    assert json.loads(shown) == {text: [text]}


def test_json_keeps_letters_readable() -> None:
    """Names of customers and streets are not all English."""
    assert "Zürich 北" in json_text(["Zürich 北"])
