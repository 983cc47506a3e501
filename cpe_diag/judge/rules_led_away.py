"""Rules about pages that come, and are somebody else's: a portal that stands before the world."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.missing import known
from cpe_diag.domain.path_facts import HttpOutcome
from cpe_diag.judge.keys import DNS_FORWARDER, TRUTH_REFERENCE, WORLD, WORLD_OURS
from cpe_diag.judge.rule import Answer, Rule, cannot_tell, does_not_arise, no, yes
from cpe_diag.judge.rules_load import PAIR
from cpe_diag.judge.rules_names import resolver_lies
from cpe_diag.judge.rules_router_services import router_names_lie
from cpe_diag.judge.rules_world import places

if TYPE_CHECKING:
    from cpe_diag.domain.path_facts import HttpCheck
    from cpe_diag.judge.rule import Facts
    from cpe_diag.judge.rules_world import Place

# RFC 6585, section 6: 511, Network Authentication Required.
FIRST_OF_SERVER: Final = 500
FIRST_REDIRECT: Final = 300


def pages_are_anothers(facts: Facts) -> Answer:
    """Answer whether the router gets the same answer from places that have nothing in common.

    Led to one host that is none of theirs, or given one page: while our side, at the same places,
    is not. A name that leads elsewhere is another matter.
    """
    seen = [one for one in places(facts) if one.page is not None or one.tries]
    ours = [one for one in seen if one.our_page is not None]
    if len(ours) < PAIR:
        missing = [key for key, got in ((WORLD, seen), (WORLD_OURS, ours)) if len(got) < PAIR]
        return cannot_tell(facts, *missing)
    led = _led_to_one(ours) or _given_one(ours)
    if led is None:
        return no(f"the pages of {len(ours)} places are their own", WORLD, WORLD_OURS)
    for lies in (resolver_lies(facts), router_names_lie(facts)):
        if lies.answer:
            return does_not_arise(f"{led}; {lies.because}")
    return yes(f"{led}, and our own side is not", WORLD, WORLD_OURS)


def _led_to_one(seen: list[Place]) -> str | None:
    """Say to which host several places lead the router that do not lead us there."""
    led: dict[str, list[str]] = {}
    for place in seen:
        mine = None if place.our_page is None else known(place.our_page.moved_to)
        pages = (*((place.page,) if place.page else ()), *place.tries)
        hosts = {host for page in pages if (host := known(page.moved_to)) is not None}
        for host in hosts:
            if host != mine and not _of_one_house(host, place.host):
                led.setdefault(host, []).append(place.host)
    for host, from_where in led.items():
        if len(from_where) >= PAIR:
            return f"{' and '.join(from_where)} lead the router to {host}"
    return None


def _of_one_house(host: str, place: str) -> bool:
    """Tell whether two hosts share a domain below a registry's (`www.a.example`, `a.example`)."""
    mine, theirs = host.lower().rstrip(".").split("."), place.lower().rstrip(".").split(".")
    return mine[-2:] == theirs[-2:]


def _given_one(seen: list[Place]) -> str | None:
    """Say by which answer several places are alike for the router, none of which gives it to us.

    A site may forbid an address (4xx), or lead on; others may do so too.
    """
    alike: dict[str, list[str]] = {}
    for place in seen:
        page, mine = place.page, place.our_page
        if page is None or mine is None or mine.outcome is not HttpOutcome.OK:
            continue
        told = _signature(page)
        if told is not None and told != _signature(mine):
            alike.setdefault(told, []).append(place.host)
    for told, where in alike.items():
        if len(where) >= PAIR:
            return f"{' and '.join(where)} give the router one and the same answer, {told}"
    return None


def _signature(page: HttpCheck) -> str | None:
    """Give what makes an answer another's where places are alike in it; None: nothing does."""
    status, size = page.status or 0, known(page.received_bytes)
    if status >= FIRST_OF_SERVER:
        return f"status {status}"
    return f"{size} bytes" if size and status < FIRST_REDIRECT else None


RULES_LED_AWAY: Final[tuple[Rule, ...]] = (
    Rule(
        id="pages_are_anothers",
        question="Does the router get one and the same answer from places with nothing in common?",
        needs=(WORLD, WORLD_OURS, TRUTH_REFERENCE, DNS_FORWARDER),
        ask=pages_are_anothers,
    ),
)
