"""Every number that a rule compares with: its unit, where it comes from, and what it means."""

from __future__ import annotations

import math
from difflib import get_close_matches
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import DefinitionError, Fault
from cpe_diag.judge.thresholds_access import THRESHOLDS_ACCESS
from cpe_diag.judge.thresholds_home import THRESHOLDS_HOME
from cpe_diag.judge.thresholds_outages import THRESHOLDS_OUTAGES
from cpe_diag.judge.thresholds_part_traffic import THRESHOLDS_PART_TRAFFIC
from cpe_diag.judge.thresholds_paths import THRESHOLDS_PATHS
from cpe_diag.judge.thresholds_router import THRESHOLDS_ROUTER
from cpe_diag.judge.thresholds_shared import THRESHOLDS_SHARED
from cpe_diag.judge.thresholds_sites import THRESHOLDS_SITES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.judge.threshold import Threshold

THRESHOLDS: Final[tuple[Threshold, ...]] = (
    *THRESHOLDS_ACCESS,
    *THRESHOLDS_OUTAGES,
    *THRESHOLDS_SHARED,
    *THRESHOLDS_ROUTER,
    *THRESHOLDS_PATHS,
    *THRESHOLDS_PART_TRAFFIC,
    *THRESHOLDS_SITES,
    *THRESHOLDS_HOME,
)
"""All thresholds, in the order from the operator's core to the customer's device."""

BY_ID: Final[Mapping[str, Threshold]] = MappingProxyType(
    {threshold.id: threshold for threshold in THRESHOLDS}
)


def check_overrides(overrides: Mapping[str, float], *, file: str) -> None:
    """Refuse overrides of thresholds that do not exist, and values that are no number.

    Args:
        overrides: the operator's values by threshold id.
        file: where they stand, for the message.

    Raises:
        DefinitionError: some ids are unknown or values not finite; one fault for each.
    """
    wrong = [
        f"unknown threshold {name!r}; {_near(name)}"
        for name in sorted(overrides)
        if name not in BY_ID
    ]
    wrong += [
        f"threshold {name!r} is {value}; expected a finite number of {BY_ID[name].unit}"
        for name, value in sorted(overrides.items())
        if name in BY_ID and not math.isfinite(value)
    ]
    if wrong:
        raise DefinitionError(
            tuple(Fault(file=file, line=None, column=None, message=words) for words in wrong)
        )


def _near(name: str) -> str:
    near = get_close_matches(name, BY_ID, n=3, cutoff=0.6)
    if near:
        return f"did you mean {', '.join(near)}?"
    return f"known are: {', '.join(sorted(BY_ID))}"


def limits(overrides: Mapping[str, float]) -> Mapping[str, float]:
    """Give the value of every threshold, the operator's own where there is one.

    Args:
        overrides: the operator's values by threshold id.

    Returns:
        Values by threshold id, in their own units.

    Raises:
        DefinitionError: an override names no threshold.
    """
    if not overrides:
        return DEFAULTS
    check_overrides(overrides, file="thresholds")
    return {**DEFAULTS, **{name: float(value) for name, value in overrides.items()}}


DEFAULTS: Final[Mapping[str, float]] = MappingProxyType(
    {threshold.id: threshold.value for threshold in THRESHOLDS}
)
