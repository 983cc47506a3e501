"""Does what a playbook's `act` steps say, each as a change of its own with everything it needs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from cpe_diag.domain.action import ActionEnd
from cpe_diag.domain.failures import (
    CpeDiagError,
    HeldElsewhereError,
    HoldLostError,
    RunError,
    StoreError,
    WishError,
)
from cpe_diag.engine.run import ActEnded
from cpe_diag.playbook.schema import NOT_DONE
from cpe_diag.store.action_records import RunPart
from cpe_diag.store.router_journal import RouterJournals
from cpe_diag.transports.clock import SystemClock
from cpe_diag.wiring.desk import case_store
from cpe_diag.wiring.router_changes import (
    ImageWish,
    RouterChangeWish,
    open_router_change,
    prepare_router_change,
    recovery_of,
)
from cpe_diag.wiring.router_runs import about, change_router, plan_change, recover_change

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from cpe_diag.domain.action import ActionOutcome
    from cpe_diag.domain.router_plan import RouterPlan, RouterRecord
    from cpe_diag.engine.run import TooLate
    from cpe_diag.playbook.model import ActStep
    from cpe_diag.ports import PersonGuide
    from cpe_diag.store.run_rows import RunRow
    from cpe_diag.wiring.config import Config
    from cpe_diag.wiring.desk import Desk
    from cpe_diag.wiring.runs import RunWish

Agree: TypeAlias = "Callable[[RouterPlan, Desk], str]"
"""Has a plan agreed to by whoever is there; gives why not, empty where a consent may be there."""


FIRMWARE: Final = "firmware.install"
AGAIN_S: Final = 1.0
"""How long after a store was away, or a router in other hands, it is asked again."""


def _image(value: str | None) -> ImageWish:
    """Read `FILE,version=VERSION[,sha256=HEX][,model=MODEL]`.

    Raises:
        WishError: it has another form.
    """
    path, _comma, rest = (value or "").partition(",")
    said = dict(part.partition("=")[::2] for part in rest.split(",") if part)
    if not path or "version" not in said or not set(said) <= {"version", "sha256", "model"}:
        raise WishError(
            "firmware.install needs an image: FILE,version=VERSION,sha256=HEX,model=MODEL (the "
            "last two where they are known)"
        )
    return ImageWish(
        path=Path(path),
        version=said["version"],
        model=said.get("model"),
        sha256=said.get("sha256"),
    )


class Acting:
    """Changes the router of one run. `ends` holds the outcomes, also of what was interrupted."""

    def __init__(  # noqa: PLR0913 - each is one thing that the command line decides
        self,
        config: Config,
        wish: RunWish,
        *,
        values: Mapping[str, str],
        guide: PersonGuide,
        agree: Agree,
        safely: Callable[[], AbstractContextManager[None]],
        run: RunRow,
        away_s: float = 0.0,
    ) -> None:
        """Act for a run.

        Args:
            config: the configuration.
            wish: whose router it is.
            values: of steps that name none, by the step's id.
            guide: leads the person at the phone.
            agree: has a plan agreed to.
            safely: what surrounds a change, so that a signal ends it at a safe point.
            run: whose steps these are, as this process has taken it up: each begins one change
                at most, however often that happens.
            away_s: how long a store is waited for that is away before something is changed, and
                a router that another process is changing.
        """
        self._config = config
        self._wish = wish
        self._values = values
        self._guide = guide
        self._agree = agree
        self._safely = safely
        self._run = run
        self._away_s = away_s
        self.ends: list[ActionOutcome] = []

    async def __call__(self, step: ActStep, too_late: TooLate) -> ActEnded:
        """Do one step; see `Act`."""
        part = RunPart(run=self._run.id, attempt=self._run.attempt, step=step.id)
        clock = SystemClock()
        began = clock.monotonic()
        while True:
            waited_s = clock.monotonic() - began
            try:
                waits = waited_s < self._away_s
                return await self._once(step, part, too_late, waits=waits)
            except StoreError:
                if waited_s >= self._away_s:
                    raise
            except HeldElsewhereError:
                pass  # perhaps by a worker that was taken for dead, with this very step
            await clock.sleep_until(clock.monotonic() + AGAIN_S)

    async def _once(
        self, step: ActStep, part: RunPart, too_late: TooLate, *, waits: bool
    ) -> ActEnded:
        """Do one step, or look at what was begun of it.

        What was written down and not begun is begun now, under the consent that it has: nothing
        of it was sent. Where that cannot be, its journal gets its end.

        Raises:
            HeldElsewhereError: another process changes the router, and `waits`.
            StoreError: nobody knows whether it was begun, or it was not and the store is waited
                for.
        """
        journals = RouterJournals(case_store(self._config))
        written = journals.find(part.action_id)
        begun = None if written is None or written.untouched else written
        try:
            if begun is not None:
                return await self._looked_at(begun, part)
            why_not = await too_late()
            if why_not:
                ended = ActEnded(ended=NOT_DONE, note=why_not)
            else:
                ended = await self._done(step, part, too_late, is_written=written is not None)
        except (HoldLostError, RunError):
            raise
        except CpeDiagError as error:
            if waits and isinstance(error, HeldElsewhereError | StoreError):
                raise
            if begun is not None:
                return _unfinished(error, begun.id)
            if self._away_s and StoreError in {type(error), type(error.__cause__)}:
                raise StoreError(str(error)) from error
            ended = ActEnded(ended=NOT_DONE, note=str(error))
        if written is None or ended.ended != NOT_DONE:
            return ended
        return await self._closed(written.id, part, ended.note)

    async def _closed(self, action_id: str, part: RunPart, why: str) -> ActEnded:
        """Give a change that was only written down its end."""
        try:
            written = RouterJournals(case_store(self._config)).record(action_id)
            looked = await self._looked_at(written, part)
        except (HoldLostError, RunError):
            raise
        except CpeDiagError as error:
            return _unfinished(error, action_id)
        return replace(looked, note=f"{looked.note} ({why})")

    async def _looked_at(self, record: RouterRecord, part: RunPart) -> ActEnded:
        """Bring what a process of before has begun to an end that is known."""
        end = record.end
        if end is not None:
            return ActEnded(ended=end.said, note=end.words)
        prepared = prepare_router_change(self._config, recovery_of(record), self._guide)
        async with open_router_change(prepared) as change:
            with self._safely():
                outcome = await recover_change(
                    change, record, keep=True, on_end=self.ends.append, part=part
                )
        return ActEnded(ended=outcome.end.value, note=outcome.words)

    async def _done(
        self, step: ActStep, part: RunPart, too_late: TooLate, *, is_written: bool
    ) -> ActEnded:
        value = self._values.get(step.id, step.value)
        prepared = prepare_router_change(
            self._config,
            RouterChangeWish(
                action=step.action,
                subscriber=self._wish.subscriber,
                value=None if step.action == FIRMWARE else value,
                image=_image(value) if step.action == FIRMWARE else None,
                networks=step.networks,
                bands=step.bands,
                ticket=self._wish.ticket,
                hold_s=step.hold_s,
            ),
            self._guide,
        )
        prepared.desk.permit(step.action, about(prepared))
        async with open_router_change(prepared) as change:
            plan = await plan_change(change, own=part.action_id)
            if plan.objections:
                refused = "; ".join(f"{one.id}: {one.because}" for one in plan.objections)
                return ActEnded(ended=NOT_DONE, note=f"refused: {refused}")
            if plan.stands_already:
                return ActEnded(ended=NOT_DONE, note="it stands so already")
            # Who has agreed to what was written down is not asked again: the plan is the same.
            why_not = "" if is_written else self._agree(plan, prepared.desk)
            if why_not:
                return ActEnded(ended=NOT_DONE, note=why_not)
            with self._safely():
                outcome = await change_router(
                    change, plan, on_end=self.ends.append, part=part, too_late=too_late
                )
        return ActEnded(ended=outcome.end.value, note=outcome.words)


def _unfinished(error: CpeDiagError, action_id: str) -> ActEnded:
    note = f"{error}; it is unfinished: cpe-diag router recover {action_id}"
    return ActEnded(ended=ActionEnd.UNKNOWN, note=note)
