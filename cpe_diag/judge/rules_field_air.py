"""The questions that the air at the laptop's place answers."""

from __future__ import annotations

from typing import Final

from cpe_diag.judge.on_site import LAN, WIFI, key_at
from cpe_diag.judge.on_site_air import KEY, air_busy, signal_weak
from cpe_diag.judge.on_site_since import of_its_radio
from cpe_diag.judge.rule import Rule
from cpe_diag.judge.rules_field import at_place, of_one_place

NEEDS: Final = (KEY, key_at("field_link", WIFI), key_at("field_link", LAN))
RULES_FIELD_AIR: Final[tuple[Rule, ...]] = (
    Rule(
        id="home_signal_weak",
        question="Is the home's Wi-Fi weak at the laptop's place?",
        needs=NEEDS,
        ask=at_place(WIFI, of_one_place(signal_weak), of_its_radio),
    ),
    Rule(
        id="home_air_busy",
        question="Is the channel of the home's Wi-Fi full at the laptop's place?",
        needs=NEEDS,
        ask=at_place(WIFI, of_one_place(air_busy), of_its_radio),
    ),
)
