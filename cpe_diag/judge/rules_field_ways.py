"""The questions that a laptop on site answers about what is beyond its wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.judge.on_site import LAN, WALL, key_at
from cpe_diag.judge.on_site_inside import SESSION
from cpe_diag.judge.on_site_since import beyond_wire, in_network
from cpe_diag.judge.on_site_ways import (
    ends_further,
    names_invented,
    names_invented_near,
    names_taken,
    names_taken_near,
    second_router,
    walled,
    walled_near,
)
from cpe_diag.judge.rule import Rule
from cpe_diag.judge.rules_field import at_place, beside_use, by_radio

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import FactKey
    from cpe_diag.domain.field_facts import PluggedInto
    from cpe_diag.judge.on_site_since import Ask, Since


def needs(kind: str, place: PluggedInto, *more: FactKey) -> tuple[FactKey, ...]:
    """Name a fact of a place, the link that it goes by, and what else."""
    within = (SESSION,) if place is WALL else ()
    return (key_at(kind, place), key_at("field_link", place), *within, *more)


def twice(
    name: str, question: str, kind: str, ask: Ask, *more: str, since: Since = beyond_wire
) -> tuple[Rule, Rule]:
    """Ask the same at the wall port and in the home.

    Args:
        name: of the claim, without the place.
        question: with `{}` for the place.
        kind: of the fact.
        ask: what answers.
        more: kinds of further facts, of the place or of the wall port.
        since: what counts where the laptop is elsewhere by now.

    Returns:
        Both rules.
    """
    at_wall, at_home = (
        Rule(
            id=f"{where}_{name}",
            question=question.format(words),
            needs=needs(
                kind,
                place,
                *dict.fromkeys(key_at(one, spot) for one in more for spot in (place, WALL)),
                *(needs(kind, LAN) if place is WALL else (SESSION,) if more else ()),
            ),
            ask=at_place(place, ask, since),
        )
        for where, place, words in (("wall", WALL, "at the wall port"), ("home", LAN, "at home"))
    )
    return at_wall, at_home


_RULES: Final[tuple[Rule, ...]] = (
    *twice(
        "way_ends_further",
        "Does the laptop's way {} end behind a hop of the operator's?",
        "field_trace",
        ends_further,
        "field_dhcp",
        since=in_network,
    ),
    Rule(
        id="home_second_router",
        question="Does another home router come behind the first one?",
        needs=needs(
            *("field_trace", LAN),
            *(key_at("field_trace", WALL), key_at("field_dhcp", WALL), SESSION),
        ),
        ask=at_place(LAN, second_router),
    ),
    *twice(
        "names_taken",
        "Does somebody {} answer questions for names that are not for him?",
        "field_names",
        names_taken,
        "field_trace",
    ),
    Rule(
        id="home_names_taken_near",
        question="Is it the router that takes questions for names?",
        needs=needs("field_names", LAN, *needs("field_names", WALL)),
        ask=at_place(LAN, names_taken_near, beyond_wire),
    ),
    *twice(
        "names_invented",
        "Does the operator's resolver, asked {}, invent names?",
        "field_names",
        names_invented,
    ),
    Rule(
        id="home_names_invented_near",
        question="Is it the router that invents names?",
        needs=needs("field_names", LAN, *needs("field_names", WALL)),
        ask=at_place(LAN, names_invented_near, beyond_wire),
    ),
    *twice(
        "walled",
        "Does somebody {} give another page in the place of the reference's?",
        "field_page",
        walled,
    ),
    Rule(
        id="home_walled_near",
        question="Is it the router that gives another page?",
        needs=needs(
            *("field_page", LAN),
            *(key_at("field_page", WALL), key_at("field_link", WALL), SESSION),
        ),
        ask=at_place(LAN, walled_near, beyond_wire),
    ),
)
RULES_FIELD_WAYS: Final[tuple[Rule, ...]] = tuple(
    by_radio(beside_use(rule) if rule.id.endswith("way_ends_further") else rule) for rule in _RULES
)
