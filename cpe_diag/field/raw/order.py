"""What may be asked of the process for raw frames: one of a few named tests on one interface."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import AddressValueError, IPv4Address
from typing import Any, Final

from cpe_diag.field.raw.inside_order import Inside, InsideError, read_inside

LONGEST_S: Final = 60.0
MOST_ADDRESSES: Final = 4
LONGEST_LOGIN: Final = 255
"""RFC 1334, section 2.2.1: its length stands in one octet."""
MOST_VLANS: Final = 4
LAST_VLAN: Final = 4094
"""IEEE 802.1Q: 0 and 4095 are no VLANs."""
INTERFACE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,14}", re.ASCII)
"""Linux, IFNAMSIZ: at most 15 characters; what a shell or a path could misread is left out."""
GROUP: Final = 0x01
"""IEEE 802, section 8.2: no frame comes from such an address."""
MAC: Final = re.compile(r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}", re.ASCII)


class Test(StrEnum):
    """The tests, and nothing else."""

    HEARD = "heard"
    DHCP = "dhcp"
    PPPOE = "pppoe"
    SESSION = "session"
    VLANS = "vlans"
    LOCKED = "locked"
    ARP = "arp"
    IPV6 = "ipv6"

    __test__ = False


class OrderError(Exception):
    """An order that is not one of ours; what is wrong with it.

    `number` is the one that it bears, so that whoever gave it need not wait; None: it bears none.
    """

    number: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One order.

    `number` comes back with the answer. `mac` is the interface's own (another is refused), in the
    test of locked ports the router's; `for_s` how long answers are waited for. `addresses` are for
    the test of ARP: gateway, then our own, as far as they are known; `vlans` for the test of
    VLANs. `dry`: say which frames would be sent, and send none. `user` and `password` are for a
    session; nothing that the process says has them in it. `inside` is whom to ask once that is
    open.
    """

    number: int
    test: Test
    interface: str
    mac: str
    for_s: float
    vlan: int | None = None
    addresses: tuple[str, ...] = ()
    dry: bool = False
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    vlans: tuple[int, ...] = ()
    inside: Inside | None = None


def read(line: str) -> Order:
    """Read one order.

    Args:
        line: JSON.

    Returns:
        The order.

    Raises:
        OrderError: it is none.
    """
    try:
        document = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise OrderError("an order is one line of JSON") from error
    if not isinstance(document, dict) or set(document) - set(Order.__slots__):
        raise OrderError(f"an order has {', '.join(Order.__slots__)} and nothing else")
    number = _number(document)
    try:
        return _checked(number, document)
    except OrderError as error:
        error.number = number
        raise


def _checked(number: int, document: dict[str, Any]) -> Order:
    try:
        inside = read_inside(document.get("inside"))
    except InsideError as error:
        raise OrderError(str(error)) from error
    return Order(
        number=number,
        test=_test(document.get("test")),
        interface=_text(document.get("interface"), INTERFACE, "interface"),
        mac=station(document.get("mac")),
        for_s=_seconds(document.get("for_s")),
        vlan=_vlan(document.get("vlan")),
        addresses=_addresses(document.get("addresses", [])),
        dry=_flag(document.get("dry", False), "dry"),
        user=_login(document.get("user", ""), "user"),
        password=_login(document.get("password", ""), "password"),
        vlans=_vlans(document.get("vlans", [])),
        inside=inside,
    )


def _number(document: dict[str, Any]) -> int:
    number = document.get("number")
    if type(number) is not int:
        raise OrderError("number: expected a whole number")
    return number


def _test(given: object) -> Test:
    if not isinstance(given, str) or given not in set(Test):
        raise OrderError(f"test: expected one of {', '.join(Test)}")
    return Test(given)


def _text(given: object, pattern: re.Pattern[str], name: str) -> str:
    if not isinstance(given, str) or not pattern.fullmatch(given):
        raise OrderError(f"{name}: expected {pattern.pattern}")
    return given


def station(given: object) -> str:
    """Hold a MAC to the form of orders, and to be of one station.

    Raises:
        OrderError: it is none.
    """
    mac = _text(given, MAC, "mac")
    if int(mac[:2], 16) & GROUP or not int(mac.replace(":", ""), 16):
        raise OrderError("mac: expected a station's, not a group's or zeros")
    return mac


def _flag(given: object, name: str) -> bool:
    if not isinstance(given, bool):
        raise OrderError(f"{name}: expected true or false")
    return given


def _seconds(given: object) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise OrderError("for_s: expected seconds")
    if not 0 < given <= LONGEST_S:  # NaN is not, either
        raise OrderError(f"for_s: expected more than 0 and at most {LONGEST_S:g}")
    return float(given)


def _vlan(given: object) -> int | None:
    if given is None:
        return None
    if type(given) is not int or not 1 <= given <= LAST_VLAN:
        raise OrderError(f"vlan: expected 1 to {LAST_VLAN}")
    return given


def _vlans(given: object) -> tuple[int, ...]:
    if not isinstance(given, list) or len(given) > MOST_VLANS:
        raise OrderError(f"vlans: expected at most {MOST_VLANS}")
    if None in given:
        raise OrderError(f"vlans: expected 1 to {LAST_VLAN}")
    return tuple(dict.fromkeys(vlan for one in given if (vlan := _vlan(one)) is not None))


def _addresses(given: object) -> tuple[str, ...]:
    if not isinstance(given, list) or len(given) > MOST_ADDRESSES:
        raise OrderError(f"addresses: expected at most {MOST_ADDRESSES}")
    wrong = OrderError("addresses: expected IPv4 addresses")
    if not all(isinstance(one, str) for one in given):
        raise wrong  # without it another would stand in its place: gateway, then our own
    try:
        return tuple(str(IPv4Address(one)) for one in given)
    except AddressValueError:
        raise wrong from None


def _login(given: object, name: str) -> str:
    wrong = OrderError(f"{name}: expected text of at most {LONGEST_LOGIN} octets")
    if not isinstance(given, str):
        raise wrong
    try:
        octets = given.encode()
    except UnicodeEncodeError:
        raise wrong from None
    if len(octets) > LONGEST_LOGIN:
        raise wrong
    return given
