"""Every route that writes, with everything that can be wrong with what is sent to it.

The table is held against the operations: a new one that writes fails here until it stands in it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import pytest
from http_service import SECRETS, Answered, HttpService

from cpe_diag.domain.audit import AuditKind
from cpe_diag.domain.roles import Role
from cpe_diag.service.tmf_schema import Api, faults
from cpe_diag.service.web.operations import EVENTS, OPERATIONS
from cpe_diag.wiring.config import read
from cpe_diag.wiring.desk import open_desk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

NOBODY: Final = "sub-nobody"
NO_PLAYBOOK: Final = "no_such_playbook"
DELIVERS: Final = "deliverTicket"
NOTED_IN_S: Final = 90.0
MOMENT: Final = "2026-03-01T12:00:00Z"


class Wrong(StrEnum):
    """What can be wrong."""

    MALFORMED = "malformed"
    WRONG_KIND = "no JSON by its own words"
    NOT_AS_PUBLISHED = "not as published"
    OVERSIZED = "oversized"
    UNSIGNED = "unsigned"
    WRONG_ROLE = "wrong role"
    UNKNOWN_SUBSCRIBER = "unknown subscriber"
    UNKNOWN_PLAYBOOK = "unknown playbook"
    REPLAYED = "replayed"
    TOO_OLD = "too old"
    NOT_THERE = "not there"


STATUS: Final = {
    Wrong.MALFORMED: 400,
    Wrong.WRONG_KIND: 415,
    Wrong.NOT_AS_PUBLISHED: 400,
    Wrong.OVERSIZED: 413,
    Wrong.UNSIGNED: 401,
    Wrong.WRONG_ROLE: 403,
    Wrong.UNKNOWN_SUBSCRIBER: 422,
    Wrong.UNKNOWN_PLAYBOOK: 422,
    Wrong.REPLAYED: 409,
    Wrong.TOO_OLD: 409,
    Wrong.NOT_THERE: 404,
}
FOR_ALL: Final = frozenset({Wrong.OVERSIZED, Wrong.UNSIGNED})
WITH_TOKEN: Final = frozenset({Wrong.WRONG_ROLE})
WITH_BODY: Final = frozenset({Wrong.MALFORMED, Wrong.WRONG_KIND, Wrong.NOT_AS_PUBLISHED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One route: a good request, how it names whom and what, and what can be wrong beside.

    `odd` is a body that no description allows. `more` are kinds that not every route has. `role`
    is one that may, `every_role` True: every one may.
    """

    path: str
    good: Any = None
    odd: Any = None
    more: frozenset[Wrong] = field(default_factory=frozenset)
    token: bool = True
    role: Role = Role.AUTOMATION
    every_role: bool = False

    @property
    def wrongs(self) -> frozenset[Wrong]:
        """What can be wrong here."""
        made = FOR_ALL | self.more
        if self.token and not self.every_role:
            made |= WITH_TOKEN
        return made | WITH_BODY if self.good is not None else made


def tickets(version: str) -> Iterator[tuple[str, Route]]:
    """Give the routes of TMF621."""
    base = f"/tmf-api/troubleTicket/{version}"
    party: dict[str, Any] = {"id": "sub-1", "@referredType": "Individual"}
    related: dict[str, Any] = {**party, "role": "customer"}
    kind: dict[str, Any] = {}
    if version == "v5":
        kind = {"@type": "TroubleTicket"}
        related = {
            "@type": "RelatedPartyRefOrPartyRoleRef",
            "role": "customer",
            "partyOrPartyRole": {"@type": "PartyRef", **party},
        }
    ticket = {
        **kind,
        "name": "Internet is down",
        "description": "since this morning",
        "severity": "Major",
        "ticketType": "incident",
        "relatedParty": [related],
    }
    whom = frozenset({Wrong.UNKNOWN_SUBSCRIBER})
    yield (
        f"createTroubleTicket_{version}",
        Route(path=f"{base}/troubleTicket", good=ticket, odd={"description": 7}, more=whom),
    )
    yield (
        f"patchTroubleTicket_{version}",
        Route(
            path=f"{base}/troubleTicket/none",
            good={**kind, "status": "held"},
            odd={**kind, "status": "eaten"},
            more=frozenset({Wrong.NOT_THERE}),
        ),
    )
    yield from hubs(base, version)
    their = {"id": "their-7", "href": "https://a.example/their-7"}
    if version == "v5":
        their |= {"status": "acknowledged", "creationDate": MOMENT, "lastUpdate": MOMENT}
    for event in EVENTS:
        held: dict[str, Any] = {"troubleTicket": {**ticket, **their}}
        good: dict[str, Any] = {"eventId": "e", "eventTime": MOMENT, "eventType": event}
        good["event"] = held
        if version == "v5":
            good["@type"] = event
            held["@type"] = f"{event}Payload"
        is_new = event == "TroubleTicketCreateEvent"
        yield (
            f"{event}_{version}",
            Route(
                path=f"{base}/listener/{event[0].lower()}{event[1:]}",
                good=good,
                odd={**good, "event": 7} if is_new else [],
                more=whom if is_new else frozenset(),
            ),
        )


def hubs(base: str, name: str) -> Iterator[tuple[str, Route]]:
    """Give the routes of a hub."""
    good = {"callback": "https://a.example/hear"}
    yield f"createHub_{name}", Route(path=f"{base}/hub", good=good, odd={"callback": 7})
    there = frozenset({Wrong.NOT_THERE})
    yield f"deleteHub_{name}", Route(path=f"{base}/hub/none", more=there)


ROUTES: Final[Mapping[str, Route]] = {
    **dict(tickets("v4")),
    **dict(tickets("v5")),
    **dict(hubs("/tmf-api/alarm/v4", "alarm")),
    **dict(hubs("/tmf-api/serviceProblemManagement/v5", "problem")),
    "createServiceTest": Route(
        path="/tmf-api/serviceTestManagement/v4/serviceTest",
        good={
            "name": "test",
            "relatedService": {"id": "sub-1"},
            "testSpecification": {"id": "no_internet"},
        },
        odd={"name": 7},
        more=frozenset({Wrong.UNKNOWN_SUBSCRIBER, Wrong.UNKNOWN_PLAYBOOK}),
    ),
    "orderRun": Route(
        path="/api/runs",
        good={"playbook": "no_internet", "subscriber": "sub-1"},
        odd={"playbook": "no_internet", "subscriber": "sub-1", "more": 1},
        more=frozenset({Wrong.UNKNOWN_SUBSCRIBER, Wrong.UNKNOWN_PLAYBOOK}),
    ),
    "cancelRun": Route(path="/api/runs/none/cancel", more=frozenset({Wrong.NOT_THERE})),
    "answerQuestion": Route(
        path="/api/cases/none/answers",
        good={"question": "affected", "choice": "one_device"},
        odd={"question": 7},
        more=frozenset({Wrong.NOT_THERE}),
    ),
    "planRepair": Route(
        path="/api/cases/none/repairs",
        good={"action": "wifi.set_ssid", "value": "Home"},
        odd={"action": "router.explode"},
        more=frozenset({Wrong.NOT_THERE}),
    ),
    "recordConsent": Route(
        path="/api/repairs/none/consent",
        good={"given_by": "A. Customer", "identity": "call_back", "digest": "0" * 64},
        odd={"given_by": "A. Customer", "identity": "by_voice", "digest": "0" * 64},
        more=frozenset({Wrong.NOT_THERE}),
        role=Role.SECOND_LINE,
    ),
    "withdrawConsent": Route(
        path="/api/repairs/none/withdrawal", more=frozenset({Wrong.NOT_THERE}), every_role=True
    ),
    "approveRepair": Route(
        path="/api/repairs/none/approval", more=frozenset({Wrong.NOT_THERE}), role=Role.SENIOR
    ),
    "makePasswordLink": Route(
        path="/api/repairs/none/link", more=frozenset({Wrong.NOT_THERE}), role=Role.SECOND_LINE
    ),
    "sendPasswordLink": Route(
        path="/api/repairs/none/sent-link",
        more=frozenset({Wrong.NOT_THERE}),
        role=Role.SECOND_LINE,
    ),
    "runRepair": Route(path="/api/repairs/none/run", more=frozenset({Wrong.NOT_THERE})),
    DELIVERS: Route(
        path="/webhooks/main",
        good={
            "ticket": {
                "id": 7,
                "number": "100007",
                "title": "Internet is down",
                "customer_number": "sub-1",
            }
        },
        odd=[],
        more=frozenset({Wrong.UNKNOWN_SUBSCRIBER, Wrong.REPLAYED, Wrong.TOO_OLD}),
        token=False,
    ),
}


def body_of(name: str, wrong: Wrong) -> bytes:
    """Give the body that a wrong request has."""
    route = ROUTES[name]
    good = route.good
    if name == DELIVERS:
        age = timedelta(hours=3) if wrong is Wrong.TOO_OLD else timedelta()
        good = {"ticket": {**good["ticket"], "updated_at": (datetime.now(UTC) - age).isoformat()}}
    body = b"" if good is None else json.dumps(good).encode()
    changed: Mapping[Wrong, bytes] = {
        Wrong.MALFORMED: b'{"name": ',
        Wrong.NOT_AS_PUBLISHED: json.dumps(route.odd).encode(),
        Wrong.OVERSIZED: b" " * 1_000_001,
        Wrong.UNKNOWN_SUBSCRIBER: body.replace(b'"sub-1"', f'"{NOBODY}"'.encode()),
        Wrong.UNKNOWN_PLAYBOOK: body.replace(b'"no_internet"', f'"{NO_PLAYBOOK}"'.encode()),
    }
    return changed.get(wrong, body)


def sent(service: HttpService, name: str, wrong: Wrong, source: str) -> Answered:
    """Send a request that is good but for one thing."""
    method = next(one.method for one in OPERATIONS if one.id == name)
    route, body = ROUTES[name], body_of(name, wrong)
    headers = {"X-Zammad-Delivery": wrong.name}
    if wrong is Wrong.WRONG_KIND:
        headers["Content-Type"] = "text/plain"
    role: Role | None = Role.VIEWER if wrong is Wrong.WRONG_ROLE else route.role
    if wrong is Wrong.UNSIGNED or not route.token:
        role = None
    if not route.token and wrong is not Wrong.UNSIGNED:
        key = SECRETS["HTTP_TEST_HMAC"].encode()
        headers["X-Hub-Signature"] = f"sha1={hmac.new(key, body, hashlib.sha1).hexdigest()}"
    if wrong is Wrong.REPLAYED:
        first = service.ask(method, route.path, raw=body, role=role, headers=headers)
        assert first.status == 202
        headers["X-Zammad-Delivery"] = "another"
    return service.ask(
        method, route.path, raw=body or None, role=role, headers=headers, source=source
    )


def refusals(config: Path) -> list[str]:
    """Give the words of the audit trail's refusals, once it is seen to be whole."""
    audit = open_desk(read(config, "test")).audit
    assert audit.verify().flaws == ()
    found = audit.entries(newest=1_000)
    return [one.event.words for one in found if one.event.kind is AuditKind.REFUSAL]


def test_every_route_that_writes_stands_in_the_table() -> None:
    """And nothing else does."""
    writes = {one.id for one in OPERATIONS if one.method != "GET"}
    assert set(ROUTES) == writes


@pytest.mark.parametrize("wrong", Wrong, ids=lambda one: one.name.lower())
def test_wrong_input_on_every_route_that_writes(
    service: HttpService, tmp_path: Path, wrong: Wrong
) -> None:
    """The right status, an error body of TM Forum, one line of the audit, and nothing starts."""
    config = tmp_path / "service" / "config.yaml"
    names = [name for name, route in ROUTES.items() if wrong in route.wrongs]
    assert names
    for place, name in enumerate(names):
        # One address that shows many wrong tokens is not looked at any more.
        answered = sent(service, name, wrong, source=f"127.0.1.{place + 1}")
        if name == DELIVERS and answered.status == 202:  # told later, on a busy machine
            assert wrong is Wrong.UNKNOWN_SUBSCRIBER
            continue
        assert answered.status == STATUS[wrong], (name, answered)
        assert answered.headers["content-type"] == "application/json", name
        assert answered.json["status"] == str(STATUS[wrong]), name
        assert faults(Api.TROUBLE_TICKET_V5, "Error", answered.json) == (), name
        assert not {NOBODY, NO_PLAYBOOK} & set(answered.json["message"].split()), name
    told = [f"over HTTP: {name}: {STATUS[wrong]} " for name in names]
    if wrong is Wrong.NOT_THERE:  # what is not there is no refusal
        told = []
    lines = refusals(config)
    until = time.monotonic() + NOTED_IN_S
    while len(lines) < len(told) and time.monotonic() < until:
        time.sleep(0.05)
        lines = refusals(config)
    assert len(lines) == len(told), lines
    for name in told:
        assert sum(line.startswith(name) for line in lines) == 1, (name, lines)
    if wrong is not Wrong.REPLAYED:
        assert service.served.runs.runs() == ()
        assert service.served.hubs.of(Api.ALARM_V4.value) == ()
