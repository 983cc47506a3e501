"""What a probe brings back: a fact that was observed, or why it was not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeAlias, TypeVar

from cpe_diag.domain.failures import Failure

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed(Generic[T_co]):
    """A fact, where it came from, and when it was true.

    `source` names device and question, for example `SNMP an-1 IF-MIB ifOperStatus.12` or
    `SSH router ubus call network.interface.wan status`; `at` is UTC.
    """

    value: T_co
    source: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Unobserved:
    """A question that was asked (or could not be asked) and has no answer.

    `operation` is the phase in which it failed; `at` is UTC.
    """

    failure: Failure
    operation: str
    at: datetime


Observation: TypeAlias = Observed[T_co] | Unobserved
