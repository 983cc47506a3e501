"""Notifications to people on call, never in their quiet hours unless it is urgent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from cpe_diag.domain.failures import CpeDiagError
from cpe_diag.report.decoding import UndecodableError, decode
from cpe_diag.service.delivery import (
    NOT_OURS,
    Delivery,
    IsOurs,
    TryLater,
    Undeliverable,
)
from cpe_diag.service.on_call import Notification, TellLater, tellings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cpe_diag.domain.letter import Letter
    from cpe_diag.domain.secret import Secret
    from cpe_diag.ports import Clock
    from cpe_diag.service.tickets_config import PersonConfig


class Pager(Protocol):
    """Carries a few words to a person."""

    async def call(self, address: Secret, title: str, body: str) -> Delivery:
        """Send a title and a text to an address; never raises for the network."""


class CallWay:
    """Delivers letters whose document is a `Notification` to the person that they name.

    A person cannot be asked what arrived: who dies between the call and its note calls again.
    """

    def __init__(
        self,
        people: Mapping[str, PersonConfig],
        resolve: Callable[[str], Secret],
        pager: Pager,
        clock: Clock,
    ) -> None:
        """Call `people`; `resolve` gives the secret of a reference."""
        self._people = people
        self._resolve = resolve
        self._pager = pager
        self._clock = clock

    async def deliver(self, letter: Letter, is_ours: IsOurs) -> Delivery:
        """See `Way`."""
        person = self._people.get(letter.target)
        if person is None:
            return Undeliverable(words=f"nobody on call is named {letter.target}")
        said = self._wanted_now(letter, person)
        if not isinstance(said, Notification):
            return said
        try:
            address = self._resolve(person.send)
        except CpeDiagError as error:
            return TryLater(words=str(error))
        if not await is_ours():
            return NOT_OURS
        return await self._pager.call(address, said.title, said.body)

    def _wanted_now(
        self, letter: Letter, person: PersonConfig
    ) -> Notification | TryLater | Undeliverable:
        """Give what is to be told now, or why it is not."""
        try:
            said = decode(Notification, letter.document)
        except UndecodableError as error:
            return Undeliverable(words=f"the notification cannot be read: {error}")
        now = self._clock.now()
        wanted = tellings(said, (person.on_call,), now, lambda _person, _key: False)
        if not wanted:
            return Undeliverable(words=f"{letter.target} is not told of it any more")
        if isinstance(wanted[0], TellLater):
            return TryLater(words="quiet hours", not_before=wanted[0].at)
        return said
