"""What was measured before a change, beside the same after it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.action import ActionEnd, EntryKind, Proof, Reading
from cpe_diag.domain.router_plan import MEASURED, Reads, RouterRecord
from cpe_diag.report.codec import encode
from cpe_diag.report.decoding import decode
from cpe_diag.report.seen_change import seen_change
from cpe_diag.testing.router_story import HELPED, NO_HELP, Story
from tests.conformance.lab_routers import LabRouter

if TYPE_CHECKING:
    from cpe_diag.report.seen_change import SeenChange

LIGHT_BEFORE: Final = Reading(what="light_home", of="", value="-27.5", unit="dBm")
LIGHT_AFTER: Final = Reading(what="light_home", of="", value="-18.2", unit="dBm")


async def _made(action: str, proof: Proof) -> tuple[SeenChange, RouterRecord]:
    """Make a change on a simulated router, and read its journal as the store gives it."""
    router = LabRouter()
    story = Story(router, action)
    plan = await story.plan()
    begun = replace(story.record(plan), measured=(LIGHT_BEFORE,))
    await story.perform(plan, proof)
    record = replace(begun, entries=tuple(story.journal.entries))
    kept: RouterRecord = decode(RouterRecord, json.loads(json.dumps(encode(record))))
    return seen_change(kept), kept


async def test_a_change_tells_what_was_read_before_it_and_what_after() -> None:
    """Read over a new connection, and not what the plan hopes for."""
    proof = replace(HELPED, read=(LIGHT_AFTER,))
    change, record = await _made("wifi.set_ssid", proof)
    assert change.end == ActionEnd.PROVEN
    assert change.measured == proof.words
    names = [one for one in change.compared if one.what == "ssid"]
    assert names
    planned = {one.subject: one for one in record.plan.expected if one.reads is Reads.SSID}
    for one in names:
        expected = planned[one.of]
        assert one.before is not None
        assert one.after is not None
        assert one.before.value == expected.previous
        assert one.after.value == expected.value
        assert one.differs
        assert one.after.at > one.before.at
    (light,) = (one for one in change.compared if one.what == "light_home")
    assert light.before is not None
    assert light.after is not None
    assert (light.before.value, light.after.value, light.unit) == ("-27.5", "-18.2", "dBm")


async def test_what_was_taken_back_is_told_as_it_was_read_then() -> None:
    """The last reading counts: the one of the moment in which it was on air does not."""
    change, record = await _made("wifi.set_ssid", NO_HELP)
    assert change.end == ActionEnd.ROLLED_BACK
    on_air = [one.value for entry in record.entries for one in entry.read if one.what == "ssid"]
    assert len(set(on_air)) > 1, "it was on air for a moment"
    for one in change.compared:
        if one.what == "ssid":
            assert one.after is not None
            assert not one.differs
    (light,) = (one for one in change.compared if one.what == "light_home")
    assert light.after is None, "nobody has measured it again"


async def test_a_journal_of_an_earlier_version_has_what_its_plan_read() -> None:
    """It kept no readings: what came after is told as not looked at, and never as planned."""
    _change, record = await _made("wifi.set_ssid", HELPED)
    old = json.loads(json.dumps(encode(record)))
    del old["measured"]
    for entry in old["entries"]:
        del entry["read"]
    change = seen_change(decode(RouterRecord, old))
    assert change.end == ActionEnd.PROVEN
    assert change.compared
    assert all(one.after is None and one.before is not None for one in change.compared)
    assert any(
        one.kind is EntryKind.NOTE and one.words.startswith(MEASURED) for one in record.entries
    )
