"""Faults that all devices of the home feel: what each leaves in the evidence."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.device_facts import Tries
from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.home_facts import HomeWatch
from cpe_diag.domain.missing import Missing
from cpe_diag.testing.device_samples import WELL
from cpe_diag.testing.evidence_samples import changed, with_value
from cpe_diag.testing.faults_of_routes import with_routes
from cpe_diag.testing.faults_on_the_way_out import ipv6_home

if TYPE_CHECKING:
    from cpe_diag.judge.question import CaseFile

SILENT: Final = Missing(why=FailureKind.SILENT)
IN_VAIN: Final = Tries(asked=4, answered=0, taken_up=0)
ONE_DEAD: Final = Tries(asked=4, answered=3, taken_up=3)


def home_tries(
    case: CaseFile,
    ipv4: tuple[Tries, ...] = (WELL, WELL),
    ipv6: tuple[Tries, ...] = (WELL, WELL),
    stalled: tuple[int, ...] = (),
) -> CaseFile:
    """The router's table shows this of the home's devices."""
    held = case.evidence.value(HomeWatch, "home_watch", "router")
    if held is None:
        return case
    seen = replace(
        held,
        ipv4=replace(held.ipv4, pages=ipv4),
        ipv6=replace(held.ipv6, pages=ipv6),
        stalled=stalled,
    )
    return with_value(case, "home_watch", "router", seen)


def home_heard(case: CaseFile, *tried: Tries) -> CaseFile:
    """This is heard on the home's side."""
    return changed(case, "lan_routers", "router", tried=tried)


def router_passes_little_on(case: CaseFile) -> CaseFile:
    """The router swallows what the home begins: its table shows nothing of that."""
    return home_heard(home_tries(case, (), ()), IN_VAIN, IN_VAIN)


def home_in_vain(case: CaseFile) -> CaseFile:
    """What the home begins goes out, and nothing comes back to it."""
    return home_heard(home_tries(case, (IN_VAIN, IN_VAIN), ()), IN_VAIN, IN_VAIN)


def home_stalls(case: CaseFile) -> CaseFile:
    """Connections of two devices stand still."""
    return home_tries(case, stalled=(2, 1))


def home_ipv6_in_vain(case: CaseFile) -> CaseFile:
    """By IPv6 alone nothing that the home begins is answered."""
    return home_tries(ipv6_home(case), ipv6=(IN_VAIN, IN_VAIN))


def pool_elsewhere(case: CaseFile) -> CaseFile:
    """The router has moved to another network, and its range of addresses has not."""
    return changed(case, "router_lan", "router", prefix="192.168.2.1/24")


def prefix_known(case: CaseFile, prefix: str = "2001:db8:1:100::/56") -> CaseFile:
    """The router's client says which prefix it was handed out."""
    case = with_routes(ipv6_home(case))
    return changed(case, "router_wan", "router", ipv6_handed_out=(prefix,))


def prefix_old(case: CaseFile) -> CaseFile:
    """The home still has the prefix that the line had before."""
    case = prefix_known(case, "2001:db8:1:700::/56")
    return changed(case, "ping", "home>reference/ipv6", received=0, rtt_avg_s=SILENT)
