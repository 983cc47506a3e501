"""Whether packets come unevenly to a laptop on site, and whether that is its own doing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.domain.field_jitter_facts import FieldJitter
from cpe_diag.domain.missing import known
from cpe_diag.judge.on_site import LAN, key_at, no_link_there, untold
from cpe_diag.judge.on_site_alone import if_alone
from cpe_diag.judge.on_site_use import if_not_filled
from cpe_diag.judge.rule import Answer, Facts, cannot_tell, does_not_arise, no, yes
from cpe_diag.judge.ways import uneven_times, way_of

if TYPE_CHECKING:
    from cpe_diag.domain.field_facts import PluggedInto
    from cpe_diag.domain.load_facts import PathQuality


def jitters(facts: Facts, place: PluggedInto) -> Answer:
    """Answer whether round trips to the reference vary much from packet to packet.

    Only times that the kernel took count, and only where packets that the laptop sends to itself
    at the same moments come evenly.
    """
    if (none := no_link_there(facts, place)) is not None:
        return none
    key = key_at("field_jitter", place)
    told = facts.fact(FieldJitter, key)
    if told is None:
        return cannot_tell(facts, key)
    far = way_of(told.far)
    if far is None:
        return does_not_arise(f"{told.far.target} answers no ping of the laptop at all")
    words = far.words(told.far.target)
    if not _uneven(facts, told.far):
        return no(words, key)
    if ours := _our_own(facts, told):
        return untold(f"{words}; {ours}", key)
    answer = yes(f"{words}; {_near(facts, told)}", key)
    return if_alone(facts, place, if_not_filled(facts, place, answer), key_at("field_jitter", LAN))


def _our_own(facts: Facts, told: FieldJitter) -> str:
    """Say why it may be the laptop's own doing; empty: it is not."""
    if told.stamped < told.far.received / 2:
        return "the laptop's system does not say when packets went and came"
    return "to itself, too: the laptop is what is uneven" if _uneven(facts, told.own) else ""


def _near(facts: Facts, told: FieldJitter) -> str:
    """Say whether it begins at the next hop already."""
    near = known(told.near)
    way = None if near is None else way_of(near)
    if near is None or way is None:
        return "nobody says from where on"
    begins = "it begins before there" if _uneven(facts, near) else "it begins behind there"
    return f"{way.words(near.target)}: {begins}"


def _uneven(facts: Facts, train: PathQuality) -> bool:
    way = way_of(train)
    return way is not None and uneven_times(facts, way, facts.limits["jitter_high_s"])
