"""A finished sweep of four nodes: one with a dark PON, one quiet, one silent, one unknown."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from cpe_diag.domain.failures import Failure, FailureKind
from cpe_diag.domain.sweep import PortMark, Sweep, SweptNode, SweptOutage, SweptPort
from cpe_diag.domain.verdict import Destination, GroupKind, OutageGroup

EMPTY_HOME: Final = 11
START: Final = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


def sample_sweep() -> Sweep:
    """Make the sweep."""
    return Sweep(
        started_at=START,
        took_s=1.42,
        nodes=(_olt(), _quiet(), _silent()),
    )


def quiet_sweep() -> Sweep:
    """Make a sweep that finds nothing."""
    return Sweep(started_at=START, took_s=0.61, nodes=(_quiet(),))


def _olt() -> SweptNode:
    ports = [
        _port(
            f"0/{card}/{pon}:{onu}",
            (f"pon 0/{card}/{pon}", f"card 0/{card}"),
            _mark(card, pon, onu),
        )
        for card in (1, 2)
        for pon in range(4)
        for onu in range(24)
    ]
    stranger = SweptPort(
        port="4194320640.7",
        subscriber=None,
        groups=(),
        mark=PortMark.UNKNOWN,
        up=True,
        changed_ago_s=None,
    )
    affected = tuple(port.port for port in ports if port.mark is PortMark.AFFECTED)
    outage = SweptOutage(
        group=OutageGroup(
            kind=GroupKind.BRANCH,
            name="pon 0/1/2",
            affected=len(affected),
            of=len(affected),
            since_s=244.0,
            parent_key="olt-1/pon-0/1/2/20260301T110000Z",
        ),
        cause="splitter_outage",
        title="A branch of the access network is down: a splitter, a PON or a shared line",
        destination=Destination.NETWORK_OPERATIONS,
        next_action="Open or join the parent case of this group.",
        tell_customer="There is a disturbance in our network in your area.",
        ports=affected,
        subscribers=tuple(f"S-{port}" for port in affected),
    )
    return SweptNode(
        node="olt-1",
        failure=None,
        ports=(*ports, stranger),
        uplinks=(_port("0/9/0", ("uplink",), PortMark.UP),),
        outages=(outage,),
        requests=18,
        rows=590,
        took_s=0.61,
    )


def _mark(card: int, pon: int, onu: int) -> PortMark:
    odd = {
        (1, 2, 3): PortMark.DOWN,
        (2, 3, 5): PortMark.DOWN,
        (2, 3, 6): PortMark.SHUT,
        (2, 3, 7): PortMark.NOT_TOLD,
        (2, 3, 8): PortMark.IDLE,
    }
    usual = PortMark.AFFECTED if (card, pon) == (1, 2) else PortMark.UP
    return odd.get((card, pon, onu), usual)


def _port(name: str, groups: tuple[str, ...], mark: PortMark) -> SweptPort:
    up = None if mark is PortMark.NOT_TOLD else mark in {PortMark.UP, PortMark.IDLE}
    return SweptPort(
        port=name,
        subscriber=None if mark is PortMark.IDLE else f"S-{name}",
        groups=groups,
        mark=mark,
        up=up,
        changed_ago_s=None if up is None else 86_400.0 if up else 244.0,
    )


def _quiet() -> SweptNode:
    return SweptNode(
        node="an-7",
        failure=None,
        ports=tuple(
            _port(f"0/1/{n}", ("card 0/1",), PortMark.DOWN if n == EMPTY_HOME else PortMark.UP)
            for n in range(1, 49)
        ),
        uplinks=(_port("0/1/49", ("uplink",), PortMark.DOWN),),
        outages=(),
        requests=5,
        rows=99,
        took_s=0.19,
    )


def _silent() -> SweptNode:
    failure = Failure(
        kind=FailureKind.SILENT,
        where="an-9 (192.0.2.9 port 161)",
        detail="no answer to 3 requests in 5.0 s",
        next_step="an agent that refuses the community stays silent too: check the credential",
    )
    return SweptNode(
        node="an-9",
        failure=failure,
        ports=(),
        uplinks=(),
        outages=(),
        requests=1,
        rows=0,
        took_s=5.0,
    )
