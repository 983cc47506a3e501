"""The report's own words for verdicts: whose fault, how sure, who goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cpe_diag.domain.verdict import Destination, FaultDomain, SegmentState
from cpe_diag.report.duration import duration, percent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.domain.verdict import OutageGroup, Verdict

DOMAIN_WORDS: Final[Mapping[FaultDomain, str]] = {
    FaultDomain.NETWORK: "the operator's network",
    FaultDomain.ROUTER: "the home router",
    FaultDomain.DEVICE: "the customer's device",
    FaultDomain.PLATFORM: "a third party's platform",
    FaultDomain.NONE: "nothing",
    FaultDomain.UNDETERMINED: "not determined",
}

HEADLINES: Final[Mapping[FaultDomain, str]] = {
    FaultDomain.NETWORK: "FAULT IN THE OPERATOR'S NETWORK",
    FaultDomain.ROUTER: "FAULT IN THE HOME ROUTER",
    FaultDomain.DEVICE: "FAULT ON THE CUSTOMER'S DEVICE",
    FaultDomain.PLATFORM: "FAULT AT A THIRD PARTY'S PLATFORM",
    FaultDomain.NONE: "NO FAULT FOUND",
    FaultDomain.UNDETERMINED: "UNDETERMINED",
}

DESTINATION_WORDS: Final[Mapping[Destination, str]] = {
    Destination.FIXED: "nobody: closed",
    Destination.SECOND_LINE: "second line (stays with you)",
    Destination.NETWORK_OPERATIONS: "network operations",
    Destination.FIELD_TECHNICIAN: "field technician",
    Destination.DEVICE_SUPPORT: "device support",
    Destination.PLATFORM_STATUS: "platform status page",
    Destination.ACCOUNTS: "accounts",
}

END_WORDS: Final[Mapping[str, str]] = {
    "out_of_time": "time was up: not all was measured",
    "stopped": "ended by a stop step",
}
"""Why a run ended before its playbook's end; nothing where it did not."""

STATE_WORDS: Final[Mapping[SegmentState, str]] = {
    SegmentState.GOOD: "good",
    SegmentState.BAD: "FAULT",
    SegmentState.DEGRADED: "degraded",
    SegmentState.UNKNOWN: "unknown",
}

# The report's own reading of a belief; the judge's numbers stand beside the words.
_SURENESS: Final = (
    (0.9, "almost certain"),
    (0.75, "likely"),
    (0.5, "more likely than not"),
    (0.0, "a guess"),
)


def confidence_words(confidence: float) -> str:
    """Say how sure the verdict is, in words and percent.

    Args:
        confidence: 0 to 1.

    Returns:
        For example `likely (82 %)`.
    """
    words = next(words for least, words in _SURENESS if confidence >= least)
    return f"{words} ({percent(confidence)})"


def sureness(verdict: Verdict) -> str:
    """Say how sure a verdict is; one that decides nothing is not called likely.

    Args:
        verdict: the verdict.

    Returns:
        For example `likely (82 %)`, or `not enough to decide (46 %)`.
    """
    if verdict.domain is FaultDomain.UNDETERMINED:
        return f"not enough to decide ({percent(verdict.confidence)})"
    return confidence_words(verdict.confidence)


REPAIRED_NEXT: Final = "Nothing: it was repaired, and measuring again has proven it."
REPAIRED_TELL: Final = "We have repaired it, and we have measured that it works again."


def next_words(destination: Destination, verdict: Verdict) -> tuple[str, str]:
    """Say what to do next and what to tell the customer.

    Args:
        destination: of the case; FIXED where a change of the run was proven.
        verdict: of the last measurement.

    Returns:
        Both, in this order.
    """
    if destination is Destination.FIXED and verdict.destination is not Destination.FIXED:
        return REPAIRED_NEXT, REPAIRED_TELL
    return verdict.next_action, verdict.tell_customer


def kept_next_words(held: Mapping[str, Any]) -> tuple[str, str]:
    """Say the same of what was kept of a run.

    Args:
        held: the result as JSON data, with its destination, or what is known so far.

    Returns:
        What to do next, and what to tell the customer.
    """
    verdict = held["verdict"]
    if held.get("destination") == Destination.FIXED != verdict["destination"]:
        return REPAIRED_NEXT, REPAIRED_TELL
    return verdict["next_action"], verdict["tell_customer"]


def beyond_title(verdict: Verdict) -> str:
    """Give what the summary says beyond the title, for where both stand together.

    Args:
        verdict: the verdict.

    Returns:
        The summary without the title's words at its beginning; empty where nothing is left.
    """
    if not verdict.summary.startswith(verdict.title):
        return verdict.summary
    rest = verdict.summary[len(verdict.title) :].lstrip(" :.;,")
    return rest[:1].upper() + rest[1:]


def group_words(group: OutageGroup) -> str:
    """Say who is out together: `5 of 5 ports of pon 0/3/1, since 4 min`.

    Args:
        group: of a verdict.

    Returns:
        Words; without a count or a time where nobody could tell it.
    """
    counted = "" if group.affected is None else f"{group.affected} of {group.of} ports of "
    since = "" if group.since_s is None else f", since {duration(group.since_s)}"
    return f"{counted}{group.name}{since}"


def cause_words(cause: str) -> str:
    """Say a cause's id in plain words.

    Args:
        cause: for example `line_noise`.

    Returns:
        For example `line noise`.
    """
    return cause.replace("_", " ")
