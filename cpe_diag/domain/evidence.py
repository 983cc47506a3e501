"""Everything that one run has seen so far, keyed by kind of fact and subject."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from cpe_diag.domain.observations import Observation, Observed, Unobserved

if TYPE_CHECKING:
    from datetime import datetime

    from cpe_diag.domain.failures import Failure

V = TypeVar("V")


@dataclass(frozen=True, slots=True, order=True)
class FactKey:
    """What a fact is about: `FactKey("port_status", "neighbour/13")`."""

    kind: str
    subject: str

    def __str__(self) -> str:
        """Format as `port_status[neighbour/13]`."""
        return f"{self.kind}[{self.subject}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """What a probe returns: one observation and what it is about."""

    key: FactKey
    observation: Observation[object]


@dataclass(frozen=True, slots=True)
class Evidence:
    """An immutable set of observations; a later observation of the same key replaces the earlier.

    A refusal does not erase a fact: `with_measurements` keeps an Observed that is already there
    when only an Unobserved comes for the same key.
    """

    observations: Mapping[FactKey, Observation[object]] = field(
        default_factory=lambda: MappingProxyType({})
    )

    def with_measurements(self, measurements: tuple[Measurement, ...]) -> Evidence:
        """Give new evidence with these measurements added.

        Args:
            measurements: what probes brought back.

        Returns:
            A new value; this one stays as it is.
        """
        merged = dict(self.observations)
        for measurement in measurements:
            held = merged.get(measurement.key)
            if isinstance(held, Observed) and isinstance(measurement.observation, Unobserved):
                continue
            merged[measurement.key] = measurement.observation
        return Evidence(MappingProxyType(merged))

    def get(self, kind: str, subject: str) -> Observation[object] | None:
        """Give the observation, or None when nobody has asked yet."""
        return self.observations.get(FactKey(kind, subject))

    def value(self, value_type: type[V], kind: str, subject: str) -> V | None:
        """Give the fact's value, or None where it was not asked or not observed.

        Args:
            value_type: the fact's type, for example `PortStatus`.
            kind: the id of the kind of fact.
            subject: whom it is about.

        Returns:
            The value, or None when it is not known.

        Raises:
            TypeError: the evidence holds another type there, which is a bug.
        """
        return self.value_of(value_type, FactKey(kind, subject))

    def value_of(self, value_type: type[V], key: FactKey) -> V | None:
        """Give the same for whoever has the key: judging asks thousands of times in a run.

        Raises:
            TypeError: as for `value`.
        """
        observation = self.observations.get(key)
        if not isinstance(observation, Observed):
            return None
        if not isinstance(observation.value, value_type):
            msg = f"{key} holds {type(observation.value).__name__}"
            raise TypeError(msg)
        return observation.value

    def subjects(self, kind: str, prefix: str = "") -> tuple[str, ...]:
        """Give the subjects held for a kind, sorted, for example all `neighbour/...`."""
        return tuple(
            sorted(
                key.subject
                for key in self.observations
                if key.kind == kind and key.subject.startswith(prefix)
            )
        )

    def failure(self, kind: str, subject: str) -> Failure | None:
        """Give why a fact is not known, or None where it is known or was never asked."""
        return self.failure_of(FactKey(kind, subject))

    def failure_of(self, key: FactKey) -> Failure | None:
        """Give the same for whoever has the key."""
        observation = self.observations.get(key)
        return observation.failure if isinstance(observation, Unobserved) else None

    def __iter__(self) -> Iterator[tuple[FactKey, Observation[object]]]:
        """Go through keys and observations in a stable order."""
        return iter(sorted(self.observations.items(), key=lambda item: item[0]))

    def __len__(self) -> int:
        """Count the observations, known and not known."""
        return len(self.observations)


def not_observed(key: FactKey, failure: Failure, operation: str, at: datetime) -> Measurement:
    """Make the measurement that says why a fact is not known.

    Args:
        key: what was asked.
        failure: why there is no answer.
        operation: the phase in which it failed.
        at: when, in UTC.

    Returns:
        A measurement that holds an Unobserved.
    """
    return Measurement(
        key=key, observation=Unobserved(failure=failure, operation=operation, at=at)
    )
