"""Rules that tell what is amiss beside that something is: a case with yes and one with no each."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from cpe_diag.domain.device_facts import (
    DevicePresence,
    DeviceWatch,
    FarEnds,
    NameQueries,
    Tries,
)
from cpe_diag.domain.lan_facts import DeviceFrames
from cpe_diag.domain.missing import known
from cpe_diag.domain.path_facts import (
    CertificateFault,
    DnsOutcome,
    HttpOutcome,
    RefusedCertificate,
)
from cpe_diag.domain.route_facts import RouteRule
from cpe_diag.domain.way_out_facts import HOME, OUTSIDE, RouterDrop
from cpe_diag.testing import faults_at_home as at_home
from cpe_diag.testing import faults_at_sites as sites
from cpe_diag.testing import faults_enclosed as enclosed
from cpe_diag.testing import faults_in_part as in_part
from cpe_diag.testing import faults_of_home as home
from cpe_diag.testing import faults_of_names as names
from cpe_diag.testing import faults_of_routes as routes
from cpe_diag.testing import faults_of_ways as off
from cpe_diag.testing import faults_of_world as beyond
from cpe_diag.testing import faults_on_the_way_out as way_out
from cpe_diag.testing import faults_outside as outside
from cpe_diag.testing import load_samples as load
from cpe_diag.testing.device_samples import LAPTOP, NO_TRIES, NOBODY
from cpe_diag.testing.evidence_samples import (
    about,
    answered,
    changed,
    ethernet_home,
    never_asked,
    with_value,
)
from tests.unit.judge import test_own_kinds as kinds
from tests.unit.judge import test_site_kinds as site_kinds

if TYPE_CHECKING:
    from cpe_diag.judge.question import CaseFile

ETH: Final = ethernet_home()
NAMED: Final = about(ETH, device_mac=LAPTOP)
OF_SITE: Final = about(ethernet_home("site_not_opening"), device_mac=LAPTOP)
SLOW: Final = about(ETH, "slow_internet", LAPTOP)
MEASURED: Final = load.measured(ETH)
WORLD: Final = beyond.world(ETH)
FORWARDS: Final = ("router_forwarding", "router")
ROUTER_ASKS: Final = ("dns", "router>platform")
SITE: Final = "video.example"
DEAD: Final = HttpOutcome.CONNECT_TIMEOUT


def _http(case: CaseFile, subject: str, **fields: Any) -> CaseFile:  # noqa: ANN401 - as dataclasses.replace
    return changed(case, "http", subject, **fields)


def _dropped(case: CaseFile, rule: str) -> CaseFile:
    drop = RouterDrop(whom=HOME, to=OUTSIDE, kinds=("tcp/443",), rule=rule, surely=False)
    return changed(case, *FORWARDS, drops=(drop,))


def _shared(case: CaseFile) -> CaseFile:
    """What bears a mark leaves by a stick for mobile networks, whose network is gone."""
    most_lost = Tries(asked=4, answered=1, taken_up=1)
    marked = RouteRule(priority=100, ipv6=False, table="100", understood=False)
    case = home.home_tries(case, (most_lost, most_lost))
    return routes.with_routes(
        case, routes.route("0.0.0.0/0", "usb0", table="100"), rules=(marked,)
    )


def _failed_over(case: CaseFile, device: str) -> CaseFile:
    """All leaves by this device, while the line has an address and no gateway."""
    case = routes.with_routes(case)
    held = (routes.route("0.0.0.0/0", device), routes.route("198.51.100.0/24", "eth0.2"))
    case = changed(case, "router_wan", "router", gateway=None)
    return changed(case, *FORWARDS, routes=replace(routes.PLAIN, routes=held))


def _stranger_asked(case: CaseFile) -> CaseFile:
    case = way_out.router_names_lie(case)
    return changed(case, "router_wan", "router", dns_servers=("198.51.100.66",))


def _cache_without_way(case: CaseFile) -> CaseFile:
    """Something answers for every place that it cannot be reached."""
    for host in beyond.PLACES:
        subject = f"router>world/{host}"
        case = _http(case, subject, outcome=HttpOutcome.HTTP_ERROR, status=503)
    return case


def _begun_lost(case: CaseFile) -> CaseFile:
    """Half of all new connections are lost beyond the edge, from both sides."""
    case = beyond.in_vain(beyond.world(case), 2, *beyond.PLACES)
    for host in beyond.PLACES:
        case = changed(case, "path_quality", f"operator>world/{host}", received=4)
    return case


def _mute_on_aaaa(case: CaseFile) -> CaseFile:
    case = enclosed.asked_again(case, 0)
    quiet = {"outcome": DnsOutcome.TIMEOUT, "addresses": ()}
    return changed(case, "dns", "operator>reference/ipv6", **quiet)


def _way_full(case: CaseFile) -> CaseFile:
    for subject in ("operator>platform", "router>platform"):
        case = _http(case, subject, outcome=HttpOutcome.READ_TIMEOUT, status=200, took_s=7.0)
    return _http(case, "elsewhere>platform", took_s=0.1)


def _secure(case: CaseFile) -> CaseFile:
    """The site is asked by TLS, and without among the places of the world."""
    case = beyond.world(case)
    for subject in ("operator>platform", "router>platform"):
        case = _http(case, subject, url=f"https://{SITE}/")
    return case


def _plain_held(case: CaseFile) -> CaseFile:
    case = _secure(case)
    for number in range(beyond.TRIES):
        subject = f"router>world/{SITE}/{number + 1}"
        case = _http(case, subject, outcome=HttpOutcome.HTTP_ERROR, status=403)
    return case


def _flows(
    case: CaseFile, places: int, *, router: NameQueries = NOBODY, others: NameQueries = NOBODY
) -> CaseFile:
    """The device speaks with so many places, and asks these for names and nobody else."""
    watch = case.evidence.value(DeviceWatch, "device_watch", "device")
    assert watch is not None
    flows = replace(watch.flows, names_of_router=router, names_of_others=others)
    ends = FarEnds(addresses=places, other_ports=NO_TRIES, no_connection=NO_TRIES)
    return changed(case, "device_watch", "device", flows=flows, far_ends=ends)


def _watch(case: CaseFile, **fields: Any) -> CaseFile:  # noqa: ANN401 - as dataclasses.replace
    return changed(case, "device_watch", "device", **fields)


ASKED: Final = NameQueries(asked=9, answered=9)
NAMELESS: Final = Tries(asked=5, answered=0, taken_up=0)


def _to_other(case: CaseFile) -> CaseFile:
    """It is there and sends much, and nothing of it to the router."""
    frames = case.evidence.value(DeviceFrames, "device_frames", "device")
    heard = known(frames.heard) if frames else None
    assert heard is not None
    heard = replace(heard, at_home=40, begun=0, to_router=0)
    return changed(case, "device_frames", "device", heard=heard)


def _renamed(case: CaseFile) -> CaseFile:
    """It is away, and three made-up addresses were heard where it had been."""
    case = at_home.device_offline(case)
    presence = case.evidence.value(DevicePresence, "device_presence", "device")
    assert presence is not None
    made_up = tuple(f"06:12:34:56:78:0{n}" for n in range(3))
    socket = replace(presence.sockets[0], learned=(LAPTOP, *made_up))
    return changed(case, "device_presence", "device", sockets=(socket,))


def _far(case: CaseFile) -> CaseFile:
    times = {"rtt_min_s": 0.35, "rtt_median_s": 0.36, "rtt_p95_s": 0.37}
    case = changed(case, "path_quality", "operator>platform/tcp", **times)
    case = _http(case, "elsewhere>platform", took_s=1.6)
    return _http(case, "operator>reference", connected_s=0.01)


def _restarting(case: CaseFile) -> CaseFile:
    """Both sides are refused once and served again."""
    case = never_asked(case, ("http", "operator>platform/ipv6"))
    for subject in ("operator>platform", "router>platform"):
        case = _http(case, subject, outcome=HttpOutcome.REFUSED, status=None)
    return case


def _second_knock(case: CaseFile) -> CaseFile:
    """One connection never came about, one after a second."""
    case = _http(case, "operator>platform/again", outcome=DEAD, status=None, took_s=5.0)
    return _http(case, "operator>platform", connected_s=1.0, took_s=1.1)


def _some_heard(case: CaseFile) -> CaseFile:
    """Half of all connections to the site are never accepted, and the others at once."""
    case = _http(_secure(case), "operator>platform/again", outcome=DEAD, status=None, took_s=5.0)
    return changed(case, "path_quality", f"operator>world/{SITE}", received=4)


def certificate_of_ipv4(case: CaseFile, fault: CertificateFault) -> CaseFile:
    """The site's server shows this certificate by IPv4, and a good one by IPv6."""
    shown = RefusedCertificate(
        fault=fault,
        names=("parking.example",),
        issuer="A CA",
        not_before=datetime(2025, 1, 1, tzinfo=UTC),
        not_after=datetime(2026, 1, 1, tzinfo=UTC),
    )
    for subject in ("operator>platform", "router>platform"):
        case = _http(case, subject, outcome=HttpOutcome.CERTIFICATE, status=None)
    return _http(case, "operator>platform", certificate=shown)


def zone_lost(case: CaseFile) -> CaseFile:
    """The operator's resolver hears nothing of the site's name, which is served elsewhere."""
    silent: dict[str, Any] = {"outcome": DnsOutcome.SERVFAIL, "addresses": ()}
    case = changed(changed(case, "dns", "operator>platform", **silent), *ROUTER_ASKS, **silent)
    for subject in ("operator>platform", "operator>platform/ipv6", "router>platform"):
        case = _http(case, subject, outcome=HttpOutcome.NAME_FAILED, status=None)
    return case


def waits_for_setup(case: CaseFile) -> CaseFile:
    """It says its own address of every name, and a rule ends what the home begins."""
    case = changed(case, "dns", "router>reference", addresses=("192.168.1.1",))
    return changed(case, *FORWARDS, blocked_by="setup, forward: drop")


KIND_PAIRS: Final[tuple[tuple[str, CaseFile, CaseFile], ...]] = (
    (
        "platform_certificate_partly",
        certificate_of_ipv4(ETH, CertificateFault.EXPIRED),
        certificate_of_ipv4(ETH, CertificateFault.WRONG_NAME),
    ),
    (
        "platform_name_at_anothers",
        certificate_of_ipv4(ETH, CertificateFault.WRONG_NAME),
        certificate_of_ipv4(ETH, CertificateFault.EXPIRED),
    ),
    ("site_name_lost_here", zone_lost(ETH), ETH),
    ("router_names_late", beyond.named_late(ETH), beyond.world(ETH)),
    ("platform_also_fails", sites.also(ETH, status=500), sites.also(ETH)),
    ("platform_also_slow", sites.also(ETH, bps=640_000.0, elsewhere=True), sites.also(ETH)),
    (
        "router_awaits_setup",
        waits_for_setup(ETH),
        changed(way_out.router_names_lie(ETH), *FORWARDS, blocked_by="setup, forward: drop"),
    ),
    ("router_asks_guests", kinds.portal(ETH), routes.with_routes(ETH)),
    ("router_deaf_by_ipv6", kinds.deaf(ETH), ETH),
    (
        "router_lists_addresses",
        _dropped(_http(ETH, "router>platform", outcome=DEAD), "ip daddr @bad drop"),
        ETH,
    ),
    (
        "router_limits_begun",
        _dropped(home.router_passes_little_on(ETH), "limit rate over 20/second drop"),
        ETH,
    ),
    ("router_forgets_begun", home.home_stalls(MEASURED), ETH),
    (
        "router_tunnels_home",
        routes.with_routes(
            home.home_in_vain(ETH),
            routes.route("0.0.0.0/1", "tun0"),
            routes.route("128.0.0.0/1", "tun0"),
        ),
        routes.with_routes(ETH),
    ),
    ("router_shares_lines", _shared(ETH), routes.with_routes(ETH)),
    ("router_stays_elsewhere", _failed_over(ETH, "wwan0"), _failed_over(ETH, "eth0.2")),
    ("router_turns_names_away", kinds.refuses_names(ETH), ETH),
    (
        "router_takes_for_private",
        changed(ETH, "dns", "router>platform", outcome=DnsOutcome.NO_ADDRESS, addresses=()),
        ETH,
    ),
    ("router_asks_strangers", _stranger_asked(ETH), ETH),
    (
        "router_knows_old_address",
        changed(ETH, "dns", "router>platform", addresses=("203.0.113.99",)),
        ETH,
    ),
    ("home_asks_wrongly", enclosed.seeks_edge(ETH, answered=4), ETH),
    (
        "router_lets_die",
        changed(ETH, *FORWARDS, lowest_ttl=2),
        changed(ETH, *FORWARDS, lowest_ttl=65),
    ),
    ("lan_mask_narrow", kinds.narrow(ETH), ETH),
    ("pages_from_cache", _cache_without_way(WORLD), WORLD),
    ("begun_lost_beyond", _begun_lost(MEASURED), beyond.world(MEASURED)),
    ("world_far", load.core_delay(ETH), MEASURED),
    ("resolver_blocks_site", kinds.led_by_resolver(HttpOutcome.REFUSED), ETH),
    ("resolver_keeps_old", kinds.led_by_resolver(HttpOutcome.UNREACHABLE), ETH),
    ("resolver_mute_on_aaaa", _mute_on_aaaa(ETH), ETH),
    ("edge_not_announced", kinds.unannounced(ETH), home.prefix_known(ETH)),
    (
        "edge_not_found",
        with_value(
            way_out.ipv6_route(ETH),
            *("http", "router>reference/ipv6"),
            sites.page(HttpOutcome.UNREACHABLE, None),
        ),
        way_out.ipv6_home(ETH),
    ),
    ("site_way_full", _way_full(ETH), ETH),
    ("plain_page_held", _plain_held(ETH), _secure(ETH)),
    ("uplink_silent", off.uplink(ETH), ETH),
    (
        "lan_frames_return",
        in_part.shouted_down(ETH, octets=400_000, frames=4_000),
        in_part.shouted_down(ETH),
    ),
    ("site_way_ends", routes.edge_route_to_site(ETH), ETH),
    ("device_led_by_stranger", _flows(NAMED, 1, others=ASKED), NAMED),
    (
        "device_led_by_suffix",
        _watch(
            _flows(NAMED, 1, router=ASKED),
            secure=Tries(asked=4, answered=4, taken_up=0),
            to_site=NO_TRIES,
        ),
        NAMED,
    ),
    (
        "device_asks_none",
        _watch(_flows(NAMED, 1), secure=NAMELESS, all_tcp=NAMELESS),
        NAMED,
    ),
    (
        "device_asks_dead_first",
        _flows(NAMED, 4, router=ASKED, others=NameQueries(asked=6, answered=0)),
        NAMED,
    ),
    (
        "device_refuses_secure",
        _watch(
            NAMED,
            secure=Tries(asked=20, answered=20, taken_up=1),
            plain=Tries(asked=9, answered=9, taken_up=9),
        ),
        NAMED,
    ),
    ("device_keeps_from_site", names.device_blocks_site(OF_SITE), OF_SITE),
    ("device_sends_to_other", _to_other(NAMED), NAMED),
    (
        "device_slow_itself",
        answered(SLOW, "affected", "one_device"),
        answered(SLOW, "affected", "all_devices"),
    ),
    ("device_changes_address", _renamed(NAMED), NAMED),
    ("platform_page_gone", sites.platform_forbids_everybody(ETH), ETH),
    ("platform_asks_who", sites.platform_forbids_everybody(ETH, 401), ETH),
    ("platform_counts_us", sites.platform_forbids_everybody(ETH, 429), ETH),
    ("platform_is_maintained", site_kinds.maintained(ETH), ETH),
    ("platform_suspended", site_kinds.suspended(ETH), ETH),
    ("platform_denies_place", site_kinds.abroad(ETH), ETH),
    ("platform_redirects_nameless", site_kinds.nameless(ETH), ETH),
    ("platform_page_empty", sites.platform_empty(ETH), ETH),
    ("platform_hangs_up", site_kinds.broken(ETH, 0), ETH),
    ("platform_speaks_no_http", site_kinds.broken(ETH, site_kinds.NOT_READ), ETH),
    ("platform_fails_near", site_kinds.near(ETH), ETH),
    ("platform_far", _far(ETH), ETH),
    ("platform_name_late", site_kinds.named_late(ETH), ETH),
    ("platform_address_dead", sites.platform_front_down(ETH), ETH),
    ("platform_keys_late", _secure(outside.platform_slow(ETH)), ETH),
    ("platform_comes_and_goes", _restarting(ETH), ETH),
    ("platform_takes_few", _second_knock(ETH), ETH),
    ("platform_hears_some", _some_heard(ETH), ETH),
)
"""Rule, a case that it answers with yes, and one that it answers with no."""
