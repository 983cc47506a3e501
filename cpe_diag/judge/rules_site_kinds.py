"""Rules that tell in which way a site fails, where it is known that it does.

Each narrows down what a wider rule has found (`platform_errors`, `platform_slow`): its owner mends
another thing for each, and the caller hears something else.
"""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.load_facts import PathQuality
from cpe_diag.domain.missing import Missing, known
from cpe_diag.domain.path_facts import DnsCheck, DnsOutcome, HttpCheck, HttpOutcome
from cpe_diag.domain.site_facts import LookEnd, SiteFronts, SiteLook, Unfit
from cpe_diag.judge.keys import (
    CONNECTS_PLATFORM,
    CONNECTS_WORLD,
    DNS_OPERATOR,
    DNS_PLATFORM,
    HTTP_OPERATOR,
    HTTP_OPERATOR_IPV6,
    HTTP_PLATFORM,
    HTTP_PLATFORM_AGAIN,
    HTTP_PLATFORM_ELSEWHERE,
    HTTP_PLATFORM_IPV6,
    HTTP_PLATFORM_ROUTER,
    HTTP_PLATFORM_ROUTER_AGAIN,
    HTTP_ROUTER,
    SITE_FRONTS,
    SITE_LOOK,
    WORLD,
    WORLD_OURS,
)
from cpe_diag.judge.rule import Answer, Facts, Rule, cannot_tell, does_not_arise, no, says
from cpe_diag.judge.rules_platform import (
    NO_ANSWER,
    at_site,
    platform_forbids_everybody,
    platform_slow,
)
from cpe_diag.judge.rules_site_looks import platform_front_fails, platform_redirects_badly
from cpe_diag.judge.rules_site_times import platform_empty
from cpe_diag.judge.vantages import SERVER_ERROR, held, page_words

# RFC 9110, sections 15.5.5 (404), 15.5.11 (410), 15.5.2 (401), 15.6.4 (503); RFC 6585, 4 (429).
GONE: Final = frozenset({404, 410})
WHO_IS_IT: Final = 401
TOO_MANY: Final = 429
UNAVAILABLE: Final = 503
REDIRECTS: Final = range(300, 400)
NOT_FOR_US: Final = (
    *("not-available", "unavailable", "not_available", "geo", "country", "region", "abroad"),
)
"""What addresses of such notices have in them."""
SUSPENDED: Final = ("suspend", "expired", "parked")
"""What a host's notice says in place of a customer's site."""


def _host(page: HttpCheck) -> str:
    return page.url.partition("://")[2].partition("/")[0]


def platform_page_gone(facts: Facts) -> Answer:
    """Answer whether the site's server works and says to everybody that the page is not there."""
    page = facts.fact(HttpCheck, HTTP_PLATFORM)
    if page is None:
        return cannot_tell(facts, HTTP_PLATFORM)
    if page.status not in GONE:
        return no(page_words(page), HTTP_PLATFORM)
    return facts.once(platform_forbids_everybody)


def platform_asks_who(facts: Facts) -> Answer:
    """Answer whether the site asks everybody for a name and a password before its first page.

    A caller who complains of it had been let in before.
    """
    page = facts.fact(HttpCheck, HTTP_PLATFORM)
    if page is None:
        return cannot_tell(facts, HTTP_PLATFORM)
    if page.status != WHO_IS_IT:
        return no(page_words(page), HTTP_PLATFORM)
    told = at_site(facts, lambda one: one.status == WHO_IS_IT)
    outside = facts.fact(HttpCheck, HTTP_PLATFORM_ELSEWHERE)
    if told.answer and outside is not None and outside.status != WHO_IS_IT:
        return no(f"elsewhere: {page_words(outside)}", HTTP_PLATFORM_ELSEWHERE)
    return told


def platform_counts_us(facts: Facts) -> Answer:
    """Answer whether the site says that too many requests come from where we are."""
    page = facts.fact(HttpCheck, HTTP_PLATFORM)
    if page is None:
        return cannot_tell(facts, HTTP_PLATFORM)
    if page.status != TOO_MANY:
        return no(page_words(page), HTTP_PLATFORM)
    return at_site(facts, lambda one: one.status == TOO_MANY)


def platform_is_maintained(facts: Facts) -> Answer:
    """Answer whether the site leads everybody to a page that says that it is away for a while.

    Who fails without having meant to sends nobody on.
    """
    look = facts.fact(SiteLook, SITE_LOOK)
    if look is None:
        return cannot_tell(facts, SITE_LOOK)
    last = look.steps[-1]
    words = f"{len(look.steps)} places, the last {last.url}: {last.outcome} {last.status or ''}"
    if len(look.steps) == 1 or last.status != UNAVAILABLE:
        return no(words, SITE_LOOK)
    return says(_is_good(facts, HTTP_OPERATOR), words, SITE_LOOK, *held(facts, HTTP_OPERATOR))


def _is_good(facts: Facts, key: FactKey) -> bool:
    page = facts.fact(HttpCheck, key)
    return page is not None and page.outcome is HttpOutcome.OK


def platform_suspended(facts: Facts) -> Answer:
    """Answer whether a host's notice stands in the place of the site."""
    look = facts.fact(SiteLook, SITE_LOOK)
    if look is None:
        return cannot_tell(facts, SITE_LOOK)
    notice = known(look.unfit) is Unfit.TELLS_ERROR and any(
        word in look.words.lower() for word in SUSPENDED
    )
    return says(notice, f"its page: {look.words or 'nothing of the kind'}", SITE_LOOK)


def platform_denies_place(facts: Facts) -> Answer:
    """Answer whether the site sends us to a notice for other countries, and others to its page."""
    look = facts.fact(SiteLook, SITE_LOOK)
    if look is None:
        return cannot_tell(facts, SITE_LOOK)
    last = look.steps[-1].url.lower()
    if len(look.steps) == 1 or not any(word in last for word in NOT_FOR_US):
        return no(f"it leads to {last}", SITE_LOOK)
    outside = facts.fact(HttpCheck, HTTP_PLATFORM_ELSEWHERE)
    if outside is None:
        return cannot_tell(facts, HTTP_PLATFORM_ELSEWHERE)
    good = outside.outcome is HttpOutcome.OK and outside.status not in REDIRECTS
    words = f"from here it leads to {last}; elsewhere: {page_words(outside)}"
    return says(good, words, SITE_LOOK, HTTP_PLATFORM_ELSEWHERE)


def platform_redirects_nameless(facts: Facts) -> Answer:
    """Answer whether the site sends its visitors on to a name that does not exist."""
    look = facts.fact(SiteLook, SITE_LOOK)
    if look is None:
        return cannot_tell(facts, SITE_LOOK)
    if look.end is not LookEnd.FAILED or look.steps[-1].outcome is not HttpOutcome.NAME_FAILED:
        return no("no name at its end fails", SITE_LOOK)
    return facts.once(platform_redirects_badly)


def platform_page_empty(facts: Facts) -> Answer:
    """Answer whether all that the site gives with a good status is empty."""
    return facts.once(platform_empty)


def platform_hangs_up(facts: Facts) -> Answer:
    """Answer whether the site takes a request and ends the connection without a word."""
    return _broken(facts, with_words=False)


def platform_speaks_no_http(facts: Facts) -> Answer:
    """Answer whether the site answers with something that is no HTTP."""
    return _broken(facts, with_words=True)


def _broken(facts: Facts, *, with_words: bool) -> Answer:
    ours = facts.fact(HttpCheck, HTTP_PLATFORM)
    home = facts.fact(HttpCheck, HTTP_PLATFORM_ROUTER)
    if ours is None:
        return cannot_tell(facts, HTTP_PLATFORM)
    if ours.outcome is not HttpOutcome.BROKEN:
        return no(page_words(ours), HTTP_PLATFORM)
    if home is None or home.outcome is not HttpOutcome.BROKEN:
        return cannot_tell(facts, HTTP_PLATFORM_ROUTER)
    came = home.received_bytes
    if home.status is not None or not _is_good(facts, HTTP_ROUTER):
        return no(f"router>platform: {page_words(home)}", HTTP_PLATFORM_ROUTER)
    if isinstance(came, Missing) and came.why is not FailureKind.UNPARSEABLE:
        return cannot_tell(facts, HTTP_PLATFORM_ROUTER)
    spoke = isinstance(came, Missing)  # of what came: it cannot be read
    words = "something that is no HTTP" if spoke else f"{came} bytes before the end"
    words = f"router>platform: {page_words(home)}, {words}"
    return says(spoke is with_words, words, HTTP_PLATFORM_ROUTER, HTTP_PLATFORM)


def platform_fails_near(facts: Facts) -> Answer:
    """Answer whether the site's server for our part of the world fails, and others serve."""
    ours = facts.fact(HttpCheck, HTTP_PLATFORM)
    if ours is None:
        return cannot_tell(facts, HTTP_PLATFORM)
    if (ours.status or 0) < SERVER_ERROR:
        return no(page_words(ours), HTTP_PLATFORM)
    outside = facts.fact(HttpCheck, HTTP_PLATFORM_ELSEWHERE)
    if outside is None:
        return cannot_tell(facts, HTTP_PLATFORM_ELSEWHERE)
    told = at_site(facts, lambda one: (one.status or 0) >= SERVER_ERROR)
    words = f"{told.because}; elsewhere: {page_words(outside)}"
    failed = bool(told.answer) and outside.outcome is HttpOutcome.OK
    return says(failed, words, *told.rests_on, HTTP_PLATFORM_ELSEWHERE)


def platform_far(facts: Facts) -> Answer:
    """Answer whether the site accepts connections so late that it stands at the world's end.

    All come about, and take about as long: nobody stands in a queue.
    """
    seen = facts.fact(PathQuality, CONNECTS_PLATFORM)
    if seen is None:
        return cannot_tell(facts, CONNECTS_PLATFORM)
    least, late = known(seen.rtt_min_s), known(seen.rtt_p95_s)
    if least is None or late is None:
        return does_not_arise("no connection came about")
    words = f"{seen.received} of {seen.sent} accepted after {least * 1e3:.0f} ms at the least"
    if least < facts.limits["site_far_s"] or seen.received < seen.sent:
        return no(words, CONNECTS_PLATFORM)
    near = facts.fact(HttpCheck, HTTP_OPERATOR)
    after = known(near.connected_s) if near else None
    if after is None:
        return cannot_tell(facts, HTTP_OPERATOR)
    far = after < least / 2 and late < 2 * least
    return says(
        far,
        f"{words}, the reference's after {after * 1e3:.0f} ms",
        CONNECTS_PLATFORM,
        HTTP_OPERATOR,
    )


def platform_name_late(facts: Facts) -> Answer:
    """Answer whether the servers of the site's name take long, and those of others do not."""
    ours, other = facts.fact(DnsCheck, DNS_PLATFORM), facts.fact(DnsCheck, DNS_OPERATOR)
    if ours is None or other is None:
        return cannot_tell(facts, DNS_PLATFORM if ours is None else DNS_OPERATOR)
    took, beside = known(ours.took_s), known(other.took_s)
    if ours.outcome is not DnsOutcome.ANSWERED or took is None or beside is None:
        return does_not_arise("a name has no answer")
    limit = facts.limits["resolver_slow_s"]
    words = f"{ours.name} after {took:.2f} s, {other.name} after {beside:.2f} s"
    return says(took >= limit > 2 * beside, words, DNS_PLATFORM, DNS_OPERATOR)


def platform_address_dead(facts: Facts) -> Answer:
    """Answer whether nobody is at one of the site's addresses, while others serve."""
    told = facts.once(platform_front_fails)
    seen = facts.fact(SiteFronts, SITE_FRONTS)
    if not told.answer or seen is None:
        return told
    dead = [one.address for one in seen.fronts if one.page.outcome in NO_ANSWER]
    return says(bool(dead), f"nobody at {', '.join(dead) or 'none'}: {told.because}", SITE_FRONTS)


def platform_keys_late(facts: Facts) -> Answer:
    """Answer whether the site is late by TLS alone, and soon without."""
    ours = facts.fact(HttpCheck, HTTP_PLATFORM)
    if ours is None:
        return cannot_tell(facts, HTTP_PLATFORM)
    told = facts.once(platform_slow)
    if not told.answer or not ours.url.startswith("https:"):
        return told if told.answer is None else no(told.because, *told.rests_on)
    key = FactKey(WORLD_OURS.kind, WORLD_OURS.subject.replace("*", _host(ours)))
    plain = facts.fact(HttpCheck, key)
    took, without = known(ours.took_s), known(plain.took_s) if plain else None
    if plain is None or took is None or without is None:
        return cannot_tell(facts, key)
    words = f"{page_words(ours)} by TLS, {page_words(plain)} without"
    late = plain.outcome is HttpOutcome.OK and without < took / 4
    return says(late, words, HTTP_PLATFORM, key)


SIDES: Final = ("operator", "router")


def _tries(facts: Facts) -> list[tuple[FactKey, HttpCheck]]:
    """Give what became of each try at the site, from both sides."""
    ours = facts.fact(HttpCheck, HTTP_PLATFORM)
    host = _host(ours) if ours else ""
    keys = (
        *(HTTP_PLATFORM, HTTP_PLATFORM_AGAIN, HTTP_PLATFORM_ROUTER, HTTP_PLATFORM_ROUTER_AGAIN),
        FactKey(WORLD.kind, WORLD.subject.replace("*", host)),
        FactKey(WORLD_OURS.kind, WORLD_OURS.subject.replace("*", host)),
    )
    return [(key, page) for key in keys if (page := facts.fact(HttpCheck, key)) is not None]


def platform_comes_and_goes(facts: Facts) -> Answer:
    """Answer whether the same server refuses at one moment and serves at another.

    Where nothing listens a connection is refused at once; that the way lets by shows by that.
    """
    tries = _tries(facts)
    refused = [key for key, page in tries if page.outcome is HttpOutcome.REFUSED]
    sides = {key.subject.partition(">")[0] for key in refused}
    other = facts.fact(HttpCheck, HTTP_PLATFORM_IPV6)
    if not tries or not _is_good(facts, HTTP_OPERATOR):
        return cannot_tell(facts, HTTP_OPERATOR if tries else HTTP_PLATFORM)
    if len(sides) < len(SIDES) or (other is not None and other.outcome is HttpOutcome.OK):
        return no("it does not refuse both sides", tries[0][0])
    # By the same protocol: a server may serve without TLS alone.
    serves = [
        key
        for key, page in tries
        if page.outcome is HttpOutcome.OK
        and any(_scheme(page) == _scheme(one) for at, one in tries if at in refused)
    ]
    words = f"{len(refused)} of {len(tries)} tries refused, {len(serves)} served"
    return says(bool(serves), words, refused[0], *serves[:1])


def _scheme(page: HttpCheck) -> str:
    return page.url.partition(":")[0]


def platform_takes_few(facts: Facts) -> Answer:
    """Answer whether the site takes connections late, at a second knock, or not at all."""
    return _knocked(facts, late=True)


def platform_hears_some(facts: Facts) -> Answer:
    """Answer whether some connections are accepted at once and others never."""
    return _knocked(facts, late=False)


def _knocked(facts: Facts, *, late: bool) -> Answer:
    """Answer by how connections to the site came about that not all did.

    Whoever does not answer the first SYN and answers a later one was full (RFC 6298, 2.1: one
    second until it is sent again); whoever shares by the connection answers never.
    """
    ours = facts.fact(HttpCheck, HTTP_PLATFORM)
    if ours is None:
        return cannot_tell(facts, HTTP_PLATFORM)
    tries = _tries(facts)
    silent = [key for key, page in tries if page.outcome is HttpOutcome.CONNECT_TIMEOUT]
    key = FactKey(CONNECTS_WORLD.kind, CONNECTS_WORLD.subject.replace("*", _host(ours)))
    row = facts.fact(PathQuality, key)
    part = row is not None and 0 < row.received < row.sent
    good = [page for _, page in tries if page.outcome is HttpOutcome.OK]
    if not (silent or part) or not good or not _is_good(facts, HTTP_OPERATOR):
        return no("its connections come about, or none", *held(facts, HTTP_PLATFORM, key))
    if _others_lose(facts, key):
        return does_not_arise("connections to other places are lost as well")
    again_s = facts.limits["platform_lost_s"]
    second = [one for page in good if (one := known(page.connected_s)) and one >= again_s]
    accepted = f", {row.received} of {row.sent} accepted" if row else ""
    words = (
        f"{len(silent)} of {len(tries)} pages had no connection{accepted};"
        f" {len(second)} came about at a later knock"
    )
    soon = all(_after(page) < again_s for page in good)  # else packets are lost all the way
    sure = bool(second) and soon if late else (bool(silent) and part and not second)
    return says(sure, words, *silent[:1], *held(facts, key))


def _after(page: HttpCheck) -> float:
    """Give the seconds from the connection to the end of a page."""
    took, connected = known(page.took_s), known(page.connected_s)
    return (took or 0.0) - (connected or 0.0)


def _others_lose(facts: Facts, own: FactKey) -> bool:
    prefix = CONNECTS_WORLD.subject.removesuffix("*")
    rows = (
        facts.fact(PathQuality, FactKey(own.kind, subject))
        for subject in facts.case.evidence.subjects(own.kind, prefix)
        if subject != own.subject
    )
    return any(row is not None and row.received < row.sent for row in rows)


SITE_TRIES: Final = (
    *(HTTP_PLATFORM, HTTP_PLATFORM_AGAIN, HTTP_PLATFORM_ROUTER, HTTP_PLATFORM_ROUTER_AGAIN),
    *(WORLD, WORLD_OURS, HTTP_OPERATOR, HTTP_PLATFORM_IPV6),
)
BOTH_SIDES: Final = (HTTP_PLATFORM, HTTP_OPERATOR, HTTP_PLATFORM_ROUTER, HTTP_ROUTER)

RULES_SITE_KINDS: Final[tuple[Rule, ...]] = (
    Rule(
        id="platform_page_gone",
        question="Does the site say to everybody that its page is not there?",
        needs=(*BOTH_SIDES, HTTP_PLATFORM_ELSEWHERE),
        ask=platform_page_gone,
    ),
    Rule(
        id="platform_asks_who",
        question="Does the site ask everybody for a name and a password?",
        needs=(*BOTH_SIDES, HTTP_PLATFORM_ELSEWHERE),
        ask=platform_asks_who,
    ),
    Rule(
        id="platform_counts_us",
        question="Does the site say that too many requests come from us?",
        needs=BOTH_SIDES,
        ask=platform_counts_us,
    ),
    Rule(
        id="platform_is_maintained",
        question="Does the site lead everybody to a page that says that it is away for a while?",
        needs=(SITE_LOOK, HTTP_OPERATOR),
        ask=platform_is_maintained,
    ),
    Rule(
        id="platform_suspended",
        question="Does a host's notice stand in the place of the site?",
        needs=(SITE_LOOK,),
        ask=platform_suspended,
    ),
    Rule(
        id="platform_denies_place",
        question="Does the site send us to a notice for other countries?",
        needs=(SITE_LOOK, HTTP_PLATFORM_ELSEWHERE),
        ask=platform_denies_place,
    ),
    Rule(
        id="platform_redirects_nameless",
        question="Does the site send its visitors to a name that does not exist?",
        needs=(SITE_LOOK, HTTP_OPERATOR, HTTP_PLATFORM_ROUTER),
        ask=platform_redirects_nameless,
    ),
    Rule(
        id="platform_page_empty",
        question="Does the site answer well, with nothing in its page?",
        needs=BOTH_SIDES,
        ask=platform_page_empty,
    ),
    Rule(
        id="platform_hangs_up",
        question="Does the site take requests and hang up without a word?",
        needs=BOTH_SIDES,
        ask=platform_hangs_up,
    ),
    Rule(
        id="platform_speaks_no_http",
        question="Does the site answer with something that is no HTTP?",
        needs=BOTH_SIDES,
        ask=platform_speaks_no_http,
    ),
    Rule(
        id="platform_fails_near",
        question="Does the site's server for our part of the world alone fail?",
        needs=(*BOTH_SIDES, HTTP_PLATFORM_ELSEWHERE),
        ask=platform_fails_near,
    ),
    Rule(
        id="platform_far",
        question="Does the site stand at the other end of the world?",
        needs=(CONNECTS_PLATFORM, HTTP_OPERATOR),
        ask=platform_far,
    ),
    Rule(
        id="platform_name_late",
        question="Do the servers of the site's name take long?",
        needs=(DNS_PLATFORM, DNS_OPERATOR),
        ask=platform_name_late,
    ),
    Rule(
        id="platform_address_dead",
        question="Is nobody at one of the site's addresses?",
        needs=(SITE_FRONTS, HTTP_OPERATOR, HTTP_OPERATOR_IPV6),
        ask=platform_address_dead,
    ),
    Rule(
        id="platform_keys_late",
        question="Is the site late by TLS alone?",
        needs=(*BOTH_SIDES, WORLD_OURS),
        ask=platform_keys_late,
    ),
    Rule(
        id="platform_comes_and_goes",
        question="Does the site refuse at one moment and serve at another?",
        needs=SITE_TRIES,
        ask=platform_comes_and_goes,
    ),
    Rule(
        id="platform_takes_few",
        question="Does the site take connections at a later knock, or not at all?",
        needs=(*SITE_TRIES, CONNECTS_WORLD),
        ask=platform_takes_few,
    ),
    Rule(
        id="platform_hears_some",
        question="Does the site accept some connections at once, and others never?",
        needs=(*SITE_TRIES, CONNECTS_WORLD),
        ask=platform_hears_some,
    ),
)
