"""Whom a laptop on site may ask beyond its wire: all of it is named in the configuration."""

from __future__ import annotations

from dataclasses import dataclass, field

from cpe_diag.field.load_order import LoadOrder


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
