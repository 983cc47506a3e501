"""The questions that a laptop on site answers: at the wall port, and in the home."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.judge.keys import LINE_USE
from cpe_diag.judge.on_site import (
    BEYOND,
    LAN,
    LOCKED,
    VLANS,
    WALL,
    WIFI,
    half_duplex,
    key_at,
    loop,
    no_concentrator,
    no_link,
    no_offer,
    other_vlan,
    second_router6,
    second_server,
)
from cpe_diag.judge.on_site_beyond import large_lost, loses, nothing_beyond, pages_fail
from cpe_diag.judge.on_site_gateway import gateway_silent, gateway_twice
from cpe_diag.judge.on_site_inside import SESSION
from cpe_diag.judge.on_site_since import beyond_wire, home_of, of_its_wire, while_slow
from cpe_diag.judge.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_diag.domain.field_facts import PluggedInto
    from cpe_diag.judge.on_site_since import Ask, Since
    from cpe_diag.judge.rule import Answer, Facts


def at_place(
    place: PluggedInto, ask: Ask, since: Since = of_its_wire
) -> Callable[[Facts], Answer]:
    """Ask about one place; of the home by its Wi-Fi where that was looked at last.

    Args:
        place: which; LAN stands for the home.
        ask: what answers.
        since: what counts of that where the laptop is elsewhere by now.

    Returns:
        What a rule asks.
    """

    def asked(facts: Facts) -> Answer:
        spot = home_of(facts) if place is LAN else place
        return since(facts, ask(facts, spot), spot, ask)

    return asked


def of_one_place(ask: Callable[[Facts], Answer]) -> Ask:
    """Let a question that knows its place be asked like those of several."""

    def asked(facts: Facts, place: PluggedInto) -> Answer:
        del place
        return ask(facts)

    return asked


def by_radio(rule: Rule) -> Rule:
    """Let a rule of the home need what it looks at on the Wi-Fi, too."""
    twins = tuple(
        FactKey(key.kind, WIFI.value + key.subject[len(LAN.value) :])
        for key in rule.needs
        if key.subject.startswith(LAN.value)
    )
    return replace(rule, needs=(*rule.needs, *twins))


def beside_use(rule: Rule) -> Rule:
    """Let a rule need what else passed the laptop's port: it rests on what did not come."""
    spots = [
        spot
        for spot in (WALL, LAN)
        if any(key.subject.startswith(spot.value) for key in rule.needs)
    ]
    use = (key_at(kind, spot) for spot in spots for kind in ("field_use", "field_load"))
    return replace(rule, needs=tuple(dict.fromkeys((*rule.needs, *use))))


def _rule(
    name: str, question: str, kind: str, place: PluggedInto, ask: Ask, *more: FactKey
) -> Rule:
    needs = (key_at(kind, place), *opens_at_home(place), *more)
    return Rule(id=name, question=question, needs=needs, ask=at_place(place, ask))


def opens_at_home(place: PluggedInto) -> tuple[FactKey, ...]:
    """Name what ends what was seen on the wire of the wall port."""
    return (key_at("http", LAN, BEYOND),) if place is WALL else ()


def _through(place: PluggedInto) -> tuple[FactKey, ...]:
    """Name what shows that a gateway does its work."""
    kinds = ("http", "ping", "path_quality")
    return (*(key_at(kind, place, BEYOND) for kind in kinds), key_at("field_trace", place))


def beyond(place: PluggedInto, *kinds: str, more: str = "") -> tuple[FactKey, ...]:
    """Name what is asked beyond the wire, and the link that it goes by; at home, too."""
    return tuple(
        key
        for spot in dict.fromkeys((place, LAN))
        for key in (
            *(key_at(kind, spot, BEYOND) for kind in kinds),
            *((key_at("ping", spot, f"{BEYOND}{more}"),) if more else ()),
            key_at("field_link", spot),
            *((SESSION,) if spot is WALL else ()),
        )
    )


_RULES: Final[tuple[Rule, ...]] = (
    Rule(
        id="wall_no_link",
        question="Has the laptop no link at the wall port, and had one elsewhere?",
        needs=(
            key_at("field_link", WALL),
            key_at("field_link", LAN),
            *opens_at_home(WALL),
        ),
        ask=at_place(WALL, no_link),
    ),
    Rule(
        id="wall_half_duplex",
        question="Is the wall port at half duplex?",
        needs=(
            key_at("field_link", WALL),
            key_at("field_link", LAN),
            key_at("field_load", LAN),
            *opens_at_home(WALL),
        ),
        ask=at_place(WALL, half_duplex, while_slow),
    ),
    Rule(
        id="wall_no_offer",
        question="Does nobody offer an address at the wall port?",
        needs=(
            key_at("field_link", WALL),
            key_at("field_dhcp", WALL),
            key_at("field_pppoe", WALL),
            key_at("field_heard", WALL),
            VLANS,
            LOCKED,
            *opens_at_home(WALL),
        ),
        ask=at_place(WALL, no_offer),
    ),
    _rule(
        "wall_second_server",
        "Does somebody's home router give out addresses at the wall port?",
        "field_dhcp",
        WALL,
        second_server,
    ),
    Rule(
        id="wall_no_concentrator",
        question="Does no PPPoE concentrator answer at the wall port?",
        needs=(
            key_at("field_link", WALL),
            key_at("field_dhcp", WALL),
            key_at("field_pppoe", WALL),
            key_at("field_heard", WALL),
            VLANS,
            LOCKED,
            *opens_at_home(WALL),
        ),
        ask=at_place(WALL, no_concentrator),
    ),
    _rule(
        "wall_other_vlan",
        "Is the wall port in another VLAN than the service's?",
        "field_heard",
        WALL,
        other_vlan,
    ),
    _rule("wall_loop", "Is there a loop behind the wall port?", "field_heard", WALL, loop),
    _rule(
        "wall_gateway_silent",
        "Does the operator's gateway answer no ARP at the wall port?",
        "field_arp",
        WALL,
        gateway_silent,
        SESSION,
        *_through(WALL),
    ),
    _rule(
        "wall_gateway_twice",
        "Do two devices claim the operator's gateway at the wall port?",
        "field_arp",
        WALL,
        gateway_twice,
    ),
    *(
        Rule(
            id=f"{where}_nothing_beyond",
            question=f"Does nothing beyond the wire answer the laptop at the {words}?",
            needs=beyond(place, "http", "ping"),
            ask=at_place(place, nothing_beyond, beyond_wire),
        )
        for where, place, words in (("wall", WALL, "wall port"), ("home", LAN, "router"))
    ),
    *(
        Rule(
            id=f"{where}_loses",
            question=f"Are packets of the laptop lost at the {words}?",
            needs=(*beyond(place, "path_quality"), LINE_USE),
            ask=at_place(place, loses, beyond_wire),
        )
        for where, place, words in (("wall", WALL, "wall port"), ("home", LAN, "router"))
    ),
    *(
        Rule(
            id=f"{where}_large_lost",
            question=f"Are full packets of the laptop lost at the {words}?",
            needs=(
                *beyond(place, "path_quality", more="/full"),
                *(key_at("field_size", spot) for spot in dict.fromkeys((place, LAN))),
            ),
            ask=at_place(place, large_lost, beyond_wire),
        )
        for where, place, words in (("wall", WALL, "wall port"), ("home", LAN, "router"))
    ),
    *(
        Rule(
            id=f"{where}_pages_fail",
            question=f"Do pages fail on the laptop at the {words}?",
            needs=beyond(place, "http"),
            ask=at_place(place, pages_fail, beyond_wire),
        )
        for where, place, words in (("wall", WALL, "wall port"), ("home", LAN, "router"))
    ),
    Rule(
        id="home_no_link",
        question="Has the laptop no link at the router, and had one elsewhere?",
        needs=(key_at("field_link", LAN), key_at("field_link", WALL)),
        ask=at_place(LAN, no_link),
    ),
    _rule(
        "home_half_duplex",
        "Is the router's LAN at half duplex?",
        "field_link",
        LAN,
        half_duplex,
        key_at("field_link", WALL),
    ),
    _rule("home_no_offer", "Does nobody offer an address at home?", "field_dhcp", LAN, no_offer),
    _rule(
        "home_second_server",
        "Does more than one device at home give out addresses?",
        "field_dhcp",
        LAN,
        second_server,
    ),
    Rule(
        id="home_second_router6",
        question="Does more than one device at home announce itself as the IPv6 way out?",
        needs=(key_at("field_routers", LAN),),
        ask=at_place(LAN, second_router6),
    ),
    _rule("home_loop", "Is there a loop in the home's cables?", "field_heard", LAN, loop),
    _rule(
        "home_gateway_silent",
        "Does the router answer no ARP at home?",
        "field_arp",
        LAN,
        gateway_silent,
        *_through(LAN),
    ),
    _rule(
        "home_gateway_twice",
        "Do two devices at home claim the router's address?",
        "field_arp",
        LAN,
        gateway_twice,
    ),
)
_BY_SILENCE: Final = frozenset(
    f"{where}_{name}"
    for where in ("wall", "home")
    for name in (
        *("no_offer", "no_concentrator", "gateway_silent", "nothing_beyond"),
        *("loses", "large_lost", "pages_fail"),
    )
)
RULES_FIELD: Final[tuple[Rule, ...]] = tuple(
    by_radio(beside_use(rule) if rule.id in _BY_SILENCE else rule) for rule in _RULES
)
