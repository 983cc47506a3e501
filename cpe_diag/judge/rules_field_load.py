"""The questions that a laptop on site answers about the line under load."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cpe_diag.judge.keys import LINE_USE
from cpe_diag.judge.on_site_load import bloated, rate_low
from cpe_diag.judge.rules_field import beside_use, by_radio
from cpe_diag.judge.rules_field_ways import twice

if TYPE_CHECKING:
    from cpe_diag.judge.rule import Rule

_RULES: Final[tuple[Rule, ...]] = (
    *twice("bloated", "Do packets {} wait long while the line is full?", "field_load", bloated),
    *twice("rate_low", "Does the laptop {} get much less than was sold?", "field_load", rate_low),
)
RULES_FIELD_LOAD: Final[tuple[Rule, ...]] = tuple(
    replace(rule, needs=(*rule.needs, LINE_USE)) for rule in map(by_radio, map(beside_use, _RULES))
)
