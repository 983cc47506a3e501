"""Faults of the operator's network and of third parties' platforms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.lab.fault import DSL, ETHERNET, Fault
from cpe_diag.lab.fault_desk import Change, LogLine, to

if TYPE_CHECKING:
    from cpe_diag.lab.world import DslLine, HomeRouter, World


def line_of(world: World, router: HomeRouter) -> DslLine:
    """Give the DSL line of a home.

    Raises:
        RuntimeError: it has none; faults for DSL are only set on DSL.
    """
    line = world.port_of(router).line
    if line is None:
        msg = f"{router.subscriber} has no DSL line"
        raise RuntimeError(msg)
    return line


def _port_shut(world: World, router: HomeRouter) -> list[Change]:
    return to(world.port_of(router), admin_up=False, changed_at=world.now())


def _line_cut(world: World, router: HomeRouter) -> list[Change]:
    return to(world.port_of(router), cable_ok=False, changed_at=world.now())


def _line_noise(world: World, router: HomeRouter) -> list[Change]:
    """A margin far below the 6 dB target, and every sixth second errored, for hours already."""
    line = line_of(world, router)
    return [
        *to(line.down, snr_margin_db=1.6, attainable_bps=round(line.down.rate_bps * 0.9)),
        *to(line.up, snr_margin_db=2.9, attainable_bps=round(line.up.rate_bps * 0.95)),
        *to(
            line,
            errored_s_per_hour=620.0,
            severely_errored_s_per_hour=75.0,
            code_violations_per_hour=38_000.0,
        ),
    ]


def _line_retrains(world: World, router: HomeRouter) -> list[Change]:
    """Six starts of the line in this quarter of an hour, the last one a minute ago."""
    now = world.now()
    line, port = line_of(world, router), world.port_of(router)
    losses = [
        Change(LogLine(router, now - back_s, text), lambda _old: True)
        for back_s in (700.0, 560.0, 430.0, 290.0, 160.0)
        for text in (
            "daemon.notice netifd: Network device 'wan' link is down",
            "daemon.notice netifd: Interface 'wan' has link connectivity loss",
        )
    ]
    return [
        *to(line, full_inits_15min=6, full_inits_previous_day=41),
        *to(port, changed_at=now - 60.0, showtime_at=now - 60.0),
        *losses,
    ]


def _line_rate_low(world: World, router: HomeRouter) -> list[Change]:
    """The line has settled on two fifths of what was sold, quietly and with a good margin."""
    line, port = line_of(world, router), world.port_of(router)
    down_bps = round(router.down_bps * 0.4)
    up_bps = round(router.up_bps * 0.45)
    return [
        *to(line.down, rate_bps=down_bps, attainable_bps=round(down_bps * 1.1)),
        *to(line.up, rate_bps=up_bps, attainable_bps=round(up_bps * 1.1)),
        *to(port, speed_bps=down_bps),
    ]


def _port_errors(world: World, router: HomeRouter) -> list[Change]:
    return [
        *to(world.port_of(router), in_errors_per_s=48.0, fcs_errors_per_s=48.0),
        *to(router, forwarding_loss=0.12),
    ]


def _duplex_mismatch(world: World, router: HomeRouter) -> list[Change]:
    return [
        *to(
            world.port_of(router),
            duplex="half",
            speed_bps=100_000_000,
            late_collisions_per_s=14.0,
            out_errors_per_s=14.0,
        ),
        *to(router, forwarding_loss=0.12),
    ]


def _node_outage(world: World, router: HomeRouter) -> list[Change]:
    return to(world.nodes[router.node], powered=False)


def _node_agent_silent(world: World, router: HomeRouter) -> list[Change]:
    return to(world.nodes[router.node], agent_up=False)


def _wrong_vlan(world: World, router: HomeRouter) -> list[Change]:
    return to(world.port_of(router), learned_vlan=999)


def _dhcp_no_offer(_world: World, router: HomeRouter) -> list[Change]:
    return to(router, dhcp_offers=False)


def _pppoe_no_server(_world: World, router: HomeRouter) -> list[Change]:
    return to(router, pppoe_answers=False)


def _auth_refused(_world: World, router: HomeRouter) -> list[Change]:
    return to(router, ppp_auth_ok=False)


def _session_stale(_world: World, router: HomeRouter) -> list[Change]:
    return to(router, session_stale=True)


def _dns_resolver(world: World, _router: HomeRouter) -> list[Change]:
    return to(world.resolver, servfail=True)


def _core_loss(world: World, _router: HomeRouter) -> list[Change]:
    return to(world, core_loss=0.5)


def _route_beyond_edge(world: World, _router: HomeRouter) -> list[Change]:
    return [
        *to(world.reference, reachable_from_homes=False),
        *to(world.platform, reachable_from_homes=False),
    ]


def _platform_down(world: World, _router: HomeRouter) -> list[Change]:
    return to(world.platform, up=False)


def _platform_slow(world: World, _router: HomeRouter) -> list[Change]:
    return to(world.platform, answer_delay_s=4.5)


def _platform_error(world: World, _router: HomeRouter) -> list[Change]:
    return to(world.platform, status=503)


def _platform_name(world: World, _router: HomeRouter) -> list[Change]:
    return to(world.platform, resolves=False)


NETWORK_FAULTS: Final = (
    Fault(
        id="port_shut",
        title="The port of the access node is switched off.",
        domain="network",
        cause="port_shut",
        changes=_port_shut,
    ),
    Fault(
        id="line_cut",
        title="The wire between the access node and the home is cut.",
        domain="network",
        cause="line_cut",
        changes=_line_cut,
    ),
    Fault(
        id="line_noise",
        title="Noise on the DSL line: low margin, many errored seconds.",
        domain="network",
        cause="line_noise",
        changes=_line_noise,
        technologies=DSL,
    ),
    Fault(
        id="line_retrains",
        title="The DSL line loses its link and trains again every few minutes.",
        domain="network",
        cause="line_retrains",
        changes=_line_retrains,
        technologies=DSL,
    ),
    Fault(
        id="line_rate_low",
        title="The DSL line trains at far less than the service's speed.",
        domain="network",
        cause="line_rate_low",
        changes=_line_rate_low,
        technologies=DSL,
    ),
    Fault(
        id="port_errors",
        title="Frames arrive damaged at the access port.",
        domain="network",
        cause="port_errors",
        changes=_port_errors,
        technologies=ETHERNET,
    ),
    Fault(
        id="duplex_mismatch",
        title="The access port runs at half duplex: late collisions.",
        domain="network",
        cause="duplex_mismatch",
        changes=_duplex_mismatch,
        technologies=ETHERNET,
    ),
    Fault(
        id="node_outage",
        title="The whole access node is dark.",
        domain="network",
        cause="node_outage",
        changes=_node_outage,
        reach="node",
    ),
    Fault(
        id="node_agent_silent",
        title="The access node forwards, but its SNMP agent does not answer.",
        domain="network",
        cause="node_agent_silent",
        changes=_node_agent_silent,
        reach="node",
    ),
    Fault(
        id="wrong_vlan",
        title="The port is in a wrong VLAN.",
        domain="network",
        cause="wrong_vlan",
        changes=_wrong_vlan,
    ),
    Fault(
        id="dhcp_no_offer",
        title="The operator's DHCP server offers this home no address.",
        domain="network",
        cause="dhcp_no_offer",
        changes=_dhcp_no_offer,
        protocols=("dhcp",),
    ),
    Fault(
        id="pppoe_no_server",
        title="No PPPoE server answers this home.",
        domain="network",
        cause="pppoe_no_server",
        changes=_pppoe_no_server,
        protocols=("pppoe",),
    ),
    Fault(
        id="auth_refused",
        title="The PPPoE server refuses the home's user name or password.",
        domain="network",
        cause="auth_refused",
        changes=_auth_refused,
        protocols=("pppoe",),
    ),
    Fault(
        id="session_stale",
        title="The home holds an address, but the operator's edge forwards nothing for it.",
        domain="network",
        cause="session_stale",
        changes=_session_stale,
    ),
    Fault(
        id="dns_resolver",
        title="The operator's resolver answers every question with a failure.",
        domain="network",
        cause="dns_resolver",
        changes=_dns_resolver,
        reach="operator",
    ),
    Fault(
        id="core_loss",
        title="Half of the packets are lost beyond the operator's edge.",
        domain="network",
        cause="core_loss",
        changes=_core_loss,
        reach="operator",
    ),
    Fault(
        id="route_beyond_edge",
        title="A route is missing beyond the edge: homes reach no web host, the operator does.",
        domain="network",
        cause="route_beyond_edge",
        changes=_route_beyond_edge,
        reach="operator",
    ),
    Fault(
        id="platform_down",
        title="The third party's platform refuses connections.",
        domain="platform",
        cause="platform_down",
        changes=_platform_down,
        reach="operator",
    ),
    Fault(
        id="platform_slow",
        title="The third party's platform takes seconds for each answer.",
        domain="platform",
        cause="platform_slow",
        changes=_platform_slow,
        reach="operator",
    ),
    Fault(
        id="platform_error",
        title="The third party's platform answers with an error.",
        domain="platform",
        cause="platform_error",
        changes=_platform_error,
        reach="operator",
    ),
    Fault(
        id="platform_name",
        title="The name of the third party's platform does not exist.",
        domain="platform",
        cause="platform_name",
        changes=_platform_name,
        reach="operator",
    ),
)
