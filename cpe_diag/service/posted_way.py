"""Notes in trouble tickets that were posted here: whoever posted one reads it, or has a hub."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from cpe_diag.report.decoding import UndecodableError, decode
from cpe_diag.service.delivery import (
    NOT_OURS,
    Delivered,
    Delivery,
    IsOurs,
    TryLater,
    Undeliverable,
)
from cpe_diag.service.posted_note import PostedNote, written
from cpe_diag.service.tmf621 import API_OF, Version
from cpe_diag.service.web.ticket_events import letters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from cpe_diag.domain.letter import Letter, NewLetter
    from cpe_diag.ports import Clock
    from cpe_diag.store.event_hubs import EventHub
    from cpe_diag.store.incoming_tickets import IncomingTicket, StoredTickets


class PostedWay:
    """Delivers letters whose document is a `PostedNote` to the tickets of the case they name."""

    def __init__(
        self,
        tickets: StoredTickets,
        hubs_of: Callable[[str], Iterable[EventHub]],
        clock: Clock,
    ) -> None:
        """Write into `tickets`; `hubs_of` an interface are told of it."""
        self._tickets = tickets
        self._hubs_of = hubs_of
        self._clock = clock

    async def deliver(self, letter: Letter, is_ours: IsOurs) -> Delivery:
        """See `Way`; a note that is there already is not written again."""
        try:
            said = decode(PostedNote, letter.document)
        except UndecodableError as error:
            return Undeliverable(words=f"the note cannot be read: {error}")
        found = await asyncio.to_thread(self._tickets.of_case, letter.target)
        if said.status is not None and any(one.answered_at is None for one in found):
            # The verdict, which is older, would take the state back.
            return TryLater(words="a ticket does not say yet how its run has ended")
        if not await is_ours():
            return NOT_OURS
        for one in found:
            await asyncio.to_thread(self._write, one, said, letter.case_id)
        return Delivered()

    def _write(self, ticket: IncomingTicket, said: PostedNote, case_id: str | None) -> None:
        at = self._clock.now()
        version = Version(ticket.form or Version.V4)
        hubs = self._hubs_of(API_OF[version].value)

        def tells(
            before: Mapping[str, object], after: Mapping[str, object]
        ) -> tuple[NewLetter, ...]:
            if after is before:
                return ()
            return letters(hubs, version, before, after, case_id=case_id, at=at)

        change = partial(written, said=said, version=version, at=at)
        self._tickets.rewrite(ticket.id, change, at=at, tells=tells)
