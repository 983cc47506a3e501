"""What spoils a part of a home's traffic only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.domain.lan_facts import LoudDevice
from cpe_diag.domain.way_out_facts import RouterDivert
from cpe_diag.testing.evidence_samples import changed
from cpe_diag.testing.load_samples import DEVICE, measured

if TYPE_CHECKING:
    from cpe_diag.judge.question import CaseFile


def long_frames_lost(case: CaseFile, received: int = 20) -> CaseFile:
    """The laptop answers what is shorter than a whole frame alone, or small packets alone."""
    return changed(measured(case), "rate_train", DEVICE, size_bytes=1428, received=received)


def small_alone(case: CaseFile) -> CaseFile:
    """The laptop answers small packets, and nothing near the size of a frame."""
    return long_frames_lost(case, received=0)


def quiet_forgotten(case: CaseFile, tcp_s: int = 30, datagrams_s: int = 120) -> CaseFile:
    """The router keeps quiet connections for so long."""
    kept = {"tcp_kept_s": tcp_s, "datagrams_kept_s": datagrams_s}
    return changed(case, "home_watch", "router", **kept)


def shouted_down(case: CaseFile, octets: int = 60_000_000, frames: int = 40_000) -> CaseFile:
    """A device sends so much to all within four seconds."""
    loudest = LoudDevice(mac="02:00:5e:20:00:99", frames=frames, octets=octets, over_s=4.0)
    return changed(case, "lan_routers", "router", loudest=loudest)


def secure_pages_taken(case: CaseFile, *, surely: bool = True, port: int = 443) -> CaseFile:
    """A rule leads the home's secure pages into the router."""
    divert = RouterDivert(
        to=None, kinds=(f"tcp/{port}",), rule=f"tcp dport {port} redirect to :8443", surely=surely
    )
    return changed(case, "router_forwarding", "router", diverts=(divert,))
