"""Which interface of this laptop packets to an address leave by (ip-route(8), `route get`)."""

from __future__ import annotations

import asyncio
import json
import shutil
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.transports.time_left import until

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.ports import Clock

LOOK: Final = "field.look"
LINK_LOCAL: Final = "fe80:"
"""RFC 4291, section 2.5.6."""


async def way_to(address: str, clock: Clock, deadline: float) -> str | None:
    """Give the interface by which packets to an address leave.

    Args:
        address: an IP address.
        clock: whose seconds the deadline counts.
        deadline: absolute.

    Returns:
        The interface; None where there is no way.

    Raises:
        MeasurementError: `field.look`: UNSUPPORTED: there is no iproute2 here, OUT_OF_TIME.
    """
    return (await _route(address, clock, deadline)).get("dev")


async def next_hop_to(address: str, clock: Clock, deadline: float) -> str | None:
    """Give the router that packets to an address are given to first.

    Args:
        address: an IP address.
        clock: whose seconds the deadline counts.
        deadline: absolute.

    Returns:
        Its address, with the interface where it is one of the link's own (RFC 4007, section 11);
        None where there is none between, or no way.

    Raises:
        MeasurementError: `field.look`: UNSUPPORTED: there is no iproute2 here, OUT_OF_TIME.
    """
    way = await _route(address, clock, deadline)
    hop = way.get("gateway")
    near = hop is not None and hop.lower().startswith(LINK_LOCAL)
    return f"{hop}%{way.get('dev')}" if near else hop


async def _route(address: str, clock: Clock, deadline: float) -> Mapping[str, str]:
    ip = shutil.which("ip") or shutil.which("ip", path="/usr/sbin:/sbin")
    if ip is None:
        raise _failed(FailureKind.UNSUPPORTED, address, "iproute2 is not installed")
    process = await asyncio.create_subprocess_exec(
        *(ip, "-json", "route", "get", address),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with until(clock, deadline):
            told, _ = await process.communicate()
    except TimeoutError as error:
        process.kill()
        raise _failed(FailureKind.OUT_OF_TIME, address, "no time left") from error
    ways = json.loads(told or b"[]")
    return {key: value for key, value in ways[0].items() if isinstance(value, str)} if ways else {}


def _failed(kind: FailureKind, address: str, detail: str) -> MeasurementError:
    return MeasurementError(Failure(kind=kind, where=address, detail=detail), LOOK)
