"""Faults of which it is seen whose they are, and no more: what tells causes apart is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.domain.failures import FailureKind
from cpe_diag.testing import faults_at_device as at_device
from cpe_diag.testing import faults_enclosed as enclosed
from cpe_diag.testing import faults_on_the_way_out as way_out
from cpe_diag.testing import faults_outside as outside
from cpe_diag.testing.evidence_samples import never_asked, unobserved

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
