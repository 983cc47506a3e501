"""The pictures of a bench of verdicts: confusion matrices and the reliability of confidences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import matplotlib as mpl
from sklearn.calibration import calibration_curve
from sklearn.metrics import ConfusionMatrixDisplay
from verdict_figures import DOMAINS, UNDETERMINED, cause_pairs, cause_right, told_of

mpl.use("Agg")

import matplotlib.pyplot as plt

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from verdict_cases import Outcome

BINS: Final = 8
INCHES_A_CAUSE: Final = 0.22


def draw(outcomes: Sequence[Outcome], folder: Path, how: str) -> None:
    """Draw all pictures as PNG.

    Args:
        outcomes: at least one.
        folder: where they go.
        how: the figures were made, in a few words.
    """
    _matrix([told_of(one) for one in outcomes], list(DOMAINS), folder / "domains.png", how)
    pairs = cause_pairs(outcomes)
    names = sorted({name for pair in pairs for name in pair})
    _matrix(pairs, names, folder / "causes.png", how)
    _reliability(outcomes, folder / "reliability.png", how)


def _matrix(pairs: Sequence[tuple[str, str]], names: list[str], path: Path, how: str) -> None:
    side = max(5.0, 2.0 + INCHES_A_CAUSE * len(names))
    figure, axes = plt.subplots(figsize=(side, side), layout="constrained")
    ConfusionMatrixDisplay.from_predictions(
        [true for true, _ in pairs],
        [told for _, told in pairs],
        labels=names,
        ax=axes,
        xticks_rotation="vertical",
        colorbar=False,
        cmap="Blues",
        include_values=len(names) <= len(DOMAINS),
    )
    axes.set(xlabel="told", ylabel="true", title=how)
    axes.title.set_fontsize("small")
    figure.savefig(path, dpi=100)
    plt.close(figure)


def _reliability(outcomes: Sequence[Outcome], path: Path, how: str) -> None:
    concluded = [one for one in outcomes if one.told.domain != UNDETERMINED]
    figure, (axes, below) = plt.subplots(
        2, 1, figsize=(5, 6), height_ratios=(3, 1), sharex=True, layout="constrained"
    )
    said = [one.told.confidence for one in concluded]
    if concluded:
        right, mean = calibration_curve(
            [cause_right(one) for one in concluded], said, n_bins=BINS, strategy="quantile"
        )
        axes.plot(mean, right, "o-", label="verdicts, in eighths by confidence")
    axes.plot([0, 1], [0, 1], ":", color="grey", label="confidence as it should be")
    axes.set(ylabel="share of right causes", title=how, xlim=(0.5, 1.0), ylim=(0.0, 1.05))
    axes.title.set_fontsize("small")
    axes.legend(loc="lower right")
    below.hist(said, bins=25, range=(0.5, 1.0))
    below.set(xlabel="confidence", ylabel="verdicts")
    figure.savefig(path, dpi=100)
    plt.close(figure)
