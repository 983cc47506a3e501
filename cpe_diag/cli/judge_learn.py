"""`cpe-diag judge learn`: fits confidences to labelled cases, of the tuning half only."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from cpe_diag.cli.errors import BadInputError
from cpe_diag.domain.failures import BundleError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cpe_diag.judge.calibration import Calibration
    from cpe_diag.judge.learning import Alike, Concluded
    from cpe_diag.judge.truth import Truth
    from cpe_diag.store.archive import Archived

PLAN: Final = "plan.json"
"""Beside the bundles of `make bench-verdicts`; holds the seed of the order."""


@click.command()
@click.argument("directories", metavar="DIR...", nargs=-1, required=True)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the numbers here; without it nothing is written.",
)
def learn(directories: tuple[str, ...], out: Path | None) -> None:
    """Learn from the bundles below DIR what confidences have meant, by the rules of now.

    Each bundle needs its truth.json, and each of them must say `tuning`: a number that was set by
    cases which are to test it tests nothing.
    """
    from cpe_diag.judge.learning import TooFewCasesError
    from cpe_diag.judge.learning import learn as fitted

    places = [Path(one) for one in directories]
    runs = [one for place in places for one in _labelled(place)]
    cases = [one for truth, run in runs if (one := _concluded(truth, run)) is not None]
    try:
        learned = fitted(
            cases, learned_on=_today(), source=_source(runs, places), alike=_alike(runs)
        )
    except TooFewCasesError as error:
        raise BadInputError(f"archive: {error}") from error
    for line in _lines(learned, cases, len(runs)):
        click.echo(line)
    if out is not None:
        _write(out, learned)
        click.echo(f"written to {out}")


def _labelled(place: Path) -> list[tuple[Truth, Archived]]:
    """Read an archive.

    Raises:
        BadInputError: a bundle cannot be read, has no truth, or is of another half.
    """
    from cpe_diag.judge.truth import TUNING
    from cpe_diag.store.archive import Unreadable, archived

    found: list[tuple[Truth, Archived]] = []
    try:
        for one in archived(place):
            if isinstance(one, Unreadable):
                raise BadInputError(f"archive: {one.why}")
            if one.truth is None:
                raise BadInputError(f"archive: {place / one.name}: nobody says what was wrong")
            if one.truth.half != TUNING:
                half = one.truth.half or "no half"
                raise BadInputError(
                    f"archive: {place / one.name} is of {half}; only cases of {TUNING} may set"
                    " numbers, leave the others out"
                )
            found.append((one.truth, one))
    except BundleError as error:
        raise BadInputError(f"archive: {error}") from error
    return found


def _concluded(truth: Truth, run: Archived) -> Concluded | None:
    """Judge a run by the rules of now; None where no cause leads, or a side in its place."""
    from cpe_diag.judge.learning import Concluded
    from cpe_diag.judge.seen import look

    weighing = look(run.result.case).weighing
    if weighing.lead is None or weighing.lead.cause.last_resort:
        return None  # the sum of a side is cut off: it says nothing of what sums mean
    return Concluded(
        case=f"{truth.lab} {truth.case or run.name}",
        belief=weighing.share,
        right=weighing.lead.cause.id in truth.right,
    )


def _alike(runs: Sequence[tuple[Truth, Archived]]) -> list[Alike]:
    """Conclude each run with all that is known, and with its own cause left out."""
    from cpe_diag.domain.verdict import FaultDomain
    from cpe_diag.judge.learning import Alike
    from cpe_diag.judge.left_out import concluded

    found = []
    for truth, run in runs:
        healthy = truth.domain is FaultDomain.NONE
        left_out = () if healthy or truth.also else (truth.cause,)
        for cause in (None, *left_out):
            told = concluded(run.result.case, cause)
            found.append(
                Alike(
                    case=f"{truth.lab} {truth.case or run.name}",
                    ground=told[1] if told else None,
                    foreseen=cause is None,
                    right=told is not None and _right(told[0], truth),
                    healthy=healthy,
                )
            )
    return found


def _right(cause: str, truth: Truth) -> bool:
    """Tell whether what is told is so; of a side, whether it is there."""
    from cpe_diag.judge.causes import CAUSES

    sides = {one.id: one.domain for one in CAUSES if one.last_resort}
    return sides[cause] in truth.domains if cause in sides else cause in truth.right


def _source(runs: Sequence[tuple[Truth, Archived]], places: Sequence[Path]) -> str:
    """Name the runs: how many of which lab, and the seeds of their order."""
    labs = sorted({truth.lab for truth, _ in runs})
    told = [
        f"{sum(truth.lab == lab for truth, _ in runs)} runs of {lab or 'an archive'}"
        for lab in labs
    ]
    seeds = [str(seed) for place in places if (seed := _seed(place)) is not None]
    if seeds:
        told.append(f"seed {', '.join(seeds)}")
    return f"tuning half: {', '.join(told)}"


def _seed(place: Path) -> int | None:
    try:
        plan = json.loads((place / PLAN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    seed = plan.get("seed") if isinstance(plan, dict) else None
    return seed if isinstance(seed, int) else None


def _today() -> str:
    from datetime import UTC, datetime

    return datetime.now(UTC).date().isoformat()


def _lines(learned: Calibration, cases: Sequence[Concluded], runs: int) -> list[str]:
    right = sum(one.right for one in cases)
    return [
        f"{runs} runs, in {len(cases)} of them a cause leads, in {right} of these rightly",
        learned.words(),
        f"Brier score: {learned.brier_before} before, {learned.brier_after} on cases left out",
        "of mechanisms that nobody foresaw, for each verdict that is right: "
        + ", ".join(f"{ground} {odds}" for ground, odds in learned.unforeseen.items()),
    ]


def _write(out: Path, learned: Calibration) -> None:
    """Write the numbers.

    Raises:
        BadInputError: there is no such place, or no right to write there.
    """
    from cpe_diag.report.codec import encode

    try:
        out.write_text(json.dumps(encode(learned), indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise BadInputError(f"--out {out}: {error.strerror}") from error
