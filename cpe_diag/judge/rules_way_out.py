"""Rules about what the router does with the home's packets: translation, filters, their size."""

from __future__ import annotations

from ipaddress import IPv4Interface, IPv4Network
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.missing import known
from cpe_diag.domain.path_facts import PingCheck
from cpe_diag.domain.router_facts import LanStatus, WanStatus
from cpe_diag.domain.way_out_facts import Forwarding
from cpe_diag.judge.keys import (
    FORWARDING,
    LAN,
    PING_FROM_HOME,
    PING_GATEWAY,
    PING_GATEWAY_FULL,
    PING_REFERENCE,
    PING_REFERENCE_FULL,
    WAN,
)
from cpe_diag.judge.rule import Answer, Rule, cannot_tell, does_not_arise, no, says, yes
from cpe_diag.judge.rules_wan import PPP

if TYPE_CHECKING:
    from cpe_diag.judge.rule import Facts

# RFC 1918, section 3, and RFC 6598, section 7: addresses that nobody outside answers to.
PRIVATE: Final = tuple(
    map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"))
)
# RFC 894: an IP packet on Ethernet; RFC 2516, section 7: the 8 bytes of PPPoE.
ETHERNET_MTU: Final = 1500
PPPOE_MTU: Final = 1492


def is_private(interface: IPv4Interface) -> bool:
    """Tell whether an address means nothing outside the network that uses it."""
    return any(interface.ip in network for network in PRIVATE)


def lan_interface(facts: Facts) -> IPv4Interface | None:
    """Give the router's address in the home with its prefix, or None where it is not known."""
    lan = facts.fact(LanStatus, LAN)
    prefix = known(lan.prefix) if lan else None
    return None if prefix is None else interface_of(prefix)


def interface_of(text: str) -> IPv4Interface | None:
    """Read an address with its prefix; None where it is none."""
    try:
        return IPv4Interface(text)
    except ValueError:
        return None


def nat_missing(facts: Facts) -> Answer:
    """Answer whether packets with the home's addresses leave the router as they are.

    A packet of the router's own with its address in the home as source passes the same rules of
    translation as the home's packets do.
    """
    home, interface = facts.fact(PingCheck, PING_FROM_HOME), lan_interface(facts)
    if interface is not None and not is_private(interface):
        return no(f"the home has public addresses ({interface.network})", LAN)
    if home is None or not home.sent:
        return cannot_tell(facts, PING_FROM_HOME)
    if home.received:
        return no(_came_back(home), PING_FROM_HOME)
    own = facts.fact(PingCheck, PING_REFERENCE)
    if own is None or not own.sent:
        return cannot_tell(facts, PING_REFERENCE)
    if not own.received:
        return does_not_arise("the router itself reaches nothing")
    return _untranslated(facts, home, own)


def _came_back(home: PingCheck) -> str:
    return f"{home.received} of {home.sent} came back to the router's address in the home"


def _untranslated(facts: Facts, home: PingCheck, own: PingCheck) -> Answer:
    """Say why nothing comes back to the home while something comes back to the router."""
    words = f"{_came_back(home)}, {own.received} of {own.sent} to its address outside"
    forwarding = facts.fact(Forwarding, FORWARDING)
    translates = known(forwarding.translates) if forwarding else None
    if translates:
        return no(f"{words}, but its rules do translate", PING_FROM_HOME, FORWARDING)
    if translates is False:
        words += "; no rule translates the home's addresses"
        return yes(words, PING_FROM_HOME, PING_REFERENCE, FORWARDING)
    if own.lost_ratio >= facts.limits["path_loss_share"]:
        return cannot_tell(facts, FORWARDING)
    return yes(words, PING_FROM_HOME, PING_REFERENCE)


def forwarding_off(facts: Facts) -> Answer:
    """Answer whether the router's kernel is told to forward nothing."""
    forwarding = facts.fact(Forwarding, FORWARDING)
    switch = known(forwarding.ipv4) if forwarding else None
    if switch is None:
        return cannot_tell(facts, FORWARDING)
    words = f"the kernel's switch for forwarding IPv4 is {'on' if switch else 'off'}"
    return says(not switch, words, FORWARDING)


def forwarding_blocked(facts: Facts) -> Answer:
    """Answer whether a rule of the router's ends every connection from the home."""
    forwarding = facts.fact(Forwarding, FORWARDING)
    if forwarding is None:
        return cannot_tell(facts, FORWARDING)
    rule = known(forwarding.blocked_by)
    if rule is not None:
        return yes(f"a rule ends every connection from the home: {rule}", FORWARDING)
    if forwarding.blocked_by is None:
        return no("the rules let new connections from the home pass", FORWARDING)
    return cannot_tell(facts, FORWARDING)


def large_packets_lost(facts: Facts) -> Answer:
    """Answer whether packets of full size are lost where small ones are not.

    A packet that fits into the WAN's own MTU is sent with "do not fragment"; where the way is
    narrower, somebody has to say so (RFC 1191, section 3), and the next one comes through.
    """
    for full_key, small_key in (
        (PING_REFERENCE_FULL, PING_REFERENCE),
        (PING_GATEWAY_FULL, PING_GATEWAY),
    ):
        full, small = facts.fact(PingCheck, full_key), facts.fact(PingCheck, small_key)
        if full is None or not full.sent or small is None or not small.sent:
            continue
        words = (
            f"{full.received} of {full.sent} large packets came back from {full.target},"
            f" {small.received} of {small.sent} small ones"
        )
        if full.received:
            return no(words, full_key, small_key)
        if small.lost_ratio >= facts.limits["path_loss_share"]:
            return does_not_arise("small packets are lost too")
        return yes(words, full_key, small_key)
    return cannot_tell(facts, PING_REFERENCE_FULL)


def wan_mtu_wrong(facts: Facts) -> Answer:
    """Answer whether the WAN device's own MTU does not fit the line."""
    wan = facts.fact(WanStatus, WAN)
    mtu = known(wan.mtu) if wan else None
    if wan is None or mtu is None:
        return cannot_tell(facts, WAN)
    fits = PPPOE_MTU if wan.protocol in PPP else ETHERNET_MTU
    words = f"the MTU of the WAN is {mtu}; the line takes {fits}"
    if mtu < fits - facts.limits["wan_mtu_short_bytes"]:
        return yes(words, WAN)
    if mtu <= fits:
        return no(words, WAN)
    lost = large_packets_lost(facts)
    if lost.answer is None:
        return cannot_tell(facts, PING_REFERENCE_FULL)
    return says(lost.answer, f"{words}; {lost.because}", WAN, *lost.rests_on)


def pppoe_mtu_large(facts: Facts) -> Answer:
    """Answer whether a PPPoE session is set to more than it carries, as far as is known.

    Where both ends speak RFC 4638 it carries 1500 bytes; packets of that size come back then.
    """
    wan = facts.fact(WanStatus, WAN)
    mtu = known(wan.mtu) if wan else None
    if wan is None or mtu is None:
        return cannot_tell(facts, WAN)
    if wan.protocol not in PPP:
        return no(f"the WAN uses {wan.protocol}", WAN)
    words = f"the MTU of the PPPoE session is {mtu}"
    if mtu > PPPOE_MTU and large_packets_lost(facts).answer is False:
        return no(f"{words}, and large packets come back", WAN, PING_REFERENCE_FULL)
    return says(mtu > PPPOE_MTU, f"{words}; without RFC 4638 it carries {PPPOE_MTU}", WAN)


RULES_WAY_OUT: Final[tuple[Rule, ...]] = (
    Rule(
        id="forwarding_off",
        question="Is the router told to forward nothing?",
        needs=(FORWARDING,),
        ask=forwarding_off,
    ),
    Rule(
        id="forwarding_blocked",
        question="Does a rule of the router's end every connection from the home?",
        needs=(FORWARDING,),
        ask=forwarding_blocked,
    ),
    Rule(
        id="nat_missing",
        question="Do the home's packets leave the router with their own addresses?",
        needs=(PING_FROM_HOME, PING_REFERENCE, FORWARDING, LAN),
        ask=nat_missing,
    ),
    Rule(
        id="wan_mtu_wrong",
        question="Does the WAN's MTU not fit the line?",
        needs=(WAN, PING_REFERENCE_FULL),
        ask=wan_mtu_wrong,
    ),
    Rule(
        id="pppoe_mtu_large",
        question="Is the PPPoE session set to more than it carries?",
        needs=(WAN, PING_REFERENCE_FULL),
        ask=pppoe_mtu_large,
    ),
    Rule(
        id="large_packets_lost",
        question="Are packets of full size lost where small ones are not?",
        needs=(PING_REFERENCE_FULL, PING_REFERENCE, PING_GATEWAY_FULL, PING_GATEWAY),
        ask=large_packets_lost,
    ),
)
