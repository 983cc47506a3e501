"""The questions that the air at the laptop's place answers."""

from __future__ import annotations

from typing import Final

from cpe_diag.judge.on_site_air import KEY, air_busy, signal_weak
from cpe_diag.judge.rule import Rule

RULES_FIELD_AIR: Final[tuple[Rule, ...]] = (
    Rule(
        id="home_signal_weak",
        question="Is the home's Wi-Fi weak at the laptop's place?",
        needs=(KEY,),
        ask=signal_weak,
    ),
    Rule(
        id="home_air_busy",
        question="Is the channel of the home's Wi-Fi full at the laptop's place?",
        needs=(KEY,),
        ask=air_busy,
    ),
)
