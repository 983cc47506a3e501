"""The conclusion: whose fault, which cause, how sure, why, and who goes on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cpe_diag.domain.findings import Finding
from cpe_diag.domain.missing import NOT_ASKED, Maybe


class FaultDomain(StrEnum):
    """Whose fault it is."""

    NETWORK = "network"
    ROUTER = "router"
    DEVICE = "device"
    PLATFORM = "platform"
    NONE = "none"
    UNDETERMINED = "undetermined"


class Destination(StrEnum):
    """Who receives the case."""

    FIXED = "fixed"
    SECOND_LINE = "second_line"
    NETWORK_OPERATIONS = "network_operations"
    FIELD_TECHNICIAN = "field_technician"
    DEVICE_SUPPORT = "device_support"
    PLATFORM_STATUS = "platform_status"
    ACCOUNTS = "accounts"


class SegmentState(StrEnum):
    """What is known of one stretch of the path from the operator's core to the device."""

    GOOD = "good"
    BAD = "bad"
    DEGRADED = "degraded"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One stretch of the path; `note` says why in a few words."""

    id: str
    title: str
    state: SegmentState
    note: str


class ContributionKind(StrEnum):
    """What adds to a belief, or takes from it."""

    START = "start"
    """Where every cause begins before anything is seen."""
    COMPLAINT = "complaint"
    """What the customer complains about."""
    FOR = "for"
    AGAINST = "against"
    REPEATED = "repeated"
    """A further finding from the same facts: counted in part, because it is not independent."""
    NOT_COUNTED = "not_counted"
    """It follows from another finding, another cause explains it, or it says nothing alone."""
    NEED_UNKNOWN = "need_unknown"
    """What must hold for this cause is not known: possible, not proven."""
    RULED_OUT = "ruled_out"
    RIVALS = "rivals"
    """Other causes that would explain the same findings."""
    CALIBRATION = "calibration"
    """What was learned from labelled cases about such sums."""
    UNFORESEEN = "unforeseen"
    """Something that nobody foresaw, and that would come out alike."""
    LIMIT = "limit"
    """Nothing is certain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """One line of the sum that a belief is: `log_odds` added, for the reason in `words`.

    `finding` is the rule whose answer it is, or None. `log_odds` is natural: 2.2 is about nine
    times as likely; None makes the cause impossible.
    """

    kind: ContributionKind
    finding: str | None
    log_odds: float | None
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A cause that was weighed: belief from 0 to 1, findings for and against, by id.

    `contributions` add up to the log-odds of the belief. Bundles of earlier versions have none.
    """

    cause: str
    domain: FaultDomain
    belief: float
    supported_by: tuple[str, ...]
    contradicted_by: tuple[str, ...]
    contributions: Maybe[tuple[Contribution, ...]] = NOT_ASKED


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlingStep:
    """The one further observation that would tell most: which probe, and what it would decide."""

    probe: str
    question: str
    between: tuple[str, ...]


class GroupKind(StrEnum):
    """How large a part of the network fell together."""

    BRANCH = "branch"
    """Less than a card: an optical splitter, a PON, a fibre node, a street cabinet."""
    CARD = "card"
    """A card of the node, or one unit of a stack."""
    NODE = "node"
    """Several cards, or the whole node: its power, its uplink, or the node itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageGroup:
    """The group of subscribers that is out together, and the one case that stands for all.

    `name` is the group in words (`pon 0/3/1`, `card 0/3 (a part of it)`). `affected` of `of`
    ports that were looked at fell, `since_s` seconds before the judgement; null where nobody could
    count them, or no port told a time. Cases with the same `parent_key` are one outage: it is made
    of the node, the group, and the hour in which the first of them fell.
    """

    kind: GroupKind
    name: str
    affected: int | None
    of: int | None
    since_s: float | None
    parent_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the run concludes. `undetermined` is an honest outcome and is never rounded up.

    `group` is whom the cause takes down together with the subscriber; None where the subscriber
    is alone. `confidence` is 0 to 1. `also` are further independent causes that stand beside
    the first.
    `evidence_for`, `evidence_against` and `unknown` are findings, most telling first.
    `settle_by` None means that nothing the agent can still ask would tell more.
    """

    domain: FaultDomain
    cause: str
    title: str
    confidence: float
    summary: str
    also: tuple[Candidate, ...]
    candidates: tuple[Candidate, ...]
    evidence_for: tuple[Finding, ...]
    evidence_against: tuple[Finding, ...]
    unknown: tuple[Finding, ...]
    settle_by: SettlingStep | None
    destination: Destination
    next_action: str
    tell_customer: str
    segments: tuple[Segment, ...]
    rules_version: str
    group: OutageGroup | None = None
