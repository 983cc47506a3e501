"""Whom a session is asked about once it is open: a part of an order, read strictly."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address
from typing import Final

NAME: Final = re.compile(r"(?:[A-Za-z0-9_-]{1,63}\.){0,8}[A-Za-z0-9_-]{1,63}", re.ASCII)
"""RFC 1035, section 2.3.1; with the length below."""
LONGEST_NAME: Final = 200
LAST_PORT: Final = 65_535


PATH: Final = re.compile(r"/[!-~]{0,200}", re.ASCII)
"""RFC 9112, section 3.2.1: no space or control character, so that nothing follows it."""
LONGEST_TEXT: Final = 200
HTTP_PORT: Final = 80
FIRST_STATUS, LAST_STATUS = 100, 599


class InsideError(ValueError):
    """What is wrong with that part of an order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InsidePage:
    """A page that is fetched inside a session, and what is known of it (`field.targets`)."""

    host: str
    port: int
    path: str
    status: int | None = None
    text: str | None = None

    @property
    def url(self) -> str:
        """Its address."""
        port = "" if self.port == HTTP_PORT else f":{self.port}"
        return f"http://{self.host}{port}{self.path}"

    def request(self) -> bytes:
        """Give what asks for it (RFC 1945): the answer comes in one piece, and then ends."""
        port = "" if self.port == HTTP_PORT else f":{self.port}"
        lines = (
            f"GET {self.path} HTTP/1.0",
            f"Host: {self.host}{port}",
            "User-Agent: cpe-diag",
            "Accept: */*",
        )
        return "".join(f"{line}\r\n" for line in (*lines, "")).encode("ascii")


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """The reference and its TCP port; names, and the resolvers that are asked for them.

    `name` None: no name is asked for. A resolver that is None is not asked; `given` stands for
    the one that the session gives where `resolver` is None.
    """

    target: str
    port: int
    name: str | None = None
    nonsense: str | None = None
    resolver: str | None = None
    resolver_port: int = 53
    outside: str | None = None
    nobody: str | None = None
    page: InsidePage | None = None


def read_inside(given: object) -> Inside | None:
    """Read it.

    Args:
        given: of the order's document.

    Returns:
        Whom to ask; None: nobody.

    Raises:
        InsideError: it is none of ours.
    """
    if given is None:
        return None
    if not isinstance(given, dict) or set(given) - set(Inside.__slots__):
        raise InsideError(f"inside: expected {', '.join(Inside.__slots__)} and nothing else")
    target = _address(given.get("target"), "target")
    if target is None:
        raise InsideError("inside: target: expected an IPv4 address")
    return Inside(
        target=target,
        port=_port(given.get("port"), "port"),
        name=_name(given.get("name"), "name"),
        nonsense=_name(given.get("nonsense"), "nonsense"),
        resolver=_address(given.get("resolver"), "resolver"),
        resolver_port=_port(given.get("resolver_port", 53), "resolver_port"),
        outside=_address(given.get("outside"), "outside"),
        nobody=_address(given.get("nobody"), "nobody"),
        page=_page(given.get("page")),
    )


def _page(given: object) -> InsidePage | None:
    if given is None:
        return None
    if not isinstance(given, dict) or set(given) - set(InsidePage.__slots__):
        names = ", ".join(InsidePage.__slots__)
        raise InsideError(f"inside: page: expected {names} and nothing else")
    host, path, text = _name(given.get("host"), "page: host"), given.get("path"), given.get("text")
    if host is None or not isinstance(path, str) or not PATH.fullmatch(path):
        raise InsideError("inside: page: expected a host and a path without spaces")
    if text is not None and not (isinstance(text, str) and len(text) <= LONGEST_TEXT):
        raise InsideError(f"inside: page: text: expected at most {LONGEST_TEXT} characters")
    status = given.get("status")
    if status is not None and not _is_status(status):
        raise InsideError(f"inside: page: status: expected {FIRST_STATUS} to {LAST_STATUS}")
    port = _port(given.get("port", HTTP_PORT), "page: port")
    return InsidePage(host=host, port=port, path=path, status=status, text=text)


def _is_status(given: object) -> bool:
    return type(given) is int and FIRST_STATUS <= given <= LAST_STATUS


def _address(given: object, where: str) -> str | None:
    if given is None:
        return None
    try:
        return str(IPv4Address(given if isinstance(given, str) else ""))
    except AddressValueError:
        raise InsideError(f"inside: {where}: expected an IPv4 address") from None


def _port(given: object, where: str) -> int:
    if type(given) is not int or not 1 <= given <= LAST_PORT:
        raise InsideError(f"inside: {where}: expected 1 to {LAST_PORT}")
    return given


def _name(given: object, where: str) -> str | None:
    if given is None:
        return None
    if not isinstance(given, str) or len(given) > LONGEST_NAME or not NAME.fullmatch(given):
        raise InsideError(f"inside: {where}: expected a host's name")
    return given
