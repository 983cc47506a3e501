"""Whom a laptop on site may ask beyond its wire: all of it is named in the configuration."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from ipaddress import AddressValueError, IPv4Address
from typing import Final
from urllib.parse import urlsplit

from cpe_diag.field.load_order import LoadOrder
from cpe_diag.field.raw.inside_order import (
    HTTP_PORT,
    LONGEST_TEXT,
    NAME,
    PATH,
    Inside,
    InsidePage,
)

MARK: Final = "cpe-diag-"
RANDOM_BYTES: Final = 6
NONSENSE_DIGITS: Final = len(MARK) + 2 * RANDOM_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldTargets:
    """The operator's reference and resolver, and who is asked for comparison.

    `outside` is a resolver that is independent of the operator's; `nobody` is an address to which
    there is a way, and where no resolver runs. `page_status` and `page_text` are what the page at
    `page_url` answers with, None: not known. `stream` is a multicast group and its port.
    """

    host: str | None = None
    address: str | None = None
    url: str | None = None
    resolver: str | None = None
    resolver_port: int = 53
    outside: str | None = None
    nobody: str | None = None
    page_url: str | None = None
    page_status: int | None = None
    page_text: str | None = None
    stream: tuple[str, int] | None = None
    load: LoadOrder = field(default_factory=LoadOrder)

    @property
    def port(self) -> int:
        """Where the reference takes TCP connections."""
        parts = urlsplit(self.url or "")
        return parts.port or (443 if parts.scheme == "https" else 80)

    def invented(self) -> str:
        """Give a name below the reference's that does not exist."""
        return f"{MARK}{secrets.token_hex(RANDOM_BYTES)}.{self.host}"

    def inside(self) -> Inside | None:
        """Give whom to ask inside a session; None where the reference has no IPv4 address."""
        target = _ipv4(self.address)
        if target is None:
            return None
        named = self.host is not None and NAME.fullmatch(self.host) is not None
        return Inside(
            target=target,
            port=self.port,
            name=self.host if named else None,
            nonsense=self.invented() if named else None,
            resolver=_ipv4(self.resolver),
            resolver_port=self.resolver_port,
            outside=_ipv4(self.outside),
            nobody=_ipv4(self.nobody),
            page=self._page(),
        )

    def _page(self) -> InsidePage | None:
        """Give the page that can be fetched inside a session; None: there is none, or by TLS."""
        try:
            parts = urlsplit(self.page_url or "")
            host, port = parts.hostname, parts.port or HTTP_PORT
        except ValueError:
            return None
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        if parts.scheme != "http" or host is None or not NAME.fullmatch(host):
            return None
        text = self.page_text
        if not PATH.fullmatch(path) or (text is not None and len(text) > LONGEST_TEXT):
            return None
        return InsidePage(host=host, port=port, path=path, status=self.page_status, text=text)


def _ipv4(address: str | None) -> str | None:
    try:
        return None if address is None else str(IPv4Address(address))
    except AddressValueError:
        return None
