"""Rules about how the port is set up, powered, locked and wired, and what floods it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.missing import known
from cpe_diag.domain.port_facts import PortRates
from cpe_diag.domain.setting_facts import (
    CableState,
    CableTest,
    PortConfig,
    PortPower,
    PortSecurity,
    VlanMembership,
)
from cpe_diag.judge.keys import CABLE_TEST, PORT_CONFIG, PORT_POWER, PORT_RATES, PORT_SECURITY
from cpe_diag.judge.rule import Answer, Rule, cannot_tell, does_not_arise, no, says, yes

if TYPE_CHECKING:
    from cpe_diag.domain.setting_facts import CablePair
    from cpe_diag.judge.rule import Facts

SAME_PLACE_M: Final = 3.0
"""Reflections are told to the nearest metre or two (reasoned)."""

_WHOLE: Final = frozenset({CableState.OK, CableState.UNKNOWN, CableState.NO_CABLE})


def port_vlan_wrong(facts: Facts) -> Answer:
    """Answer whether the port's untagged VLAN is not that of the service.

    On its own it proves nothing: the service may be tagged.
    """
    wanted = known(facts.subscriber.service.vlan)
    if wanted is None:
        return does_not_arise("the inventory does not say which VLAN the service uses")
    config = facts.fact(PortConfig, PORT_CONFIG)
    found = known(config.vlan) if config else None
    if found is None:
        return cannot_tell(facts, PORT_CONFIG)
    words = f"the port is set to VLAN {found}, the service is VLAN {wanted}"
    member = known(config.service_vlan) if config else None
    if found != wanted and member in {VlanMembership.TAGGED, VlanMembership.UNTAGGED}:
        return no(f"the port is a member of the service's VLAN {wanted} ({member})", PORT_CONFIG)
    return says(found != wanted, words, PORT_CONFIG)


def profile_wrong(facts: Facts) -> Answer:
    """Answer whether the port has another profile than the one that was sold."""
    wanted = known(facts.subscriber.service.profile)
    if wanted is None:
        return does_not_arise("the inventory does not say which profile belongs on the port")
    config = facts.fact(PortConfig, PORT_CONFIG)
    found = known(config.profile) if config else None
    if found is None:
        return cannot_tell(facts, PORT_CONFIG)
    words = f"the port has profile {found}, the service is {wanted}"
    return says(found != wanted, words, PORT_CONFIG)


def port_locked(facts: Facts) -> Answer:
    """Answer whether port security has locked the port."""
    security = facts.fact(PortSecurity, PORT_SECURITY)
    if security is None:
        return cannot_tell(facts, PORT_SECURITY)
    words = "has locked" if security.locked else "has not locked"
    return says(security.locked, f"port security {words} the port", PORT_SECURITY)


def port_power_fault(facts: Facts) -> Answer:
    """Answer whether the port should give power (PoE) and reports a fault."""
    power = facts.fact(PortPower, PORT_POWER)
    fault = known(power.fault) if power else None
    if power is None or fault is None:
        return cannot_tell(facts, PORT_POWER)
    words = "reports a PoE fault" if fault else "reports no PoE fault"
    return says(power.admin_on and fault, f"the node {words} on the port", PORT_POWER)


def cable_pair_bad(facts: Facts) -> Answer:
    """Answer whether the last cable test found a broken pair, and where."""
    test = facts.fact(CableTest, CABLE_TEST)
    if test is None:
        return cannot_tell(facts, CABLE_TEST)
    broken = [pair for pair in test.pairs if pair.state not in _WHOLE]
    if _ends_in_one_place(test.pairs):
        return no("every pair ends at the same place: nothing is plugged in there", CABLE_TEST)
    if broken:
        return yes("the cable test found " + ", ".join(map(_pair_words, broken)), CABLE_TEST)
    if all(pair.state is CableState.UNKNOWN for pair in test.pairs):
        return cannot_tell(facts, CABLE_TEST)
    return no("the cable test found every pair whole", CABLE_TEST)


def _ends_in_one_place(pairs: tuple[CablePair, ...]) -> bool:
    """Tell a cable that ends in nothing from one that is broken: it is open in every pair."""
    places = [known(pair.distance_m) for pair in pairs if pair.state is CableState.OPEN]
    told = [place for place in places if place is not None]
    several = len(pairs) > 1 and len(told) == len(pairs)
    return several and max(told) - min(told) <= SAME_PLACE_M


def _pair_words(pair: CablePair) -> str:
    distance_m = known(pair.distance_m)
    where = "" if distance_m is None else f" at {distance_m:g} m"
    return f"pair {pair.pair} {pair.state.value}{where}"


def broadcast_storm(facts: Facts) -> Answer:
    """Answer whether the home floods the port with broadcasts, as a loop of cables does."""
    rates = facts.fact(PortRates, PORT_RATES)
    per_s = known(rates.in_broadcast_per_s) if rates else None
    if per_s is None:
        return cannot_tell(facts, PORT_RATES)
    words = f"{per_s:.0f} broadcasts per second come from the home"
    return says(per_s >= facts.limits["broadcast_storm_per_s"], words, PORT_RATES)


RULES_SETTINGS: Final[tuple[Rule, ...]] = (
    Rule(
        id="port_vlan_wrong",
        question="Is the port set to another VLAN than the service's?",
        needs=(PORT_CONFIG,),
        ask=port_vlan_wrong,
    ),
    Rule(
        id="profile_wrong",
        question="Has the port another profile than the service's?",
        needs=(PORT_CONFIG,),
        ask=profile_wrong,
    ),
    Rule(
        id="port_locked",
        question="Has port security locked the port?",
        needs=(PORT_SECURITY,),
        ask=port_locked,
    ),
    Rule(
        id="port_power_fault",
        question="Does the port report a fault of its power supply (PoE)?",
        needs=(PORT_POWER,),
        ask=port_power_fault,
    ),
    Rule(
        id="cable_pair_bad",
        question="Did the cable test find a broken pair?",
        needs=(CABLE_TEST,),
        ask=cable_pair_bad,
    ),
    Rule(
        id="broadcast_storm",
        question="Does the home flood the port with broadcasts?",
        needs=(PORT_RATES,),
        ask=broadcast_storm,
    ),
)
