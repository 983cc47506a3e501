"""Verdicts made by hand, of one home and of many: for tests of reports and bundles."""

from __future__ import annotations

from dataclasses import replace

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.findings import Finding
from cpe_diag.domain.verdict import (
    Candidate,
    Destination,
    FaultDomain,
    GroupKind,
    OutageGroup,
    Segment,
    SegmentState,
    SettlingStep,
    Verdict,
)


def network_verdict() -> Verdict:
    """Make a verdict of a cut line, with evidence on all sides.

    Returns:
        A verdict that rests on `sample_evidence`.
    """
    port = FactKey("port_status", "port")
    line = FactKey("line_quality", "line")
    return Verdict(
        domain=FaultDomain.NETWORK,
        cause="line_cut",
        title="The line to the customer is cut",
        confidence=0.93,
        summary="The port sees no signal, and the modem did not report a loss of power before.",
        also=(),
        candidates=(
            Candidate(
                cause="line_cut",
                domain=FaultDomain.NETWORK,
                belief=0.93,
                supported_by=("no_signal",),
                contradicted_by=(),
            ),
            Candidate(
                cause="customer_power",
                domain=FaultDomain.ROUTER,
                belief=0.06,
                supported_by=("port_down",),
                contradicted_by=("no_dying_gasp",),
            ),
        ),
        evidence_for=(
            Finding(
                id="no_signal",
                answer=True,
                because="The line reports loss of signal and has been down for 3 min.",
                rests_on=(line, port),
                missing=(),
            ),
            Finding(
                id="no_dying_gasp",
                answer=True,
                because="The modem sent no dying gasp, so it did not lose power first.",
                rests_on=(line,),
                missing=(),
            ),
            Finding(
                id="neighbours_up",
                answer=True,
                because="All three neighbour ports are up, so the node and its cable are whole.",
                rests_on=(FactKey("port_status", "neighbour/13"),),
                missing=(),
            ),
        ),
        evidence_against=(
            Finding(
                id="mac_learned",
                answer=True,
                because="The router's MAC is still in the node's table (VLAN 1012).",
                rests_on=(FactKey("learned_macs", "port"),),
                missing=(),
            ),
        ),
        unknown=(
            Finding(
                id="router_reachable",
                answer=None,
                because="Whether the router answers.",
                rests_on=(),
                missing=(FactKey("reachability", "router"), FactKey("http", "router>reference")),
            ),
        ),
        settle_by=SettlingStep(
            probe="line_quality",
            question="Does a line test from the node see an open end, and how far away?",
            between=("line_cut", "customer_power"),
        ),
        destination=Destination.FIELD_TECHNICIAN,
        next_action="Book a technician for the line between node an-vdsl and the customer.",
        tell_customer="The line to your home is interrupted. A technician will come to mend it.",
        segments=(
            Segment(
                id="core",
                title="Operator's core",
                state=SegmentState.GOOD,
                note="reference.example.net loads in 64 ms",
            ),
            Segment(
                id="node",
                title="Access node an-vdsl",
                state=SegmentState.GOOD,
                note="answers SNMP in 31 ms",
            ),
            Segment(
                id="line",
                title="Line",
                state=SegmentState.BAD,
                note="loss of signal for 3 min",
            ),
            Segment(id="router", title="Home router", state=SegmentState.UNKNOWN, note=""),
            Segment(
                id="wifi",
                title="Home Wi-Fi",
                state=SegmentState.DEGRADED,
                note="2.4 GHz channel 6 is 71 % busy",
            ),
            Segment(id="device", title="Device", state=SegmentState.UNKNOWN, note="not asked"),
        ),
        rules_version="1",
    )


def group_verdict() -> Verdict:
    """Make a verdict of a PON that is dark.

    Returns:
        The verdict of a cut line, made one of many.
    """
    return replace(
        network_verdict(),
        cause="splitter_outage",
        title="A branch of the access network is down: a splitter, a PON or a shared line",
        summary="6 of 6 ports of pon 0/3/1 went down together 3 min ago.",
        destination=Destination.NETWORK_OPERATIONS,
        next_action="Open or join the parent case of this group.",
        tell_customer="There is a disturbance in our network in your area. We are mending it.",
        group=OutageGroup(
            kind=GroupKind.BRANCH,
            name="pon 0/3/1",
            affected=6,
            of=6,
            since_s=184.0,
            parent_key="an-vdsl/pon-0/3/1/20260301T110000Z",
        ),
    )
