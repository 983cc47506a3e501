"""Faults of one home's port and line, and of its session with the operator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.lab.copper_state import FAST_BPS
from cpe_diag.lab.fault import COPPER, DSL, ETHERNET, FIBRE, Fault
from cpe_diag.lab.fault_desk import Change, LogLine, to
from cpe_diag.lab.profiles import slow_profile

if TYPE_CHECKING:
    from cpe_diag.lab.dsl_state import DslLine
    from cpe_diag.lab.home_state import HomeRouter
    from cpe_diag.lab.world import AccessPort, World

BROKEN_FAST_PAIR: Final = 2
BROKEN_GIGABIT_PAIR: Final = 4
FELL_BACK_S: Final = 1200.0
"""How long ago a gigabit link fell back: its session has long been up again."""


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
    return to(world.port_of(router), speed_setting="100_half")


def _wrong_vlan(world: World, router: HomeRouter) -> list[Change]:
    return to(world.port_of(router), learned_vlan=999)


def _wrong_profile(world: World, router: HomeRouter) -> list[Change]:
    port = world.port_of(router)
    return to(port, profile=slow_profile(port.technology))


def _port_locked(world: World, router: HomeRouter) -> list[Change]:
    return to(world.port_of(router), locked=True)


def _binding_stale(world: World, router: HomeRouter) -> list[Change]:
    return to(world.port_of(router), binding_stale=True)


def _cable_pair_broken(world: World, router: HomeRouter) -> list[Change]:
    """A pair is open not quite half way: 100BASE-TX is down, 1000BASE-T fell to 100 Mbit/s."""
    port = world.port_of(router)
    cable = port.cable
    if cable is None:
        msg = f"the node cannot measure the cable of {router.subscriber}"
        raise RuntimeError(msg)
    fast = port.speed_bps <= FAST_BPS
    pair = BROKEN_FAST_PAIR if fast else BROKEN_GIGABIT_PAIR
    changed_at = world.now() - (0.0 if fast else FELL_BACK_S)
    return [
        *to(cable, open_at_m={pair: round(cable.length_m * 0.45)}),
        *to(port, changed_at=changed_at, showtime_at=changed_at),
    ]


def _no_cable_test(port: AccessPort) -> str | None:
    return None if port.cable is not None else "its node has no cable test"


def _no_port_security(port: AccessPort) -> str | None:
    return None if port.security_on else "its port has no port security"


def _no_bindings(port: AccessPort) -> str | None:
    binds = port.security_on or port.ont is not None
    return None if binds else "its node binds nothing to a port"


def _dhcp_no_offer(_world: World, router: HomeRouter) -> list[Change]:
    return to(router, dhcp_offers=False)


def _pppoe_no_server(_world: World, router: HomeRouter) -> list[Change]:
    return to(router, pppoe_answers=False)


def _auth_refused(_world: World, router: HomeRouter) -> list[Change]:
    return to(router, ppp_auth_ok=False)


def _session_stale(_world: World, router: HomeRouter) -> list[Change]:
    return to(router, session_stale=True)


NETWORK_FAULTS: Final = (
    Fault(
        id="port_shut",
        title="The port of the access node is switched off.",
        domain="network",
        cause="port_shut",
        changes=_port_shut,
        technologies=(*COPPER, *FIBRE),
    ),
    Fault(
        id="line_cut",
        title="The wire between the access node and the home is cut.",
        domain="network",
        cause="line_cut",
        changes=_line_cut,
        technologies=COPPER,
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
        technologies=(*ETHERNET, *FIBRE),
    ),
    Fault(
        id="wrong_vlan",
        title="The port is in a wrong VLAN.",
        domain="network",
        cause="wrong_vlan",
        changes=_wrong_vlan,
        technologies=(*COPPER, *FIBRE),
    ),
    Fault(
        id="wrong_profile",
        title="A slower service's profile is set on the line.",
        domain="network",
        cause="wrong_profile",
        changes=_wrong_profile,
        technologies=(*DSL, *FIBRE),
    ),
    Fault(
        id="port_locked",
        title="Port security has locked the home out.",
        domain="network",
        cause="port_security_lock",
        changes=_port_locked,
        technologies=ETHERNET,
        lacks=_no_port_security,
    ),
    Fault(
        id="binding_stale",
        title="The access node holds an old binding of the home, and drops what it sends.",
        domain="network",
        cause="session_stale",
        changes=_binding_stale,
        technologies=(*ETHERNET, *FIBRE),
        lacks=_no_bindings,
    ),
    Fault(
        id="cable_pair_broken",
        title="A pair of the cable to the home is broken.",
        domain="network",
        cause="cable_pair_broken",
        changes=_cable_pair_broken,
        technologies=ETHERNET,
        lacks=_no_cable_test,
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
)
