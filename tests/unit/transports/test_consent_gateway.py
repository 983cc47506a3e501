"""Claims about the operator's gateway: sent once, told exactly, and never in a message of ours."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import pytest

from cpe_diag.domain.failures import ChangeError, FailureKind
from cpe_diag.domain.secret import Secret
from cpe_diag.transports.clock import SystemClock
from cpe_diag.transports.consent_gateway import ConsentGateway

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

CLOCK = SystemClock()
TEXT = Secret('code 123456 {subscriber} & "ünicode"')
BODY = {"customer": "{subscriber}", "message": "Hello: {text}", "kind": "sms"}


@asynccontextmanager
async def _server(answer: bytes | None, requests: list[bytes]) -> AsyncIterator[str]:
    """Serve one answer to every request; None: close without one; empty: say nothing."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        requests.append(head + await reader.readexactly(length))
        if answer == b"":
            await reader.read()
        elif answer is not None:
            writer.write(answer)
            await writer.drain()
        writer.close()
        await writer.wait_closed()
        served.set()

    served = asyncio.Event()
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/send"
        if requests:
            await served.wait()


def _gateway(url: str, *, is_json: bool = True) -> ConsentGateway:
    return ConsentGateway(
        url,
        clock=CLOCK,
        headers={"Authorization": Secret("Bearer topsecret")},
        body=BODY,
        is_json=is_json,
    )


async def _send(gateway: ConsentGateway, subscriber: str = "sub-1", within_s: float = 5.0) -> None:
    await gateway.send(subscriber, TEXT, deadline=CLOCK.monotonic() + within_s)


def _status(line: str) -> bytes:
    return f"HTTP/1.1 {line}\r\nContent-Length: 0\r\n\r\n".encode()


@pytest.mark.parametrize("is_json", [True, False])
async def test_a_message_arrives_exactly(*, is_json: bool) -> None:
    """Whatever stands in it; what looks like a placeholder is none."""
    requests: list[bytes] = []
    async with _server(_status("202 Accepted"), requests) as url:
        await _send(_gateway(url, is_json=is_json), "sub-{text}")
    (request,) = requests
    head, _, body = request.partition(b"\r\n\r\n")
    assert b"Authorization: Bearer topsecret" in head
    fields = json.loads(body) if is_json else {k: v[0] for k, v in parse_qs(body.decode()).items()}
    assert fields == {
        "customer": "sub-{text}",
        "message": f"Hello: {TEXT.reveal()}",
        "kind": "sms",
    }


@pytest.mark.parametrize(
    ("answer", "kind", "maybe"),
    [
        (_status("302 Found"), FailureKind.DEVICE_ERROR, False),
        (_status("403 Forbidden"), FailureKind.DEVICE_ERROR, False),
        (_status("500 Internal Server Error"), FailureKind.DEVICE_ERROR, True),
        (None, FailureKind.CLOSED, True),
        (b"nonsense\r\n\r\n", FailureKind.CLOSED, True),
        (b"", FailureKind.SILENT, True),
    ],
)
async def test_what_is_not_confirmed_says_whether_it_may_have_been_sent(
    answer: bytes | None, kind: FailureKind, *, maybe: bool
) -> None:
    """Sent once, whatever comes; the failure holds nothing of the message."""
    requests: list[bytes] = []
    async with _server(answer, requests) as url:
        with pytest.raises(ChangeError) as told:
            await _send(_gateway(url), within_s=0.5)
    assert (told.value.failure.kind, told.value.may_have_happened) == (kind, maybe)
    assert len(requests) == 1
    assert "123456" not in str(told.value)
    assert "topsecret" not in str(told.value)


async def test_a_gateway_that_is_not_there_has_sent_nothing() -> None:
    """A refused connection."""
    async with _server(b"", []) as url:
        pass
    with pytest.raises(ChangeError) as told:
        await _send(_gateway(url))
    assert told.value.failure.kind is FailureKind.UNREACHABLE
    assert not told.value.may_have_happened


async def test_a_header_that_is_none_is_a_matter_of_configuration() -> None:
    """Its value is not repeated."""
    gateway = ConsentGateway(
        "http://127.0.0.1:9/",
        clock=CLOCK,
        headers={"A": Secret("top\r\nsecret")},
        body=BODY,
        is_json=True,
    )
    with pytest.raises(ChangeError) as told:
        await _send(gateway)
    assert "secret" not in str(told.value)
    assert not told.value.may_have_happened
