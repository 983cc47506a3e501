"""A node as the newest run on it has seen its ports: who is up, and who fell together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.missing import known
from cpe_diag.domain.sweep import PortMark
from cpe_diag.judge.node_outages import node_seen
from cpe_diag.judge.question import CaseFile
from cpe_diag.report.codec import moment_text
from cpe_diag.service.refused import Refused
from cpe_diag.service.web.call import Reply

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cpe_diag.domain.incident import Incident
    from cpe_diag.domain.sibling_facts import SiblingState
    from cpe_diag.judge.node_outages import NodeOutage, NodeSeen
    from cpe_diag.report.codec import Json
    from cpe_diag.service.web.call import Call
    from cpe_diag.service.web.served import Served
    from cpe_diag.store.run_rows import RunRow

LOOKED_AT: Final = 10
"""Runs on a node that are opened at most, the newest first, until one has seen the ports."""
_WORD: Final[dict[str, object]] = {"type": "string"}
_NULLABLE: Final[dict[str, object]] = {"type": "string", "nullable": True}
_AGE: Final[dict[str, object]] = {"type": "number", "nullable": True}
PORT: Final[dict[str, object]] = {
    "type": "object",
    "required": ["port", "state", "changed_ago_s", "groups"],
    "properties": {
        "port": _WORD,
        "state": {"type": "string", "enum": [one.value for one in PortMark]},
        "changed_ago_s": _AGE,
        "down_cause": _NULLABLE,
        "groups": {"type": "array", "items": _WORD},
    },
}
NODE: Final[dict[str, object]] = {
    "type": "object",
    "required": ["id", "ports", "outages", "incidents"],
    "properties": {
        "id": _WORD,
        "run": _NULLABLE,
        "case": _NULLABLE,
        "at": {"type": "string", "format": "date-time", "nullable": True},
        "own": _NULLABLE,
        "in_service": {"type": "integer", "nullable": True},
        "ports": {"type": "array", "items": PORT},
        "outages": {"type": "array", "items": {"type": "object"}},
        "incidents": {"type": "array", "items": {"type": "object"}},
    },
}

_NO_NODE: Final = Refused(status=404, reason="no run has been on a node of this id")


def one_node(served: Served, call: Call) -> Reply | Refused:
    """Give a node as it was seen last; its ports are empty where no run has seen them."""
    node = call.path["id"]
    rows = served.runs.of_node(node, ended=True, limit=LOOKED_AT)
    if not rows and not served.runs.of_node(node, ended=False, limit=1):
        return _NO_NODE
    incidents = [one for one in served.incidents(call.at) if one.place.startswith(f"{node}/")]
    body: dict[str, Json] = {
        "id": node,
        "run": None,
        "case": None,
        "at": None,
        "own": None,
        "in_service": None,
        "ports": [],
        "outages": [],
        "incidents": [_incident(one) for one in incidents],
    }
    found = _newest(served, rows)
    if found is None:
        return Reply(body=body)
    row, seen = found
    parents = {one.place: one.case_id for one in incidents}
    affected = {port for one in seen.outages for port in one.outage.affected}
    return Reply(
        body={
            **body,
            "run": row.id,
            "case": row.case_id,
            "at": moment_text(seen.at),
            "own": seen.siblings.own,
            "in_service": seen.siblings.in_service,
            "ports": [_port(one, is_hit=one.port in affected) for one in seen.siblings.ports],
            "outages": [_outage(one, parents) for one in seen.outages],
        }
    )


def _newest(served: Served, rows: Sequence[RunRow]) -> tuple[RunRow, NodeSeen] | None:
    for row in rows:
        result = served.result_of(row.id)
        case = None if result is None else result.case
        seen = node_seen(case) if isinstance(case, CaseFile) else None
        if seen is not None:
            return row, seen
    return None


def _port(state: SiblingState, *, is_hit: bool) -> dict[str, Json]:
    mark = PortMark.UP if state.up else PortMark.DOWN
    if not state.admin_up:
        mark = PortMark.SHUT
    cause = known(state.down_cause)
    return {
        "port": state.port,
        "state": (PortMark.AFFECTED if is_hit else mark).value,
        "changed_ago_s": known(state.changed_ago_s),
        "down_cause": None if cause is None else cause.value,
        "groups": list(state.groups),
    }


def _outage(seen: NodeOutage, parents: Mapping[str, str | None]) -> dict[str, Json]:
    group = seen.group
    return {
        "kind": group.kind.value,
        "name": group.name,
        "cause": seen.cause.id,
        "title": seen.cause.title,
        "affected": list(seen.outage.affected),
        "of": seen.outage.of,
        "since_s": group.since_s,
        "parent": parents.get(group.parent_key.rpartition("/")[0]),
    }


def _incident(incident: Incident) -> dict[str, Json]:
    return {
        "kind": incident.kind.value,
        "place": incident.place,
        "title": incident.title,
        "since": moment_text(incident.since),
        "subscribers": incident.subscribers,
        "case": incident.case_id,
    }
