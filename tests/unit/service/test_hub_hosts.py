"""Events go to no address that only our own machines reach, unless the operator has named it."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Final

import httpx
import pytest
from send_letters import taken_up

from cpe_diag.service.delivery import Delivered, Delivery, TryLater, Undeliverable
from cpe_diag.service.event_way import EventWay
from cpe_diag.service.http_exchange import new_client
from cpe_diag.service.hub_hosts import HubHosts, is_outside
from cpe_diag.service.letters import event_letter
from cpe_diag.service.tickets_config import tickets_part

if TYPE_CHECKING:
    from pathlib import Path

NAMED: Final = HubHosts(frozenset({"noc.corp.example", "10.1.2.3"}))
LETTER: Final = taken_up(event_letter("hub-1", {"eventId": "e-1", "event": {}}, None))


@pytest.mark.parametrize(
    ("address", "outside"),
    [
        ("8.8.8.8", True),
        ("2001:4860:4860::8888", True),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::808:808", True),
        ("127.0.0.1", False),
        ("10.0.0.1", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("0.0.0.0", False),  # noqa: S104 - nothing listens
        ("224.0.1.1", False),
        ("240.0.0.1", False),
        ("::", False),
        ("::1", False),
        ("fe80::1", False),
        ("fe80::1%2", False),
        ("fec0::1", False),
        ("fd00::1", False),
        ("ff0e::1", False),
        ("::ffff:127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
    ],
)
def test_an_address_is_outside_where_it_is_one_of_the_public_internet(
    address: str, *, outside: bool
) -> None:
    """Also where it stands inside an address of another kind."""
    assert is_outside(ipaddress.ip_address(address)) is outside


@pytest.mark.parametrize(
    ("callback", "why"),
    [
        ("https://crm.example.net/hear", ""),
        ("https://8.8.8.8:8443/hear", ""),
        ("http://noc.corp.example:8080/hear", ""),
        ("https://NOC.corp.example./hear", ""),
        ("http://10.1.2.3/", ""),
        ("http://crm.example.net/hear", "expected https; plain http"),
        ("https://10.1.2.4/", "10.1.2.4 is not an address of the public internet"),
        ("https://[::1]/", "::1 is not an address of the public internet"),
        ("https://user:word@noc.corp.example/", "without user and password"),
        ("ftp://noc.corp.example/", "expected https://HOST/"),
        ("https://noc.corp.example:99999/", "expected https://HOST/"),
        ("https:///x", "expected https://HOST/"),
        ("https://crm..example.net/", "expected https://HOST/"),
        (f"https://{'a' * 64}.example.net/", "expected https://HOST/"),
    ],
)
def test_a_callback_is_refused_for_what_its_text_tells(callback: str, why: str) -> None:
    """Whoever registers is told at once, and told what to do."""
    refused = NAMED.refusal(callback)
    assert bool(refused) is bool(why)
    assert why in refused


def test_the_configuration_names_hosts_in_any_letters(tmp_path: Path) -> None:
    """As names are the same in the DNS."""
    held = tickets_part({"hub_hosts": ["Noc.Corp.example"]}, tmp_path)
    assert held.hub_hosts.is_named("noc.corp.EXAMPLE")
    assert not tickets_part({}, tmp_path).hub_hosts.is_named("noc.corp.example")


async def told(
    callback: str, found: tuple[str, ...], refuses: frozenset[str] = frozenset()
) -> tuple[Delivery, list[httpx.Request]]:
    """Deliver an event where a name leads to `found`, some of which take no connection."""
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if request.url.host in refuses:
            raise httpx.ConnectError("refused")
        return httpx.Response(204)

    async def addresses(host: str, _port: int) -> tuple[str, ...]:
        assert host == "crm.example.net"
        if not found:
            raise OSError("no such host")
        return found

    async def ours() -> bool:
        return True

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        way = EventWay(lambda _hub: callback, client, NAMED, addresses)
        return await way.deliver(LETTER, ours), asked


async def test_an_event_is_sent_to_the_address_that_was_looked_at() -> None:
    """A name that is looked up again could lead elsewhere; its certificate is still looked at."""
    came, (asked,) = await told("https://crm.example.net:8443/hear?x=1", ("8.8.8.8",))
    assert came == Delivered()
    assert str(asked.url) == "https://8.8.8.8:8443/hear?x=1"
    assert asked.headers["host"] == "crm.example.net:8443"
    assert asked.headers["connection"] == "close"
    assert asked.extensions["sni_hostname"] == "crm.example.net"


async def test_an_address_that_takes_no_connection_gives_way_to_the_next() -> None:
    """Many hosts have one that this machine cannot reach."""
    both = ("2001:4860:4860::8888", "8.8.8.8")
    came, asked = await told("https://crm.example.net/", both, frozenset(both[:1]))
    assert (came, len(asked)) == (Delivered(), 2)
    came, asked = await told("https://crm.example.net/", both, frozenset(both))
    assert isinstance(came, TryLater)
    assert len(asked) == 2


@pytest.mark.parametrize("found", [("127.0.0.1",), ("8.8.8.8", "10.0.0.1"), ("::1",)])
async def test_a_name_that_leads_inside_is_told_nothing(found: tuple[str, ...]) -> None:
    """Not even at those of its addresses that are outside."""
    came, asked = await told("https://crm.example.net/hear", found)
    assert isinstance(came, Undeliverable)
    assert "tickets.hub_hosts" in came.words
    assert asked == []


async def test_a_name_that_cannot_be_looked_up_is_tried_later() -> None:
    """A resolver that is away loses no event."""
    came, asked = await told("https://crm.example.net/hear", ())
    assert isinstance(came, TryLater)
    assert asked == []


async def test_what_was_registered_before_the_rule_is_told_nothing() -> None:
    """Plain http, or an address inside, of a hub of an earlier version."""
    for callback in ("http://crm.example.net/", "https://127.0.0.1/"):
        came, asked = await told(callback, ("8.8.8.8",))
        assert isinstance(came, Undeliverable)
        assert asked == []


async def test_a_host_that_is_named_may_be_anywhere() -> None:
    """And by plain http: it is asked as it was registered."""
    came, (asked,) = await told("http://10.1.2.3:8080/hear", ())
    assert came == Delivered()
    assert str(asked.url) == "http://10.1.2.3:8080/hear"


async def test_the_system_says_where_a_name_leads() -> None:
    """By the resolver of this machine, which knows this one without a network."""

    async def ours() -> bool:
        return True

    async with new_client() as client:
        way = EventWay(lambda _hub: "https://localhost:1/", client, HubHosts())
        came = await way.deliver(LETTER, ours)
    assert isinstance(came, Undeliverable)
    assert came.words.startswith("callback of hub hub-1: localhost is not an address")


async def test_a_name_that_nobody_can_ask_for_holds_up_no_other_letter() -> None:
    """Looking it up would raise, and what sends the letters would stop."""
    for callback in ("https://crm..example.net/", f"https://{'a' * 64}.example.net/"):
        came, asked = await told(callback, ("8.8.8.8",))
        assert isinstance(came, Undeliverable)
        assert asked == []
