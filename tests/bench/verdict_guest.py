"""The home in the virtual machine as a place where cases are caused."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from guest_faults import complaint, guest_faults
from guest_home import GuestHome
from verdict_cases import Case

from cpe_diag.lab.home import document
from cpe_diag.lab.home.needs import HomeLabError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class GuestLab:
    """PPPoE, VLANs, radios and netem. After each case the clean machine is brought back."""

    def __init__(self, name: str, keep: ExitStack) -> None:
        """Start a copy of this name, which ends with `keep`."""
        self._name = name
        self._keep = keep
        self._faults = {fault.id: fault for fault in guest_faults()}
        self._home = keep.enter_context(GuestHome(name))

    def agent(self, _case: Case) -> Sequence[str]:
        """Give the beginning of the command that runs the agent."""
        return document.agent(self._name)

    def cause(self, case: Case) -> None:
        """Set the fault; where that fails, once more in a new machine.

        Raises:
            HomeLabError: it failed there too.
        """
        try:
            self._home.set_fault(self._faults[case.id])
        except (HomeLabError, OSError, RuntimeError) as error:
            print(f"{case.id} is not set, a new machine starts: {error}", flush=True)  # noqa: T201
            self.rebuild()
            self._set_or_clean(case)

    def _set_or_clean(self, case: Case) -> None:
        """Set the fault; where that fails, leave nothing of it to the next case."""
        try:
            self._home.set_fault(self._faults[case.id])
        except (HomeLabError, OSError, RuntimeError) as error:
            self.rebuild()
            raise HomeLabError(f"{case.id}: {error}") from error

    def end(self, case: Case) -> None:
        """Bring back the clean machine; where that fails, start a new one."""
        try:
            self._home.reset()
        except (HomeLabError, OSError, RuntimeError) as error:
            print(f"{case.id}: a new machine starts: {error}", flush=True)  # noqa: T201
            self.rebuild()

    def rebuild(self) -> None:
        """Start the copy anew."""
        self._keep.close()
        self._home = self._keep.enter_context(GuestHome(self._name))


def guest_cases() -> tuple[Case, ...]:
    """Give every fault of the virtual machine."""
    return tuple(
        Case(
            lab="guest",
            id=fault.id,
            title=fault.title,
            truths=tuple((truth.domain, truth.cause) for truth in fault.truths()),
            half=fault.half,
            words=tuple(complaint(fault)),
        )
        for fault in guest_faults()
    )


@contextmanager
def guest_lab(name: str) -> Iterator[GuestLab]:
    """Keep a home in the virtual machine up."""
    with ExitStack() as keep:
        yield GuestLab(name, keep)
