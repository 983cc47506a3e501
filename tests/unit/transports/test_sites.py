"""Certificates that are refused, and pages fetched from elsewhere, against real servers."""

from __future__ import annotations

import asyncio
import datetime as dt
import socket
import ssl
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.failures import FailureKind, MeasurementError
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.path_facts import (
    CertificateFault,
    HttpCheck,
    HttpOutcome,
    RefusedCertificate,
)
from cpe_diag.domain.site_facts import Unfit
from cpe_diag.engine.recorder import RunRecorder
from cpe_diag.lab.home.trust import LASTS, Authority
from cpe_diag.transports.bounded_tcp import SMALL_SEGMENT
from cpe_diag.transports.certificates import fault_of
from cpe_diag.transports.clock import SystemClock
from cpe_diag.transports.http import PageGetter

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

HOME = "127.0.0.1"
NAME = "www.reference.example"
PAGE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer one request with a page."""
    try:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(PAGE)
        await writer.drain()
    except (OSError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.close()


class Shop:
    """A web server with TLS whose certificate a test chooses."""

    def __init__(self, folder: Path) -> None:
        """Make an authority of its own."""
        self.folder = folder
        self.authority = Authority()
        self.clock = SystemClock()
        self._servers: list[asyncio.Server] = []

    async def open(self, pem: str | None) -> int:
        """Serve with key and certificate, or plainly; give the port."""
        trust = None
        if pem is not None:
            held = self.folder / "tls.pem"
            held.write_text(pem)
            trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            trust.load_cert_chain(held)
        server = await asyncio.start_server(serve, HOME, 0, ssl=trust)
        self._servers.append(server)
        return int(server.sockets[0].getsockname()[1])

    async def get(self, port: int, *, trusted: bool = True) -> HttpCheck:
        """Fetch the page by its name."""
        trust = ssl.create_default_context()
        if trusted:
            trust.load_verify_locations(cadata=self.authority.certificate())
        door = PageGetter(clock=self.clock, recorder=RunRecorder(self.clock), trust=trust)
        deadline = self.clock.monotonic() + 5
        return await door.get(f"https://{NAME}:{port}/", address=HOME, deadline=deadline)

    async def close(self) -> None:
        """Stop all servers."""
        for server in self._servers:
            server.close()
            await server.wait_closed()


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    """Open a shop for one test."""
    opened = Shop(tmp_path)
    yield opened
    await opened.close()


def refused(check: HttpCheck) -> RefusedCertificate:
    """Give the certificate that was refused."""
    assert check.outcome is HttpOutcome.CERTIFICATE
    assert isinstance(check.certificate, RefusedCertificate)
    return check.certificate


async def test_a_good_certificate_is_not_spoken_of(shop: Shop) -> None:
    """The page came: nothing was refused."""
    check = await shop.get(await shop.open(shop.authority.server(NAME)))
    assert check.outcome is HttpOutcome.OK
    assert isinstance(check.certificate, Missing)


async def test_an_expired_certificate_is_told_with_its_date(shop: Shop) -> None:
    """The site's owner corrects it within minutes when he is told which, and since when."""
    check = await shop.get(await shop.open(shop.authority.server(NAME, age=2 * LASTS)))
    found = refused(check)
    assert found.fault is CertificateFault.EXPIRED
    assert isinstance(found.not_after, dt.datetime)
    assert found.not_after < dt.datetime.now(dt.UTC)
    assert found.words == f"expired on {found.not_after:%Y-%m-%d}"
    assert found.names == (NAME,)


async def test_a_certificate_of_another_name_is_told_with_that_name(shop: Shop) -> None:
    """Whose server answers instead is half of the answer."""
    found = refused(await shop.get(await shop.open(shop.authority.server("other.example"))))
    assert found.fault is CertificateFault.WRONG_NAME
    assert found.words == "made out to other.example"


async def test_a_certificate_of_nobody_known_is_told_with_its_issuer(shop: Shop) -> None:
    """An issuer such as a firewall's tells who opens the connection on its way."""
    port = await shop.open(shop.authority.server(NAME))
    found = refused(await shop.get(port, trusted=False))
    assert found.fault is CertificateFault.UNTRUSTED
    assert "Lab home CA" in found.words


async def test_a_certificate_of_the_future_is_not_an_expired_one(shop: Shop) -> None:
    """It says that a clock is wrong: theirs, or ours."""
    check = await shop.get(await shop.open(shop.authority.server(NAME, age=-2 * LASTS)))
    assert refused(check).fault is CertificateFault.NOT_YET_VALID


def test_an_error_that_is_no_certificates_is_none() -> None:
    """A reset in the handshake may be a filter; that is another story."""
    assert fault_of(ConnectionResetError()) is None


async def pages_from_elsewhere(shop: Shop, proxy_port: int, url: str) -> HttpCheck:
    """Fetch a page through a proxy on this machine."""
    door = PageGetter(
        clock=shop.clock,
        recorder=RunRecorder(shop.clock),
        proxy=f"http://{HOME}:{proxy_port}",
    )
    return await door.get(url, address=None, deadline=shop.clock.monotonic() + 5)


async def test_a_page_comes_from_elsewhere_by_a_proxy(shop: Shop) -> None:
    """The further vantage: the proxy resolves the name and stands in another network."""
    check = await pages_from_elsewhere(shop, await shop.open(None), f"http://{NAME}/")
    assert check.outcome is HttpOutcome.OK


async def test_a_proxy_that_does_not_get_there_says_so(shop: Shop) -> None:
    """From there it fails too: that is evidence, though not in which way."""

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(refuse, HOME, 0)
    async with server:
        port = int(server.sockets[0].getsockname()[1])
        check = await pages_from_elsewhere(shop, port, f"https://{NAME}/")
    assert check.outcome is HttpOutcome.UNREACHABLE


async def test_a_proxy_that_is_gone_is_our_own_gap(shop: Shop, closed_port: int) -> None:
    """It would else read as a site that refuses connections everywhere."""
    with pytest.raises(MeasurementError) as raised:
        await pages_from_elsewhere(shop, closed_port, f"https://{NAME}/")
    assert raised.value.failure.kind is FailureKind.DEPENDENCY


@pytest.mark.parametrize(
    ("status", "scheme"), [(407, "http"), (407, "https"), (403, "https"), (405, "https")]
)
async def test_a_proxy_that_will_not_is_our_own_gap(shop: Shop, status: int, scheme: str) -> None:
    """It refuses us, and says nothing of the site."""

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(refuse, HOME, 0)
    async with server:
        port = int(server.sockets[0].getsockname()[1])
        with pytest.raises(MeasurementError) as raised:
            await pages_from_elsewhere(shop, port, f"{scheme}://{NAME}/")
    assert raised.value.failure.kind is FailureKind.DEPENDENCY


async def test_a_server_is_asked_for_small_packets_in_the_first_one() -> None:
    """What it sends then passes every way (RFC 9293, section 3.7.1)."""
    segments: list[int] = []

    async def note(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        accepted = writer.get_extra_info("socket")
        segments.append(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG))
        await serve(reader, writer)

    server = await asyncio.start_server(note, HOME, 0)
    url = f"http://{NAME}:{server.sockets[0].getsockname()[1]}/"
    clock = SystemClock()
    door = PageGetter(clock=clock, recorder=RunRecorder(clock), segment_bytes=SMALL_SEGMENT)
    check = await door.get(url, address=HOME, deadline=clock.monotonic() + 5)
    server.close()
    assert check.outcome is HttpOutcome.OK
    assert segments
    assert max(segments) <= SMALL_SEGMENT


async def test_a_door_for_small_packets_tells_a_refusal_as_any_other() -> None:
    """The phase in which a page fails does not depend on how it is asked for."""
    clock = SystemClock()
    door = PageGetter(clock=clock, recorder=RunRecorder(clock), segment_bytes=SMALL_SEGMENT)
    deadline = clock.monotonic() + 5
    check = await door.get(f"http://{NAME}:1/", address=HOME, deadline=deadline)
    assert check.outcome is HttpOutcome.REFUSED


async def test_who_reads_a_page_is_told_what_it_says(shop: Shop) -> None:
    """A page of a word says nothing of note."""
    port = await shop.open(None)
    door = PageGetter(clock=shop.clock, recorder=RunRecorder(shop.clock))
    url, deadline = f"http://{NAME}:{port}/", shop.clock.monotonic() + 5
    page = await door.read(url, "seen=1", address=HOME, deadline=deadline)
    assert (page.check.status, page.check.received_bytes) == (200, 2)
    assert (page.onward, page.unfit, page.parts) == (None, Unfit.NOTHING, ())
