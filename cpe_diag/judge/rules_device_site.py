"""Rules about what one device alone does not get: a site where it never goes, a part of all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.device_facts import DeviceWatch, Tries
from cpe_diag.domain.missing import known
from cpe_diag.domain.path_facts import CallerAnswer, HttpCheck
from cpe_diag.judge.cause import SITE
from cpe_diag.judge.keys import AFFECTED, HTTP_PLATFORM, HTTP_PLATFORM_ROUTER, WATCH
from cpe_diag.judge.rule import Answer, Rule, cannot_tell, does_not_arise, no, says, yes
from cpe_diag.judge.rules_pages import device_misses_site, no_watch, silent
from cpe_diag.judge.vantages import page_words, serves

if TYPE_CHECKING:
    from cpe_diag.judge.rule import Facts

THIS_ONE: Final = "one_device"


def device_leaves_site(facts: Facts) -> Answer:
    """Answer whether the device goes everywhere but to the site that fails on it alone.

    By enclosure: the router gets the site, and our side; the device's other pages come, and it
    does not so much as begin with this one. The caller's word that it is this device alone is part
    of it. A device that has a tunnel or a proxy goes to one place for everything, and one with a
    name server of its own may know other addresses of the site.
    """
    watch = facts.fact(DeviceWatch, WATCH)
    if watch is None:
        return no_watch(facts)
    site, ends = known(watch.to_site), known(watch.far_ends)
    if site is None or ends is None:
        return does_not_arise("the addresses of the site were not looked for")
    words = f"{site.asked} of its connections went to the site"
    if site.asked:
        return no(words, WATCH)
    why_not = _other_reason(facts, watch)
    if why_not:
        return does_not_arise(f"{words}; {why_not}")
    if not watch.flows.tcp_taken_up or ends.addresses < facts.limits["device_far_places"]:
        return silent(facts, f"{words}: it may not have been opened on it")
    words += f", those to {ends.addresses} other places came about"
    keys = (WATCH, AFFECTED, HTTP_PLATFORM_ROUTER)
    return yes(f"{words}; the router and our side get the site, and it fails here alone", *keys)


def _other_reason(facts: Facts, watch: DeviceWatch) -> str:
    """Say why it means nothing that the device does not go to the site."""
    if facts.case.symptom != SITE:
        return "nobody complains of a site"
    said = facts.fact(CallerAnswer, AFFECTED)
    if said is None or said.choice != THIS_ONE:
        return "the caller does not say that it fails on this device alone"
    home, ours = (facts.fact(HttpCheck, key) for key in (HTTP_PLATFORM_ROUTER, HTTP_PLATFORM))
    if home is None or not serves(home) or ours is None or not serves(ours):
        return "not both of the router and our side get the site"
    if watch.flows.names_of_others.asked:
        return "it has a name server of its own, which may know other addresses"
    return device_misses_site(facts).because if device_misses_site(facts).answer else ""


def device_fails_at_site(facts: Facts) -> Answer:
    """Answer whether the device goes to the site and never gets in, while the router does.

    Where nothing at all comes back the router may be what drops it: then another device that gets
    in at the same time has to tell. What is answered and not taken up was passed on.
    """
    watch, home = facts.fact(DeviceWatch, WATCH), facts.fact(HttpCheck, HTTP_PLATFORM_ROUTER)
    if watch is None:
        return no_watch(facts)
    site, others = known(watch.to_site), known(watch.others_to_site)
    if site is None or others is None:
        return does_not_arise("the addresses of the site were not looked for")
    words = f"{site.taken_up} of its {site.asked} connections to the site came about"
    if site.taken_up or site.asked < facts.limits["device_tries"]:
        return no(words, WATCH)
    if home is None or not serves(home):
        return does_not_arise(f"{words}; the router does not get the site either")
    if not others.taken_up and site.answered < site.asked:
        return cannot_tell(facts, WATCH)
    words += f", {site.answered} were answered; of other devices {others.taken_up} came about"
    return yes(f"{words}; from the router: {page_words(home)}", WATCH, HTTP_PLATFORM_ROUTER)


def device_fails_in_part(facts: Facts) -> Answer:
    """Answer whether much of what the device begins does not come about, unlike other devices'.

    A whole family (IPv4 or IPv6) counts, or a share of all. Places that are away are away for
    every device of the home: without another one that connects meanwhile nobody can tell.
    """
    watch = facts.fact(DeviceWatch, WATCH)
    if watch is None:
        return no_watch(facts)
    every, new, others = map(known, (watch.all_tcp, watch.by_ipv6, watch.others_tcp))
    if every is None or new is None or others is None:
        return does_not_arise("its connections were not counted by family")
    if not every.taken_up:
        return does_not_arise("none of its connections came about")
    words = f"{every.taken_up} of its {every.asked} connections came about"
    least, share = facts.limits["device_part_least"], facts.limits["device_part_share"]
    old = Tries(
        asked=every.asked - new.asked,
        answered=every.answered - new.answered,
        taken_up=every.taken_up - new.taken_up,
    )
    dead = [
        name
        for name, one in (("IPv4", old), ("IPv6", new))
        if one.asked >= facts.limits["device_tries"] and not one.taken_up
    ]
    if not dead and (every.asked < least or every.taken_up > share * every.asked):
        return no(words, WATCH)
    words += f", none of them by {dead[0]}" if dead else ""
    if others.asked < least:
        return cannot_tell(facts, WATCH)
    words += f"; {others.taken_up} of {others.asked} of other devices' did"
    return says(others.taken_up >= facts.limits["device_part_good"] * others.asked, words, WATCH)


def others_get_site(facts: Facts) -> Answer:
    """Answer whether another device of the home gets the site meanwhile."""
    watch = facts.fact(DeviceWatch, WATCH)
    if watch is None:
        return no_watch(facts)
    others = known(watch.others_to_site)
    if others is None:
        return does_not_arise("the addresses of the site were not looked for")
    if others.taken_up:
        words = f"{others.taken_up} connections of other devices to the site came about"
        return yes(words, WATCH)
    page = facts.fact(HttpCheck, HTTP_PLATFORM_ROUTER)
    beside = "" if page is None else f"; from the router: {page_words(page)}"
    return no(f"no other device went to the site now{beside}", WATCH)


RULES_DEVICE_SITE: Final[tuple[Rule, ...]] = (
    Rule(
        id="device_leaves_site",
        question="Does the device go everywhere but to the site that fails on it alone?",
        needs=(WATCH, AFFECTED, HTTP_PLATFORM_ROUTER, HTTP_PLATFORM),
        ask=device_leaves_site,
    ),
    Rule(
        id="device_fails_at_site",
        question="Does the device go to the site and never get in, while the router does?",
        needs=(WATCH, HTTP_PLATFORM_ROUTER),
        ask=device_fails_at_site,
    ),
    Rule(
        id="device_fails_in_part",
        question="Does much of what the device begins not come about, unlike other devices'?",
        needs=(WATCH,),
        ask=device_fails_in_part,
    ),
    Rule(
        id="others_get_site",
        question="Does another device of the home get the site?",
        needs=(WATCH, HTTP_PLATFORM_ROUTER),
        ask=others_get_site,
    ),
)
