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


class InsideError(ValueError):
    """What is wrong with that part of an order."""


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
    )


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
