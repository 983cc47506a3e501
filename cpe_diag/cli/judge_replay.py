"""`cpe-diag judge replay`: an archive of saved cases judged by the rules of now."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from cpe_diag.cli.errors import BadInputError
from cpe_diag.domain.failures import BundleError

if TYPE_CHECKING:
    from cpe_diag.judge.never_seen import NeverSeen
    from cpe_diag.judge.replaying import Conclusion, Marks, Replayed, Score
    from cpe_diag.store.archive import Archived, Unreadable


@click.command()
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
@click.option("--all", "every", is_flag=True, help="List unchanged verdicts too.")
@click.option("--half", help="Only cases whose truth.json has this `half`, such as tuning.")
@click.option(
    "--without-own-cause",
    is_flag=True,
    help="Judge each case as if nobody had thought of its cause; needs truth.json.",
)
def replay(
    directory: Path, *, as_json: bool, every: bool, half: str | None, without_own_cause: bool
) -> None:
    """Judge every bundle below DIR again, and list the verdicts that change.

    The evidence stays what it was; rules, causes, weights and thresholds are those of now. Where a
    bundle's directory holds a truth.json, verdicts are counted as right or wrong too.

    With --without-own-cause nothing is compared with the past: of each single fault its cause is
    taken out of the tables, with the rules that speak for it alone, and what is told then is held
    against whose fault it is.
    """
    if without_own_cause:
        _tell_never_seen(directory, half, as_json=as_json, every=every)
        return
    from cpe_diag.judge.decide import rules_version
    from cpe_diag.judge.replaying import score

    cases, harmed = _replayed(directory, half)
    if not cases:
        _say_that_none_is_left(harmed, half)
    counted = score(cases)
    shown = [one for one in cases if every or one.changed]
    if as_json:
        from cpe_diag.report.codec import encode

        document = {
            "rules_version": rules_version({}),
            "score": encode(counted),
            "cases": [encode(one) for one in shown],
            "unreadable": [encode(one) for one in harmed],
        }
        click.echo(json.dumps(document, indent=2))
        return
    for one in shown:
        click.echo(_line(one))
    for bundle in harmed:
        click.echo(f"not read: {bundle.why}")
    for line in _sum(counted, rules_version({})):
        click.echo(line)


def _replayed(directory: Path, half: str | None) -> tuple[list[Replayed], list[Unreadable]]:
    """Judge all bundles.

    Raises:
        BadInputError: there is no bundle.
    """
    from cpe_diag.cli.errors import told_clearly
    from cpe_diag.judge.replaying import replayed
    from cpe_diag.wiring.knowledge import judge

    conclude = judge()
    cases: list[Replayed] = []
    runs, harmed = _read(directory, half)
    for one in runs:
        with told_clearly():
            now = conclude(one.result.case)
        cases.append(replayed(one.name, one.result.verdict, now, one.truth))
    return cases, harmed


def _read(directory: Path, half: str | None) -> tuple[list[Archived], list[Unreadable]]:
    """Read an archive, or a half of it.

    Raises:
        BadInputError: there is no bundle.
    """
    from cpe_diag.store.archive import Unreadable, archived

    runs: list[Archived] = []
    harmed: list[Unreadable] = []
    try:
        for one in archived(directory):
            if isinstance(one, Unreadable):
                harmed.append(one)
            elif half is None or (one.truth is not None and one.truth.half == half):
                runs.append(one)
    except BundleError as error:
        raise BadInputError(f"archive: {error}") from error
    return runs, harmed


def _tell_never_seen(directory: Path, half: str | None, *, as_json: bool, every: bool) -> None:
    """Print how single faults come out without their own causes.

    Raises:
        BadInputError: there is no single fault of which the truth is known.
    """
    from cpe_diag.cli.errors import told_clearly
    from cpe_diag.judge.decide import rules_version
    from cpe_diag.judge.never_seen import Outcome, counted, never_seen

    runs, harmed = _read(directory, half)
    cases: list[NeverSeen] = []
    for run in runs:
        with told_clearly():
            told = never_seen(run.name, run.result.case, run.truth) if run.truth else None
        if told is not None:
            cases.append(told)
    if not cases:
        _say_that_none_is_left(harmed, half, "single fault")
    sums = counted(cases)
    shown = [one for one in cases if every or one.outcome is not Outcome.RIGHT]
    if as_json:
        from cpe_diag.report.codec import encode

        document = {
            "rules_version": rules_version({}),
            "score": {outcome.name.lower(): count for outcome, count in sums.items()},
            "cases": [encode(one) for one in shown],
            "unreadable": [encode(one) for one in harmed],
        }
        click.echo(json.dumps(document, indent=2))
        return
    for one in shown:
        head = " ".join(filter(None, (one.name, one.case)))
        told_words = f"{one.domain}/{one.cause}" if one.cause else f"{one.domain}"
        truth = f"{one.truth.domain}/{one.truth.cause}"
        click.echo(f"{head}: {told_words}, {one.outcome} (it was {truth})")
    for bundle in harmed:
        click.echo(f"not read: {bundle.why}")
    click.echo(f"{len(cases)} single faults, each without its own cause:")
    for outcome, count in sums.items():
        click.echo(f"  {outcome:<14} {count:>4} ({count / len(cases):.1%})")


def _say_that_none_is_left(
    harmed: list[Unreadable], half: str | None, what: str = "bundle"
) -> NoReturn:
    """Name what could not be read: that no verdict changed would be said of nothing.

    Raises:
        BadInputError: always.
    """
    for bundle in harmed:
        click.echo(f"not read: {bundle.why}", err=True)
    whose = f" whose `half` is {half}" if half else ""
    raise BadInputError(f"archive: no {what}{whose} could be read")


def _line(one: Replayed) -> str:
    truth = f" (it was {', '.join(sorted(one.truth.causes))})" if one.truth else ""
    head = " ".join(filter(None, (one.name, one.case)))
    if not one.changed:
        return f"{head}: {_said(one.now)}, as before{truth}"
    return f"{head}: {_said(one.then)} -> {_said(one.now)}{truth}"


def _said(one: Conclusion) -> str:
    beside = "".join(f" + {cause}" for cause in one.also)
    mark = f", {one.mark.replace('_', ' ')}" if one.mark else ""
    return f"{one.domain}/{one.cause}{beside} {one.confidence:.2f}{mark}"


def _sum(counted: Score, version: str) -> list[str]:
    lines = [f"{counted.changed} of {counted.cases} verdicts change by rules {version}."]
    if counted.labelled:
        lines += [
            (
                f"Of {counted.labelled} whose truth is known, {counted.better} become right and"
                f" {counted.worse} become wrong or open."
            ),
            f"then: {_marks(counted.then)}",
            f"now:  {_marks(counted.now)}",
        ]
    return lines


def _marks(marks: Marks) -> str:
    return (
        f"{marks.right} right, {marks.domain_only} right in the domain only,"
        f" {marks.abstained} abstained, {marks.wrong} wrong"
    )
