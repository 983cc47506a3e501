"""Faults of which it is seen whose they are, and no more: what tells causes apart is missing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.load_facts import PathQuality
from cpe_diag.domain.path_facts import HttpCheck, HttpOutcome
from cpe_diag.testing import faults_at_device as at_device
from cpe_diag.testing import faults_enclosed as enclosed
from cpe_diag.testing import faults_of_home as of_home
from cpe_diag.testing import faults_on_the_way_out as way_out
from cpe_diag.testing import faults_outside as outside
from cpe_diag.testing import load_samples as load
from cpe_diag.testing.evidence_samples import changed, never_asked, unobserved, with_value

if TYPE_CHECKING:
    from cpe_diag.judge.question import CaseFile


def pages_lost(case: CaseFile) -> CaseFile:
    """The router gets no page of the reference, and nobody knows whether its pings come back."""
    return never_asked(enclosed.web_blocked(case), ("ping", "router>reference"))


def names_by_router_lie(case: CaseFile) -> CaseFile:
    """The router's name service says what is not so; the operator's was not asked by it."""
    return never_asked(way_out.router_names_lie(case), ("dns", "router>operator_resolver"))


def device_gets_none(case: CaseFile) -> CaseFile:
    """One device gets no pages and others do; the router's names were not asked for."""
    return never_asked(at_device.device_web_blocked(case), ("dns", "router>reference"))


def refused(case: CaseFile) -> CaseFile:
    """The site answers that it will not serve us, and nobody looks from elsewhere."""
    case = outside.platform_blocks_us(case)
    for kind in ("dns", "http"):
        for whose in ("reference", "platform"):
            case = unobserved(case, kind, f"elsewhere>{whose}", FailureKind.NOT_APPLICABLE)
    return case


def fell_mute(case: CaseFile, ago_s: float = 95.0) -> CaseFile:
    """The link came so long ago, the node heard the home since, and it sends nothing any more."""
    return changed(enclosed.mute(case), "port_status", "port", last_change_s=ago_s)


def far(case: CaseFile, there_s: float = 0.061, back_s: float = 0.06) -> CaseFile:
    """The best way to the home and from it takes so long; its neighbours' are short."""
    case = load.measured(case)
    times = {"rtt_min_s": back_s, "rtt_median_s": 0.095, "rtt_p95_s": 0.099, "jitter_s": 0.002}
    for subject in (load.EDGE, load.REFERENCE):
        case = changed(case, "path_quality", subject, **times)
    ours = PathQuality(
        target="198.51.100.77",
        sent=100,
        received=100,
        rtt_min_s=there_s,
        rtt_median_s=0.095,
        rtt_p95_s=0.099,
        jitter_s=0.002,
    )
    return with_value(case, "path_quality", load.ROUTER, ours)


def family_in_vain(case: CaseFile, *, router_too: bool = False) -> CaseFile:
    """Two devices asked once each by IPv6 and got nothing; their router gets its page by it."""
    one = replace(of_home.IN_VAIN, asked=1)
    case = of_home.home_tries(case, ipv6=(one, one))
    page = case.evidence.value(HttpCheck, "http", "router>reference")
    if page is None:
        return case
    lost = replace(page, outcome=HttpOutcome.CONNECT_TIMEOUT, status=None)
    return with_value(case, "http", "router>reference/ipv6", lost if router_too else page)
