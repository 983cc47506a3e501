"""Rules about what the caller said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.path_facts import CallerAnswer
from cpe_diag.judge.keys import AFFECTED, LIGHTS, PLUGS
from cpe_diag.judge.rule import Answer, Rule, cannot_tell, says

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import FactKey
    from cpe_diag.judge.rule import Facts

NOT_KNOWN: Final = "unknown"


def lights_off(facts: Facts) -> Answer:
    """Answer whether the router's lights are off, as the caller sees them."""
    return _said(facts, LIGHTS, "off", "the caller says that the router's lights are")


def wan_cable_out(facts: Facts) -> Answer:
    """Answer whether the cable to the router is out of a socket, as the caller sees it."""
    return _said(facts, PLUGS, "out", "the caller says that the cable from the wall is")


def only_one_device_affected(facts: Facts) -> Answer:
    """Answer whether the caller says that a single device is affected."""
    return _said(facts, AFFECTED, "one_device", "affected, says the caller:")


def only_wifi_affected(facts: Facts) -> Answer:
    """Answer whether the caller says that cabled devices work and Wi-Fi does not."""
    return _said(facts, AFFECTED, "wifi_only", "affected, says the caller:")


def _said(facts: Facts, key: FactKey, choice: str, words: str) -> Answer:
    answer = facts.fact(CallerAnswer, key)
    if answer is None or answer.choice == NOT_KNOWN:
        return cannot_tell(facts, key)
    said = answer.choice.replace("_", " ")
    return says(answer.choice == choice, f"{words} {said}", key)


RULES_ANSWERS: Final[tuple[Rule, ...]] = (
    Rule(
        id="lights_off",
        question="Are the router's lights off?",
        needs=(LIGHTS,),
        ask=lights_off,
    ),
    Rule(
        id="wan_cable_out",
        question="Is the cable between wall and router out of a socket?",
        needs=(PLUGS,),
        ask=wan_cable_out,
    ),
    Rule(
        id="only_one_device_affected",
        question="Is a single device affected?",
        needs=(AFFECTED,),
        ask=only_one_device_affected,
    ),
    Rule(
        id="only_wifi_affected",
        question="Is only Wi-Fi affected?",
        needs=(AFFECTED,),
        ask=only_wifi_affected,
    ),
)
