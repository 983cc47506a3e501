"""Notices at the first question that a router is not of the platform that the inventory names.

The driver's own detection travels with the first questions of a run, so that it costs nothing
where the inventory is right. Where it is wrong, the drivers of the same dialect are tried in one
more batch, and the router is named by whichever fits; every question then fails in these words.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.driver_kit.router_detect import is_platform, overheard_platform, variant_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cpe_diag.driver_kit.router import RouterDriver
    from cpe_diag.driver_kit.router_detect import Detection
    from cpe_diag.ports import Command, CommandAnswer, RouterView

ASK: Final = "ssh.exec"

# What a router gives that does not speak the driver's dialect at all.
_STRANGE: Final = frozenset(
    {FailureKind.UNPARSEABLE, FailureKind.INCOMPLETE, FailureKind.DEVICE_ERROR}
)


class WatchedRouter:
    """A `RouterView` that asks once whether its router is what the inventory says."""

    def __init__(
        self,
        view: RouterView,
        *,
        driver: RouterDriver,
        others: Callable[[], Sequence[RouterDriver]],
    ) -> None:
        """Watch a view.

        Args:
            view: through which the router is asked.
            driver: that the inventory names.
            others: gives all router drivers; called only where `driver` does not fit.
        """
        self._view = view
        self._driver = driver
        self._others = others
        self._fits = driver.detect is None
        self._variant: str | None = None
        self._wrong: Failure | None = None
        self._naming = asyncio.Lock()

    @property
    def router(self) -> str:
        """The router's address."""
        return self._view.router

    @property
    def overheard(self) -> str:
        """What the router said unasked."""
        return self._view.overheard

    @property
    def variant(self) -> str | None:
        """Which firmware made of the platform it is; None for the platform itself, or unknown."""
        return self._variant

    async def connect(self, *, deadline: float) -> float:
        """Open the connection; see `RouterView.connect`."""
        return await self._view.connect(deadline=deadline)

    async def ask(
        self, commands: Sequence[Command], *, deadline: float
    ) -> tuple[CommandAnswer, ...]:
        """Ask, and with the first questions which platform it is; see `RouterView.ask`.

        Raises:
            MeasurementError: as `RouterView.ask`, and WRONG_PLATFORM.
        """
        detect = self._driver.detect
        if self._fits or detect is None or not commands:
            return await self._view.ask(commands, deadline=deadline)
        if self._wrong is not None:
            raise MeasurementError(self._wrong, ASK)
        count = len(detect.commands)
        given = tuple(commands[:count]) == detect.commands
        asked = tuple(commands) if given else (*detect.commands, *commands)
        try:
            answers = await self._view.ask(asked, deadline=deadline)
        except MeasurementError as error:
            self._refuse_stranger(error)
            raise
        await self._judge(detect, answers[:count], deadline)
        return answers if given else answers[count:]

    def _refuse_stranger(self, error: MeasurementError) -> None:
        """Name a router that does not even speak the driver's dialect, where it can be named."""
        if error.failure.kind not in _STRANGE:
            return
        named = overheard_platform(self._others(), self._view.overheard)
        if named is not None and named.id != self._driver.id:
            self._wrong = self._failure(named)
            raise MeasurementError(self._wrong, ASK) from error

    async def _judge(
        self, detect: Detection, answers: Sequence[CommandAnswer], deadline: float
    ) -> None:
        fits = is_platform(detect, answers)
        if fits:
            self._fits = True
            self._variant = variant_of(detect, answers)
        if fits is None or fits:
            return
        async with self._naming:  # those who asked at the same time share what one finds out
            if self._wrong is None:
                others = [one for one in self._others() if one.id != self._driver.id]
                dialect = self._driver.dialect
                # A stranger's words for what it does not understand are its own.
                named = overheard_platform(others, _all_said(answers)) or await name_platform(
                    self._view, others, dialect, deadline=deadline
                )
                self._wrong = self._failure(named)
        raise MeasurementError(self._wrong, ASK)

    def _failure(self, named: RouterDriver | None) -> Failure:
        """Say what the inventory says, and what the router is."""
        says = f"the inventory says {self._driver.id} ({self._driver.title}), which it is not"
        if named is None:
            detail = f"{says}; no other driver fits it either"
            step = "look which make it is; `cpe-diag driver list` shows which can be asked"
        else:
            detail = f"{says}: it is {named.title}"
            step = f"write `platform: {named.id}` for this router into the inventory"
        return Failure(
            kind=FailureKind.WRONG_PLATFORM, where=self.router, detail=detail, next_step=step
        )


async def name_platform(
    view: RouterView, drivers: Sequence[RouterDriver], dialect: str, *, deadline: float
) -> RouterDriver | None:
    """Find the driver whose platform a router is, in one batch of questions.

    Args:
        view: through which the router is asked.
        drivers: candidates.
        dialect: which the view speaks; drivers of others fit only by what is overheard.
        deadline: absolute, monotonic seconds.

    Returns:
        The driver; None where none fits, or the router did not answer.
    """
    alike = [
        (driver, driver.detect)
        for driver in drivers
        if driver.detect is not None and driver.dialect == dialect
    ]
    commands = tuple(command for _, detect in alike for command in detect.commands)
    try:
        answers = await view.ask(commands, deadline=deadline)
    except MeasurementError:
        return overheard_platform(drivers, view.overheard)
    place = 0
    for driver, detect in alike:
        own = answers[place : place + len(detect.commands)]
        place += len(detect.commands)
        if is_platform(detect, own):
            return driver
    return overheard_platform(drivers, f"{view.overheard}\n{_all_said(answers)}")


def _all_said(answers: Sequence[CommandAnswer]) -> str:
    return "\n".join(answer.output for answer in answers)
