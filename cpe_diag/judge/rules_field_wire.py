"""Further questions about the wire at the wall port."""

from __future__ import annotations

from typing import Final

from cpe_diag.judge.on_site import VLANS, WALL, key_at
from cpe_diag.judge.on_site_port import other_port
from cpe_diag.judge.on_site_vlans import DHCP_KEY, PPPOE_KEY, answers_elsewhere
from cpe_diag.judge.rule import Rule
from cpe_diag.judge.rules_field import at_place, beside_use, by_radio, of_one_place, opens_at_home

_RULES: Final[tuple[Rule, ...]] = (
    Rule(
        id="wall_other_port",
        question="Does the wall port hang on another port of the node than the one on record?",
        needs=(key_at("field_heard", WALL), key_at("field_link", WALL), *opens_at_home(WALL)),
        ask=at_place(WALL, of_one_place(other_port)),
    ),
    Rule(
        id="wall_answers_elsewhere",
        question="Does the service answer in another VLAN than its own at the wall port?",
        needs=(VLANS, DHCP_KEY, PPPOE_KEY, key_at("field_link", WALL), *opens_at_home(WALL)),
        ask=at_place(WALL, of_one_place(answers_elsewhere)),
    ),
)
RULES_FIELD_WIRE: Final[tuple[Rule, ...]] = tuple(
    by_radio(beside_use(rule) if rule.id == "wall_answers_elsewhere" else rule) for rule in _RULES
)
