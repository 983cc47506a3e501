"""Rules about the subscriber's port on the access node."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.line_facts import LineQuality
from cpe_diag.domain.load_facts import PathQuality
from cpe_diag.domain.missing import known
from cpe_diag.domain.port_facts import (
    Duplex,
    LearnedMacs,
    PortRates,
    PortSpeed,
    PortStatus,
)
from cpe_diag.judge.keys import (
    LEARNED_MACS,
    LINE,
    PORT_RATES,
    PORT_SPEED,
    PORT_STATUS,
    QUALITY_GATEWAY,
)
from cpe_diag.judge.rule import (
    Answer,
    Rule,
    cannot_tell,
    does_not_arise,
    no,
    own_restart,
    rate,
    says,
    span,
    yes,
)
from cpe_diag.judge.traffic import busiest_direction
from cpe_diag.judge.ways import ms, way_of

if TYPE_CHECKING:
    from cpe_diag.judge.rule import Facts


def port_admin_down(facts: Facts) -> Answer:
    """Answer whether somebody switched the port off."""
    status = facts.fact(PortStatus, PORT_STATUS)
    if status is None:
        return cannot_tell(facts, PORT_STATUS)
    words = "switched on" if status.admin_up else "switched off by the operator"
    return says(not status.admin_up, f"the port is {words}", PORT_STATUS)


def port_down(facts: Facts) -> Answer:
    """Answer whether the port has no link."""
    status = facts.fact(PortStatus, PORT_STATUS)
    if status is None:
        return cannot_tell(facts, PORT_STATUS)
    since = known(status.last_change_s)
    ago = f" for {span(since)}" if since is not None else ""
    return says(not status.oper_up, f"the port is {status.oper}{ago}", PORT_STATUS)


def ethernet_link_down(facts: Facts) -> Answer:
    """Answer whether an Ethernet port has no link, which cannot tell a cable from power."""
    if facts.is_ethernet is False:
        return does_not_arise("the port is no Ethernet port")
    down = port_down(facts)
    if down.answer is None:
        return down
    word = "no" if down.answer else "a"
    return says(down.answer, f"the Ethernet port has {word} link", PORT_STATUS)


def port_changed(facts: Facts) -> Answer:
    """Answer whether the port has just come or gone."""
    status = facts.fact(PortStatus, PORT_STATUS)
    since = known(status.last_change_s) if status else None
    if since is None:
        return cannot_tell(facts, PORT_STATUS)
    own = own_restart(facts)
    if own is not None:
        return no("it went down with the router, which we have restarted", own)
    recent = since < facts.limits["port_change_recent_s"]
    return says(recent, f"the port last changed its state {span(since)} ago", PORT_STATUS)


def port_errors_growing(facts: Facts) -> Answer:
    """Answer whether the port counted new errors between two samples."""
    if facts.is_pon or facts.is_docsis:
        return does_not_arise("damage on a shared medium shows in its light or its codewords")
    rates = facts.fact(PortRates, PORT_RATES)
    errors = new_errors(rates)
    if rates is None or errors is None:
        return cannot_tell(facts, PORT_RATES)
    if errors and facts.is_dsl and facts.fact(LineQuality, LINE) is None:
        return cannot_tell(facts, LINE)  # on DSL they may be the line's noise
    growing = errors >= facts.limits["port_errors_in_sample"]
    counted = "1 new error" if errors == 1 else f"{errors} new errors"
    return says(growing, f"{counted} on the port in {span(rates.interval_s)}", PORT_RATES)


def new_errors(rates: PortRates | None) -> int | None:
    """Count new damaged frames of one sample, or None where the port does not tell."""
    if rates is None:
        return None
    counts = [
        count
        for count in map(known, (rates.in_errors, rates.fcs_errors, rates.alignment_errors))
        if count is not None
    ]
    return max(counts) if counts else None


def _no_ethernet(facts: Facts) -> bool:
    """Tell that no Ethernet link of the subscriber's is seen; an OLT may tell of the ONT's."""
    told = facts.is_pon and facts.fact(PortSpeed, PORT_SPEED) is not None
    return facts.is_ethernet is False and not told


def port_duplex_wrong(facts: Facts) -> Answer:
    """Answer whether the two ends disagree on duplex."""
    if _no_ethernet(facts):
        return does_not_arise("the port is no Ethernet port")
    speed = facts.fact(PortSpeed, PORT_SPEED)
    rates = facts.fact(PortRates, PORT_RATES)
    duplex = known(speed.duplex) if speed else None
    late = known(rates.late_collisions) if rates else None
    if duplex is Duplex.HALF:
        return yes("the port runs at half duplex", PORT_SPEED)
    if late:
        return yes(f"{late} late collisions in one sample", PORT_RATES)
    if duplex is None and late is None:
        return cannot_tell(facts, PORT_SPEED, PORT_RATES)
    if duplex is None:
        return no("no late collisions", PORT_RATES)
    return no("the port runs at full duplex", PORT_SPEED)


def port_speed_low(facts: Facts) -> Answer:
    """Answer whether an Ethernet link is too slow for the service."""
    if _no_ethernet(facts):
        return does_not_arise("the port is no Ethernet port")
    sold = known(facts.subscriber.service.down_bps)
    if sold is None:
        return does_not_arise("the inventory does not say what rate was sold")
    status = facts.fact(PortStatus, PORT_STATUS)
    speed = facts.fact(PortSpeed, PORT_SPEED)
    if speed is None or status is None:
        return cannot_tell(facts, PORT_SPEED)
    low = status.oper_up and speed.speed_bps < facts.limits["port_speed_share"] * sold
    words = f"the link runs at {rate(speed.speed_bps)}, the service is {rate(sold)}"
    return says(low, words, PORT_SPEED)


def port_saturated(facts: Facts) -> Answer:
    """Answer whether the customer's own traffic fills the line."""
    rates = facts.fact(PortRates, PORT_RATES)
    if rates is None:
        return cannot_tell(facts, PORT_RATES)
    busiest = busiest_direction(facts, rates)
    if busiest is None:
        return cannot_tell(facts, PORT_RATES, LINE if facts.is_dsl else PORT_SPEED)
    words = f"{rate(busiest.used_bps)} of {rate(busiest.limit_bps)} used {busiest.direction}"
    if busiest.share >= facts.limits["line_busy_share"]:
        return yes(words, PORT_RATES)
    train = facts.fact(PathQuality, QUALITY_GATEWAY)
    way = None if train is None else way_of(train)
    if way is None or busiest.share < facts.limits["line_queued_share"]:
        return no(words, PORT_RATES)
    # Between two samples a node may count for less time than it says; a queue tells by itself.
    queued_s = way.middle_s - way.least_s
    words += f", and packets wait {ms(queued_s)} in a queue"
    queue = queued_s > facts.limits["line_queue_s"]
    return says(queue, words, PORT_RATES, QUALITY_GATEWAY)


def port_idle(facts: Facts) -> Answer:
    """Answer whether nothing comes from the home, which a router that works never does."""
    rates = facts.fact(PortRates, PORT_RATES)
    used = known(rates.in_bps) if rates else None
    if used is None:
        return cannot_tell(facts, PORT_RATES)
    words = f"{rate(used)} come from the home"
    return says(used < facts.limits["port_idle_bps"], words, PORT_RATES)


def mac_in_wrong_vlan(facts: Facts) -> Answer:
    """Answer whether the router was learned only in a VLAN that is not the service's."""
    vlan = known(facts.subscriber.service.vlan)
    if vlan is None:
        return does_not_arise("the inventory does not say which VLAN the service uses")
    macs = facts.fact(LearnedMacs, LEARNED_MACS)
    if macs is None:
        return cannot_tell(facts, LEARNED_MACS)
    if not macs.entries:
        return does_not_arise("no address was learned on the port")
    seen = sorted({seen for entry in macs.entries if (seen := known(entry.vlan)) is not None})
    if not seen:
        return cannot_tell(facts, LEARNED_MACS)
    words = f"learned in VLAN {', '.join(map(str, seen))}, the service is VLAN {vlan}"
    return says(vlan not in seen, words, LEARNED_MACS)


def no_mac_learned(facts: Facts) -> Answer:
    """Answer whether nothing was heard from the home on this port."""
    macs = facts.fact(LearnedMacs, LEARNED_MACS)
    if macs is None:
        return cannot_tell(facts, LEARNED_MACS)
    words = f"{len(macs.entries)} addresses learned on the port"
    return says(not macs.entries, words, LEARNED_MACS)


RULES_PORT: Final[tuple[Rule, ...]] = (
    Rule(
        id="port_admin_down",
        question="Is the port switched off by the operator?",
        needs=(PORT_STATUS,),
        ask=port_admin_down,
    ),
    Rule(
        id="port_down",
        question="Is the port without a link?",
        needs=(PORT_STATUS,),
        ask=port_down,
    ),
    Rule(
        id="ethernet_link_down",
        question="Is the Ethernet link to the home down?",
        needs=(PORT_STATUS,),
        ask=ethernet_link_down,
    ),
    Rule(
        id="port_changed",
        question="Did the port come or go just now?",
        needs=(PORT_STATUS,),
        ask=port_changed,
    ),
    Rule(
        id="port_errors_growing",
        question="Does the port count new errors?",
        needs=(PORT_RATES,),
        ask=port_errors_growing,
    ),
    Rule(
        id="port_duplex_wrong",
        question="Do the two ends of the link disagree on duplex?",
        needs=(PORT_SPEED, PORT_RATES),
        ask=port_duplex_wrong,
    ),
    Rule(
        id="port_speed_low",
        question="Is the Ethernet link too slow for the service?",
        needs=(PORT_STATUS, PORT_SPEED),
        ask=port_speed_low,
    ),
    Rule(
        id="port_saturated",
        question="Does the customer's own traffic fill the line?",
        needs=(PORT_RATES, PORT_SPEED, LINE, QUALITY_GATEWAY),
        ask=port_saturated,
    ),
    Rule(
        id="port_idle",
        question="Does nothing come from the home?",
        needs=(PORT_RATES,),
        ask=port_idle,
    ),
    Rule(
        id="mac_in_wrong_vlan",
        question="Was the router learned in the wrong VLAN?",
        needs=(LEARNED_MACS,),
        ask=mac_in_wrong_vlan,
    ),
    Rule(
        id="no_mac_learned",
        question="Was nothing heard from the home on the port?",
        needs=(LEARNED_MACS,),
        ask=no_mac_learned,
    ),
)
