"""What a laptop on site tells of the gateway that was offered, each about one place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.domain.field_facts import FieldArp
from cpe_diag.domain.field_path_facts import FieldTrace
from cpe_diag.domain.load_facts import PathQuality
from cpe_diag.domain.missing import known
from cpe_diag.domain.path_facts import HttpCheck, HttpOutcome, PingCheck
from cpe_diag.judge.on_site import BEYOND, fact_of, key_at
from cpe_diag.judge.on_site_inside import SESSION, inside
from cpe_diag.judge.on_site_use import if_not_filled
from cpe_diag.judge.rule import Answer, Facts, does_not_arise, no, says

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import FactKey
    from cpe_diag.domain.field_facts import PluggedInto


def gateway_silent(facts: Facts, place: PluggedInto) -> Answer:
    """Answer whether the gateway that was offered answers no ARP, and nothing passes through it.

    A node may drop probes that claim no address, while the gateway does its work.
    """
    told = fact_of(facts, FieldArp, "field_arp", place)
    if isinstance(told, Answer):
        return told
    if told.gateway is None:
        opened = inside(facts, place)
        if opened is not None:
            return no(f"a session gives {opened.address}: its other end is the gateway", SESSION)
        return does_not_arise("no gateway was offered")
    address = told.gateway.address
    words = f"{address}: {', '.join(told.gateway.macs) or 'no answer'}"
    passes = None if told.gateway.macs else _passes(facts, place, address)
    if passes is not None:
        return no(f"{words}; {passes[0]} all the same", passes[1])
    answer = says(not told.gateway.macs, words, key_at("field_arp", place))
    return if_not_filled(facts, place, answer)


def _passes(facts: Facts, place: PluggedInto, gateway: str) -> tuple[str, FactKey] | None:
    """Say what goes through the gateway, and where that was seen; None: nothing is known to."""
    page_key, ping_key = key_at("http", place, BEYOND), key_at("ping", place, BEYOND)
    train_key, trace_key = key_at("path_quality", place, BEYOND), key_at("field_trace", place)
    page, ping = facts.fact(HttpCheck, page_key), facts.fact(PingCheck, ping_key)
    if page is not None and page.outcome is HttpOutcome.OK:
        return "pages open by way of it", page_key
    if ping is not None and ping.received:
        return f"{ping.target} answers pings by way of it", ping_key
    train = facts.fact(PathQuality, train_key)
    if train is not None and train.received:
        return f"{train.target} answers pings by way of it", train_key
    trace = facts.fact(FieldTrace, trace_key)
    ways = (trace.udp, trace.tcp, trace.icmp) if trace is not None else ()
    firsts = {way.hops[0] for one in ways if (way := known(one)) is not None and way.hops}
    if any(hop.ttl == 1 and hop.address == gateway for hop in firsts):
        return "it answers for packets that end there", trace_key
    return None


def gateway_twice(facts: Facts, place: PluggedInto) -> Answer:
    """Answer whether two devices claim the gateway's address (RFC 5227)."""
    told = fact_of(facts, FieldArp, "field_arp", place)
    if isinstance(told, Answer):
        return told
    if told.gateway is None:
        return does_not_arise("no gateway was offered")
    words = f"{told.gateway.address} is {', '.join(told.gateway.macs) or 'nobody'}"
    return says(len(told.gateway.macs) > 1, words, key_at("field_arp", place))
