"""Does a run at the terminal, one that begins or one that is taken up, and keeps it meanwhile."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack, nullcontext, suppress
from typing import TYPE_CHECKING

import click

from cpe_diag.cli.errors import InterruptedRunError
from cpe_diag.domain.failures import CpeDiagError, HoldLostError, RunError, StoreError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.cli.progress import Paused
    from cpe_diag.engine.run import RunResult
    from cpe_diag.wiring.acting import Acting
    from cpe_diag.wiring.config import Config
    from cpe_diag.wiring.kept_runs import KeptRun
    from cpe_diag.wiring.runs import PreparedRun


def begin(prepared: PreparedRun, values: Mapping[str, str], *, as_json: bool) -> RunResult:
    """Do a run; where it cannot be kept it is done all the same, and changes nothing.

    Args:
        prepared: the run.
        values: what its `act` steps set, by their ids.
        as_json: show no progress, and ask nobody.

    Returns:
        Its result, which is kept.

    Raises:
        InterruptedRunError: Ctrl-C.
        RunError: another process has taken it up.
    """
    from cpe_diag.wiring.kept_runs import begun

    with ExitStack() as stack:
        kept: KeptRun | None = None
        try:
            kept = stack.enter_context(begun(prepared, values))
        except StoreError as error:
            click.echo(f"{error}: this run cannot be resumed, and nothing is changed", err=True)
        return _kept(prepared, values, kept, as_json=as_json)


def resume(config: Config, run_id: str, *, as_json: bool) -> RunResult:
    """Take up a run that has no end, and bring it to one.

    Args:
        config: the configuration.
        run_id: of the run.
        as_json: as for `begin`.

    Returns:
        As for `begin`.

    Raises:
        InterruptedRunError: Ctrl-C; it can be taken up again.
        RunError: there is no such run, it has ended, or another process has it.
        DefinitionError, InventoryError, MeasurementError: it cannot be prepared; it has failed.
        StoreError: the store cannot be used.
    """
    from cpe_diag.wiring.kept_runs import prepared_again, taken_up

    with taken_up(config, run_id) as kept:
        try:
            prepared, values = prepared_again(config, kept.row)
        except CpeDiagError as error:
            kept.fail(str(error))
            raise
        return _kept(prepared, values, kept, as_json=as_json)


def _kept(
    prepared: PreparedRun, values: Mapping[str, str], kept: KeptRun | None, *, as_json: bool
) -> RunResult:
    from cpe_diag.wiring.kept_runs import mistake

    acts = _Acts(prepared, values, kept)
    try:
        result = _performed(prepared, acts, kept, as_json=as_json)
    except (KeyboardInterrupt, asyncio.CancelledError) as error:
        raise _interrupted(acts, kept) from error
    except (RunError, HoldLostError):  # it is another's, and goes on there
        raise
    except Exception as error:
        if kept is not None:
            with suppress(StoreError):
                kept.fail(mistake(error))
        raise
    if kept is not None:
        try:
            kept.end(result)
        except StoreError as error:
            click.echo(f"{error}: the result of run {result.run_id} was not kept", err=True)
    return result


def _performed(
    prepared: PreparedRun, acts: _Acts, kept: KeptRun | None, *, as_json: bool
) -> RunResult:
    """Run with progress on standard error, or quietly for JSON."""
    from cpe_diag.wiring.runs import perform

    if as_json:
        work = perform(
            prepared,
            on_progress=_quiet,
            ask_caller=_nobody,
            act=acts.made(nullcontext),
            kept=kept,
        )
        return asyncio.run(work)
    from cpe_diag.cli.progress import shown

    with shown(prepared) as (on_progress, ask_caller, paused):
        work = perform(
            prepared,
            on_progress=on_progress,
            ask_caller=ask_caller,
            act=acts.made(paused),
            kept=kept,
        )
        return asyncio.run(work)


def _interrupted(acts: _Acts, kept: KeptRun | None) -> InterruptedRunError:
    ended = acts.ended() or "nothing was changed"
    words = f"interrupted: all connections are closed, {ended}, "
    if kept is None:
        words += "nothing was saved"
    else:
        words += f"go on with: cpe-diag resume {kept.row.id}"
        with suppress(CpeDiagError):  # it is an orphan then, which can be resumed too
            kept.leave("interrupted at the terminal")
    return InterruptedRunError(words, acts.came[0] if acts.came else None)


class _Acts:
    """What a run's `act` steps need, made only for a playbook that has some."""

    def __init__(
        self, prepared: PreparedRun, values: Mapping[str, str], kept: KeptRun | None
    ) -> None:
        self._prepared = prepared
        self._kept = kept
        self._values = values
        self._acting: Acting | None = None
        self.came: list[int] = []

    def made(self, paused: Paused) -> Acting | None:
        """Make what acts; None where the playbook only looks, or nobody keeps the run."""
        from cpe_diag.playbook.model import ActStep

        if self._kept is None or not any(
            isinstance(step, ActStep) for step in self._prepared.playbook.steps
        ):
            return None
        from cpe_diag.cli.acting import agreeing
        from cpe_diag.cli.change import stopped_safely
        from cpe_diag.cli.guide import TerminalGuide
        from cpe_diag.wiring.acting import Acting

        wish = self._prepared.wish
        self._acting = Acting(
            self._prepared.config,
            wish,
            values=self._values,
            guide=TerminalGuide(),
            agree=agreeing(wish.ticket, paused),
            safely=lambda: stopped_safely(self.came),
            run=self._kept.row,
        )
        return self._acting

    def ended(self) -> str:
        """Say how changes ended; empty where there was none."""
        ends = self._acting.ends if self._acting else []
        return "; ".join(f"{one.end}: {one.words}" for one in ends)


def _quiet(_: object) -> None:
    """Show no progress."""


def _nobody(_: object) -> None:
    """Nobody is there to be asked."""
