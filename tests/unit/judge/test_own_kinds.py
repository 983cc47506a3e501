"""What a router, a network or a device does amiss, beside that it does; and who is not accused."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.device_facts import DeviceWatch, NameQueries, Tries
from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.path_facts import DnsOutcome, HttpOutcome, PingCheck
from cpe_diag.domain.router_facts import DhcpRange
from cpe_diag.domain.site_facts import NameTruth
from cpe_diag.domain.way_out_facts import HOME, OUTSIDE, ROUTER, RouterDivert, RouterDrop
from cpe_diag.judge.causes import CAUSES
from cpe_diag.judge.causes_device_kinds import CAUSES_DEVICE_KINDS
from cpe_diag.judge.causes_network_kinds import CAUSES_NETWORK_KINDS
from cpe_diag.judge.causes_router_kinds import CAUSES_ROUTER_KINDS
from cpe_diag.judge.decide import decide, find
from cpe_diag.judge.truth import ALIKE, Mark, Truth, mark_of, told_by
from cpe_diag.testing import faults_at_home as at_home
from cpe_diag.testing import faults_at_sites as sites
from cpe_diag.testing import faults_in_home as in_home
from cpe_diag.testing import faults_in_part as in_part
from cpe_diag.testing import faults_of_names as names
from cpe_diag.testing import faults_of_routes as routes
from cpe_diag.testing import faults_of_world as of_world
from cpe_diag.testing import faults_on_the_way_out as way_out
from cpe_diag.testing.device_samples import LAPTOP
from cpe_diag.testing.evidence_samples import about, changed, ethernet_home, with_value

if TYPE_CHECKING:
    from cpe_diag.judge.question import CaseFile

HOMES = tuple(
    ethernet_home(symptom)
    for symptom in ("no_internet", "slow_internet", "site_not_opening", "drops")
)
ETH = HOMES[0]
SITE = HOMES[2]
DEVICE = about(ethernet_home("one_device_offline"), device_mac=LAPTOP)
KINDS = (*CAUSES_ROUTER_KINDS, *CAUSES_NETWORK_KINDS, *CAUSES_DEVICE_KINDS)
FORWARDS = ("router_forwarding", "router")
GOOD = sites.page(HttpOutcome.OK, 200)


def _answers(case: CaseFile) -> dict[str, bool | None]:
    return {finding.id: finding.answer for finding in find(case)}


def _drop(rule: str, whom: str = HOME, to: str = OUTSIDE, *kinds: str) -> RouterDrop:
    return RouterDrop(whom=whom, to=to, kinds=kinds or ("tcp/443",), rule=rule, surely=True)


def portal(case: CaseFile) -> CaseFile:
    """Pages are led to the router, and all else ends."""
    led = RouterDivert(to=None, kinds=("tcp/80",), rule="redirect to :2050", surely=False)
    return changed(case, *FORWARDS, diverts=(led,), blocked_by="portal, forward: reject")


def deaf(case: CaseFile) -> CaseFile:
    """Nobody finds the router by IPv6."""
    ends = _drop("ip6, input: icmpv6 drop", HOME, ROUTER, "nd")
    return changed(case, *FORWARDS, drops=(replace(ends, ipv6=True),))


def short_lived(case: CaseFile) -> CaseFile:
    """A rule gives what leaves two hops; what goes further dies."""
    case = changed(case, "ping", "router>reference", received=0)
    return changed(case, *FORWARDS, lowest_ttl=2)


def narrow(case: CaseFile) -> CaseFile:
    """What is handed out has no place in the router's network."""
    pool = (DhcpRange(first="192.168.1.100", last="192.168.1.199"),)
    return changed(case, "router_lan", "router", prefix="192.168.1.1/27", dhcp_ranges=pool)


def refuses_names(case: CaseFile) -> CaseFile:
    """The name service runs, and refuses; whom it asks answers."""
    case = changed(at_home.router_dns(case), "router_lan", "router", dns_forwarder_running=True)
    return changed(case, "dns", "router>reference", outcome=DnsOutcome.REFUSED, addresses=())


def led_by_resolver(there: HttpOutcome) -> CaseFile:
    """Our resolver leads the site's visitors to where it is not; elsewhere it serves."""
    case = with_value(
        SITE,
        "name_truth",
        "platform",
        NameTruth(
            name="video.example",
            server="192.0.2.53",
            told=("203.0.113.99",),
            known=("203.0.113.80",),
            known_by="the configuration",
            told_tls=there,
            known_tls=HttpOutcome.OK,
        ),
    )
    for subject in ("operator>platform", "router>platform", "operator>platform/ipv6"):
        case = with_value(case, "http", subject, sites.page(there, None))
    return with_value(case, "http", "elsewhere>platform", GOOD)


def unannounced(case: CaseFile) -> CaseFile:
    """A prefix was handed out, and there is no way out."""
    ping = PingCheck(
        target="2001:db8::130",
        sent=4,
        received=0,
        rtt_avg_s=way_out.SILENT,
        note="sendto: Network is unreachable",
    )
    case = way_out.ipv6_home(case)
    case = with_value(case, "ping", "home>reference/ipv6", ping)
    return changed(
        case,
        "router_wan",
        "router",
        ipv6_gateway=None,
        ipv6_handed_out=("2001:db8:1:100::/56",),
        ipv6_addresses=(),
    )


@pytest.mark.parametrize(
    ("cause", "case"),
    [
        ("router_captive_portal", portal(ETH)),
        ("router_ipv6_filter", deaf(HOMES[1])),
        ("router_ttl", short_lived(ETH)),
        ("router_lan_mask", narrow(ETH)),
        ("router_dns_limit", refuses_names(ETH)),
        ("router_nat_ports", of_world.few_ports(HOMES[1])),
        ("router_binding", in_home.pinned(DEVICE)),
        ("router_port_blocked", in_home.port_blocked(DEVICE)),
        ("dns_resolver_blocklist", led_by_resolver(HttpOutcome.REFUSED)),
        ("dns_resolver_stale", led_by_resolver(HttpOutcome.UNREACHABLE)),
        ("ipv6_ra_missing", unannounced(HOMES[1])),
        ("lan_loop", in_part.shouted_down(ETH, octets=400_000, frames=4_000)),
        ("device_blocklist", names.device_blocks_site(about(SITE, device_mac=LAPTOP))),
    ],
)
def test_what_is_amiss_is_told_where_it_is_read_or_seen(cause: str, case: CaseFile) -> None:
    """A side alone mends nothing."""
    assert decide(case, {}).cause == cause


def test_nothing_of_the_kind_is_found_in_homes_that_are_well() -> None:
    """Each cause needs something that is so."""
    asked = {need.finding for cause in KINDS for need in cause.needs}
    found = {name for home in HOMES for name, yes in _answers(home).items() if yes}
    assert asked & found == set()


def test_a_limit_of_hops_that_reaches_the_world_accuses_nobody() -> None:
    """Operators of mobile networks have their customers set 65."""
    case = changed(ETH, *FORWARDS, lowest_ttl=65)
    assert _answers(case)["router_lets_die"] is False


def test_a_resolver_that_names_another_machine_of_the_site_is_not_accused() -> None:
    """A site has servers in many places; the nearest one may be out of order."""
    case = led_by_resolver(HttpOutcome.HTTP_ERROR)
    found = _answers(case)
    assert (found["resolver_blocks_site"], found["resolver_keeps_old"]) == (False, False)


def _with_watch(case: CaseFile, **fields: object) -> CaseFile:
    watch = case.evidence.value(DeviceWatch, "device_watch", "device")
    assert watch is not None
    return changed(case, "device_watch", "device", **fields)


def test_a_device_that_asks_a_dead_name_server_first_is_told() -> None:
    """Each name waits for it."""
    watch = DEVICE.evidence.value(DeviceWatch, "device_watch", "device")
    assert watch is not None
    flows = replace(
        watch.flows,
        names_of_others=NameQueries(asked=6, answered=0),
        names_of_router=NameQueries(asked=6, answered=6),
    )
    case = _with_watch(DEVICE, flows=flows, others_taken_up=4)
    assert _answers(case)["device_asks_dead_first"] is True
    alone = _with_watch(DEVICE, flows=flows, others_taken_up=0)
    assert _answers(alone)["device_asks_dead_first"] is None


def test_ends_of_connections_that_were_not_counted_are_no_answer() -> None:
    """Nobody knows then to how many places the device goes."""
    case = _with_watch(DEVICE, far_ends=Missing(why=FailureKind.UNSUPPORTED), others_taken_up=4)
    asked = ("led_by_stranger", "led_by_suffix", "asks_none", "refuses_secure")
    assert [_answers(case)[f"device_{one}"] for one in asked] == [None] * len(asked)


def test_secure_connections_that_come_to_nothing_on_one_device_are_its_own() -> None:
    """Its plain ones come about, and those of others."""
    case = _with_watch(
        DEVICE,
        secure=Tries(asked=20, answered=20, taken_up=1),
        plain=Tries(asked=9, answered=9, taken_up=9),
        others_taken_up=5,
    )
    assert _answers(case)["device_refuses_secure"] is True


def test_a_label_that_is_alike_has_no_cause_of_its_own_and_names_causes_of_its_side() -> None:
    """Else a probe can tell it, and it has to."""
    sides = {cause.id: cause.domain for cause in CAUSES}
    own = {"router_drops_device"}
    """Told by itself where no rule of the router's is read."""
    assert set(ALIKE) & set(sides) == own
    assert all(one in sides for alike in ALIKE.values() for one in alike.told)
    assert all(len({sides[one] for one in alike.told}) == 1 for alike in ALIKE.values())


def test_a_mechanism_that_no_probe_tells_apart_is_right_with_the_cause_that_says_all_of_it() -> (
    None
):
    """Whoever counts by labels sees which ones are meant."""
    verdict = decide(at_home.device_offline(DEVICE), {})
    truth = Truth(domain=verdict.domain, cause="home_extender")
    assert mark_of(verdict, truth) is Mark.RIGHT
    assert told_by("home_extender") == {"home_extender", "device_offline"}
    assert mark_of(verdict, replace(truth, cause="device_clock")) is Mark.DOMAIN_ONLY


def test_a_line_that_the_routes_know_by_another_name_is_not_left() -> None:
    """PPPoE has a device of its own: a default route by it is no spare way."""
    assert _answers(routes.with_routes(ETH))["router_stays_elsewhere"] is False
    assert _answers(routes.with_routes(ETH))["router_leaves_elsewhere"] is None
