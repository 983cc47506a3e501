"""The labs in which cases are caused: namespaces with real parts, the simulator, the guest."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Protocol

from verdict_cases import Case

from cpe_diag.lab.control import LabClient
from cpe_diag.lab.home import document, faults, network
from cpe_diag.lab.home.needs import HomeLabError
from cpe_diag.lab.process import lab_process

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

SETTLE_S: Final = 1.2
"""The home lab's access node remembers its counters for a second."""


class Lab(Protocol):
    """A place where cases are caused and asked about."""

    def agent(self, case: Case) -> Sequence[str]:
        """Give the beginning of the command that runs the agent."""

    def cause(self, case: Case) -> None:
        """Make the case so."""

    def end(self, case: Case) -> None:
        """Take it back, and see that nothing of it is left."""


class HomeLab:
    """The home of namespaces. A copy that a fault has left unwell is built anew."""

    def __init__(self, name: str) -> None:
        """Take the copy of this name, which is up."""
        self._name = name

    def agent(self, _case: Case) -> Sequence[str]:
        """Give the beginning of the command that runs the agent."""
        return document.agent(self._name)

    def cause(self, case: Case) -> None:
        """Set the fault; where that fails, once more in a new home.

        Raises:
            HomeLabError: it failed there too.
        """
        try:
            faults.set_fault(self._name, case.id)
        except HomeLabError as error:
            print(f"{case.id} is not set, a new home is built: {error}", flush=True)  # noqa: T201
            self.rebuild()
            self._set_or_clean(case)
        time.sleep(SETTLE_S)

    def _set_or_clean(self, case: Case) -> None:
        """Set the fault; where that fails, leave nothing of it to the next case."""
        try:
            faults.set_fault(self._name, case.id)
        except HomeLabError:
            self.rebuild()
            raise

    def end(self, case: Case) -> None:
        """Clear the fault; where the home does not recover, build it anew."""
        try:
            faults.clear_fault(self._name, case.id)
            network.forget_visits(self._name)
            network.wait_until_ready(self._name)
        except HomeLabError as error:
            print(f"{case.id} leaves something behind, a new home is built: {error}")  # noqa: T201
            self.rebuild()

    def rebuild(self) -> None:
        """Build the copy anew."""
        network.down(self._name)
        network.up(self._name)


def home_cases() -> tuple[Case, ...]:
    """Give every fault of the home lab."""
    return tuple(
        Case(
            lab="home",
            id=fault.id,
            title=fault.title,
            truths=tuple((truth.domain, truth.cause) for truth in fault.truths()),
            half=fault.half,
            words=tuple(fault.complaint()),
        )
        for fault in faults.read_faults()
    )


@contextmanager
def home_lab(name: str) -> Iterator[HomeLab]:
    """Keep a home up."""
    network.up(name)
    try:
        yield HomeLab(name)
    finally:
        network.down(name)


class Simulator:
    """The simulated operator: many technologies, no real parts but SNMP, SSH, DNS and HTTP."""

    def __init__(self, folder: Path, command: Sequence[str]) -> None:
        """Take the simulator that serves in a folder."""
        self._client = LabClient(folder)
        self._agent = (*command, "--config", str(folder / "config.yaml"))

    def agent(self, _case: Case) -> Sequence[str]:
        """Give the beginning of the command that runs the agent."""
        return self._agent

    def cause(self, case: Case) -> None:
        """Set the faults."""
        subscriber = case.words[case.words.index("--subscriber") + 1]
        for fault in _named(case):
            self._client.set_fault(subscriber, fault)

    def end(self, _case: Case) -> None:
        """Clear them."""
        self._client.clear_faults()


def _named(case: Case) -> list[str]:
    name = case.id.split("@", 1)[0]
    return [] if name == "healthy" else name.split("+")


def simulator_cases() -> tuple[Case, ...]:
    """Give what the end-to-end tests claim; all of it was known when the rules were written."""
    from fault_claims import CLAIMS, PAIRS  # noqa: PLC0415 - it brings the whole test kit

    from cpe_diag.judge.causes import CAUSES  # noqa: PLC0415 - only the simulator's cases need it

    domains = {cause.id: str(cause.domain) for cause in CAUSES}
    alone = [
        Case(
            lab="simulator",
            id=f"{'+'.join(claim.faults) or 'healthy'}@{claim.subscriber}@{claim.playbook}",
            title=str(claim),
            truths=((str(claim.domain), claim.cause),),
            half="tuning",
            words=(
                *("run", claim.playbook, "--subscriber", claim.subscriber),
                *(
                    word
                    for key, value in claim.answers.items()
                    for word in ("--answer", f"{key}={value}")
                ),
                *(("--device", claim.device) if claim.device else ()),
            ),
        )
        for claim in CLAIMS
    ]
    pairs = [
        Case(
            lab="simulator",
            id=f"{'+'.join(names)}@{subscriber}@{playbook}",
            title=" and ".join(names),
            truths=tuple((domains[cause], cause) for cause in sorted(causes)),
            half="tuning",
            words=("run", playbook, "--subscriber", subscriber),
        )
        for names, subscriber, playbook, causes in PAIRS
    ]
    return (*alone, *pairs)


@contextmanager
def simulator(folder: Path, command: Sequence[str]) -> Iterator[Simulator]:
    """Keep the simulator up."""
    with lab_process(folder, "--seed", "7"):
        yield Simulator(folder, command)
