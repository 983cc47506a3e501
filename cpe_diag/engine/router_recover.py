"""Ends a router's change that was broken off: asks the router how far it is, then finishes it.

The router's own revert has usually answered before we come: what is left is to see which of the
two settings stands, all of the old or all of the new, and to say so. Nothing is applied again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.domain.action import ActionEnd, EntryKind, StepSaid
from cpe_diag.domain.failures import ActionError
from cpe_diag.domain.router_plan import Reads, RevertState, RouterStage, Way
from cpe_diag.engine.router_look import SYSTEM, differences
from cpe_diag.engine.router_once import once_seen
from cpe_diag.engine.router_perform import VOID, WITHDRAWN, RouterPerformance
from cpe_diag.engine.until_safe import until_safe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.domain.action import ActionOutcome
    from cpe_diag.domain.router_plan import ExpectedReading, RouterRecord
    from cpe_diag.engine.router_changing import RouterChanger
    from cpe_diag.engine.router_look import RouterLook
    from cpe_diag.engine.router_perform import ProveRouter
    from cpe_diag.engine.until_safe import OnEnd


async def recover_router(
    record: RouterRecord,
    changer: RouterChanger,
    prove: ProveRouter,
    *,
    keep: bool,
    on_end: OnEnd,
) -> ActionOutcome:
    """Find out how far a change came, and bring it to an end that is known.

    Args:
        record: what the journal holds; it has no end yet.
        changer: of its plan, with the boot id of the record and without secrets.
        prove: measures again.
        keep: keep settings that are on air as wanted; False: take them back.
        on_end: gets the outcome.

    Returns:
        The outcome; UNKNOWN leaves the journal open.

    Raises:
        ActionError: the router cannot be reached; try again later.
        ValueError: the record has an end, which is a bug.
        CancelledError: after a safe point was reached and `on_end` was called.
    """
    if record.ended:
        msg = f"action {record.id} has ended"
        raise ValueError(msg)
    changer.changed = RouterStage.APPLY in record.stages
    work = RouterPerformance(
        record.id, changer, prove, consent=record.consent, symptom=record.symptom
    )
    work.has_passed = record.plan.way is Way.PASSING and record.seen_as_wanted
    if _handed_over(record):
        work.void = VOID
    if RouterStage.ARM not in record.stages and RouterStage.APPLY not in record.stages:
        return work.end(ActionEnd.FAILED, "it was never begun; nothing was changed")
    if not await _reached(record, changer):
        raise ActionError(f"{record.plan.router} cannot be reached; nothing was done, try later")
    ended = _once(work) if record.plan.way is Way.ONCE else _armed(record, work, keep=keep)
    return await until_safe(ended, work.stopping, on_end)


async def _reached(record: RouterRecord, changer: RouterChanger) -> bool:
    """Connect; a router that may be away over the change itself is waited for.

    It restarts, or writes its flash, or goes back by a restart: who comes while it does would
    leave a change unfinished of which a minute later everything is known.
    """
    clock, patience, plan = changer.doors.clock, changer.patience, record.plan
    away_s = plan.outage_s + patience.return_more_s
    if plan.way is not Way.ONCE:
        away_s = plan.window_s + plan.outage_s + patience.after_fire_s
    begun = max((one.at for one in record.entries), default=record.begun_at)
    gone_s = max(0.0, (clock.now() - begun).total_seconds())
    until = clock.monotonic() + away_s - gone_s
    while not await changer.renew():
        if clock.monotonic() >= until:
            return False
        await clock.sleep_until(min(until, clock.monotonic() + patience.look_every_s))
    return True


async def _once(work: RouterPerformance) -> ActionOutcome:
    """What happens at most once is only looked at."""
    return await once_seen(work)


async def _armed(record: RouterRecord, work: RouterPerformance, *, keep: bool) -> ActionOutcome:
    changer = work.changer
    age_s = (changer.doors.clock.now() - record.begun_at).total_seconds()
    left_s = record.plan.window_s - max(0.0, age_s)
    work.fires_s = changer.doors.clock.monotonic() + max(0.0, left_s)
    state = await changer.revert_state()
    if state is None:
        raise ActionError(f"{record.plan.router} does not tell how far its revert is; try later")
    if state is RevertState.FIRED:
        return await work.gone_back("the router took it back by itself")
    if state is RevertState.KEPT:
        return await _kept(work)
    looked, read = await changer.seen(also=(SYSTEM,))
    told = changer.readable(read)
    stands = bool(told) and not differences(told, before=False)
    keeps = keep and record.plan.way is Way.ARMED
    if state is RevertState.ARMED and keeps and stands and _as_proven(record, read):
        return await _keep(work)
    if state is RevertState.ARMED:
        return await work.go_back("it was broken off")
    return await _without_revert(record, work, looked, stands=stands)


async def _without_revert(
    record: RouterRecord, work: RouterPerformance, looked: RouterLook | None, *, stands: bool
) -> ActionOutcome:
    if RouterStage.KEEP not in record.stages or not stands:
        why = "it was broken off, and the router has no revert of it any more"
        return await work.go_back(why)
    if looked is not None and record.boot_id and looked.boot_id == record.boot_id:
        return await _keep(work)  # no restart took the revert away: its process has died
    words = "the router has restarted since, and the new settings stand"
    return work.end(ActionEnd.PROVEN, words)


async def _keep(work: RouterPerformance) -> ActionOutcome:
    if work.taken_back():
        return await work.go_back(WITHDRAWN)
    return await work.keep(None)


async def _kept(work: RouterPerformance) -> ActionOutcome:
    """The revert was claimed: what follows it is done again, which changes nothing twice."""
    kept = await work.changer.stage(RouterStage.KEEP, work.plan.keep, changes=True)
    _looked, read = await work.seen()
    told = work.changer.readable(read)
    wrong = differences(told, before=False)
    if kept.done is True and told and not wrong:
        return work.end(ActionEnd.PROVEN, "the new settings stand and are kept")
    return work.left_open(f"it was kept, and {'; '.join(wrong) or kept.words}")


def _as_proven(record: RouterRecord, read: Mapping[ExpectedReading, str | None]) -> bool:
    """Whether it is seen whole, or was: a password is handed over after it was seen on air."""
    unread = {one.reads for one, found in read.items() if found is None}
    return not unread or (unread == {Reads.PASSWORD} and _handed_over(record))


def _handed_over(record: RouterRecord) -> bool:
    """Whether the customer has a new password."""
    return any(
        one.kind is EntryKind.ANSWER
        and one.said == StepSaid.DONE
        and one.words.startswith(RouterStage.DELIVER)
        for one in record.entries
    )
