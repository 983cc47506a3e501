"""What is offered on site and is in order, however unusual it looks, accuses nobody."""

from __future__ import annotations

from typing import Any, Final

import pytest

from cpe_diag.domain.verdict import FaultDomain
from cpe_diag.judge.decide import decide, find
from cpe_diag.testing import faults_of_offers as offers
from cpe_diag.testing.evidence_samples import with_value
from cpe_diag.testing.faults_on_site import LAN, STRANGER, WALL, on_site
from cpe_diag.testing.field_samples import GATEWAY, ways

PLACES: Final = [WALL, LAN]


def _answer(case: Any, name: str) -> Any:  # noqa: ANN401 - a finding
    return next(one for one in find(case) if one.id == name)


@pytest.mark.parametrize("place", PLACES)
def test_a_gateway_that_answers_for_all_does_its_work(place: str) -> None:
    """Proxy ARP of the gateway (RFC 1027, RFC 4562) also answers for the address offered."""
    case = offers.answers_for_all(on_site(place), place, GATEWAY)
    assert decide(case, {}).domain is FaultDomain.NONE


@pytest.mark.parametrize("place", PLACES)
def test_a_slow_link_may_be_the_laptops_own(place: str) -> None:
    """Law 2: without a faster link elsewhere it accuses nobody, and is not called well."""
    verdict = decide(offers.slow_link_alone(on_site(place), place), {})
    assert verdict.domain is FaultDomain.UNDETERMINED


@pytest.mark.parametrize("place", PLACES)
def test_a_network_without_ipv6_is_well(place: str) -> None:
    """It is not known to be sold."""
    assert decide(offers.no_ipv6(on_site(place), place), {}).domain is FaultDomain.NONE


@pytest.mark.parametrize(
    ("fields", "lacks"),
    [
        ({"mask_bits": 32}, False),
        ({"mask_bits": 24, "routers": ("203.0.113.1",)}, True),
        ({"mask_bits": None}, True),
        ({"mtu_bytes": 1280}, False),
        ({"mtu_bytes": 576}, True),
        ({"resolvers": ()}, False),
    ],
)
def test_what_an_offer_lacks(fields: dict[str, Any], *, lacks: bool) -> None:
    """A /32 has its gateway outside; resolvers may come by IPv6 alone (RFC 8106)."""
    case = offers.offered(on_site(WALL), WALL, **fields)
    assert _answer(case, "wall_offer_lacks").answer is lacks


def test_an_offer_without_a_resolver_lacks_one_where_ipv6_names_none() -> None:
    """Names are asked of nobody then."""
    case = offers.offered(offers.no_ipv6(on_site(WALL), WALL), WALL, resolvers=())
    found = _answer(case, "wall_offer_lacks")
    assert found.answer
    assert "no resolver" in found.because


def test_a_second_hop_of_ipv6_is_nobodys_second_router() -> None:
    """Homes have no range of their own there."""
    way = ways("2001:db8:1::1", "2001:db8:2::1", "2001:db8:ffff::80")
    case = with_value(on_site(LAN), "field_trace", LAN, way)
    found = _answer(case, "home_second_router")
    assert (found.answer, found.missing) == (None, ())
    assert decide(case, {}).domain is FaultDomain.NONE


def test_the_operators_offer_is_looked_at_beside_a_strangers() -> None:
    """A foreign router is another finding."""
    case = on_site(WALL)
    assert _answer(case, "wall_offer_lacks").answer is False
    taken = offers.address_taken(case, WALL, STRANGER, GATEWAY)
    assert GATEWAY not in _answer(taken, "wall_address_taken").because
