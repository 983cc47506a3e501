"""The questions that a laptop on site answers about offers, addresses and the link's speed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.judge.on_site import LAN
from cpe_diag.judge.on_site_offers import (
    address_taken,
    answers_for_all,
    dhcp6_silent,
    link_slow,
    offer_lacks,
    second_server6,
)
from cpe_diag.judge.on_site_since import of_its_wire, while_slow
from cpe_diag.judge.rule import Rule
from cpe_diag.judge.rules_field import at_place, beside_use, by_radio
from cpe_diag.judge.rules_field_ways import needs, twice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cpe_diag.judge.on_site_since import Ask


def _each(name: str, question: str, kind: str, ask: Ask, *more: str) -> Iterator[Rule]:
    """Ask what is on the wire of either place."""
    return iter(twice(name, question, kind, ask, *more, since=of_its_wire))


_RULES: Final[tuple[Rule, ...]] = (
    *_each(
        "offer_lacks",
        "Does what a DHCP server offers {} lack what a home lives by?",
        "field_dhcp",
        offer_lacks,
        "field_routers",
    ),
    *_each(
        "address_taken",
        "Does somebody {} have the address that is offered?",
        "field_arp",
        address_taken,
    ),
    *_each(
        "answers_for_all",
        "Does another than the gateway {} answer for addresses of nobody?",
        "field_arp",
        answers_for_all,
    ),
    *_each(
        "dhcp6_silent",
        "Do IPv6 routers {} point to a DHCPv6 server that gives nothing?",
        "field_routers",
        dhcp6_silent,
    ),
    Rule(
        id="home_second_server6",
        question="Does more than one device at home give addresses by DHCPv6?",
        needs=needs("field_routers", LAN),
        ask=at_place(LAN, second_server6),
    ),
    *twice(
        "link_slow",
        "Is the laptop's link {} slower than what was sold, and was faster elsewhere?",
        "field_link",
        link_slow,
        "field_load",
        since=while_slow,
    ),
)
RULES_FIELD_OFFERS: Final[tuple[Rule, ...]] = tuple(
    by_radio(beside_use(rule) if rule.id.endswith("dhcp6_silent") else rule) for rule in _RULES
)
