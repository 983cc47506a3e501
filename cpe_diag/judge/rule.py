"""What a rule is, how it reads the evidence, and the ways in which it can answer.

Law 2 is kept here: `Facts.fact` gives observed values only, so that a rule cannot see why a
question failed. The two exceptions, `Facts.reachable` and `Facts.hung`, look at failures blamed
on the path or the device, never at those blamed on our own side or on refused access.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeVar, cast

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.failures import Blame, FailureKind
from cpe_diag.domain.findings import Finding
from cpe_diag.domain.missing import known
from cpe_diag.domain.observations import Observed, Unobserved
from cpe_diag.domain.path_facts import OwnChange, Reachability
from cpe_diag.domain.subscriber import DSL, PON, Technology
from cpe_diag.judge.question import CaseFile

if TYPE_CHECKING:
    from cpe_diag.domain.subscriber import Subscriber

V = TypeVar("V")

ANSWERS_ALL_THE_SAME: Final = frozenset(
    {
        FailureKind.REFUSED,
        FailureKind.HUNG,
        FailureKind.CLOSED,
        FailureKind.UNPARSEABLE,
        FailureKind.INCOMPLETE,
        FailureKind.DEVICE_ERROR,
        FailureKind.UNSUPPORTED,
        FailureKind.NOT_MEASURED,
    }
)
"""Failures in which the device did say something: it is there."""

ROUTER_KINDS: Final = (
    "router_system",
    "router_wan",
    "router_lan",
    "router_log",
    "router_wifi",
    "wifi_clients",
    "air_scan",
)
"""Facts that are read over the one SSH connection to the router."""


OF_SOME_LINES: Final = frozenset(
    {
        *("port_speed", "port_counters", "port_rates", "port_watch"),
        *("learned_macs", "dhcp_bindings"),
        *("port_config", "port_power", "port_security", "cable_test"),
        *("line_quality", "line_growth", "ont_state", "ont_optics", "ont_errors"),
        *("cable_modem", "modem_channels"),
    }
)
"""Facts that some technologies or some kinds of node do not have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a rule says: yes, no, or cannot tell (None), and from what.

    None with nothing in `missing` means that the question does not arise in this case.
    """

    answer: bool | None
    because: str
    rests_on: tuple[FactKey, ...]
    missing: tuple[FactKey, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The evidence of one case as rules may see it, with the limits that hold for it."""

    case: CaseFile
    limits: Mapping[str, float]
    worked_out: dict[Callable[[Facts], object], object] = field(
        default_factory=dict, compare=False, repr=False
    )

    def once(self, work: Callable[[Facts], V]) -> V:
        """Work out what several rules look at, the first time that one of them does."""
        if work not in self.worked_out:
            self.worked_out[work] = work(self)
        return cast("V", self.worked_out[work])

    @property
    def subscriber(self) -> Subscriber:
        """Whom the case is about."""
        return self.case.subscriber

    @property
    def technology(self) -> Technology | None:
        """How the subscriber is connected, None where nobody says."""
        return known(self.subscriber.technology)

    @property
    def is_dsl(self) -> bool | None:
        """Whether the subscriber hangs on a DSL line; None where nobody knows."""
        return self._is_on(DSL, "line_quality", "line")

    @property
    def is_pon(self) -> bool | None:
        """Whether the subscriber hangs on a PON; None where nobody knows."""
        return self._is_on(PON, "ont_state", "ont")

    @property
    def is_docsis(self) -> bool | None:
        """Whether the subscriber has a cable modem; None where nobody knows."""
        return self._is_on(frozenset({Technology.DOCSIS}), "cable_modem", "cmts")

    @property
    def is_ethernet(self) -> bool | None:
        """Whether the port is an Ethernet port of the subscriber's own; None: nobody knows."""
        if self.technology is not None:
            return self.technology is Technology.ETHERNET
        return False if self.is_dsl or self.is_pon or self.is_docsis else None

    def _is_on(self, ones: frozenset[Technology], kind: str, subject: str) -> bool | None:
        if self.technology is not None:
            return self.technology in ones
        return True if self.case.evidence.value(object, kind, subject) else None

    @property
    def device_mac(self) -> str | None:
        """The device in question, in the form that facts use, or None."""
        mac = self.case.device_mac
        return mac.lower().replace("-", ":") if mac else None

    def fact(self, value_type: type[V], key: FactKey) -> V | None:
        """Give an observed value, or None where it is not known for whatever reason."""
        return self.case.evidence.value_of(value_type, key)

    def reachable(self, key: FactKey) -> bool | None:
        """Tell whether a target answers us.

        Args:
            key: a `reachability` fact.

        Returns:
            True where it answered anything, False where it was silent or the network knows no
            way to it, None where nobody asked or our own side is the reason.
        """
        observation = self.case.evidence.observations.get(key)
        if isinstance(observation, Observed):
            value = self.fact(Reachability, key)
            return value.reachable if value else None
        if isinstance(observation, Unobserved):
            if observation.failure.kind in ANSWERS_ALL_THE_SAME:
                return True
            if observation.failure.blame is Blame.PATH:
                return False
        return None

    def hung(self, key: FactKey) -> bool:
        """Tell whether the device accepted our connection for this fact and then fell silent."""
        failure = self.case.evidence.failure_of(key)
        return failure is not None and failure.kind is FailureKind.HUNG

    def cannot_be(self, key: FactKey) -> bool:
        """Tell whether a fact was asked for and cannot exist in this case."""
        failure = self.case.evidence.failure_of(key)
        none_there = failure is not None and failure.kind is FailureKind.NOT_APPLICABLE
        return none_there and key.kind in OF_SOME_LINES

    def why_unknown(self, key: FactKey) -> str:
        """Say in words why a fact is not known."""
        failure = self.case.evidence.failure_of(key)
        if failure is not None:
            return f"{key} is not known ({failure.where}: {failure.detail})"
        if self.case.evidence.observations.get(key) is not None:
            return f"{key} was read, but does not say it"
        return f"{key} was not asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One question about the evidence: True means that the claim of its id holds.

    Claims speak of something unusual, so that False reads as good; `needs` are the facts that
    it looks at (`*` stands for one varying part).
    """

    id: str
    question: str
    needs: tuple[FactKey, ...]
    ask: Callable[[Facts], Answer]

    def find(self, facts: Facts) -> Finding:
        """Answer for one case.

        Where none of the facts that are missing can exist for this subscriber or on this kind of
        node, the question does not arise.
        """
        answer = facts.once(self.ask)
        missing = answer.missing
        if missing and all(facts.cannot_be(key) for key in missing):
            missing = ()
        return Finding(
            id=self.id,
            answer=answer.answer,
            because=answer.because,
            rests_on=answer.rests_on,
            missing=missing,
        )


def says(claim: bool, because: str, *rests_on: FactKey) -> Answer:  # noqa: FBT001 - the answer
    """Answer yes or no, with the reason and the facts it was read from."""
    return Answer(answer=claim, because=because, rests_on=rests_on, missing=())


def yes(because: str, *rests_on: FactKey) -> Answer:
    """Answer that the claim holds."""
    return Answer(answer=True, because=because, rests_on=rests_on, missing=())


def no(because: str, *rests_on: FactKey) -> Answer:
    """Answer that the claim does not hold."""
    return Answer(answer=False, because=because, rests_on=rests_on, missing=())


def cannot_tell(facts: Facts, *missing: FactKey) -> Answer:
    """Answer that these facts would be needed."""
    return Answer(
        answer=None,
        because="; ".join(facts.why_unknown(key) for key in missing),
        rests_on=(),
        missing=missing,
    )


def does_not_arise(because: str) -> Answer:
    """Answer that the question makes no sense here; no fact would change that."""
    return Answer(answer=None, because=because, rests_on=(), missing=())


def rate(bps: float) -> str:
    """Write a rate in bit/s as a person reads it, for example `49.9 Mbit/s`."""
    if bps >= 1e9:  # noqa: PLR2004 - giga
        return f"{bps / 1e9:.3g} Gbit/s"
    if bps >= 1e6:  # noqa: PLR2004 - mega
        return f"{bps / 1e6:.3g} Mbit/s"
    return f"{bps / 1e3:.3g} kbit/s"


def span(seconds: float) -> str:
    """Write a time in seconds as a person reads it, for example `4 min` or `3.2 h`."""
    if seconds < 120:  # noqa: PLR2004 - two minutes
        return f"{seconds:.3g} s"
    if seconds < 2 * 3600:
        return f"{seconds / 60:.0f} min"
    if seconds < 2 * 86400:
        return f"{seconds / 3600:.3g} h"
    if seconds < 2 * 365 * 86400:
        return f"{seconds / 86400:.3g} days"
    return f"{seconds / (365 * 86400):.2g} years"


RESTARTING: Final = frozenset(
    {"router.reboot", "router.factory_reset", "firmware.install", "human.reset"}
)
"""Our own changes that restart a router, and with it the port that it hangs on."""

NOT_DONE: Final = "not_done"


def own_restart(facts: Facts) -> FactKey | None:
    """Give the fact that says that this run has restarted the router; None: it has not."""
    for key, observation in facts.case.evidence:
        value = observation.value if isinstance(observation, Observed) else None
        if isinstance(value, OwnChange) and value.action in RESTARTING and value.ended != NOT_DONE:
            return key
    return None
