"""Whoever connects says in time what they want, and takes in time what they are given.

uvicorn waits for ever for the head of a request and for whoever does not read, and gives nobody an
answer any more once so many connections are open as may be.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from uvicorn.protocols.http.h11_impl import H11Protocol

from cpe_diag.service.refused import Refused
from cpe_diag.service.web.buckets import whose
from cpe_diag.service.web.replies import response_of

if TYPE_CHECKING:
    import asyncio

    from starlette.types import Receive, Scope, Send

OF_ONE: Final = 250
"""Connections of one address at the same time: an office with its live pages may be behind it."""
PROXIES: Final = frozenset({"127.0.0.1", "::/64"})
"""Addresses of this machine, from which a proxy brings all who ask; `whose` names them so."""
TOO_MANY: Final = Refused(
    status=429, reason="too many connections of this address; close some of them"
)

HEAD_S: Final = 10.0
"""How long the head of a request may take to come, from the connection or the answer before."""


TAKEN_S: Final = 30.0
"""How long whoever is answered may take to read some 50 kB; a telephone may have a poor cell."""


class HeadInTime(H11Protocol):
    """HTTP/1.1 as uvicorn speaks it; a connection without a request is closed after `head_s`.

    One on which nothing is read for `taken_s` is broken off. Who has `of_one` already is told so
    on each further one, which is closed then.
    """

    head_s: float = HEAD_S
    taken_s: float = TAKEN_S
    of_one: int = OF_ONE
    of: str = ""

    def __init__(self, *args: Any, **more: Any) -> None:  # noqa: ANN401 - uvicorn's own
        """Begin without a connection."""
        super().__init__(*args, **more)
        self._head: asyncio.TimerHandle | None = None
        self._taken: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # theirs
        """Wait for the first request."""
        super().connection_made(transport)
        self._wait()
        self.of = whose(self.client[0]) if self.client else ""
        if self.of and self.of not in PROXIES and self._theirs() > self.of_one:
            self.app = _too_many

    def _theirs(self) -> int:
        return sum(getattr(one, "of", "") == self.of for one in self.connections)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._wait_no_more()
        self._is_taken()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Wait until what was written is read."""
        super().pause_writing()
        self._wait_until_taken()

    def resume_writing(self) -> None:
        """Wait no more for whoever reads."""
        self._is_taken()
        super().resume_writing()

    def handle_events(self) -> None:
        """Wait no more once a request is there."""
        super().handle_events()
        if self.cycle is not None and not self.cycle.response_complete:
            self._wait_no_more()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        self._wait()
        super().on_response_complete()  # which may find it in what has come already

    def _wait(self) -> None:
        if self._head is None:
            self._head = self.loop.call_later(self.head_s, self._too_late)

    def _wait_no_more(self) -> None:
        if self._head is not None:
            self._head.cancel()
            self._head = None

    def _too_late(self) -> None:
        self._head = None
        if self.transport.get_write_buffer_size():
            self._wait_until_taken()  # closed, it would wait for ever for the rest to be read
        else:
            self.transport.close()

    def _wait_until_taken(self) -> None:
        if self._taken is None:
            self._taken = self.loop.call_later(self.taken_s, self.transport.abort)

    def _is_taken(self) -> None:
        if self._taken is not None:
            self._taken.cancel()
            self._taken = None


async def _too_many(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer whatever is asked over a connection too many, and close it."""
    answer = response_of(TOO_MANY)
    answer.headers["Connection"] = "close"
    await answer(scope, receive, send)
