"""Notes to ticket desks: looked for where they may be there, then written, then the routing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.domain.failures import CpeDiagError
from cpe_diag.report.decoding import UndecodableError, decode
from cpe_diag.service.answer import Answer
from cpe_diag.service.delivery import (
    NOT_OURS,
    Delivered,
    Delivery,
    IsOurs,
    TryLater,
    Undeliverable,
)
from cpe_diag.service.desk_answers import found, writing
from cpe_diag.service.desk_request import Found
from cpe_diag.service.http_exchange import Reply, exchange

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import httpx

    from cpe_diag.domain.letter import Letter
    from cpe_diag.domain.secret import Secret
    from cpe_diag.service.desk_request import DeskRequest, Writing
    from cpe_diag.service.tickets_config import AnswerConfig, DeskConfig


class DeskWay:
    """Delivers letters whose document is an `Answer` to the desk that they name."""

    def __init__(
        self,
        desks: Mapping[str, DeskConfig],
        resolve: Callable[[str], Secret],
        client: httpx.AsyncClient,
    ) -> None:
        """Write to `desks`; `resolve` gives the secret of a reference."""
        self._desks = desks
        self._resolve = resolve
        self._client = client

    async def deliver(self, letter: Letter, is_ours: IsOurs) -> Delivery:
        """See `Way`."""
        desk = self._desks.get(letter.target)
        if desk is None or desk.answer is None:
            return Undeliverable(words=f"the configuration names no answer for {letter.target}")
        try:
            answer = decode(Answer, letter.document)
        except UndecodableError as error:
            return Undeliverable(words=f"the answer cannot be read: {error}")
        try:
            credential = self._resolve(desk.answer.credential)
        except CpeDiagError as error:
            return TryLater(words=str(error))
        to = _Desk(desk.answer, credential, self._client)
        wanted = writing(desk.answer.desk, answer)
        there = Found(noted=False, routed=False)
        if letter.tries > 1 and wanted.look is not None:
            looked = await to.look(wanted.look, answer)
            if not isinstance(looked, Found):
                return looked
            there = looked
        return await _write(to, wanted, there, is_ours)


async def _write(to: _Desk, wanted: Writing, there: Found, is_ours: IsOurs) -> Delivery:
    requests = [] if there.noted else [wanted.note]
    if not there.routed and (there.noted or not wanted.note_routes):
        requests += wanted.routing
    for request in requests:
        if not await is_ours():
            return NOT_OURS
        reply = await to.send(request)
        if not isinstance(reply, Reply):
            return reply
    return Delivered()


class _Desk:
    """One desk with its credential."""

    def __init__(
        self, config: AnswerConfig, credential: Secret, client: httpx.AsyncClient
    ) -> None:
        self._config = config
        self._credential = credential
        self._client = client

    async def look(self, request: DeskRequest, answer: Answer) -> Found | TryLater | Undeliverable:
        """Ask what is there."""
        reply = await self.send(request)
        if not isinstance(reply, Reply):
            return reply
        there = found(self._config.desk, answer, reply.data)
        if there is None:
            return TryLater(words="the desk does not say what the ticket holds", maybe=True)
        return there

    async def send(self, request: DeskRequest) -> Reply | TryLater | Undeliverable:
        """Send one request."""
        return await exchange(
            self._client, self._config.url, request, self._config.desk.kind, self._credential
        )
