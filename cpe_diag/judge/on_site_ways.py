"""What a laptop on site tells about the way beyond its wire: the answers, each about one place."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_address
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.field_facts import FieldDhcp
from cpe_diag.domain.field_path_facts import FieldNames, FieldPage, FieldTrace
from cpe_diag.domain.missing import known
from cpe_diag.domain.path_facts import DnsOutcome, HttpCheck, HttpOutcome
from cpe_diag.judge.on_site import BEYOND, WALL, key_at, no_link_there, of_a_home, untold
from cpe_diag.judge.on_site_inside import SESSION, inside, nothing_inside
from cpe_diag.judge.on_site_use import if_not_filled
from cpe_diag.judge.rule import Answer, Facts, cannot_tell, does_not_arise, no, says, yes

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import FactKey
    from cpe_diag.domain.field_facts import PluggedInto
    from cpe_diag.domain.field_inside_facts import FieldInside
    from cpe_diag.domain.field_path_facts import NobodysAnswer, Trace

AT_LEAST: Final = 2
"""Kinds of packets: one alone may be filtered on purpose."""
SHARED: Final = IPv4Network("100.64.0.0/10")
"""RFC 6598: what operators give to homes whose addresses they translate themselves."""
UNIQUE_LOCAL: Final = IPv6Network("fc00::/7")
"""RFC 4193: a home's own IPv6 addresses."""
SMALL_HOMES: Final = IPv4Network("192.168.0.0/16")
"""RFC 1918: what home routers are delivered with. Operators number their own networks privately
too (RFC 6752), so that the two larger ranges accuse nobody."""
NETWORK_LOGIN: Final = 511
"""RFC 6585, section 6: network authentication required."""
FIRST_ERROR: Final = 400


def _traces(fact: FieldTrace) -> dict[str, Trace]:
    """Give the ways that were tried, by kind."""
    told = {"UDP": known(fact.udp), "TCP": known(fact.tcp), "ICMP": known(fact.icmp)}
    return {name: way for name, way in told.items() if way is not None}


def _ways(facts: Facts, place: PluggedInto, least: int) -> tuple[str, dict[str, Trace]] | Answer:
    """Give the target and the ways to it; or the answer, where too few are known."""
    if (none := no_link_there(facts, place)) is not None:
        return none
    fact, key = _traced(facts, place)
    ways = {} if fact is None else _traces(fact)
    if fact is None or len(ways) < least:
        return cannot_tell(facts, key)
    return fact.target, ways


def _traced(facts: Facts, place: PluggedInto) -> tuple[FieldTrace | None, FactKey]:
    """Give the ways, and where they are known from: outside or in a session."""
    key = key_at("field_trace", place)
    fact, seen = facts.fact(FieldTrace, key), inside(facts, place)
    within = None if seen is None else seen.trace
    return (fact, key) if fact is not None or within is None else (within, SESSION)


def ends_further(facts: Facts, place: PluggedInto) -> Answer:
    """Answer whether the way to the reference ends behind a hop of the operator's.

    It does where every kind of packet comes as far as the same router behind the first hop, and
    no further. A router of a private network may be anybody's.
    """
    page_key = key_at("http", place, BEYOND)
    page = facts.fact(HttpCheck, page_key)
    if page is not None and page.outcome is HttpOutcome.OK:
        return no(f"the page {page.url} opens on the laptop", page_key)
    told = _ways(facts, place, AT_LEAST)
    if isinstance(told, Answer):
        seen = inside(facts, place)
        return told if seen is None or not told.missing else _reached_inside(seen)
    key, (target, ways) = _traced(facts, place)[1], told
    arrived = [name for name, way in ways.items() if way.reached]
    if arrived:
        return no(f"{target} answers by {' and '.join(arrived)}", key)
    ends = {(way.hops[-1].ttl, way.hops[-1].address) for way in ways.values() if way.hops}
    if len(ends) != 1 or not all(way.hops for way in ways.values()):
        return does_not_arise(f"the ways to {target} do not end at one hop")
    hop, address = ends.pop()
    words = f"by {', '.join(ways)} the way to {target} ends behind hop {hop} ({address})"
    if hop > 1 and address and place is not WALL and _whose(facts, address)[0] is not False:
        return does_not_arise(f"{words}, of a private network: nobody knows whose")
    return if_not_filled(facts, place, says(hop > 1, words, key))


def _reached_inside(seen: FieldInside) -> Answer:
    """Answer by what a session tells in which no way was traced."""
    nothing = nothing_inside(seen)
    return does_not_arise(nothing.because) if nothing.answer else nothing


def _of_operator(facts: Facts, address: str) -> bool:
    """Tell whether an address was seen from the wall port: there it is the operator's."""
    seen, _ = _traced(facts, WALL)
    hops = {hop.address for way in (_traces(seen).values() if seen else ()) for hop in way.hops}
    dhcp = facts.fact(FieldDhcp, key_at("field_dhcp", WALL))
    routers = {router for one in (dhcp.offers if dhcp else ()) for router in one.routers}
    return address in hops | routers


def second_router(facts: Facts, place: PluggedInto) -> Answer:
    """Answer whether behind the router comes another one of the home before the operator."""
    told = _ways(facts, place, 1)
    if isinstance(told, Answer):
        return told
    _, ways = told
    seconds = sorted({way.hops[1].address or "" for way in ways.values() if len(way.hops) > 1})
    hop = next((one for one in seconds if one), None)
    if hop is None:
        return does_not_arise("nobody says who is behind the first router")
    homes, words = _whose(facts, hop)
    words = f"behind the first router comes {hop}, {words}"
    if homes is None:
        return does_not_arise(words)
    return says(homes, words, _traced(facts, place)[1])


def _whose(facts: Facts, hop: str) -> tuple[bool | None, str]:
    """Tell whether a router is a home's, and why; None: nobody knows."""
    return (_whose_of_ipv6 if ":" in hop else _whose_of_ipv4)(facts, hop)


def _whose_of_ipv4(facts: Facts, hop: str) -> tuple[bool | None, str]:
    """Tell it by the ranges of homes and of operators.

    Its address is one of homes, and it was not seen from the wall port. In 10.0.0.0/8 and
    172.16.0.0/12 it may be the operator's, unless the laptop has looked from the wall port.
    """
    if IPv4Address(hop) in SHARED:
        return False, "of the range that operators share (RFC 6598)"
    if not of_a_home(hop):
        return False, "which is no address of homes"
    if _of_operator(facts, hop):
        return False, "which was seen from the wall port: the operator's"
    if IPv4Address(hop) in SMALL_HOMES:
        return True, "an address of home routers"
    if _traced(facts, WALL)[0] is not None:
        return True, "which was not seen from the wall port"
    return None, "which may be a home's or the operator's"


def _whose_of_ipv6(facts: Facts, hop: str) -> tuple[bool | None, str]:
    """Tell the same of an IPv6 router: there is no range of homes."""
    if _of_operator(facts, hop):
        return False, "which was seen from the wall port: the operator's"
    return None, "which may be a home's or the operator's"


def _names(facts: Facts, place: PluggedInto) -> tuple[FieldNames | None, FactKey]:
    """Give what was answered for names, and where that is known from: outside or in a session."""
    key = key_at("field_names", place)
    fact, seen = facts.fact(FieldNames, key), inside(facts, place)
    within = None if seen is None else known(seen.names)
    return (fact, key) if fact is not None or within is None else (within, SESSION)


def _nobodys(facts: Facts, place: PluggedInto) -> tuple[NobodysAnswer, FactKey] | Answer:
    if (none := no_link_there(facts, place)) is not None:
        return none
    fact, key = _names(facts, place)
    if fact is None:
        return cannot_tell(facts, key)
    nobodys = known(fact.nobodys)
    if nobodys is None:
        return does_not_arise("no address is named that must not answer (field: nobody)")
    return nobodys, key


def names_taken(facts: Facts, place: PluggedInto) -> Answer:
    """Answer whether somebody answers questions for names that go to another address."""
    told = _nobodys(facts, place)
    if isinstance(told, Answer):
        return told
    nobodys, key = told
    if not nobodys.answered:
        return no(f"{nobodys.server}, where no resolver runs, does not answer", key)
    return yes(f"{_who(facts, place, nobodys)} answers in the name of {nobodys.server}", key)


def _who(facts: Facts, place: PluggedInto, nobodys: NobodysAnswer) -> str:
    """Name who answers, as far as it is known."""
    called = f" ({nobodys.says})" if nobodys.says else ""
    if nobodys.hop is None:
        return f"somebody{called}"
    fact, _ = _traced(facts, place)
    ways = {} if fact is None else _traces(fact)
    at = {hop.address for way in ways.values() for hop in way.hops if hop.ttl == nobodys.hop}
    names = ", ".join(sorted(one for one in at if one)) or "somebody"
    return f"{names} at hop {nobodys.hop}{called}"


def names_taken_near(facts: Facts, place: PluggedInto) -> Answer:
    """Answer whether it is the router that takes the questions.

    It is where it answers itself, and where nobody takes them at the wall port: a router may send
    them far away, so that an answer from further off accuses nobody.
    """
    told = _nobodys(facts, place)
    if isinstance(told, Answer):
        return told
    nobodys, key = told
    if not nobodys.answered:
        return does_not_arise("nobody takes questions for names")
    words = f"questions for names end at hop {nobodys.hop or 'unknown'}"
    if nobodys.hop == 1:
        return yes(words, key)
    return _by_the_wall(names_taken(facts, WALL), words, key)


def _by_the_wall(at_wall: Answer, words: str, key: FactKey) -> Answer:
    """Answer that it is the router where the wall port is free of it, and not where it is not."""
    wall_key = key_at("field_names", WALL)
    if at_wall.answer is None:
        return untold(f"{words}; nobody knows whether they do at the wall port", wall_key)
    beside = "so it is" if at_wall.answer else "not so"
    return says(not at_wall.answer, f"{words}; {beside} at the wall port", key, wall_key)


def names_invented(facts: Facts, place: PluggedInto) -> Answer:
    """Answer whether the operator's resolver has an address for a name that does not exist.

    Another resolver says that it does not exist (RFC 8020: nothing there at all).
    """
    if (none := no_link_there(facts, place)) is not None:
        return none
    fact, key = _names(facts, place)
    if fact is None:
        return cannot_tell(facts, key)
    ours, control = known(fact.operator_nonsense), known(fact.outside_nonsense)
    if ours is None or control is None or control.outcome is not DnsOutcome.NXDOMAIN:
        return does_not_arise("no other resolver says that the name does not exist")
    words = f"{ours.server} says of {fact.nonsense}: {ours.outcome.replace('_', ' ')}"
    if ours.outcome is DnsOutcome.ANSWERED:
        words = f"{ours.server} gives {', '.join(ours.addresses)} for {fact.nonsense}"
    words += f"; {control.server} says that there is no such name"
    return says(ours.outcome is DnsOutcome.ANSWERED, words, key)


def names_invented_near(facts: Facts, place: PluggedInto) -> Answer:
    """Answer whether it is the router that has an address for a name that does not exist.

    It is not where the wall port shows the same, nor where nobody on the way takes questions.
    """
    invented = names_invented(facts, place)
    if invented.answer is None:
        return invented
    if not invented.answer:
        return does_not_arise("no name is invented")
    at_wall, taken = names_invented(facts, WALL), names_taken(facts, place)
    if at_wall.answer is None and taken.answer is False:
        return no(f"{taken.because}: nobody on the way takes questions", *taken.rests_on)
    return _by_the_wall(at_wall, invented.because, *invented.rests_on)


def _page(facts: Facts, place: PluggedInto) -> FieldPage | Answer:
    if (none := no_link_there(facts, place)) is not None:
        return none
    page, key = _fetched(facts, place)
    if page is None and inside(facts, place) is not None:
        return does_not_arise("inside the session no page was fetched")
    return cannot_tell(facts, key) if page is None else page


def _fetched(facts: Facts, place: PluggedInto) -> tuple[FieldPage | None, FactKey]:
    """Give the page, and where it is known from: outside or in a session."""
    key = key_at("field_page", place)
    page, seen = facts.fact(FieldPage, key), inside(facts, place)
    within = None if seen is None else seen.page
    return (page, key) if page is not None or within is None else (within, SESSION)


def walled(facts: Facts, place: PluggedInto) -> Answer:
    """Answer whether somebody gives another page in the place of the one asked for."""
    page = _page(facts, place)
    if isinstance(page, Answer):
        return page
    if page.outcome is not HttpOutcome.OK or page.status is None:
        return does_not_arise(f"{page.url}: {page.outcome.replace('_', ' ')}")
    if page.status >= FIRST_ERROR and page.status != NETWORK_LOGIN:
        return does_not_arise(f"{page.url} gives {page.status}: an error of its server's own")
    another = _another(page)
    words = f"{page.url} gives {page.status}, {another or 'and nothing speaks against it'}"
    return says(another is not None, words, _fetched(facts, place)[1])


def _another(page: FieldPage) -> str | None:
    """Say in what a page is not the one that was asked for; None: nothing is known against it.

    A page of which nobody says what it is may send us to another host by itself.
    """
    if page.status == NETWORK_LOGIN:
        return "which asks for a login to the network"
    other_status = page.expected_status not in {None, page.status}
    if page.sent_to and (other_status or page.text_there is False):
        return f"which sends us to {page.location}"
    if page.text_there is False:
        return "and does not hold the text that it should"
    return f"and should give {page.expected_status}" if other_status else None


def walled_near(facts: Facts, place: PluggedInto) -> Answer:
    """Answer whether it is the router that gives another page.

    It is where we are sent to an address of homes, and where the same page came at the wall port.
    A name says nothing: routers have names of their own (fritz.box).
    """
    page = _page(facts, place)
    if isinstance(page, Answer):
        return page
    if walled(facts, place).answer is not True:
        return does_not_arise("the page is what it should be")
    key, wall_key = _fetched(facts, place)[1], _fetched(facts, WALL)[1]
    to_home = _is_home(page.sent_to)
    at_wall = walled(facts, WALL)
    if not to_home and at_wall.answer is not None:
        beside = "does not come either" if at_wall.answer else "comes as it should"
        return says(not at_wall.answer, f"at the wall port the page {beside}", key, wall_key)
    if to_home is None:
        sent = f"we are sent to {page.sent_to}, and " if page.sent_to else ""
        return untold(f"{sent}nobody knows whether the page comes at the wall port", wall_key)
    whose = "in the home itself" if to_home else "outside of the home"
    return says(to_home, f"we are sent to {page.location}, {whose}", key)


def _is_home(host: str) -> bool | None:
    """Tell whether a host is one of the home; None: it is no address."""
    try:
        address = ip_address(host)
    except ValueError:
        return None
    if isinstance(address, IPv4Address):
        return of_a_home(host)
    return address.is_link_local or address in UNIQUE_LOCAL
