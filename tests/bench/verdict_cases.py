"""The cases that verdicts are tried on: faults of the labs with the truth about each."""

from __future__ import annotations

from dataclasses import dataclass

Truth = tuple[str, str]
"""Domain and cause that are really so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One thing to be told.

    `truths` are all that is wrong, the first one first; a healthy home has `none`/`no_fault`.
    `half` is `tuning` where runs of it may set numbers of the judge, else one that is held back.
    `words` are the arguments of `cpe-diag` that a caller's complaint leads to.
    """

    lab: str
    id: str
    title: str
    truths: tuple[Truth, ...]
    half: str
    words: tuple[str, ...]

    @property
    def domain(self) -> str:
        """The domain of what is wrong first."""
        return self.truths[0][0]

    @property
    def cause(self) -> str:
        """What is wrong first."""
        return self.truths[0][1]

    @property
    def alone(self) -> bool:
        """Nothing else is wrong at the same time."""
        return len(self.truths) == 1

    @property
    def healthy(self) -> bool:
        """Nothing is wrong."""
        return self.domain == "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the agent said of a case.

    `confidence` is 0 to 1; `also` are the further causes it names; `candidates` those that it
    weighed. `took_s` is the time from the first question to the verdict, `command_s` that of the
    whole process, in seconds. `questions` counts what was asked of devices and servers.
    """

    domain: str
    cause: str
    confidence: float
    also: tuple[str, ...]
    candidates: tuple[str, ...]
    destination: str
    took_s: float
    command_s: float
    questions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A case, what was said of it, and what was said when everything had been measured.

    `everything` is None where that was not tried.
    """

    case: Case
    told: Told
    everything: Told | None
