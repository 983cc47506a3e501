"""The lab's resolver, asked over real UDP and TCP."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dns.asyncquery
import dns.exception
import dns.message
import dns.rcode
import pytest

from cpe_diag.lab.resolver import DnsResolver, answer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from cpe_diag.lab.world import World


@pytest.fixture
async def port(world: World) -> AsyncIterator[int]:
    """Let the resolver listen."""
    resolver = DnsResolver(world)
    yield await resolver.start()
    await resolver.stop()


def question(name: str, kind: str = "A") -> dns.message.QueryMessage:
    """Make a query."""
    return dns.message.make_query(name, kind)


async def test_names_of_the_lab_resolve_over_udp_and_tcp(world: World, port: int) -> None:
    """Both transports give the same answer."""
    query = question("Reference.Lab.Example")
    by_udp = await dns.asyncquery.udp(query, world.resolver.address, port=port, timeout=2)
    by_tcp = await dns.asyncquery.tcp(query, world.resolver.address, port=port, timeout=2)
    assert by_udp.answer[0][0].address == world.reference.address
    assert by_tcp.answer == by_udp.answer


@pytest.mark.parametrize("name", ["nothing.lab.example", "example.com"])
async def test_other_names_do_not_exist(world: World, port: int, name: str) -> None:
    """The lab never asks the internet."""
    reply = await dns.asyncquery.udp(question(name), world.resolver.address, port=port, timeout=2)
    assert reply.rcode() == dns.rcode.NXDOMAIN


async def test_a_name_without_an_ipv6_address_exists_all_the_same(world: World, port: int) -> None:
    """NODATA is not NXDOMAIN (RFC 2308, 2)."""
    reply = await dns.asyncquery.udp(
        question("reference.lab.example", "AAAA"), world.resolver.address, port=port, timeout=2
    )
    assert reply.rcode() == dns.rcode.NOERROR
    assert reply.answer == []


async def test_the_platforms_name_can_be_taken_away(world: World, port: int) -> None:
    """The fault platform_name hits the platform alone."""
    world.platform.resolves = False
    replies = [
        await dns.asyncquery.udp(question(name), world.resolver.address, port=port, timeout=2)
        for name in ("platform.lab.example", "reference.lab.example")
    ]
    assert [reply.rcode() for reply in replies] == [dns.rcode.NXDOMAIN, dns.rcode.NOERROR]


async def test_a_failing_resolver_says_servfail(world: World, port: int) -> None:
    """The fault dns_resolver."""
    world.resolver.servfail = True
    reply = await dns.asyncquery.udp(
        question("reference.lab.example"), world.resolver.address, port=port, timeout=2
    )
    assert reply.rcode() == dns.rcode.SERVFAIL


async def test_a_resolver_that_is_down_is_silent(world: World, port: int) -> None:
    """No answer at all, which is another evidence than a failure."""
    world.resolver.up = False
    with pytest.raises(dns.exception.Timeout):
        await dns.asyncquery.udp(
            question("reference.lab.example"), world.resolver.address, port=port, timeout=0.2
        )


def test_what_is_no_query_is_not_answered(world: World) -> None:
    """Garbage and answers of others must not make the resolver speak."""
    query = question("reference.lab.example")
    assert answer(world, b"\x00\x01garbage") is None
    assert answer(world, dns.message.make_response(query).to_wire()) is None
    assert answer(world, query.to_wire()) is not None
