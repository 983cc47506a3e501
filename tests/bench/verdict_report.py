"""Puts the figures of a bench of verdicts into words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from verdict_figures import (
    DOMAINS,
    Figures,
    cause_pairs,
    classes,
    confused,
    domain_matrix,
    figures,
    told_of,
)
from verdict_plots import draw

from cpe_diag.judge.causes import CAUSES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from verdict_cases import Outcome

DESTINATIONS: Final = {cause.id: str(cause.destination) for cause in CAUSES}


def report(outcomes: Sequence[Outcome], folder: Path) -> None:
    """Print and write all figures, and draw the pictures."""
    plan = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    labs = ", ".join(
        f"{name} {sum(one.case.lab == name for one in outcomes)}"
        for name in sorted({one.case.lab for one in outcomes})
    )
    missing = plan["cases"] - len(outcomes)
    how = f"{len(outcomes)} cases ({labs}), seed {plan['seed']}"
    how += f"; {missing} CASES COULD NOT BE CAUSED" if missing else ""
    lines = [how, ""]
    for name, chosen in _sets(outcomes):
        if chosen:
            lines += [f"== {name}: {len(chosen)} cases", *_words(figures(chosen, DESTINATIONS))]
            lines.append("")
    lines += ["== Domains, true down, told across", *_matrix(outcomes), ""]
    lines += ["== Domains", *_classes([told_of(one) for one in outcomes]), ""]
    lines += ["== Causes that are not told every time", *_causes(outcomes), ""]
    lines += ["== Told for what", *(f"{a} -> {b}: {n}" for a, b, n in confused(outcomes))]
    text = "\n".join(lines)
    print(text)  # noqa: T201
    (folder / "figures.txt").write_text(f"{text}\n", encoding="utf-8")
    draw(outcomes, folder, how)


def _sets(outcomes: Sequence[Outcome]) -> list[tuple[str, list[Outcome]]]:
    labs = sorted({one.case.lab for one in outcomes})
    return [
        ("all", list(outcomes)),
        *(
            (f"{lab}, {half} half", [one for one in outcomes if _of(one, lab, half)])
            for lab in labs
            for half in sorted({one.case.half for one in outcomes})
        ),
    ]


def _of(one: Outcome, lab: str, half: str) -> bool:
    return (one.case.lab, one.case.half) == (lab, half)


def _words(told: Figures) -> list[str]:
    words = [
        f"single faults: domain right       {told.domain_right}",
        f"single faults: cause right        {told.cause_right}",
        f"single faults: abstained          {told.abstained}",
        f"healthy homes called faulty       {told.healthy_called_faulty}",
        f"technicians sent in vain          {told.wrong_dispatches}",
        f"two faults: a true one told first {told.pair_first_right}",
        f"two faults: both named            {told.pair_both}",
        f"two faults: told something else   {told.pair_wrong}",
        "Brier score of the confidence     "
        + ("none" if told.brier is None else f"{told.brier:.3f}"),
        f"seconds to the verdict, median    {told.took_median_s:.2f}",
        f"seconds to the verdict, 95 %      {told.took_p95_s:.2f}",
        f"questions to devices and servers  {told.questions_median:g} (median)",
    ]
    if told.saved_s is not None and told.everything_median_s is not None:
        words += [
            f"same as measuring everything      {told.same_as_everything}",
            f"seconds when measuring everything {told.everything_median_s:.2f} (median)",
            f"seconds saved by stopping early   {told.saved_s:.2f} (median)",
        ]
    return words


def _matrix(outcomes: Sequence[Outcome]) -> list[str]:
    width = max(map(len, DOMAINS)) + 1
    head = " " * width + "".join(f"{name:>{width}}" for name in DOMAINS)
    rows = [
        f"{name:<{width}}" + "".join(f"{count:>{width}}" for count in row)
        for name, row in zip(DOMAINS, domain_matrix(outcomes), strict=True)
        if any(row)
    ]
    return [head, *rows]


def _classes(pairs: Sequence[tuple[str, str]]) -> list[str]:
    told = classes([true for true, _ in pairs], [said for _, said in pairs])
    return [
        f"{one.name:<14} precision {one.precision:.3f}  recall {one.recall:.3f}  of {one.cases}"
        for one in told
    ]


def _causes(outcomes: Sequence[Outcome]) -> list[str]:
    pairs = cause_pairs(outcomes)
    told = classes([true for true, _ in pairs], [said for _, said in pairs])
    return [
        f"{one.name:<24} precision {one.precision:.3f}  recall {one.recall:.3f}  of {one.cases}"
        for one in told
        if one.precision < 1.0 or one.recall < 1.0
    ] or ["none"]
