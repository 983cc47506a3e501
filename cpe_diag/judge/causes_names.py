"""Causes in the operator's resolver beside its silence: it is late, or says what is not true."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.verdict import Destination, FaultDomain
from cpe_diag.judge.cause import SITE, SLOW, Cause, must, unless, when

CAUSES_NAMES: Final[tuple[Cause, ...]] = (
    Cause(
        id="dns_resolver_slow",
        domain=FaultDomain.NETWORK,
        destination=Destination.NETWORK_OPERATIONS,
        title="The operator's name servers answer late",
        needs=(must("resolver_slow"),),
        supports=(
            when("resolver_slow", 5.0),
            unless("internet_unreachable", 0.3),
            unless("internet_loss", 0.3),
        ),
        against=(when("internet_loss", -1.5), when("resolver_drops", -5.0)),
        explains=(
            "resolver_slow",
            "router_dns_fails",
            "router_direct_dns_fails",
            "router_http_fails",
            "platform_fails_from_home",
        ),
        shifts=((SLOW, 0.5), (SITE, 0.3)),
        next_action="Look at the resolvers' load and at what they ask themselves.",
        tell_customer="Our name service answers late, so that sites take long to open. Our"
        " engineers are informed.",
        source="RFC 1034, section 5.3.1, and Microsoft KB 2834226: clients ask again after 1 s",
    ),
    Cause(
        id="dns_resolver_lies",
        domain=FaultDomain.NETWORK,
        destination=Destination.NETWORK_OPERATIONS,
        title="The operator's name servers give a wrong address",
        needs=(must("resolver_lies"),),
        supports=(when("resolver_lies", 6.5),),
        explains=(
            "resolver_lies",
            "operator_reference_fails",
            "router_http_fails",
            "platform_name_fails",
            "platform_unreachable",
            "platform_refuses",
            "platform_errors",
            "platform_certificate_bad",
            "platform_turns_us_away",
            "platform_fails_only_here",
            "platform_fails_from_home",
        ),
        next_action="Compare the resolvers' answer with the zone's; empty their cache of the name."
        " See first whether the name is blocked on purpose.",
        tell_customer="Our name service gives a wrong address at the moment, so that sites do not"
        " open. Our engineers are informed.",
        source="ooni/spec, ts-017, dns_consistency and E001: it tells an address that does not"
        " serve the name over TLS, while the known one does",
    ),
)
