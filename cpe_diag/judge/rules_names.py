"""Rules about the operator's resolver: whether it is slow, and whether what it says is true."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import known
from cpe_diag.domain.path_facts import DnsCheck, HttpCheck, HttpOutcome
from cpe_diag.domain.site_facts import BY_CONFIGURATION, NameTruth
from cpe_diag.judge.keys import (
    DNS_OPERATOR,
    DNS_PLATFORM,
    DNS_PLATFORM_ELSEWHERE,
    HTTP_OPERATOR,
    HTTP_PLATFORM_ELSEWHERE,
    HTTP_REFERENCE_ELSEWHERE,
    TRUTH_PLATFORM,
    TRUTH_REFERENCE,
)
from cpe_diag.judge.rule import Answer, Rule, cannot_tell, does_not_arise, no, says, yes
from cpe_diag.judge.rules_paths import SERVER_FAILED
from cpe_diag.judge.rules_platform import platform_name_fails
from cpe_diag.judge.vantages import ANSWERED, held, page_words, serves

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import FactKey
    from cpe_diag.judge.rule import Facts

OUTSIDE_VIEWS: Final = (
    DNS_PLATFORM_ELSEWHERE,
    HTTP_PLATFORM_ELSEWHERE,
    HTTP_REFERENCE_ELSEWHERE,
)
OWN_SHARE: Final = 0.5
"""A page of the reference host that takes more than this share of it makes the time our own."""
ANOTHERS: Final = frozenset({HttpOutcome.CERTIFICATE, HttpOutcome.TLS_FAILED})
"""Somebody is there, and cannot show a certificate of the name."""
SPEAKS_NO_TLS: Final = frozenset({HttpOutcome.REFUSED, HttpOutcome.BROKEN})
NOBODY: Final = frozenset(
    {
        HttpOutcome.REFUSED,
        HttpOutcome.UNREACHABLE,
        HttpOutcome.CONNECT_TIMEOUT,
        HttpOutcome.BROKEN,
    }
)
"""Nobody serves anything there: a lie of the operator's own name; a third party's server may be
down where another of its servers is not."""
# RFC 1122, 3.2.1.3 (this host, loopback); RFC 1918; RFC 3927: no site of the internet is there.
BOGONS: Final = tuple(
    ip_network(net)
    for net in (
        "0.0.0.0/8",
        "127.0.0.0/8",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "169.254.0.0/16",
    )
)


def resolver_slow(facts: Facts) -> Answer:
    """Answer whether the operator's resolver answers late, for a name that it has just fetched.

    One that does not answer at all fails, and is not slow. A page that takes as long from the same
    place tells that it is our own side which is slow; so nothing is said before one was asked for.
    """
    check = facts.fact(DnsCheck, DNS_OPERATOR)
    if check is None:
        return cannot_tell(facts, DNS_OPERATOR)
    took_s = known(check.took_s)
    if took_s is None:
        return does_not_arise(f"{check.server} said {check.outcome} for {check.name}")
    limit_s = facts.limits["resolver_slow_s"]
    words = f"{check.server} answered for {check.name} after {took_s:.2f} s"
    page = facts.fact(HttpCheck, HTTP_OPERATOR)
    page_s = None if page is None else known(page.took_s)
    is_ours = page is None or (page_s is not None and page_s > took_s * OWN_SHARE)
    if took_s > limit_s and is_ours:
        return cannot_tell(facts, HTTP_OPERATOR)
    return says(took_s > limit_s, words, DNS_OPERATOR)


def resolver_lies(facts: Facts) -> Answer:
    """Answer whether the operator's resolver gives a name an address that does not serve it.

    Addresses that differ are no sign by themselves (ooni/spec, ts-017, "dns_consistency"): only
    where what is known serves the name over TLS, and what it told does not.
    """
    honest: list[tuple[FactKey, str]] = []
    open_keys: list[FactKey] = []
    for key in (TRUTH_REFERENCE, TRUTH_PLATFORM):
        truth = facts.fact(NameTruth, key)
        if truth is None:
            failure = facts.case.evidence.failure(key.kind, key.subject)
            if failure is None or failure.kind is not FailureKind.NOT_APPLICABLE:
                open_keys.append(key)
            continue
        lie = _lie(truth, own=key == TRUTH_REFERENCE)
        if lie is None and key == TRUTH_PLATFORM and (got := _got_elsewhere(facts, truth)):
            return yes(f"{_words(truth)}; {got}", key, HTTP_PLATFORM_ELSEWHERE)
        if lie and key == TRUTH_PLATFORM and (others := told_everywhere(facts, truth)):
            return no(f"{_words(truth)}; {others}: it is what the name's owner says", key)
        if lie:
            return yes(_words(truth), key)
        if lie is None:
            open_keys.append(key)
        else:
            honest.append((key, _words(truth)))
    if honest:
        return no("; ".join(words for _, words in honest), *(key for key, _ in honest))
    if open_keys:
        return cannot_tell(facts, *open_keys)
    return does_not_arise("nobody says independently which address a name has")


def _lie(truth: NameTruth, *, own: bool) -> bool | None:
    """Tell whether an answer is a lie; None: it differs, and may be right all the same.

    One of a third party's servers may be down. One who serves plain pages there, and speaks no
    TLS where the site does, has another trade: he shows a notice.
    """
    if truth.agrees:
        return False
    if truth.told and all(map(is_bogon, truth.told)) and not any(map(is_bogon, truth.known)):
        return True
    told, right = known(truth.told_tls), known(truth.known_tls)
    if told in ANSWERED:
        return False
    if right not in ANSWERED:
        return None
    if not truth.told:
        # The owner of a third party's name may have taken it away, and its server still stands.
        return True if own or truth.known_by != BY_CONFIGURATION else None
    wrong = ANOTHERS | NOBODY if own else ANOTHERS
    notice = told in SPEAKS_NO_TLS and known(truth.told_plain) in ANSWERED
    return True if told in wrong or notice else None


def _got_elsewhere(facts: Facts, truth: NameTruth) -> str:
    """Say that others get the page, while we are told to go where there is nothing; empty: not so.

    A site's owner takes an address out of his names that leads nowhere any more; a resolver that
    keeps it (RFC 8767), or makes one up, goes on giving it. What refuses, or is silent, may be one
    server of many that is down.
    """
    page = facts.fact(HttpCheck, HTTP_PLATFORM_ELSEWHERE)
    if page is None or page.outcome is not HttpOutcome.OK:
        return ""
    right = known(truth.known_tls) in ANSWERED
    wrong = known(truth.told_tls) is HttpOutcome.UNREACHABLE
    return f"elsewhere its page comes ({page_words(page)})" if right and wrong else ""


def told_everywhere(facts: Facts, truth: NameTruth) -> str:
    """Say that others are told the same, or fail as well; empty: nobody else is known to be.

    The address that is known may be older than what the name's owner has published.
    """
    name = facts.fact(DnsCheck, DNS_PLATFORM_ELSEWHERE)
    if name is not None and name.outcome not in SERVER_FAILED:
        same = set(truth.told) & set(name.addresses) or not (truth.told or name.addresses)
        said = ", ".join(name.addresses) or name.outcome
        return f"{name.server}, elsewhere, says {said} as well" if same else ""
    page = facts.fact(HttpCheck, HTTP_PLATFORM_ELSEWHERE)
    control = facts.fact(HttpCheck, HTTP_REFERENCE_ELSEWHERE)
    if page is None or control is None or control.outcome is not HttpOutcome.OK or serves(page):
        return ""
    return f"elsewhere it fails too ({page_words(page)})"


def platform_name_bad(facts: Facts) -> Answer:
    """Answer whether either is so: the site's name has no address, or a wrong one."""
    either = platform_name_fails(facts), platform_name_wrong(facts)
    for found in (True, None, False):
        for answer in either:
            if answer.answer is found and (found is not None or answer.missing):
                return answer
    return either[0]


def platform_name_wrong(facts: Facts) -> Answer:
    """Answer whether the site's owner has published an address that does not serve the site.

    It takes that others are told so too, and that the site's known address still serves its name.
    """
    truth = facts.fact(NameTruth, TRUTH_PLATFORM)
    if truth is None:
        failure = facts.case.evidence.failure(TRUTH_PLATFORM.kind, TRUTH_PLATFORM.subject)
        if failure is not None and failure.kind is FailureKind.NOT_APPLICABLE:
            return does_not_arise("nobody says independently which address the site has")
        return cannot_tell(facts, TRUTH_PLATFORM)
    wrong = _lie(truth, own=False)
    if wrong is False:
        return no(_words(truth), TRUTH_PLATFORM)
    others = told_everywhere(facts, truth)
    if not others:
        return cannot_tell(facts, *OUTSIDE_VIEWS)
    bad = known(truth.told_tls) in ANOTHERS | NOBODY or all(map(is_bogon, truth.told))
    keys = (TRUTH_PLATFORM, *held(facts, *OUTSIDE_VIEWS))
    if known(truth.known_tls) not in ANSWERED:
        return does_not_arise(f"{_words(truth)}; {others}; nobody serves the name")
    return says(bad, f"{_words(truth)}; {others}", *keys)


def is_bogon(address: str) -> bool:
    """Tell whether no site of the internet is at an address."""
    found = ip_address(address)
    return any(found in net for net in BOGONS)


def _words(truth: NameTruth) -> str:
    told = ", ".join(truth.told) or "no address"
    said = f"{truth.server} says {told} for {truth.name}"
    if truth.agrees:
        return f"{said}, as {truth.known_by} does"
    tls = known(truth.told_tls)
    there = f" ({tls.replace('_', ' ')} there over TLS)" if tls is not None else ""
    right = known(truth.known_tls)
    fine = f" ({right.replace('_', ' ')} there)" if right is not None else ""
    return f"{said}{there}, {truth.known_by} {', '.join(truth.known)}{fine}"


RULES_NAMES: Final[tuple[Rule, ...]] = (
    Rule(
        id="resolver_slow",
        question="Does the operator's resolver answer late?",
        needs=(DNS_OPERATOR, HTTP_OPERATOR),
        ask=resolver_slow,
    ),
    Rule(
        id="resolver_lies",
        question="Does the operator's resolver give a name an address that does not serve it?",
        needs=(TRUTH_REFERENCE, TRUTH_PLATFORM, *OUTSIDE_VIEWS),
        ask=resolver_lies,
    ),
    Rule(
        id="platform_name_bad",
        question="Has the site's name no address, or one that does not serve it?",
        needs=(
            *(DNS_PLATFORM, DNS_OPERATOR, HTTP_PLATFORM_ELSEWHERE),
            *(TRUTH_PLATFORM, *OUTSIDE_VIEWS),
        ),
        ask=platform_name_bad,
    ),
    Rule(
        id="platform_name_wrong",
        question="Has the site's owner published an address that does not serve it?",
        needs=(TRUTH_PLATFORM, *OUTSIDE_VIEWS),
        ask=platform_name_wrong,
    ),
)
