"""Hands a message for a customer to the operator's SMS or mail gateway: one HTTP POST, once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode, urlsplit

from cpe_diag.domain.failures import ChangeError, Failure, FailureKind
from cpe_diag.transports.time_left import time_left

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

    from cpe_diag.domain.secret import Secret
    from cpe_diag.ports import Clock

POST: Final = "gateway.post"
# RFC 9110, sections 15.3, 15.5 and 15.6.
TAKEN: Final = range(200, 300)
REFUSED: Final = range(300, 500)
"""Redirects are not followed: the message went to an address that somebody has checked."""


@dataclass(slots=True)
class _Progress:
    """Whether the request may have left."""

    sent: bool = False

    async def trace(self, event: str, _info: dict[str, Any]) -> None:
        """Follow httpcore's trace events (its documentation, "Extensions", "trace")."""
        self.sent = self.sent or event == "http11.send_request_headers.started"


class ConsentGateway:
    """The gateway of an operator, which knows the number on file of a subscriber."""

    def __init__(  # noqa: PLR0913 - what the configuration says of it
        self,
        url: str,
        *,
        clock: Clock,
        headers: Mapping[str, Secret],
        body: Mapping[str, str],
        is_json: bool,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        """Post to `url`.

        Args:
            url: https, or http on this machine.
            clock: for the deadline.
            headers: with what the gateway lets us in by.
            body: fields, in whose values `{subscriber}` and `{text}` are filled in.
            is_json: send them as a JSON object, else as a form.
            trust: the certificates to check against; the system's own where it is None.
        """
        self._url = url
        self._clock = clock
        self._headers = headers
        self._body = body
        self._is_json = is_json
        self._trust = trust

    async def send(self, subscriber: str, text: Secret, *, deadline: float) -> None:
        """Send one message; that this returns means that the gateway took it.

        Args:
            subscriber: whose number or address on file it goes to.
            text: of the message; no failure holds any of it.
            deadline: absolute, monotonic seconds.

        Raises:
            ChangeError: `gateway.post`: nothing was sent (REFUSED, SILENT, UNREACHABLE,
                NOT_CONFIGURED, and DEVICE_ERROR for an answer from 300 to 499), or it may have
                been (SILENT, CLOSED, and DEVICE_ERROR for 500 and more).
        """
        status = await self._post(subscriber, text, deadline)
        if status in TAKEN:
            return
        words = f"it answers {status}"
        raise self._failed(FailureKind.DEVICE_ERROR, words, maybe=status not in REFUSED)

    async def _post(self, subscriber: str, text: Secret, deadline: float) -> int:
        import httpcore

        from cpe_diag.transports.http_backend import ToAddress

        progress = _Progress()
        way = ToAddress(None, lambda: time_left(self._clock, deadline))
        try:
            async with httpcore.AsyncConnectionPool(
                ssl_context=self._trust, network_backend=way
            ) as pool:
                answer = await pool.request(
                    "POST",
                    self._url,
                    headers=self._all_headers(),
                    content=self._content(subscriber, text),
                    extensions={"trace": progress.trace},
                )
        except (httpcore.UnsupportedProtocol, httpcore.LocalProtocolError):
            words = "its URL or a header cannot be put into a request"
            raise self._failed(FailureKind.NOT_CONFIGURED, words, maybe=False) from None
        except (httpcore.TimeoutException, TimeoutError):
            words = "it gave no answer in time"
            raise self._failed(FailureKind.SILENT, words, maybe=progress.sent) from None
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError):
            if progress.sent:
                words = "the connection ended before it had answered"
                raise self._failed(FailureKind.CLOSED, words, maybe=True) from None
            words = "it cannot be reached, or its certificate is not trusted"
            raise self._failed(FailureKind.UNREACHABLE, words, maybe=False) from None
        return answer.status

    def _all_headers(self) -> list[tuple[str, str]]:
        kind = "application/json" if self._is_json else "application/x-www-form-urlencoded"
        own = [("User-Agent", "cpe-diag"), ("Content-Type", kind), ("Connection", "close")]
        return [*own, *((name, value.reveal()) for name, value in self._headers.items())]

    def _content(self, subscriber: str, text: Secret) -> bytes:
        # Each part is filled in for itself, so that nothing that is filled in is looked at again.
        fields = {
            name: subscriber.join(
                text.reveal().join(part.split("{text}")) for part in value.split("{subscriber}")
            )
            for name, value in self._body.items()
        }
        return (json.dumps(fields) if self._is_json else urlencode(fields)).encode()

    def _failed(self, kind: FailureKind, words: str, *, maybe: bool) -> ChangeError:
        where = f"the gateway {urlsplit(self._url).hostname}"
        return ChangeError(
            Failure(kind=kind, where=where, detail=words), POST, may_have_happened=maybe
        )
