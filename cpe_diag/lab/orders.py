"""What a SET does to the lab: every face that can be written ends here, on the one state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.lab.copper_state import CABLE_TEST_S, CableTest
from cpe_diag.lab.counting import count_traffic

if TYPE_CHECKING:
    from cpe_diag.lab.world import AccessPort, World

# HUAWEI-XPON-MIB hwGponDeviceOntControlLastDownCause.
DEACTIVATED = 8
RESET = 9


def set_admin(world: World, port: AccessPort, *, admin_up: bool) -> None:
    """Switch a port on or off; an ONT is activated or deactivated. A DSL line trains anew."""
    if admin_up == port.admin_up:
        return
    count_traffic(world, port)
    now = world.now()
    port.admin_up = admin_up
    port.changed_at = now
    if port.ont is not None and not admin_up:
        port.ont.last_down_cause, port.ont.last_down_at = DEACTIVATED, now
    if admin_up:
        _come_up(world, port)


def set_vlan(world: World, port: AccessPort, vlan: int) -> None:
    """Put what comes untagged from the home into a VLAN; another than the service's is wrong."""
    count_traffic(world, port)
    port.learned_vlan = None if vlan == port.vlan else vlan


def set_profile(world: World, port: AccessPort, name: str) -> None:
    """Set a line or service profile; a DSL line trains anew with it, an ONT is configured anew."""
    if name == port.profile:
        return
    count_traffic(world, port)
    port.profile = name
    if port.admin_up and port.line is not None:
        port.changed_at = world.now()
        _come_up(world, port)


def set_speed(world: World, port: AccessPort, setting: str) -> None:
    """Set speed and duplex, or `auto`; the link is made anew."""
    if setting == port.speed_setting:
        return
    count_traffic(world, port)
    port.speed_setting = setting
    port.changed_at = port.showtime_at = world.now()


def reset_ont(world: World, port: AccessPort) -> None:
    """Let an ONT start anew: it goes away, and comes back after its `reset_s`.

    Raises:
        RuntimeError: the port is no ONT.
    """
    ont = port.ont
    if ont is None:
        msg = f"port {port.name} has no ONT to reset"
        raise RuntimeError(msg)
    count_traffic(world, port)
    now = world.now()
    port.changed_at, port.showtime_at = now, now + ont.reset_s
    ont.last_down_cause, ont.last_down_at = RESET, now


def start_cable_test(world: World, port: AccessPort) -> None:
    """Measure the cable of a port; the result stands for what is there now.

    Raises:
        RuntimeError: nobody can measure this port's cable.
    """
    if port.cable is None:
        msg = f"port {port.name} has no cable to test"
        raise RuntimeError(msg)
    port.cable_test = CableTest(
        ready_at=world.now() + CABLE_TEST_S,
        length_m=port.cable.length_m,
        open_at_m=dict(port.cable.open_at_m),
    )


def unlock(world: World, port: AccessPort) -> None:
    """Let port security forget what it holds against the home."""
    count_traffic(world, port)
    port.locked = False


def clear_binding(world: World, port: AccessPort) -> None:
    """Let a node forget what it has bound to the home; the router is bound anew at once."""
    count_traffic(world, port)
    port.binding_stale = False


def reset_modem(world: World, port: AccessPort) -> None:
    """Let a cable modem start anew: its counts begin at zero, and it ranges and registers.

    Raises:
        RuntimeError: the port is no cable modem.
    """
    modem = port.modem
    if modem is None:
        msg = f"port {port.name} has no cable modem to reset"
        raise RuntimeError(msg)
    count_traffic(world, port)
    now = world.now()
    port.changed_at, port.showtime_at = now, now + modem.register_s
    modem.booted_at = now
    modem.resets += 1
    for down in modem.downstreams:
        for count in (
            down.codewords.unerrored,
            down.codewords.corrected,
            down.codewords.uncorrectable,
        ):
            count.counted = 0.0
    for up in modem.upstreams:
        up.t3_timeouts.counted = up.t4_timeouts.counted = 0.0


def _come_up(world: World, port: AccessPort) -> None:
    now = world.now()
    port.showtime_at = now
    if port.line is not None:
        port.showtime_at = now + port.line.retrain_s
        port.line.full_inits_15min += 1
    elif port.ont is not None:
        port.showtime_at = now + port.ont.register_s
