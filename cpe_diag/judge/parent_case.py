"""The key of the one case that stands for all subscribers of one outage; pure and stable."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

UNDATED: Final = "undated"
"""In the place of a time that no port tells; one such outage of a group is then one case."""


def parent_key(node: str, group: str, began: datetime | None, limits: Mapping[str, float]) -> str:
    """Make the key.

    Args:
        node: the node's id.
        group: the group's name, without what fell of it.
        began: when the first member fell, None where no port tells.
        limits: thresholds by id; `outage_case_s` says how long outages of a group stay one case.

    Returns:
        For example `an-1/pon-0/3/1/20260115T1000Z`: the same for everybody in the outage, however
        many ports were looked at, as long as its begin lies within the same stretch of time.
    """
    moment = UNDATED
    if began is not None:
        step_s = limits["outage_case_s"]
        begin_s = began.timestamp() // step_s * step_s
        moment = datetime.fromtimestamp(begin_s, UTC).strftime("%Y%m%dT%H%M%SZ")
    return "/".join(re.sub(r"\s+", "-", part.strip()) for part in (node, group, moment))
