"""Rules that tell whose fault it is and not what: one place beside its controls, in whatever way.

They know no mechanism, so that they hold for those that nobody has thought of: a site beside the
reference, a device beside the others of its home, a home beside its own router.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.device_facts import DeviceWatch
from cpe_diag.domain.missing import known
from cpe_diag.domain.path_facts import CallerAnswer, DnsCheck, HttpCheck, HttpOutcome
from cpe_diag.domain.router_facts import LanStatus
from cpe_diag.domain.site_facts import LookEnd, NameTruth, SiteLook
from cpe_diag.judge.cause import DROPS, ONE_DEVICE, SITE, SLOW
from cpe_diag.judge.keys import (
    AFFECTED,
    CONNECTS_PLATFORM,
    CONNECTS_REFERENCE,
    DNS_OPERATOR,
    DNS_PLATFORM,
    DNS_PLATFORM_DIRECT,
    DNS_PLATFORM_IPV6,
    DNS_PLATFORM_ROUTER,
    HTTP_OPERATOR,
    HTTP_OPERATOR_IPV6,
    HTTP_PLATFORM,
    HTTP_PLATFORM_ELSEWHERE,
    HTTP_PLATFORM_IPV6,
    HTTP_PLATFORM_ROUTER,
    HTTP_REFERENCE_ELSEWHERE,
    HTTP_ROUTER,
    LAN,
    PING_REFERENCE,
    SITE_LOOK,
    TRUTH_PLATFORM,
    WATCH,
)
from cpe_diag.judge.rule import Answer, Rule, cannot_tell, does_not_arise, no, says, yes
from cpe_diag.judge.rules_other_ways import device_in_tunnel
from cpe_diag.judge.rules_pages import no_watch, silent
from cpe_diag.judge.rules_paths import internet_unreachable
from cpe_diag.judge.rules_platform import tls_is_held_back
from cpe_diag.judge.site_beside import (
    AT_TIMES,
    BESIDE,
    at_times_words,
    far_words,
    is_late,
    late_name_words,
    near_elsewhere,
    other_page_words,
)
from cpe_diag.judge.vantages import ANSWERED, SERVER_ERROR, held, page_words

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import FactKey
    from cpe_diag.judge.rule import Facts

SILENT: Final = frozenset(
    {
        HttpOutcome.NAME_FAILED,
        HttpOutcome.UNREACHABLE,
        HttpOutcome.CONNECT_TIMEOUT,
        HttpOutcome.READ_TIMEOUT,
    }
)
"""Anybody on the way may be why; who refuses, forbids or breaks off is the site, or acts so."""
ASKS_WHO: Final = 401
WHO_IS_IT: Final = frozenset({ASKS_WHO, 407})
"""RFC 9110, sections 15.5.2 and 15.5.8: to be asked who one is, is no failure."""
OF_A_DEVICE: Final = frozenset({SLOW, DROPS, ONE_DEVICE, SITE})
THIS_ONE: Final = "one_device"


def _good(page: HttpCheck) -> bool:
    return page.outcome is HttpOutcome.OK or page.status in WHO_IS_IT


def _amiss(facts: Facts, key: FactKey, control_key: FactKey) -> bool | None:
    """Tell whether the site is not good from where the reference is; None: nobody knows."""
    page, control = facts.fact(HttpCheck, key), facts.fact(HttpCheck, control_key)
    if page is None or control is None or control.outcome is not HttpOutcome.OK:
        return None
    if not _good(page) and tls_is_held_back(facts, page, control_key):
        return None
    return not _good(page) or is_late(facts, page, control)


def site_amiss(facts: Facts) -> Answer:
    """Answer whether the site is not good, in whatever way, where the reference is.

    Seen from our side; or from the home, where the site answers, at the address at which we find
    it, and says no. Silence that ends outside of our network lies on the way to it.
    """
    ours = _amiss(facts, HTTP_PLATFORM, HTTP_OPERATOR)
    home = _amiss(facts, HTTP_PLATFORM_ROUTER, HTTP_ROUTER)
    if ours is None:
        return cannot_tell(facts, HTTP_PLATFORM, HTTP_OPERATOR)
    keys = held(facts, HTTP_PLATFORM, HTTP_OPERATOR, HTTP_PLATFORM_ROUTER, HTTP_ROUTER)
    words = "; ".join(
        f"{key.subject}: {page_words(page)}"
        for key in keys
        if (page := facts.fact(HttpCheck, key)) is not None
    )
    outside = facts.fact(HttpCheck, HTTP_PLATFORM_ELSEWHERE)
    if ours:
        page = facts.fact(HttpCheck, HTTP_PLATFORM)
        if page is None or page.outcome not in SILENT or outside is None or not _good(outside):
            return yes(words, *keys)
        return cannot_tell(facts, TRUTH_PLATFORM)  # on the way, or at addresses that are not its
    for further, seen in (
        (_asks_everybody(facts), ()),
        (_by_ipv6(facts) or _in_the_end(facts), (HTTP_PLATFORM_IPV6, SITE_LOOK)),
        (at_times_words(facts), held(facts, *AT_TIMES, SITE_LOOK)),
        (_beside(facts), held(facts, *BESIDE)),
    ):
        if further:
            return yes(f"{words}; {further}", *keys, *seen)
    theirs = facts.fact(HttpCheck, HTTP_PLATFORM_ROUTER)
    if not home or theirs is None or theirs.outcome not in ANSWERED or _good(theirs):
        return no(words, *keys)
    led = _led_elsewhere(facts)
    return cannot_tell(facts, DNS_PLATFORM_ROUTER) if led is None else says(not led, words, *keys)


def _asks_everybody(facts: Facts) -> str:
    """Say that the site's first page asks everybody who they are, which a caller cannot open.

    Who has a name there gives it, and does not complain; a site that others may see asks nobody.
    """
    keys = held(facts, HTTP_PLATFORM, HTTP_PLATFORM_ROUTER, HTTP_PLATFORM_ELSEWHERE)
    pages = [page for key in keys if (page := facts.fact(HttpCheck, key)) is not None]
    asks = facts.case.symptom == SITE and all(page.status == ASKS_WHO for page in pages)
    return f"it asks each of {len(pages)} who they are" if asks and len(pages) > 1 else ""


def _beside(facts: Facts) -> str:
    """Say what else of the site is not as the reference's, or as others get it."""
    far = "" if near_elsewhere(facts) else far_words(facts)
    return far or late_name_words(facts) or other_page_words(facts)


def _in_the_end(facts: Facts) -> str:
    """Say where the site leads to where that is no page; nothing: to a page, or nobody knows."""
    look = facts.fact(SiteLook, SITE_LOOK)
    if look is None or known(look.elsewhere) is HttpOutcome.OK:
        return ""
    if look.end is not LookEnd.PAGE:
        return f"followed to its end: {look.end}"
    status = (look.steps[-1].status or 0) if look.steps else 0
    return f"followed to its end: status {status}" if status >= SERVER_ERROR else ""


def _by_ipv6(facts: Facts) -> str:
    """Say how the site's address by IPv6 is amiss, if it has one and the reference's is good."""
    page = facts.fact(HttpCheck, HTTP_PLATFORM_IPV6)
    if page is None or page.outcome is HttpOutcome.NAME_FAILED:
        return ""
    if not _amiss(facts, HTTP_PLATFORM_IPV6, HTTP_OPERATOR_IPV6):
        return ""
    return f"by IPv6: {page_words(page)}"


def _led_elsewhere(facts: Facts) -> bool | None:
    """Tell whether the router's name service leads to other addresses than the operator's."""
    theirs, ours = (facts.fact(DnsCheck, key) for key in (DNS_PLATFORM_ROUTER, DNS_PLATFORM))
    if theirs is None or ours is None or not ours.addresses:
        return None
    return set(theirs.addresses).isdisjoint(ours.addresses)


def site_led_elsewhere(facts: Facts) -> Answer:
    """Answer whether the home is led to other addresses of the site than those that serve us.

    Where the site fails there for the home; or where the router's own name service says others
    than the resolver that it has its names from says to the router in the same moment.
    """
    own = _made_up(facts)
    if own:
        asked = (DNS_PLATFORM_ROUTER, DNS_PLATFORM_DIRECT, DNS_PLATFORM, TRUTH_PLATFORM)
        return yes(own, *held(facts, *asked))
    home, ours = (facts.fact(HttpCheck, key) for key in (HTTP_PLATFORM_ROUTER, HTTP_PLATFORM))
    led = _led_elsewhere(facts)
    if home is None or ours is None or led is None:
        return cannot_tell(facts, HTTP_PLATFORM_ROUTER, HTTP_PLATFORM, DNS_PLATFORM_ROUTER)
    words = f"from the home {page_words(home)}, from our side {page_words(ours)}"
    if _good(home) or not _good(ours):
        return no(words, HTTP_PLATFORM_ROUTER, HTTP_PLATFORM)
    theirs = facts.fact(DnsCheck, DNS_PLATFORM_ROUTER)
    told = "" if theirs is None else ", ".join(theirs.addresses) or "no address"
    keys = (DNS_PLATFORM_ROUTER, DNS_PLATFORM, HTTP_PLATFORM_ROUTER, HTTP_PLATFORM)
    return says(led, f"{words}; the router's name service says {told}", *keys)


def _made_up(facts: Facts) -> str:
    """Say which addresses the router's name service alone gives for the site; empty: none.

    A large site has many, and may tell another one each time; not the same of all but one.
    """
    theirs, ours, past = (
        facts.fact(DnsCheck, key)
        for key in (DNS_PLATFORM_ROUTER, DNS_PLATFORM, DNS_PLATFORM_DIRECT)
    )
    truth, page = facts.fact(NameTruth, TRUTH_PLATFORM), facts.fact(HttpCheck, HTTP_PLATFORM)
    if theirs is None or ours is None or past is None or page is None or not _good(page):
        return ""
    known_ones = {*ours.addresses, *(truth.known if truth is not None else ())}
    agreed = known_ones.intersection(past.addresses)
    if not theirs.addresses or not agreed or known_ones.intersection(theirs.addresses):
        return ""
    return (
        f"the router's name service says {', '.join(theirs.addresses)}; the operator's resolver"
        f" says {', '.join(past.addresses)} to the router and to us"
    )


def device_suffers_alone(facts: Facts) -> Answer:
    """Answer whether one device is complained of, the router does well, and it was not seen to.

    What a complaint of slowness or of drops is about may not be in anything that was measured; to
    be told that nothing is wrong helps nobody whose other devices work.
    """
    if facts.device_mac is None or facts.case.symptom not in OF_A_DEVICE:
        return does_not_arise("nobody complains of one device")
    said, out = facts.fact(CallerAnswer, AFFECTED), internet_unreachable(facts)
    if said is None or out.answer is None:
        return cannot_tell(facts, AFFECTED) if said is None else out
    words = f"the caller says {said.choice.replace('_', ' ')}; {out.because}"
    if said.choice != THIS_ONE or out.answer:
        return no(words, AFFECTED, *out.rests_on)
    return _of_device(facts, words, out.rests_on)


def _of_device(facts: Facts, words: str, keys: tuple[FactKey, ...]) -> Answer:
    """Answer by what was seen of the device, where anything can be."""
    if facts.case.symptom in {SLOW, DROPS}:
        tunnel = device_in_tunnel(facts)
        if tunnel.answer:
            return does_not_arise(f"{words}; {tunnel.because}")
        return yes(words, AFFECTED, *keys)
    watch = facts.fact(DeviceWatch, WATCH)
    if watch is None:
        return no_watch(facts)
    of = _of_site if facts.case.symptom == SITE else _of_connections
    return of(facts, watch, words)


def _of_connections(facts: Facts, watch: DeviceWatch, words: str) -> Answer:
    """Answer by what comes about on this device, and on others meanwhile.

    A device that does nothing may be asleep: a page has to be opened on it.
    """
    taken, others = watch.flows.tcp_taken_up, known(watch.others_tcp)
    words += f"; {taken} of its connections came about"
    if taken or others is None:
        return no(words, AFFECTED, WATCH)
    words += f", and {others.taken_up} of other devices'"
    if not others.taken_up:
        return cannot_tell(facts, WATCH)
    if not watch.flows.past_router:
        return silent(facts, f"{words}: it may not have been used")
    return yes(words, AFFECTED, WATCH)


def _of_site(facts: Facts, watch: DeviceWatch, words: str) -> Answer:
    """Answer by what comes about with the site, which the router must get, and elsewhere.

    Who gets a page does not begin anew all the time; and names that all lead to one place are
    none of the world's.
    """
    page, site, ends = (
        facts.fact(HttpCheck, HTTP_PLATFORM_ROUTER),
        known(watch.to_site),
        known(watch.far_ends),
    )
    if page is None or site is None or ends is None:
        return cannot_tell(facts, HTTP_PLATFORM_ROUTER, WATCH)
    words += f"; the site: {page_words(page)}; {site.taken_up} of its connections to it came about"
    if not _good(page):
        return no(words, AFFECTED, HTTP_PLATFORM_ROUTER, WATCH)
    others = known(watch.others_to_site)
    if site.taken_up:
        anew = site.taken_up >= facts.limits["device_anew"]
        words += "" if others is None else f", {others.taken_up} of other devices'"
        again = anew and others is not None and 0 < others.taken_up < site.taken_up
        return says(again, words, AFFECTED, HTTP_PLATFORM_ROUTER, WATCH)
    if others is not None and others.taken_up and _led_to_one(facts, watch):
        words += "; whatever it asks for, its own name server leads it to one place"
        return yes(words, AFFECTED, HTTP_PLATFORM_ROUTER, WATCH)
    if ends.addresses < facts.limits["device_far_places"]:
        return silent(facts, f"{words}: it may not have been opened on it")
    return yes(words, AFFECTED, HTTP_PLATFORM_ROUTER, WATCH)


def _led_to_one(facts: Facts, watch: DeviceWatch) -> bool:
    """Tell whether a device asks a name server of its own alone, and goes to one place alone."""
    flows, ends = watch.flows, known(watch.far_ends)
    least = facts.limits["device_tries"]
    named = flows.names_of_others.answered >= least and not flows.names_of_router.asked
    return named and flows.tcp_taken_up >= least and ends is not None and ends.addresses == 1


def home_unheard(facts: Facts) -> Answer:
    """Answer whether sockets of the home have a link, and the router knows nobody behind them."""
    lan = facts.fact(LanStatus, LAN)
    sockets, heard = (None, None) if lan is None else (known(lan.ports), known(lan.neighbours))
    if sockets is None or heard is None:
        return cannot_tell(facts, LAN)
    linked = [socket.name for socket in sockets if known(socket.carrier)]
    words = f"{len(linked)} of the home's sockets have a link, {len(heard)} devices are known"
    return says(bool(linked) and not heard, words, LAN)


SITE_SEEN: Final = (HTTP_PLATFORM, HTTP_OPERATOR, HTTP_PLATFORM_ROUTER, HTTP_ROUTER)

RULES_WHOSE: Final[tuple[Rule, ...]] = (
    Rule(
        id="site_amiss",
        question="Is the site not good, in whatever way, where the reference is?",
        needs=(
            *SITE_SEEN,
            *(HTTP_PLATFORM_ELSEWHERE, HTTP_PLATFORM_IPV6, HTTP_OPERATOR_IPV6, SITE_LOOK),
            TRUTH_PLATFORM,
            *(DNS_PLATFORM_ROUTER, DNS_PLATFORM),
            *(CONNECTS_PLATFORM, CONNECTS_REFERENCE, DNS_PLATFORM_IPV6, DNS_OPERATOR),
            *(HTTP_REFERENCE_ELSEWHERE, *AT_TIMES),
        ),
        ask=site_amiss,
    ),
    Rule(
        id="site_led_elsewhere",
        question="Is the home led to other addresses of the site than those that serve us?",
        needs=(
            *(HTTP_PLATFORM_ROUTER, HTTP_PLATFORM, DNS_PLATFORM_ROUTER, DNS_PLATFORM),
            *(DNS_PLATFORM_DIRECT, TRUTH_PLATFORM),
        ),
        ask=site_led_elsewhere,
    ),
    Rule(
        id="device_suffers_alone",
        question="Is one device complained of that was not seen to work, while the router does?",
        needs=(AFFECTED, PING_REFERENCE, WATCH, HTTP_PLATFORM_ROUTER),
        ask=device_suffers_alone,
    ),
    Rule(
        id="home_unheard",
        question="Has the home a link to the router, which knows nobody behind it?",
        needs=(LAN,),
        ask=home_unheard,
    ),
)
