"""The fact of a laptop on site about how evenly packets come, by the kernel's own clock."""

from __future__ import annotations

from dataclasses import dataclass

from cpe_diag.domain.load_facts import PathQuality
from cpe_diag.domain.missing import Maybe


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldJitter:
    """Fact `field_jitter`: trains of small echo requests whose times the kernel has taken.

    A packet's times are when the kernel gave it to the interface and when it took the answer from
    it, so that a laptop that is busy does not count. `far` goes to the reference, `near` to the
    next hop of the way there, Missing where there is none between; `own` to the laptop itself.
    All three go out at the same moments. `stamped` is how many round trips of `far` have both
    times from the kernel; the others have our own, and are not even.
    """

    far: PathQuality
    near: Maybe[PathQuality]
    own: PathQuality
    stamped: int
