"""The question how evenly packets come to a laptop on site."""

from __future__ import annotations

from typing import Final

from cpe_diag.judge.keys import LINE_USE
from cpe_diag.judge.on_site import LAN, WALL, key_at
from cpe_diag.judge.on_site_jitter import jitters
from cpe_diag.judge.on_site_since import beyond_wire
from cpe_diag.judge.rule import Rule
from cpe_diag.judge.rules_field import at_place, beside_use, by_radio

RULES_FIELD_JITTER: Final[tuple[Rule, ...]] = tuple(
    by_radio(
        beside_use(
            Rule(
                id=f"{where}_jitters",
                question=f"Do packets come unevenly to the laptop at the {words}?",
                needs=(
                    *(key_at("field_jitter", spot) for spot in dict.fromkeys((place, LAN))),
                    *(key_at("field_link", spot) for spot in dict.fromkeys((place, LAN))),
                    LINE_USE,
                ),
                ask=at_place(place, jitters, beyond_wire),
            )
        )
    )
    for where, place, words in (("wall", WALL, "wall port"), ("home", LAN, "router"))
)
