"""Rules about whether the device in question gets its pages while its router looks on."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.device_facts import DeviceWatch
from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.lan_facts import DeviceFrames
from cpe_diag.domain.missing import known
from cpe_diag.domain.path_facts import CallerAnswer, HttpCheck, PingCheck
from cpe_diag.judge.keys import (
    FRAMES,
    HTTP_PLATFORM_ROUTER,
    OPENING,
    PING_DEVICE,
    PRESENCE,
    WATCH,
)
from cpe_diag.judge.rule import Answer, Facts, Rule, cannot_tell, does_not_arise, no, yes
from cpe_diag.judge.rules_device import arp_answered
from cpe_diag.judge.rules_home import NOT_NAMED
from cpe_diag.judge.vantages import page_words, serves

OPENS_ONE: Final = "opening"


def device_gets_no_pages(facts: Facts) -> Answer:
    """Answer whether the device asks for pages and gets none; not known where it asks for none.

    A page was got where a connection to the internet came about, for secure pages too: sites by
    http alone are rare, and a device that gets only those is no healthy one.
    """
    watch = facts.fact(DeviceWatch, WATCH)
    if watch is None:
        return no_watch(facts)
    flows, seconds = watch.flows, f"within {watch.watched_s:.0f} s"
    others = flows.tcp_taken_up - watch.plain.taken_up
    if watch.secure.asked >= facts.limits["device_tries"] and not watch.secure.taken_up:
        words = f"none of {watch.secure.asked} connections for secure pages came about {seconds}"
        return yes(words, WATCH)
    if others:
        return no(f"{flows.tcp_taken_up} of its connections came about {seconds}", WATCH)
    if flows.tcp_taken_up:
        return silent(facts, f"it opened no secure page {seconds}")
    return _of_nothing(facts, watch, seconds)


def _of_nothing(facts: Facts, watch: DeviceWatch, seconds: str) -> Answer:
    """Answer where no connection of the device came about."""
    flows = watch.flows
    names = (flows.names_of_router, flows.names_of_operator, flows.names_of_others)
    sent = max(flows.past_router, _heard_sending(facts))
    tries = sent + sum(one.asked for one in names) + _lost_frames(watch)
    if _through_a_tunnel(watch):
        return silent(facts, "all that it sends goes to one place and is answered, as by a tunnel")
    if tries >= facts.limits["device_tries"]:
        return yes(f"it tried {tries} times {seconds}, and no connection came about", WATCH)
    if _opens_one(facts) and _is_there(facts):
        return yes(f"a page is opened on it, and nothing comes of it {seconds}", WATCH, OPENING)
    return silent(facts, f"it asked for nothing {seconds}")


def _through_a_tunnel(watch: DeviceWatch) -> bool:
    """Tell whether the device speaks with one place alone, by no connection, and is answered.

    What it gets inside of that nobody outside sees: the packets there are no tries in vain.
    """
    ends = known(watch.far_ends)
    if ends is None or ends.addresses != 1:
        return False
    inside = ends.no_connection
    return inside.asked == inside.answered == watch.flows.past_router > 0


def _heard_sending(facts: Facts) -> int:
    """Count what the device was heard to send to the world: one flow may be many packets."""
    seen = facts.fact(DeviceFrames, FRAMES)
    heard = known(seen.heard) if seen else None
    return 0 if heard is None else heard.begun + heard.datagrams


def _lost_frames(watch: DeviceWatch) -> int:
    return (known(watch.frames_astray) or 0) + len(known(watch.asked_in_vain) or ())


def _opens_one(facts: Facts) -> bool:
    said = facts.fact(CallerAnswer, OPENING)
    return said is not None and said.choice == OPENS_ONE


def _is_there(facts: Facts) -> bool:
    ping = facts.fact(PingCheck, PING_DEVICE)
    return bool(ping is not None and ping.received) or bool(arp_answered(facts))


def silent(facts: Facts, because: str) -> Answer:
    """Answer that a page has to be opened on the device before anybody can tell."""
    said = facts.fact(CallerAnswer, OPENING)
    unsaid = said is None or said.choice != OPENS_ONE
    return Answer(
        answer=None, because=because, rests_on=(), missing=(OPENING,) if unsaid else (WATCH,)
    )


def no_watch(facts: Facts) -> Answer:
    """Answer where nobody watched the device: none is named, or the router cannot."""
    if facts.device_mac is None:
        return does_not_arise(NOT_NAMED)
    failure = facts.case.evidence.failure(WATCH.kind, WATCH.subject)
    if failure is not None and failure.kind is FailureKind.UNSUPPORTED:
        return does_not_arise("this router does not tell what a device does")
    return cannot_tell(facts, WATCH)


def device_sends_elsewhere(facts: Facts) -> Answer:
    """Answer whether the device's frames go to a gateway that is not there.

    Printers that are off are asked for in vain by healthy devices too: it counts only where
    nothing comes about.
    """
    watch = facts.fact(DeviceWatch, WATCH)
    if watch is None:
        return no_watch(facts)
    if watch.flows.tcp_taken_up or watch.flows.past_router_ipv4:
        return no("its connections go through the router", WATCH)
    vain, astray = known(watch.asked_in_vain), known(watch.frames_astray)
    if vain:
        return yes(f"it asks again and again for {', '.join(vain)}, which nobody has", WATCH)
    if (astray or 0) >= facts.limits["device_tries"]:
        return yes(f"{astray} of its frames went to a hardware address that nobody has", WATCH)
    if vain is None or astray is None:
        return cannot_tell(facts, WATCH)
    return no("none of its frames goes to one who is not there", WATCH)


def device_misses_site(facts: Facts) -> Answer:
    """Answer whether the device looks for the site where it is not, while the router finds it.

    Its other pages come, none of its connections goes to an address of the site, and somewhere it
    knocks in vain. Where it knocks nowhere it may not have been asked for the site.
    """
    watch, page = facts.fact(DeviceWatch, WATCH), facts.fact(HttpCheck, HTTP_PLATFORM_ROUTER)
    if watch is None:
        return no_watch(facts)
    site = known(watch.to_site)
    if site is None:
        return does_not_arise("the addresses of the site were not looked for")
    words = f"{site.asked} of its connections went to the site"
    if site.asked:
        return no(f"{words}, {site.taken_up} of them came about", WATCH)
    if page is None or not serves(page):
        return does_not_arise(f"{words}; the router does not get the site either")
    dead, opens = known(watch.dead_ends) or 0, _opens_one(facts)
    if not watch.flows.tcp_taken_up or not (dead or opens):
        return silent(facts, f"{words}: it may not have been opened on it")
    words += f", {watch.flows.tcp_taken_up} to others came about"
    words += f", and at {dead} other places nobody answers" if dead else ", and it is opened on it"
    keys = (WATCH, OPENING) if opens else (WATCH,)
    return yes(f"{words}; the router gets the site: {page_words(page)}", *keys)


def device_connects_in_vain(facts: Facts) -> Answer:
    """Answer whether the device's connections pass the router and nobody answers any of them."""
    watch = facts.fact(DeviceWatch, WATCH)
    if watch is None:
        return no_watch(facts)
    flows = watch.flows
    if flows.past_router_answered:
        return no(f"{flows.past_router_answered} of its connections were answered", WATCH)
    if flows.past_router >= facts.limits["device_tries"]:
        words = f"none of {flows.past_router} connections through the router was answered"
        return yes(words, WATCH)
    return does_not_arise("it begins too few connections to tell")


def device_asks_other_server(facts: Facts) -> Answer:
    """Answer whether the device takes its names from a server that is not of this line."""
    watch = facts.fact(DeviceWatch, WATCH)
    if watch is None:
        return no_watch(facts)
    flows = watch.flows
    ours = flows.names_of_router.asked + flows.names_of_operator.asked
    if flows.names_of_others.asked and not ours:
        return yes("it asks names of a server of its own choice alone", WATCH)
    if ours:
        return no("it asks names of the router or the operator", WATCH)
    return does_not_arise("it asked for no name meanwhile")


def others_get_pages(facts: Facts) -> Answer:
    """Answer whether another device of the home gets connections meanwhile."""
    watch = facts.fact(DeviceWatch, WATCH)
    if watch is None:
        return no_watch(facts)
    if watch.others_taken_up:
        return yes(f"{watch.others_taken_up} connections of other devices came about", WATCH)
    return no("no other device of the home connects now", WATCH)


def lan_link_flaps(facts: Facts) -> Answer:
    """Answer whether a socket of the home loses its link again and again."""
    watch = facts.fact(DeviceWatch, WATCH)
    if watch is None:
        return no_watch(facts)
    if watch.link_losses:
        worst = max(watch.link_losses, key=lambda one: one.times)
        words = f"{worst.socket} lost its link {worst.times}x within {watch.watched_s:.0f} s"
        return yes(words, WATCH)
    return no("no socket lost its link meanwhile", WATCH)


RULES_PAGES: Final[tuple[Rule, ...]] = (
    Rule(
        id="lan_link_flaps",
        question="Does a socket of the home lose its link again and again?",
        needs=(WATCH,),
        ask=lan_link_flaps,
    ),
    Rule(
        id="others_get_pages",
        question="Does another device of the home get its pages?",
        needs=(WATCH,),
        ask=others_get_pages,
    ),
    Rule(
        id="device_asks_other_server",
        question="Does the device ask a name server of its own choice alone?",
        needs=(WATCH,),
        ask=device_asks_other_server,
    ),
    Rule(
        id="device_sends_elsewhere",
        question="Does the device send to a gateway that is not there?",
        needs=(WATCH,),
        ask=device_sends_elsewhere,
    ),
    Rule(
        id="device_misses_site",
        question="Does the device look for the site where it is not?",
        needs=(WATCH, HTTP_PLATFORM_ROUTER, OPENING),
        ask=device_misses_site,
    ),
    Rule(
        id="device_connects_in_vain",
        question="Does nobody answer what the device begins?",
        needs=(WATCH,),
        ask=device_connects_in_vain,
    ),
    Rule(
        id="device_gets_no_pages",
        question="Does the device ask for pages and get none?",
        needs=(WATCH, OPENING, PING_DEVICE, PRESENCE, FRAMES),
        ask=device_gets_no_pages,
    ),
)
