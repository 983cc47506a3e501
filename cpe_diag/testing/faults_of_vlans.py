"""The service answers with a tag at the wall port, and a neighbour announces itself there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cpe_diag.domain.field_facts import FieldDhcp, FieldHeard, FieldPppoe
from cpe_diag.domain.field_vlan_facts import AskedVlan
from cpe_diag.testing.evidence_samples import changed
from cpe_diag.testing.faults_on_site import WALL, no_offer

if TYPE_CHECKING:
    from cpe_diag.judge.question import CaseFile


def answers_in(case: CaseFile, vlan: int) -> CaseFile:
    """Server and concentrator answer in one VLAN, of 100 and 200 in which is asked, alone."""
    nobody = no_offer(case, WALL)
    dhcp = case.evidence.value(FieldDhcp, "field_dhcp", WALL)
    pppoe = case.evidence.value(FieldPppoe, "field_pppoe", WALL)
    asked = tuple(
        AskedVlan(
            vlan=one,
            offers=dhcp.offers if dhcp and one == vlan else (),
            concentrators=pppoe.offers if pppoe and one == vlan else (),
        )
        for one in (100, 200)
    )
    return changed(nobody, "field_vlans", WALL, asked=asked)


def locked(case: CaseFile) -> CaseFile:
    """Nobody answers the laptop's own MAC, and who should answers the router's."""
    dhcp = case.evidence.value(FieldDhcp, "field_dhcp", WALL)
    pppoe = case.evidence.value(FieldPppoe, "field_pppoe", WALL)
    return changed(
        no_offer(case, WALL),
        "field_locked",
        WALL,
        offers=dhcp.offers if dhcp else (),
        concentrators=pppoe.offers if pppoe else (),
    )


def on_port(case: CaseFile, system: str, port: str) -> CaseFile:
    """On record is port ge-0/0/12 of an-1; what hangs there says that it is another, or that."""
    node = case.subscriber.node
    node = replace(node, system_name="an-1.operator.example") if node else None
    subscriber = replace(case.subscriber, node=node, port="ge-0/0/12")
    heard = case.evidence.value(FieldHeard, "field_heard", WALL)
    neighbours = heard.neighbours if heard else ()
    said = tuple(replace(one, system=system, port=port) for one in neighbours)
    case = replace(case, subscriber=subscriber)
    return changed(case, "field_heard", WALL, neighbours=said)
