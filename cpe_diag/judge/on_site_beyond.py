"""What a laptop on site gets beyond its wire: pings, pages, and packets of every size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.field_size_facts import FieldSize
from cpe_diag.domain.load_facts import PathQuality
from cpe_diag.domain.missing import Missing, known
from cpe_diag.domain.path_facts import DnsCheck, DnsOutcome, HttpCheck, HttpOutcome, PingCheck
from cpe_diag.judge.on_site import BEYOND, LAN, key_at, no_link_there
from cpe_diag.judge.on_site_alone import if_alone
from cpe_diag.judge.on_site_inside import (
    inside,
    large_lost_inside,
    loses_inside,
    nothing_inside,
    pages_fail_inside,
)
from cpe_diag.judge.on_site_use import if_not_filled
from cpe_diag.judge.rule import Answer, Facts, cannot_tell, does_not_arise, no, says, yes
from cpe_diag.judge.rules_load import lossy

if TYPE_CHECKING:
    from cpe_diag.domain.field_facts import PluggedInto
    from cpe_diag.domain.field_inside_facts import FieldInside

ANSWERED: Final = frozenset(
    {
        *(HttpOutcome.HTTP_ERROR, HttpOutcome.REFUSED),
        *(HttpOutcome.CERTIFICATE, HttpOutcome.BROKEN),
    }
)
"""Ends of a request for a page that somebody's own answer has brought about."""


def nothing_beyond(facts: Facts, place: PluggedInto) -> Answer:
    """Answer whether nothing beyond the wire answers the laptop, neither pings nor pages.

    A laptop that has taken no address there cannot tell.
    """
    if (apart := no_link_there(facts, place)) is not None:
        return apart
    page_key, ping_key = key_at("http", place, BEYOND), key_at("ping", place, BEYOND)
    page, ping = facts.fact(HttpCheck, page_key), facts.fact(PingCheck, ping_key)
    if page is not None and page.outcome is HttpOutcome.OK:
        return no(f"the page {page.url} opens on the laptop", page_key)
    if ping is not None and ping.received:
        return no(f"{ping.target} answers {ping.received} of {ping.sent} pings", ping_key)
    if page is None and ping is None and (seen := inside(facts, place)) is not None:
        return if_not_filled(facts, place, nothing_inside(seen))
    if page is None or ping is None:
        return cannot_tell(facts, page_key, ping_key)
    words = f"{ping.target} answers no ping, {page.url}: {page.outcome.replace('_', ' ')}"
    return if_not_filled(facts, place, yes(words, page_key, ping_key))


def pages_fail(facts: Facts, place: PluggedInto) -> Answer:
    """Answer whether the reference's page fails on the laptop, whatever answers else."""
    if (apart := no_link_there(facts, place)) is not None:
        return apart
    key = key_at("http", place, BEYOND)
    page = facts.fact(HttpCheck, key)
    if page is None:
        seen = inside(facts, place)
        if seen is None:
            return cannot_tell(facts, key)
        answer = pages_fail_inside(seen)
        return answer if _told_inside(seen) else if_not_filled(facts, place, answer)
    words = f"the page {page.url} on the laptop: {page.outcome.replace('_', ' ')}"
    answer = says(page.outcome is not HttpOutcome.OK, words, key)
    return answer if _told(facts, place, page) else if_not_filled(facts, place, answer)


def _told(facts: Facts, place: PluggedInto, page: HttpCheck) -> bool:
    """Tell whether it is by somebody's answer that a page fails: no queue has lost that."""
    if page.outcome is not HttpOutcome.NAME_FAILED:
        return page.outcome in ANSWERED
    name = facts.fact(DnsCheck, key_at("dns", place, BEYOND))
    return name is not None and name.outcome is not DnsOutcome.TIMEOUT


def _told_inside(seen: FieldInside) -> bool:
    """Tell the same of what was asked inside a session."""
    names = known(seen.names)
    operator = None if names is None else known(names.operator)
    if operator is not None and operator.outcome is not DnsOutcome.ANSWERED:
        return operator.outcome is not DnsOutcome.TIMEOUT
    if isinstance(seen.connected_s, Missing):
        return seen.connected_s.why is FailureKind.REFUSED
    return seen.page is not None and seen.page.outcome in {*ANSWERED, HttpOutcome.OK}


def loses(facts: Facts, place: PluggedInto) -> Answer:
    """Answer whether packets are lost between the laptop and the reference."""
    key = key_at("path_quality", place, BEYOND)
    if (apart := no_link_there(facts, place)) is not None:
        return apart
    train = facts.fact(PathQuality, key)
    if train is None:
        seen = inside(facts, place)
        if seen is None:
            return cannot_tell(facts, key)
        return if_not_filled(facts, place, loses_inside(facts, seen))
    if not train.received:
        return does_not_arise(f"{train.target} answers no ping of the laptop at all")
    words = f"{train.lost} of {train.sent} packets to {train.target} are lost on the laptop"
    answer = says(lossy(facts, train.lost, train.sent), words, key)
    answer = if_not_filled(facts, place, answer)
    return if_alone(facts, place, answer, key_at("path_quality", LAN, BEYOND))


def large_lost(facts: Facts, place: PluggedInto) -> Answer:
    """Answer whether full packets are lost where small ones pass (RFC 4459), from which size.

    A queue that is full to its last octets takes small packets, and no large ones.
    """
    key, small_key = key_at("ping", place, f"{BEYOND}/full"), key_at("path_quality", place, BEYOND)
    if (apart := no_link_there(facts, place)) is not None:
        return apart
    full, small = facts.fact(PingCheck, key), facts.fact(PathQuality, small_key)
    if full is None or small is None:
        seen = inside(facts, place)
        if seen is None:
            return cannot_tell(facts, key, small_key)
        return if_not_filled(facts, place, large_lost_inside(seen))
    if not small.received:
        return does_not_arise(f"{small.target} answers no ping of the laptop at all")
    words = f"{full.received} of {full.sent} full packets and {small.received} of {small.sent}"
    lost = not full.received and small.received > small.sent / 2
    words = f"{words} small ones to {full.target} come back"
    size_key = key_at("field_size", place)
    size = facts.fact(FieldSize, size_key)
    if not lost or size is None or size.largest_bytes is None or size.lost_bytes is None:
        return if_not_filled(facts, place, says(lost, words, key, small_key))
    largest = f"the largest that does has {size.largest_bytes} bytes"
    told = yes(f"{words}; {largest}, one of {size.lost_bytes} is lost", key, small_key, size_key)
    return if_not_filled(facts, place, told)
