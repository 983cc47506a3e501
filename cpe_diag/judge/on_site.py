"""What a laptop on site tells: the answers, each about one place where it can be plugged in."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING, Final, TypeVar

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.field_facts import (
    Duplex,
    FieldDhcp,
    FieldHeard,
    FieldIpv6,
    FieldLink,
    FieldPppoe,
    PluggedInto,
)
from cpe_diag.domain.field_locked_facts import FieldLocked
from cpe_diag.domain.field_vlan_facts import FieldVlans
from cpe_diag.domain.missing import known
from cpe_diag.domain.observations import Unobserved
from cpe_diag.domain.subscriber import WanProtocol
from cpe_diag.judge.cause import AT_WALL_PORT, IN_HOME_NETWORK
from cpe_diag.judge.keys import LINE_USE
from cpe_diag.judge.on_site_use import filled, if_not_filled
from cpe_diag.judge.rule import Answer, Facts, cannot_tell, does_not_arise, no, rate, says, yes

if TYPE_CHECKING:
    from collections.abc import Collection

    from cpe_diag.domain.field_facts import DhcpOffered
    from cpe_diag.domain.field_vlan_facts import AskedVlan

V = TypeVar("V")

WALL: Final = PluggedInto.WALL_PORT
LAN: Final = PluggedInto.ROUTER_LAN
WIFI: Final = PluggedInto.WIFI
BEYOND: Final = ">reference"
VLANS: Final = FactKey("field_vlans", WALL.value)
LOCKED: Final = FactKey("field_locked", WALL.value)
PLACES: Final = {AT_WALL_PORT: WALL, IN_HOME_NETWORK: LAN}
AS_SILENT: Final = (
    "a port that is locked to the router's MAC is as silent, and nobody has asked with that"
)
OF_HOMES: Final = tuple(
    IPv4Network(one) for one in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
)
"""RFC 1918: what home routers give out. Operators that share addresses use RFC 6598."""


def key_at(kind: str, place: PluggedInto, beyond: str = "") -> FactKey:
    """Name a fact of a place; `beyond` says about what behind the wire."""
    return FactKey(kind, f"{place.value}{beyond}")


def askable_there(keys: Collection[FactKey]) -> bool:
    """Tell whether somebody on site with a laptop can ask for one of the facts."""
    places = tuple(place.value for place in PluggedInto)
    return any(key == LINE_USE or key.subject.startswith(places) for key in keys)


def _seen(facts: Facts, kind: str, place: PluggedInto) -> bool:
    """Tell whether somebody is, or was, there with a laptop."""
    if PLACES.get(facts.case.symptom) is (LAN if place is WIFI else place):
        return True
    observation = facts.case.evidence.get(kind, place.value)
    if isinstance(observation, Unobserved):
        return observation.failure.kind is not FailureKind.NOT_APPLICABLE
    return observation is not None


def _nobody(place: PluggedInto) -> str:
    return f"nobody was at the {place.value.replace('_', ' ')} with a laptop"


def fact_of(facts: Facts, value_type: type[V], kind: str, place: PluggedInto) -> V | Answer:
    """Give a fact of the place; or the answer, where there is none."""
    if not _seen(facts, kind, place):
        return does_not_arise(_nobody(place))
    key = key_at(kind, place)
    value = facts.fact(value_type, key)
    return cannot_tell(facts, key) if value is None else value


def untold(because: str, *missing: FactKey) -> Answer:
    """Answer that what was seen does not tell, and what would."""
    return Answer(answer=None, because=because, rests_on=(), missing=missing)


def no_link_there(facts: Facts, place: PluggedInto) -> Answer | None:
    """Give the answer to what is beyond the wire, where the laptop has no part in it."""
    if not _seen(facts, "field_link", place):
        return does_not_arise(_nobody(place))
    key = key_at("field_link", place)
    link = facts.fact(FieldLink, key)
    if link is None or link.carrier:
        return None
    return untold(f"there is no link at {link.interface}: what is beyond it was not tried", key)


def _tags(facts: Facts, place: PluggedInto) -> str:
    """Say which tagged VLANs are on the wire that were not asked in; empty where none is."""
    heard = facts.fact(FieldHeard, key_at("field_heard", place))
    told = facts.fact(FieldVlans, VLANS)
    asked = {one.vlan for one in told.asked} if told else set()
    left = [str(vlan) for vlan in heard.vlans if vlan not in asked] if heard else []
    return f"tagged VLANs {', '.join(left)} are on the wire" if left else ""


def _in_own_vlan(facts: Facts) -> AskedVlan | None:
    """Give who answers with the tag of the service's own VLAN, where it was asked in."""
    told = facts.fact(FieldVlans, VLANS)
    own = known(facts.subscriber.service.vlan)
    return next((one for one in told.asked if one.vlan == own), None) if told else None


def _elsewhere(facts: Facts, place: PluggedInto) -> str:
    """Say where the service may be, or why it may be silent, where nobody has asked with a tag."""
    if tags := _tags(facts, place):
        return tags
    own = known(facts.subscriber.service.vlan)
    if place is not WALL or own is None or own in _native_vlans(facts, place):
        return ""
    if _in_own_vlan(facts) is not None:
        return ""
    return (
        f"the service is in VLAN {own}, with whose tag nobody has asked, and a port that is"
        " locked to the router's MAC answers no other"
    )


def _silence(
    facts: Facts, place: PluggedInto, silent: str, key: FactKey, *, tagged: bool
) -> Answer:
    """Answer that nobody answers there, unless it may be the tag or the MAC that they want.

    Args:
        facts: of the case.
        place: where.
        silent: who does not answer.
        key: of the fact that says so.
        tagged: it was asked with a tag.
    """
    told = facts.fact(FieldLocked, LOCKED) if place is WALL else None
    if told is not None and (told.offers or told.concentrators):
        return untold(f"{silent}, and {locked_words(told)}", LOCKED)
    used = filled(facts, place)
    other = "" if tagged or used else _elsewhere(facts, place)
    if other:
        return untold(f"{silent} without a tag; {other}", key)
    if used or place is not WALL or _answers_the_laptop(facts):
        return if_not_filled(facts, place, yes(silent, key))
    if told is not None:
        return yes(f"{silent}, and none to the router's MAC ({told.mac}) either", key)
    link, routers = facts.fact(FieldLink, key_at("field_link", WALL)), facts.subscriber.router_mac
    if link is not None and link.mac.lower() == (known(routers) or "").lower():
        return yes(f"{silent}; the laptop itself has the router's MAC ({link.mac})", key)
    return untold(f"{silent}; {AS_SILENT}", LOCKED)


def _answers_the_laptop(facts: Facts) -> bool:
    """Tell whether anybody at the wall port answers the laptop's own MAC: no port is locked so."""
    asked, told = facts.fact(FieldDhcp, key_at("field_dhcp", WALL)), facts.fact(FieldVlans, VLANS)
    tagged = told is not None and any(one.offers or one.concentrators for one in told.asked)
    return tagged or _pppoe_answers(facts) or (asked is not None and bool(asked.offers))


def locked_words(told: FieldLocked) -> str:
    """Say who answers the router's MAC."""
    who = [f"{one.server} offers {one.address}" for one in told.offers]
    who += [f"{one.concentrator} offers sessions" for one in told.concentrators]
    return f"{' and '.join(who)} to the router's MAC ({told.mac}): the port is locked to it"


def _native_vlans(facts: Facts, place: PluggedInto) -> tuple[int, ...]:
    """Give what the node says that frames without a tag are in."""
    heard = facts.fact(FieldHeard, key_at("field_heard", place))
    neighbours = () if heard is None else heard.neighbours
    return tuple(one.native_vlan for one in neighbours if one.native_vlan is not None)


def no_link(facts: Facts, place: PluggedInto) -> Answer:
    """Answer whether the laptop has no link there, while it had one in another socket.

    Without that control its own cable and socket may be what is broken.
    """
    link = fact_of(facts, FieldLink, "field_link", place)
    if isinstance(link, Answer):
        return link
    key = key_at("field_link", place)
    if link.carrier:
        return no(f"there is a link at {link.interface}", key)
    words = f"there is no link at {link.interface}"
    for control in PluggedInto:
        other = facts.fact(FieldLink, key_at("field_link", control))
        if control is not place and other is not None and other.carrier and not other.wireless:
            where = control.value.replace("_", " ")
            return yes(f"{words}; at the {where} the laptop had one", key)
    words += ", and nobody knows whether the laptop's own cable is good"
    return untold(words, key_at("field_link", LAN if place is WALL else WALL))


def half_duplex(facts: Facts, place: PluggedInto) -> Answer:
    """Answer whether the two ends have come to half duplex.

    Where the laptop has half duplex elsewhere too, it is its own card's, and tells nothing.
    """
    link = fact_of(facts, FieldLink, "field_link", place)
    if isinstance(link, Answer):
        return link
    key = key_at("field_link", place)
    duplex = known(link.duplex) if link.carrier else None
    if duplex is None:
        return does_not_arise(f"no duplex is told of {link.interface}")
    speed = known(link.speed_bps)
    at = f"{rate(speed)}, " if speed else ""
    words = f"{at}{duplex.value} duplex at {link.interface}"
    if duplex is Duplex.HALF:
        control = facts.fact(FieldLink, key_at("field_link", LAN if place is WALL else WALL))
        if control is not None and control.carrier and known(control.duplex) is Duplex.HALF:
            return untold(f"{words}, as elsewhere: let the laptop's own card negotiate", key)
    return says(duplex is Duplex.HALF, words, key)


def no_offer(facts: Facts, place: PluggedInto) -> Answer:
    """Answer whether no DHCP server offers an address, where one should."""
    if place is WALL and known(facts.subscriber.service.wan) not in {None, WanProtocol.IPOE}:
        return does_not_arise("addresses do not come by DHCP on this line")
    told = fact_of(facts, FieldDhcp, "field_dhcp", place)
    if isinstance(told, Answer):
        return told
    if place is WALL and not told.offers and _pppoe_answers(facts):
        return does_not_arise("a PPPoE concentrator answers: addresses do not come by DHCP")
    key = key_at("field_dhcp", place)
    if told.offers:
        return no(_servers(told.offers), key)
    if place is WALL and (tagged := _in_own_vlan(facts)) and tagged.offers:
        return no(f"in VLAN {tagged.vlan} {_servers(tagged.offers)}", VLANS)
    words = f"no offer within {told.listened_s:.0f} s"
    return _silence(facts, place, words, key, tagged=told.vlan is not None)


def _pppoe_answers(facts: Facts) -> bool:
    told = facts.fact(FieldPppoe, key_at("field_pppoe", WALL))
    return told is not None and bool(told.offers)


def _servers(offers: tuple[DhcpOffered, ...]) -> str:
    return ", ".join(f"{one.server} ({one.mac}) offers {one.address}" for one in offers)


def second_server(facts: Facts, place: PluggedInto) -> Answer:
    """Answer whether more than one device gives out addresses there, or one that must not."""
    told = fact_of(facts, FieldDhcp, "field_dhcp", place)
    if isinstance(told, Answer):
        return told
    key = key_at("field_dhcp", place)
    if place is WALL:
        homes = tuple(one for one in told.offers if of_a_home(one.address))
        if homes and len(homes) < len(told.offers):
            return yes(f"beside the operator's server {_servers(homes)}", key)
        return no("every offer is of one kind", key) if told.offers else no("no offer", key)
    networks = {(one.server, one.mac) for one in told.offers}
    return says(len(networks) > 1, _servers(told.offers) or "no offer", key)


def of_a_home(address: str) -> bool:
    """Tell whether an address is of those that home routers give out."""
    return any(IPv4Address(address) in network for network in OF_HOMES)


def no_concentrator(facts: Facts, place: PluggedInto) -> Answer:
    """Answer whether no PPPoE concentrator answers, on a line where one should."""
    if known(facts.subscriber.service.wan) is not WanProtocol.PPPOE:
        return does_not_arise("the line is not known to use PPPoE")
    told = fact_of(facts, FieldPppoe, "field_pppoe", place)
    if isinstance(told, Answer):
        return told
    key = key_at("field_pppoe", place)
    if told.offers:
        return no(", ".join(one.concentrator for one in told.offers), key)
    if (tagged := _in_own_vlan(facts)) and tagged.concentrators:
        return no(f"in VLAN {tagged.vlan} {tagged.concentrators[0].concentrator}", VLANS)
    return _silence(facts, place, "no PADO", key, tagged=told.vlan is not None)


def other_vlan(facts: Facts, place: PluggedInto) -> Answer:
    """Answer whether the node says that the port is in another VLAN than the service's."""
    told = fact_of(facts, FieldHeard, "field_heard", place)
    if isinstance(told, Answer):
        return told
    wanted = known(facts.subscriber.service.vlan)
    vlans = _native_vlans(facts, place)
    if wanted is None or not vlans:
        return does_not_arise("the node does not say the VLAN of the port")
    words = f"the node says VLAN {vlans[0]}; the service is in {wanted}"
    return says(wanted not in vlans, words, key_at("field_heard", place))


def loop(facts: Facts, place: PluggedInto) -> Answer:
    """Answer whether our own frame came back."""
    told = fact_of(facts, FieldHeard, "field_heard", place)
    if isinstance(told, Answer):
        return told
    words = "our own frame came back" if told.own_frame_back else "our own frame did not come back"
    return says(told.own_frame_back, words, key_at("field_heard", place))


def second_router6(facts: Facts, place: PluggedInto) -> Answer:
    """Answer whether more than one device of the home announces itself as the IPv6 way out."""
    told = fact_of(facts, FieldIpv6, "field_routers", place)
    if isinstance(told, Answer):
        return told
    ways = {one.mac for one in told.routers if one.lifetime_s}
    words = ", ".join(sorted(ways)) or "nobody announces itself"
    return says(len(ways) > 1, words, key_at("field_routers", place))
