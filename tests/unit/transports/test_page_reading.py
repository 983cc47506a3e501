"""What a page says of itself, told from headers and bytes alone."""

from __future__ import annotations

import gzip
import zlib

import pytest

from cpe_diag.domain.path_facts import HttpCheck, HttpOutcome
from cpe_diag.domain.site_facts import PartKind, Unfit
from cpe_diag.transports import page_reading
from cpe_diag.transports.page_reading import Page

URL = "https://www.video.example/"
HTML = {"content-type": "text/html; charset=utf-8"}
GOOD = b"<!doctype html><title>Films</title><h1>New films</h1><p>Look at them</p>"


def page(body: bytes, /, status: int = 200, **headers: str) -> Page:
    """Make a page; underscores in names of headers stand for hyphens."""
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    check = HttpCheck(
        url=URL, outcome=HttpOutcome.OK, status=status, took_s=0.1, received_bytes=len(body)
    )
    return Page(check=check, headers=tuple({**HTML, **told}.items()), body=body)


@pytest.mark.parametrize(
    ("location", "place"),
    [
        ("https://video.example/", "https://video.example/"),
        ("/login#top", "https://www.video.example/login"),
        ("//m.video.example/", "https://m.video.example/"),
        ("", ""),
        ("http://[", ""),
    ],
)
def test_a_redirect_leads_to_the_place_that_it_names(location: str, place: str) -> None:
    """RFC 9110, section 10.2.2: relative to the page; a fragment is the browser's matter."""
    assert page_reading.sent_on(page(b"", 302, location=location), URL) == place


def test_a_redirect_without_a_place_leads_nowhere_and_a_page_leads_not_on() -> None:
    """An empty place is none."""
    assert page_reading.sent_on(page(b"", 301), URL) == ""
    assert page_reading.sent_on(page(GOOD), URL) is None
    assert page_reading.sent_on(page(b"", 304), URL) is None


def test_a_page_that_refreshes_at_once_sends_its_visitor_on() -> None:
    """The HTML standard, 4.2.5.3: some sites redirect so; a page that does it later is read."""
    text = '<html><meta http-equiv="Refresh" content="{}; url=\'/next\'">'
    assert page_reading.sent_on(page(text.format(0).encode()), URL) == f"{URL}next"
    assert page_reading.sent_on(page(text.format(30).encode()), URL) is None


@pytest.mark.parametrize(
    "url",
    [
        *("http://10.0.0.1/", "http://127.0.0.1:8080/", "http://169.254.169.254/latest"),
        *("http://[::1]/", "http://[fd00::1]/", "http://localhost/", "http://printer.local/"),
        *("ftp://video.example/", "app://open", "https:///path", "http://video.example:0/", ""),
    ],
)
def test_a_strangers_redirect_does_not_send_us_into_our_own_network(url: str) -> None:
    """What stands in a site's header is the site's word, and no order."""
    assert page_reading.host_of(url) is None


def test_a_place_in_the_world_has_a_host() -> None:
    """By name or by address."""
    assert page_reading.host_of("https://Video.example:8443/x") == "video.example"
    assert page_reading.host_of("http://203.0.113.9/") == "203.0.113.9"


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (GOOD, {}),
        (b"", {}),
        (gzip.compress(GOOD, mtime=0), {"content_encoding": "gzip"}),
        (gzip.compress(GOOD * 99, mtime=0)[:-20], {"content_encoding": "gzip"}),
        (zlib.compress(GOOD), {"content_encoding": "deflate"}),
        (zlib.compress(GOOD)[2:-4], {"content_encoding": "deflate"}),
        (b"nobody asked for it", {"content_encoding": "br"}),
        (b"{}", {"content_type": "application/json"}),
        (b"a text", {"content_type": "text/plain"}),
        (b"<title>How to mend error 502 on your own site</title>", {}),
        (b"<title>News</title>" + b"an internal server error was in the news " * 40, {}),
    ],
)
def test_a_page_that_may_be_one_is_not_accused(body: bytes, headers: dict[str, str]) -> None:
    """Packed, cut off by us, short, or about errors."""
    assert page_reading.unfit(page(body, 200, **headers), URL)[0] is Unfit.NOTHING


@pytest.mark.parametrize(
    ("body", "headers", "unfit"),
    [
        (GOOD, {"content_encoding": "gzip"}, Unfit.CANNOT_UNPACK),
        (gzip.compress(GOOD, mtime=0), {}, Unfit.CANNOT_UNPACK),
        (
            gzip.compress(gzip.compress(GOOD, mtime=0), mtime=0),
            {"content_encoding": "gzip"},
            Unfit.CANNOT_UNPACK,
        ),
        (GOOD, {"content_type": "application/octet-stream"}, Unfit.NO_PAGE),
        (GOOD, {"content_type": "text/plain"}, Unfit.NO_PAGE),
        (b"<?php include 'start.php';", {}, Unfit.NO_PAGE),
        (b"<h1>Error establishing a database connection</h1>", {}, Unfit.TELLS_ERROR),
        (b"<title>502 Bad Gateway</title>" + b"x " * 900, {}, Unfit.TELLS_ERROR),
        (b"<title>Index of /</title>", {}, Unfit.TELLS_ERROR),
        (b"<title>Welcome to nginx!</title>" + b"x " * 900, {}, Unfit.TELLS_ERROR),
        (b"Fatal error: Uncaught Error in /srv/index.php", {}, Unfit.TELLS_ERROR),
        (b"<p>We are down for maintenance</p>", {}, Unfit.TELLS_ERROR),
    ],
)
def test_what_no_visitor_wants_is_told_by_its_words_or_its_form(
    body: bytes, headers: dict[str, str], unfit: Unfit
) -> None:
    """Each of them with a status that says that all is well."""
    assert page_reading.unfit(page(body, 200, **headers), URL)[0] is unfit


def test_a_file_may_be_of_any_type() -> None:
    """Who names a file wants it stored."""
    told = page(b"\0\1", content_type="application/octet-stream")
    assert page_reading.unfit(told, f"{URL}film.bin")[0] is Unfit.NOTHING


def test_the_parts_of_a_page_are_told_with_what_it_needs() -> None:
    """Scripts and styles that block, and what is of the same owner's; not what strangers add."""
    body = b"""<html><head><link rel=stylesheet href="//cdn.stranger.example/a.css">
      <script src=/app.js></script><script async src=https://counter.net/c.js></script>
      <script>go("https://api.video.example/v1"); see("https://www.w3.org/2000/svg")</script>
      <img src=https://pictures.video.example/1.jpg><img src=https://ads.net/1.gif>"""
    told = {
        one.place.url: (one.kind, one.needed) for one in page_reading.parts_of(page(body), URL)
    }
    assert told == {
        "https://cdn.stranger.example/a.css": (PartKind.PROGRAM, True),
        f"{URL}app.js": (PartKind.PROGRAM, True),
        "https://counter.net/c.js": (PartKind.PROGRAM, False),
        "https://api.video.example/": (PartKind.NAMED, True),
        "https://pictures.video.example/1.jpg": (PartKind.OTHER, True),
        "https://ads.net/1.gif": (PartKind.OTHER, False),
    }
    assert page_reading.parts_of(page(body, content_type="application/json"), URL) == ()


def test_cookies_are_kept_by_whom_they_are_for() -> None:
    """RFC 6265, section 5.2: an age of nothing takes one back."""
    told = page(GOOD, set_cookie="seen=1; Domain=.video.example; Path=/")
    (one,) = page_reading.page_read(told).cookies
    assert (one.domain, one.name, one.value) == ("video.example", "seen", "1")
    (gone,) = page_reading.page_read(page(GOOD, set_cookie="seen=; Max-Age=0")).cookies
    assert (gone.domain, gone.value) == ("www.video.example", None)
