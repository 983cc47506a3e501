"""Rules that tell what is amiss at one device, by what it is seen to ask for and to get.

Nobody looks into the device: what it asks of whom, and where its connections lead and end, is what
the router sees. Another device that is served meanwhile is the control of each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.device_facts import DevicePresence, DeviceWatch
from cpe_diag.domain.lan_facts import DeviceFrames
from cpe_diag.domain.missing import known
from cpe_diag.judge.cause import SLOW
from cpe_diag.judge.keys import (
    AFFECTED,
    FRAMES,
    HTTP_PLATFORM,
    HTTP_PLATFORM_ROUTER,
    PING_DEVICE,
    PRESENCE,
    WATCH,
)
from cpe_diag.judge.rule import Answer, Facts, Rule, cannot_tell, does_not_arise, no, says
from cpe_diag.judge.rules_device import device_absent
from cpe_diag.judge.rules_device_site import device_leaves_site, others_get_site
from cpe_diag.judge.rules_pages import no_watch
from cpe_diag.judge.rules_whose import device_suffers_alone

if TYPE_CHECKING:
    from collections.abc import Callable

LOCAL: Final = 0b10
"""IEEE 802, section 8.4: the bit of hardware addresses that are made up and not given out."""
MANY_NAMES: Final = 3
"""So many made-up addresses on one socket, beside the device's own, are one who changes his."""
TIMES: Final = 4
"""So many times as often as others: it begins anew what has not come to anything."""


def _watched(facts: Facts, tell: Callable[[DeviceWatch, float], tuple[bool, str]]) -> Answer:
    watch = facts.fact(DeviceWatch, WATCH)
    if watch is None:
        return no_watch(facts)
    if not watch.others_taken_up:
        return does_not_arise("no other device of the home connects now")
    told, words = tell(watch, facts.limits["device_tries"])
    return says(told, words, WATCH)


def _by_places(facts: Facts, tell: Callable[[DeviceWatch, float], tuple[bool, str]]) -> Answer:
    watch = facts.fact(DeviceWatch, WATCH)
    if watch is not None and known(watch.far_ends) is None:
        return does_not_arise("the ends of its connections were not counted")
    return _watched(facts, tell)


def device_led_by_stranger(facts: Facts) -> Answer:
    """Answer whether a name server of the device's own leads it to one place, whatever it asks."""

    def tell(watch: DeviceWatch, least: float) -> tuple[bool, str]:
        flows, places = watch.flows, _places(watch)
        own = flows.names_of_others.answered >= least and not flows.names_of_router.asked
        words = f"{flows.names_of_others.answered} names by its own server, {places} places"
        return own and places == 1 and flows.past_router >= least, words

    return _by_places(facts, tell)


def device_led_by_suffix(facts: Facts) -> Answer:
    """Answer whether all names of the home's own server lead the device to one place.

    Others get from the same server what they ask for: it asks for other names than it means.
    """

    def tell(watch: DeviceWatch, least: float) -> tuple[bool, str]:
        flows, places, site = watch.flows, _places(watch), known(watch.to_site)
        ours = flows.names_of_router.answered + flows.names_of_operator.answered
        words = f"{ours} names answered, {flows.past_router} connections to {places} places"
        led = places == 1 and flows.past_router >= least and ours > flows.past_router
        plain = watch.plain.taken_up > 0 and not watch.secure.taken_up
        past = site is None or not site.asked
        return led and plain and past and not flows.names_of_others.asked, words

    return _by_places(facts, tell)


def _places(watch: DeviceWatch) -> int | None:
    ends = known(watch.far_ends)
    return None if ends is None else ends.addresses


def device_asks_none(facts: Facts) -> Answer:
    """Answer whether the device asks nobody for names, and one secure place again and again.

    Who asks for names by HTTPS is seen to do that; a device that has them in another way goes to
    the places themselves.
    """

    def tell(watch: DeviceWatch, least: float) -> tuple[bool, str]:
        flows, secure = watch.flows, watch.secure
        asked = (flows.names_of_router, flows.names_of_operator, flows.names_of_others)
        names = sum(one.asked for one in asked)
        every = known(watch.all_tcp)
        words = f"{names} names, {secure.answered} of {secure.asked} secure connections answered"
        alone = _places(watch) == 1 and every is not None and every.asked == secure.asked
        return not names and alone and secure.asked >= least and not secure.answered, words

    return _by_places(facts, tell)


def device_asks_dead_first(facts: Facts) -> Answer:
    """Answer whether the device asks a name server in vain before it asks one that answers."""

    def tell(watch: DeviceWatch, least: float) -> tuple[bool, str]:
        flows = watch.flows
        other = flows.names_of_others
        ours = flows.names_of_router.answered + flows.names_of_operator.answered
        words = f"{other.answered} of {other.asked} answered by its own server, {ours} by ours"
        return other.asked >= least and not other.answered and ours >= least, words

    return _watched(facts, tell)


def device_refuses_secure(facts: Facts) -> Answer:
    """Answer whether secure connections of the device are begun anew and come to nothing.

    To several places, while its plain ones and those of other devices do: it does not accept what
    the sites show, or they nothing that it speaks.
    """

    def tell(watch: DeviceWatch, least: float) -> tuple[bool, str]:
        secure, plain = watch.secure, watch.plain
        site, others = known(watch.to_site), known(watch.others_to_site)
        words = (
            f"{secure.taken_up} of {secure.asked} secure connections came about, {plain.taken_up}"
            f" of {plain.asked} plain ones"
        )
        several = (_places(watch) or 0) > 1 and secure.asked >= least and plain.taken_up > 0
        if not several or secure.answered < secure.asked or plain.taken_up < plain.asked:
            return False, words
        if secure.taken_up <= secure.asked / TIMES:
            return True, words
        if site is None or others is None or secure.asked <= plain.asked:
            return False, words
        words += f"; {site.asked} to the site alone, {others.asked} of others"
        return bool(others.taken_up) and site.asked >= TIMES * max(others.asked, least), words

    return _by_places(facts, tell)


def device_keeps_from_site(facts: Facts) -> Answer:
    """Answer whether something on the device keeps it from the site, and from nothing else.

    Another device that gets the site meanwhile has to show that the home keeps nobody from it.
    """
    told, others = facts.once(device_leaves_site), facts.once(others_get_site)
    return told if not told.answer or others.answer else cannot_tell(facts, WATCH)


def device_sends_to_other(facts: Facts) -> Answer:
    """Answer whether a device that is there sends the router nothing, though it sends much.

    It takes another one in the home for the router: whoever told it so gets what it sends.
    """
    frames, presence = facts.fact(DeviceFrames, FRAMES), facts.fact(DevicePresence, PRESENCE)
    heard = known(frames.heard) if frames else None
    if heard is None or presence is None:
        return cannot_tell(facts, FRAMES if heard is None else PRESENCE)
    words = f"{heard.at_home} frames of it heard, {heard.to_router} of them for the router"
    much = heard.at_home >= facts.limits["device_tries"] * TIMES
    there = bool(presence.answered_by) and heard.begun == 0 and bool(heard.addresses)
    return says(much and there and not heard.to_router, words, FRAMES, PRESENCE)


def device_slow_itself(facts: Facts) -> Answer:
    """Answer whether a device alone is slow, though all comes about and its way is well.

    What it begins is answered and taken up, its way to the router loses nothing, others are fine:
    it is slow in itself, by what runs on it or by how it is set.
    """
    alone = facts.once(device_suffers_alone)
    if not alone.answer:
        return alone
    if facts.case.symptom != SLOW:
        return does_not_arise("it is not slowness that the caller complains of")
    frames, watch = facts.fact(DeviceFrames, FRAMES), facts.fact(DeviceWatch, WATCH)
    echoes = known(frames.echoes) if frames else None
    every = known(watch.all_tcp) if watch else None
    if echoes is None or every is None:
        return cannot_tell(facts, FRAMES if echoes is None else WATCH)
    words = f"{every.taken_up} of its {every.asked} connections came about, {echoes.answered} of"
    words += f" {echoes.sent} pings of the router answered"
    well = echoes.answered == echoes.sent and every.taken_up == every.asked
    return says(well and every.asked > 0, words, FRAMES, *alone.rests_on)


def device_changes_address(facts: Facts) -> Answer:
    """Answer whether at the socket of an absent device made-up hardware addresses come and go."""
    absent = facts.once(device_absent)
    if not absent.answer:
        return absent
    presence, mac = facts.fact(DevicePresence, PRESENCE), facts.device_mac
    if presence is None or mac is None:
        return cannot_tell(facts, PRESENCE)
    for socket in known(presence.sockets) or ():
        learned = [one.lower() for one in known(socket.learned) or ()]
        others = [one for one in learned if one != mac and int(one[:2], 16) & LOCAL]
        if mac in learned and len(others) >= MANY_NAMES:
            words = f"on {socket.name} it was heard, and {len(others)} made-up addresses beside it"
            return says(True, words, PRESENCE)  # noqa: FBT003 - the answer
    return no("no made-up addresses come and go where it was heard", PRESENCE)


RULES_DEVICE_KINDS: Final[tuple[Rule, ...]] = (
    Rule(
        id="device_led_by_stranger",
        question="Does a name server of the device's own lead it to one place?",
        needs=(WATCH,),
        ask=device_led_by_stranger,
    ),
    Rule(
        id="device_led_by_suffix",
        question="Do all names lead this device alone to one place?",
        needs=(WATCH,),
        ask=device_led_by_suffix,
    ),
    Rule(
        id="device_asks_none",
        question="Does the device ask nobody for names but one secure place, in vain?",
        needs=(WATCH,),
        ask=device_asks_none,
    ),
    Rule(
        id="device_asks_dead_first",
        question="Does the device ask a dead name server first?",
        needs=(WATCH,),
        ask=device_asks_dead_first,
    ),
    Rule(
        id="device_refuses_secure",
        question="Do the device's secure connections come to nothing, and its plain ones do?",
        needs=(WATCH,),
        ask=device_refuses_secure,
    ),
    Rule(
        id="device_keeps_from_site",
        question="Does something on the device keep it from the site alone?",
        needs=(WATCH, HTTP_PLATFORM_ROUTER, HTTP_PLATFORM),
        ask=device_keeps_from_site,
    ),
    Rule(
        id="device_sends_to_other",
        question="Does the device take another one in the home for the router?",
        needs=(FRAMES, PRESENCE),
        ask=device_sends_to_other,
    ),
    Rule(
        id="device_slow_itself",
        question="Is the device slow in itself, though its way is well?",
        needs=(FRAMES, WATCH, AFFECTED, HTTP_PLATFORM_ROUTER),
        ask=device_slow_itself,
    ),
    Rule(
        id="device_changes_address",
        question="Do made-up hardware addresses come and go at the device's socket?",
        needs=(PRESENCE, PING_DEVICE),
        ask=device_changes_address,
    ),
)
