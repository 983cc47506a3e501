"""Causes in the operator's network that say what is amiss, where a wider cause says where."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.verdict import Destination, FaultDomain
from cpe_diag.judge.cause import Cause, must, when

OF_SITE: Final = (
    *("platform_unreachable", "platform_refuses", "platform_turns_us_away", "platform_fails"),
    *("platform_fails_only_here", "platform_fails_from_home", "platform_errors", "site_amiss"),
    *("platform_slow", "platform_uneven", "site_lost_here", "site_led_elsewhere", "home_stalls"),
    *("resolver_lies", "platform_certificate_bad", "site_other_for_home"),
)
OF_SIX: Final = (
    *("ipv6_unreachable", "ipv6_prefix_unreachable", "one_family_amiss", "home_ipv6_in_vain"),
    *("router_http_fails", "web_held_back", "platform_name_fails"),
)
OF_WORLD: Final = (
    *("world_slow", "internet_delay", "internet_loss", "operator_reference_fails", "core_queued"),
    *("world_amiss_for_home", "router_http_fails", "reference_amiss", "packets_overtake"),
    *("home_connects_in_vain", "home_heard_in_vain", "latency_high", "platform_slow"),
)
OF_LINE: Final = (
    *("port_saturated", "latency_high", "latency_under_load", "packets_overtake"),
    *("gateway_loss", "internet_loss", "access_rate_low", "access_train_slow", "way_in_loss"),
    *("gateway_jitter", "internet_delay", "port_idle", "neighbours_suffer", "home_loses"),
)
OF_SILENCE: Final = (
    *("router_unreachable", "home_without_address", "home_mute", "home_cut_off", "port_idle"),
    *("home_seeks_edge", "home_seeks_address", "neighbours_suffer", "gateway_unreachable"),
)


def _network(  # noqa: PLR0913 - what differs from one to another
    cause: str,
    finding: str,
    title: str,
    *,
    do: str,
    tell: str,
    source: str,
    explains: tuple[str, ...],
    brings: tuple[str, ...],
    weight: float = 6.0,
    against: tuple[str, ...] = (),
    domain: FaultDomain = FaultDomain.NETWORK,
    destination: Destination = Destination.NETWORK_OPERATIONS,
) -> Cause:
    return Cause(
        id=cause,
        domain=domain,
        destination=destination,
        title=title,
        needs=(must(finding),),
        supports=(when(finding, weight),),
        against=tuple(when(one, -weight) for one in against),
        explains=(finding, *(one for one in explains if one != finding)),
        brings=brings,
        next_action=do,
        tell_customer=tell,
        source=source,
    )


CAUSES_NETWORK_KINDS: Final[tuple[Cause, ...]] = (
    _network(
        "transparent_cache",
        "pages_from_cache",
        "A cache of the operator's takes all pages, and reaches nobody itself",
        do="Take the cache out of the way of pages, then look at its own way out.",
        tell="A machine in our network that fetches pages for you does not work. We are taking"
        " it out of the way.",
        source="RFC 9110, sections 3.7 and 15.6.3 (502, 504): one answer for every place, of"
        " somebody in between who reaches none",
        explains=("pages_are_anothers", *OF_WORLD),
        brings=("walled_garden",),
    ),
    _network(
        "core_stateful_filter",
        "begun_lost_beyond",
        "Something beyond the edge drops new connections, and lets all else pass",
        do="Look at guards against floods, firewalls and translators at the border: does each see"
        " both directions?",
        tell="A protection in our network holds back new connections by mistake. Our engineers"
        " are correcting it.",
        source="RFC 4787 and RFC 5382 on what sees one direction: SYNs are lost, pings are not",
        explains=OF_WORLD,
        brings=("core_congested", "core_loss", "cgn_ports_exhausted"),
    ),
    _network(
        "line_flooded",
        "port_filled_unasked",
        "Somebody in the world floods the line; nobody in the home asked for it",
        do="Have network operations filter what comes to the address (RFC 5635), and give the home"
        " another address.",
        tell="Somebody on the internet sends so much to your address that your line is full. We"
        " are filtering it; a new address helps as well.",
        source="IF-MIB, the port's octets: much towards the home, next to nothing from it; TCP"
        " acknowledges every second packet (RFC 5681, section 4.2)",
        explains=OF_LINE,
        brings=("line_saturated",),
    ),
    _network(
        "mac_taken_by_neighbour",
        "home_answers_elsewhere",
        "The home's packets go to another port: a neighbour has its hardware address",
        do="Look in the node at which port the home's hardware address is learned; separate the"
        " two, or have the neighbour's router replaced.",
        tell=(
            "Another router nearby goes by the same number from its factory as yours, so that"
            " what is sent to you goes astray. We are separating the two."
        ),
        source="IEEE 802.1Q, section 8.7: an address is learned where it spoke last; what is"
        " answered does not come in at the home's own port",
        explains=("home_answers_elsewhere", *OF_LINE),
        brings=("uplink_congested", "access_loss", "access_rate"),
    ),
    _network(
        "peering_congested",
        "site_way_full",
        "The way from our network to the site's is full, or loses packets",
        do="Look at the ports towards the site's network, and at their load; lead it another way.",
        tell="The way from our network to this site is crowded at the moment. Our engineers are"
        " looking at it; other sites are not concerned.",
        source="the site is late from both our sides and soon elsewhere, the reference is good",
        explains=OF_SITE,
        brings=("site_way_unexplained", "platform_slow"),
    ),
    _network(
        "routing_loop",
        "site_way_ends",
        "The way to the site ends within our network: a loop, or no route",
        do="Follow the site's route from the edge on: do two routers send it to each other?",
        tell="The way from our network to this site is broken at the moment. Our engineers are"
        " looking at it.",
        source="RFC 792 and RFC 1812, section 5.3.1: time exceeded and unreachable, told from"
        " within the network; elsewhere the site serves",
        explains=(*OF_SITE, "operator_dns_fails", "operator_reference_fails"),
        brings=("site_way_unexplained", "platform_down", "site_way_missing"),
        against=("site_way_missing",),
    ),
    _network(
        "dns_resolver_blocklist",
        "resolver_blocks_site",
        "Our resolver leads the site's visitors to a notice of its own",
        do="Look at the resolver's list of what is blocked, and by whose order the site is on it.",
        tell="Our name server leads this site to a notice, by a list that should not have it. We"
        " are correcting it.",
        source="RFC 8914, section 4.16 (blocked); what it names is not the site's, which serves",
        explains=OF_SITE,
        brings=(
            "platform_refused",
            "platform_down",
            "platform_blocks_us",
            "dns_resolver",
            "dns_resolver_lies",
        ),
    ),
    _network(
        "dns_resolver_stale",
        "resolver_keeps_old",
        "Our resolver has an old address of the site",
        do="Flush the site's name from the resolver's cache; look why it keeps names too long.",
        tell="Our name server still has the site's old address. We are renewing it.",
        source="RFC 2181, section 8, and RFC 8767: how long an answer may be kept; nobody is where"
        " it leads, and the site serves at its own",
        explains=OF_SITE,
        brings=(
            "platform_down",
            "platform_refused",
            "dns_resolver",
            "platform_name",
            "dns_resolver_lies",
        ),
    ),
    _network(
        "dns_resolver_aaaa",
        "resolver_mute_on_aaaa",
        "Our resolver does not answer questions for addresses by IPv6",
        do="Look at what stands before the resolver: a filter drops questions of type AAAA.",
        tell="Our name server answers only a part of the questions, so that pages wait. Our"
        " engineers are correcting it.",
        source="RFC 4074, section 4.1: questions for AAAA that are ignored delay everything",
        explains=OF_SIX,
        brings=("ipv6_route", "service_blocked", "dns_resolver"),
    ),
    _network(
        "operator_content_filter",
        "plain_page_held",
        "A filter for contents is switched on at this line, and takes the site for a bad one",
        do="Look whether the customer has ordered the filter; switch it off, or except the site.",
        tell="A filter of ours for families is switched on at your line, and it holds this site"
        " back. We can switch it off, or make an exception.",
        source="RFC 9110, section 15.5.4: a refusal that the site does not give over TLS, and"
        " nobody but this home gets",
        explains=OF_SITE,
        brings=("platform_blocks_us", "dns_resolver"),
        destination=Destination.SECOND_LINE,
    ),
    _network(
        "ipv6_ra_missing",
        "edge_not_announced",
        "The operator's edge does not announce itself by IPv6",
        do="Look at the edge's router advertisements towards the line; its software is new?",
        tell=(
            "Our equipment does not tell your router the way for traffic of the new kind (IPv6)."
            " Our engineers are correcting it."
        ),
        source="RFC 7084, W-3; RFC 4861, section 6.2.5",
        explains=OF_SIX,
        brings=("ipv6_route", "ipv6_prefix"),
        against=("wan_behind_router",),
    ),
    _network(
        "ipv6_neighbour_discovery",
        "edge_not_found",
        "The node does not carry IPv6 multicast: router and edge do not find each other",
        do="Look at the node's multicast snooping (MLD) at the port, and at its table's size.",
        tell=(
            "Our equipment near you holds back a part of your traffic of the new kind (IPv6)."
            " Our engineers are correcting it."
        ),
        source="RFC 4861, section 7.2.2; RFC 4541, section 3: snooping that drops what it must"
        " carry",
        explains=OF_SIX,
        brings=("ipv6_route",),
    ),
    _network(
        "dhcp_wrong_gateway",
        "offered_edge_silent",
        "The operator's DHCP server names a gateway that does not exist",
        do="Correct the gateway (option 3) of the network in the DHCP server.",
        tell=(
            "Our server gave your router a wrong way out. We are correcting it; please restart"
            " your router after that."
        ),
        source="RFC 2132, section 3.5: option 3; who is named there answers nobody",
        explains=OF_SILENCE,
        brings=("router_mute", "network_unexplained"),
    ),
    _network(
        "uplink_down",
        "uplink_silent",
        "The access node answers by its other way, and none of the homes behind it does",
        do="Look at the node's uplink and at the fibre to it: cut, or its far end is down.",
        tell="A line of ours that carries your whole neighbourhood is interrupted. Our engineers"
        " are on it.",
        source="ports of homes that are up, a node that answers, and no home behind it that does",
        explains=OF_SILENCE,
        brings=("uplink_flapping", "uplink_congested", "node_outage"),
        weight=7.0,
    ),
    _network(
        "lan_loop",
        "lan_frames_return",
        "Frames go round in the home: a cable leads back into the same switch",
        do="Have the customer pull cables at the home's switch one by one until it is calm.",
        tell="A cable in your home leads from your switch back into it, so that everything goes"
        " round and round. Please pull out such a cable.",
        source="IEEE 802.1D, section 7.1: without a spanning tree a loop repeats frames for ever",
        explains=("home_shouted_down", "broadcast_storm", "home_heard_in_vain", "device_loss"),
        brings=("broadcast_storm", "lan_storm"),
        domain=FaultDomain.DEVICE,
        destination=Destination.DEVICE_SUPPORT,
    ),
    _network(
        "dns_resolver_one_zone",
        "site_name_lost_here",
        "Our name servers get nothing of this site's name, and of others they do",
        do="Ask our resolver for this name and for its zone's servers (dig +trace); look at"
        " filters, at DNSSEC and at the way to those servers, then clear its cache.",
        tell="Our name service cannot find this site at the moment, though it is there. Our"
        " engineers are correcting it; other sites are not concerned.",
        source="RFC 2308, section 7, and RFC 8499: no answer of one zone alone, which is served"
        " elsewhere",
        explains=("platform_name_fails", "platform_unreachable", *OF_SITE),
        brings=("site_way_unexplained", "platform_name", "dns_resolver"),
    ),
    _network(
        "core_reordering",
        "packets_overtake",
        "Packets overtake each other on the way beyond the edge",
        do="Look whether two ways of unequal length share single packets instead of connections.",
        tell="Our network delivers data in a wrong order at the moment, which makes large pages"
        " slow. Our engineers are correcting it.",
        source="RFC 4737, section 4.1 (reordering): beside the trains to neighbours and reference",
        explains=OF_WORLD,
        brings=("network_side_unexplained",),
        weight=5.0,
    ),
)
