"""What a laptop on site tells of a stream of television: the answers, each about one place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.domain.field_stream_facts import FieldStream
from cpe_diag.judge.on_site import WIFI, key_at, no_link_there
from cpe_diag.judge.on_site_use import if_not_filled
from cpe_diag.judge.rule import Answer, Facts, cannot_tell, does_not_arise, says

if TYPE_CHECKING:
    from cpe_diag.domain.field_facts import PluggedInto


def _stream(facts: Facts, place: PluggedInto) -> FieldStream | Answer:
    if (none := no_link_there(facts, place)) is not None:
        return none
    if place is WIFI:
        return does_not_arise("by radio a multicast is sent slowly, and once (IEEE 802.11)")
    key = key_at("field_stream", place)
    stream = facts.fact(FieldStream, key)
    return cannot_tell(facts, key) if stream is None else stream


def stream_missing(facts: Facts, place: PluggedInto) -> Answer:
    """Answer whether nothing of a stream comes to the group that was joined."""
    stream = _stream(facts, place)
    if isinstance(stream, Answer):
        return stream
    words = f"{stream.packets} packets of {stream.group} came in {stream.listened_s:.0f} s"
    answer = says(not stream.packets, words, key_at("field_stream", place))
    return if_not_filled(facts, place, answer)


def stream_broken(facts: Facts, place: PluggedInto) -> Answer:
    """Answer whether packets of a stream that comes are missing."""
    stream = _stream(facts, place)
    if isinstance(stream, Answer):
        return stream
    if not stream.packets:
        return does_not_arise("nothing of the stream comes")
    words = f"{stream.continuity_errors} gaps in {stream.packets} packets of {stream.group}"
    claim = stream.continuity_errors > facts.limits["field_stream_gaps"]
    return if_not_filled(facts, place, says(claim, words, key_at("field_stream", place)))
