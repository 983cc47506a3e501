"""Turns at the door of the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from cpe_diag.service.pages.entry import OF_ADDRESS, Door

if TYPE_CHECKING:
    from cpe_diag.service.web.served import Served


def test_who_begins_at_the_provider_has_the_turns_of_one_home_however_many_addresses() -> None:
    """Of IPv6 a home has as many as it likes."""
    door = Door(cast("Served", None))
    began = [door.may_begin(f"2001:db8::{n:x}") for n in range(1, int(OF_ADDRESS.burst) + 2)]
    assert began == [*[True] * int(OF_ADDRESS.burst), False]
    assert door.may_begin("2001:db8:0:1::1")
