"""Faults that are caused in the network, each with the truth about it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from cpe_diag.lab.home import fault_files, layout, namespaces, network
from cpe_diag.lab.home.calls import call
from cpe_diag.lab.home.fault_halves import Half
from cpe_diag.lab.home.needs import HomeLabError

if TYPE_CHECKING:
    import subprocess

SET: Final = "faults"
"""The folder of a copy in which a file stands for each fault that is set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A piece of shell, and the host where it runs."""

    at: str
    run: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """A domain, and a cause in it."""

    domain: str
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeFault:
    """One fault: the truth about it, what a caller says, and how it comes and goes.

    `domain`, `cause` and `location` are true, whatever a verdict says; `also` is what else is
    true at the same time. `half` tells whether rules and numbers may be made by how it comes
    out. `device` is a host of the home, `platform` the name of a platform in the configuration;
    None: the caller names none. The steps of `felt` succeed while it is felt.
    """

    id: str
    title: str
    domain: str
    cause: str
    location: str
    half: Half
    playbook: str
    inject: tuple[Step, ...]
    clear: tuple[Step, ...]
    felt: tuple[Step, ...] = ()
    also: tuple[Truth, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    device: str | None = None
    platform: str | None = None

    def truths(self) -> tuple[Truth, ...]:
        """Give all that is true of it, what is to be told first first."""
        return (Truth(domain=self.domain, cause=self.cause), *self.also)

    def complaint(self) -> list[str]:
        """Give the arguments of `cpe-diag` that ask about it as a caller would tell."""
        words = ["run", self.playbook, "--subscriber", layout.SUBSCRIBER]
        for question, answer in self.answers.items():
            words += ["--answer", f"{question}={answer}"]
        if self.device is not None:
            words += ["--device", layout.DEVICE_MACS[self.device]]
        if self.platform is not None:
            words += ["--platform", self.platform]
        return words


def read_faults() -> tuple[HomeFault, ...]:
    """Read every fault.

    Raises:
        DefinitionError: a file of them is wrong.
    """
    return tuple(_fault(entry) for entry in fault_files.read_entries().values())


def _fault(entry: Mapping[str, Any]) -> HomeFault:
    also = tuple(Truth(**one) for one in entry.get("also", ()))
    return HomeFault(
        **{
            **entry,
            "also": also,
            "half": Half(entry.get("half", Half.TUNING)),
            **{
                part: tuple(Step(**step) for step in entry.get(part, ()))
                for part in ("inject", "felt", "clear")
            },
        }
    )


def find_fault(fault_id: str) -> HomeFault:
    """Find a fault by its id.

    Raises:
        HomeLabError: there is none of that id.
        DefinitionError: a file of them is wrong.
    """
    for fault in read_faults():
        if fault.id == fault_id:
            return fault
    raise HomeLabError(f"{fault_id}: no such fault; `cpe-diag lab home fault list` shows them")


def set_faults(name: str) -> tuple[str, ...]:
    """Name the faults that are set on a copy."""
    folder = network.folder_of(name) / SET
    return tuple(sorted(path.name for path in folder.iterdir())) if folder.exists() else ()


def set_fault(name: str, fault_id: str) -> None:
    """Cause a fault.

    Raises:
        HomeLabError: there is no such fault, it is set already, or a step of it fails. Then it is
            not known how much of it there is: take the copy down.
    """
    fault = find_fault(fault_id)
    if fault_id in set_faults(name):
        raise HomeLabError(f"{fault_id} is set already")
    mark = network.folder_of(name) / SET / fault_id
    _run(name, fault.inject)
    mark.parent.mkdir(exist_ok=True)
    mark.touch()


def clear_fault(name: str, fault_id: str) -> None:
    """Take a fault back.

    Raises:
        HomeLabError: there is no such fault, it is not set, or a step fails.
    """
    fault = find_fault(fault_id)
    if fault_id not in set_faults(name):
        raise HomeLabError(f"{fault_id} is not set")
    _run(name, fault.clear)
    (network.folder_of(name) / SET / fault_id).unlink()


def is_felt(name: str, fault_id: str) -> bool:
    """Look with plain tools whether a fault is felt now.

    Raises:
        HomeLabError: there is no such fault, or a host of its steps does not run.
    """
    return all(_done(name, step).returncode == 0 for step in find_fault(fault_id).felt)


def _run(name: str, steps: tuple[Step, ...]) -> None:
    for step in steps:
        done = _done(name, step)
        if done.returncode:
            said = done.stderr.strip() or f"ended with {done.returncode}"
            raise HomeLabError(f"in {step.at}: {said}")


def _done(name: str, step: Step) -> subprocess.CompletedProcess[str]:
    return call(
        [*namespaces.entering(name, step.at), "sh", "-eu", "-c", step.run],
        extra={
            "NAMESPACE": namespaces.full_name(name, step.at),
            "FOLDER": str(network.folder_of(name)),
            "PREFIX": namespaces.full_name(name, "")[:-1],
            "PYTHON": sys.executable,
            "WIRE": f"sh {network.BUILD.with_name('wire.sh')}",
        },
    )
