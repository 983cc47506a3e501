"""What a page says: where it sends its visitor, what it is made of, whether it is one at all.

Pure: headers and bytes in, values out. Nothing of a page's content is kept.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from html.parser import HTMLParser
from http.cookies import CookieError, SimpleCookie
from typing import Final
from urllib.parse import urldefrag, urljoin, urlsplit

from cpe_diag.domain.path_facts import HttpCheck
from cpe_diag.domain.site_facts import PartKind, Unfit
from cpe_diag.domain.world import of_the_world
from cpe_diag.ports import Cookie, PagePart, PageRead, Place

REDIRECTS: Final = (301, 302, 303, 307, 308)
"""RFC 9110, section 15.4; the Fetch standard, "redirect status"."""
REFRESH_AT_MOST_S: Final = 5.0
"""A page that sends on later than that is meant to be read."""
UNPACKED_BYTES: Final = 1_000_000
GZIP_MAGIC: Final = b"\x1f\x8b"  # RFC 1952, section 2.3.1
SHOWN: Final = re.compile(
    r"(text|image|audio|video|font|multipart)/|application/([a-z.+-]*(xml|json)"
    r"|pdf|(x-)?(java|ecma)script|wasm)\b"
)
"""Types that browsers show (MIME Sniffing standard, "MIME type groups"); others they store."""
SOURCE: Final = re.compile(rb"\s*<(\?php|%@)", re.IGNORECASE)
HTML: Final = re.compile(rb"\s*<(!doctype html|html)\b", re.IGNORECASE)
FEW_WORDS: Final = 400
"""A page with fewer characters to read is told by all of them, a longer one by its title."""
ERROR: Final = re.compile(
    r"""error\ establishing\ a\ database\ connection  # WordPress, wp-includes/functions.php
    |\b50[0234]\b.{0,12}\b(internal|bad\ gateway|service|server|gateway)  # RFC 9110, section 15.6
    |^(internal\ server\ error|bad\ gateway|gateway\ time-?out)
    |^service\ (temporarily\ )?unavailable
    |^(40[034]|410)\b.{0,8}\b(not\ found|forbidden|bad\ request|gone)  # section 15.5
    |^(not\ found|forbidden|(page|site|domain)\ not\ found|access\ denied)\b
    |^index\ of\ /  # Apache, mod_autoindex
    |^welcome\ to\ nginx!?$|apache2?\b.*\bdefault\ page|^it\ works!?$|^iis\ windows
    |^account\ suspended  # cPanel
    |\b(down\ for|under(going)?|scheduled|site|in)\ maintenance\b
    |^maintenance(\ mode)?\b|temporarily\ (down|offline|unavailable|out\ of\ service)
    |^(php\ )?(fatal|parse)\ error\b|uncaught\ (exception|error)\b|^traceback\ \(most
    |^(an?\ )?(application|server|database|unexpected|internal)\ error\b
    |no\ space\ left\ on\ device
    |something\ went\ wrong|too\ many\ connections
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""What servers and programs write where a page should be, with 200 before it."""
NAMED: Final = re.compile(r"https?://[a-z0-9.-]+", re.IGNORECASE)
MOST_PARTS: Final = 24
ORDER: Final = (PartKind.PROGRAM, PartKind.NAMED, PartKind.OTHER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page as it came: its headers (names in lower case) and its beginning, packed or not."""

    check: HttpCheck
    headers: Sequence[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        """Give the first header of a name (in lower case); None: there is none."""
        return next((value for one, value in self.headers if one == name), None)


def page_read(page: Page) -> PageRead:
    """Say what a page says; of its content nothing else is kept."""
    url = page.check.url
    onward = sent_on(page, url)
    fit, words = unfit(page, url) if page.body else (Unfit.NOTHING, "")
    return PageRead(
        check=page.check,
        onward=None if onward is None else Place(url=onward, host=host_of(onward)),
        unfit=fit,
        words=words,
        parts=parts_of(page, url),
        cookies=cookies_of(page, host_of(url) or urlsplit(url).hostname or ""),
    )


def cookies_of(page: Page, host: str) -> tuple[Cookie, ...]:
    """Give the cookies that a page gives or takes back (RFC 6265, section 5.2)."""
    given: list[Cookie] = []
    for told in (value for name, value in page.headers if name == "set-cookie"):
        with suppress(CookieError):
            for name, morsel in SimpleCookie(told).items():
                domain = morsel["domain"].lstrip(".").lower() or host
                value = None if morsel["max-age"] == "0" else morsel.value
                given.append(Cookie(domain=domain, name=name, value=value))
    return tuple(given)


def host_of(url: str) -> str | None:
    """Give the host of a URL that a browser could open in the world; None: it could not."""
    with suppress(ValueError):
        parts = urlsplit(url)
        host = parts.hostname
        if parts.scheme not in {"http", "https"} or not host or parts.port == 0:
            return None
        with suppress(ValueError):
            return host if of_the_world(host) else None
        local = host == "localhost" or host.endswith((".localhost", ".local"))
        return None if local or not re.fullmatch(r"[a-z0-9._-]+", host) else host
    return None


def sent_on(page: Page, url: str) -> str | None:
    """Give the URL to which a page sends its visitor at once; None: it does not.

    A redirect without a place, or to none that is a URL, gives an empty one.
    """
    if page.check.status in REDIRECTS:
        told = page.header("location")
        return _joined(url, told) if told and told.strip() else ""
    if HTML.match(page.body) or b"http-equiv" in page.body[:4000].lower():
        refresh = read(page.body, url).refresh
        if refresh is not None and refresh != url:
            return refresh
    return None


def _joined(url: str, told: str) -> str:
    with suppress(ValueError):
        return urldefrag(urljoin(url, told.strip())).url
    return ""


def unpacked(page: Page) -> bytes | None:
    """Give a page as it was before it was packed; None: it is not packed as it says.

    What was cut off, by us or on the way, is no error of the packing. Raw deflate is common where
    zlib's is meant (RFC 9110, section 8.4.1.2).
    """
    body = page.body
    told = (page.header("content-encoding") or "identity").strip().lower()
    if told in {"gzip", "x-gzip", "deflate"} and body:
        for bits in (zlib.MAX_WBITS | 32, -zlib.MAX_WBITS):
            with suppress(zlib.error):
                body = zlib.decompressobj(bits).decompress(body, UNPACKED_BYTES)
                break
        else:
            return None
    text = (page.header("content-type") or "").lower().startswith("text/")
    return None if text and body.startswith(GZIP_MAGIC) else body


def unfit(page: Page, url: str) -> tuple[Unfit, str]:
    """Say whether what came can be the page, and by which words.

    Args:
        page: that came whole, or as far as it was read.
        url: of it.

    Returns:
        What is wrong with it, and the words that tell it.
    """
    body = unpacked(page)
    if body is None:
        how = page.header("content-encoding") or "nothing"
        return Unfit.CANNOT_UNPACK, f"said to be packed by {how}"
    kind = (page.header("content-type") or "").partition(";")[0].strip().lower()
    path = urlsplit(url).path
    last = path.rpartition("/")[2]
    if kind and "." not in last and not SHOWN.match(kind):
        return Unfit.NO_PAGE, kind
    if kind == "text/plain" and HTML.match(body):
        return Unfit.NO_PAGE, "HTML as text/plain"
    if SOURCE.match(body):
        return Unfit.NO_PAGE, "a program's source"
    seen = read(body, url)
    words = " ".join(seen.words.split())
    for told in (seen.title, seen.heading, words if len(words) <= FEW_WORDS else ""):
        found = ERROR.search(" ".join(told.split()))
        if found:
            return Unfit.TELLS_ERROR, found.group(0).lower()
    return Unfit.NOTHING, ""


def parts_of(page: Page, url: str) -> tuple[PagePart, ...]:
    """Give what a page is made of, what it needs most first; none of it twice."""
    body = unpacked(page)
    kind = (page.header("content-type") or "text/html").lower()
    if body is None or "html" not in kind:
        return ()
    found = dict.fromkeys(read(body, url).parts)
    return tuple(sorted(found, key=lambda part: (not part.needed, ORDER.index(part.kind))))[
        :MOST_PARTS
    ]


def read(body: bytes, url: str) -> Reading:
    """Read a page of HTML as far as it goes."""
    reading = Reading(url)
    reading.feed(body.decode("utf-8", "replace"))
    return reading


def _of_the_same_site(one: str, other: str) -> bool:
    """Tell whether two hosts are of one owner, as far as their last two labels tell."""
    return one.split(".")[-2:] == other.split(".")[-2:]


class Reading(HTMLParser):
    """Reads title, first heading, words, a refresh, and the parts of a page."""

    def __init__(self, url: str) -> None:
        """Read the page of a URL."""
        super().__init__(convert_charrefs=True)
        self._base = url
        self._host = urlsplit(url).hostname or ""
        self._within: list[str] = []
        self.refresh: str | None = None
        self.title = ""
        self.heading = ""
        self.words = ""
        self.parts: list[PagePart] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take what a tag names."""
        told = {name: value or "" for name, value in attrs}
        if tag in {"title", "script", "style", "h1"}:
            self._within.append(tag)
        if tag == "base" and told.get("href"):
            self._base = _joined(self._base, told["href"]) or self._base
        elif tag == "meta" and told.get("http-equiv", "").lower() == "refresh":
            self._refresh(told.get("content", ""))
        elif tag == "script" and told.get("src"):
            self._part(told["src"], PartKind.PROGRAM, needed="async" not in told)
        elif tag == "link" and told.get("href"):
            self._link(told)
        elif tag in {"img", "iframe", "frame", "video", "audio"} and told.get("src"):
            self._part(told["src"], PartKind.OTHER, needed=False)

    def _link(self, told: dict[str, str]) -> None:
        kinds = told.get("rel", "").lower().split()
        if "stylesheet" in kinds and "alternate" not in kinds:
            screen = told.get("media", "").lower() != "print"
            self._part(told["href"], PartKind.PROGRAM, needed=screen)
        elif {"preconnect", "dns-prefetch"}.intersection(kinds) and self._own(told["href"]):
            self._part(told["href"], PartKind.NAMED, needed=True)

    def handle_endtag(self, tag: str) -> None:
        """Leave a tag."""
        if tag in self._within:
            del self._within[self._within.index(tag) :]

    def handle_data(self, data: str) -> None:
        """Take words; in a program, the hosts of the site's own that it names."""
        place = self._within[-1] if self._within else ""
        if place == "script":
            for named in NAMED.findall(data):
                if self._own(named) and host_of(named) != self._host:
                    self._part(f"{named}/", PartKind.NAMED, needed=True)
        elif place == "title":
            self.title += data
        elif place != "style":
            self.words += data
            if place == "h1":
                self.heading += data

    def _own(self, url: str) -> bool:
        host = host_of(_joined(self._base, url))
        return host is not None and _of_the_same_site(host, self._host)

    def _part(self, told: str, kind: PartKind, *, needed: bool) -> None:
        url = _joined(self._base, told)
        host = host_of(url)
        if host is not None:
            place = Place(url=url, host=host)
            self.parts.append(PagePart(place=place, kind=kind, needed=needed or self._own(told)))

    def _refresh(self, told: str) -> None:
        wait, _, place = told.partition(";")
        name, _, url = place.partition("=")
        with suppress(ValueError):
            if name.strip().lower() == "url" and float(wait or 0) <= REFRESH_AT_MOST_S:
                self.refresh = _joined(self._base, url.strip().strip("'\""))
