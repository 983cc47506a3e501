"""The `tickets` part of the configuration: desks with little to say, and what is wrong there."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.failures import DefinitionError
from cpe_diag.domain.secret import Secret
from cpe_diag.domain.verdict import Destination
from cpe_diag.service.occasion import Occasion
from cpe_diag.service.on_call import OnCall
from cpe_diag.service.outgoing import OutgoingDesk, OwnRequest, Route
from cpe_diag.service.sender_check import BasicCheck, BearerCheck, HmacCheck
from cpe_diag.service.ticket_hours import Hours
from cpe_diag.service.ticket_paths import Algorithm, DeskKind
from cpe_diag.service.tickets_config import incoming
from cpe_diag.wiring.config import read
from cpe_diag.wiring.tickets import tickets_of

if TYPE_CHECKING:
    from pathlib import Path

    from cpe_diag.service.tickets_config import TicketsConfig

EVERY = """\
tickets:
  rules: my-rules.yaml
  case_link: https://diag.example.net/cases/{case}
  desks:
    main:
      kind: zammad
      check: {hmac: env:ZAMMAD_TOKEN}
      fields: {subscriber: ticket.kundennummer}
      answer:
        url: https://zammad.example.net/
        credential: env:ZAMMAD_API
        routes:
          network_operations: {group: NOC, state: open, priority: 3 high}
    old:
      kind: znuny
      check: {basic: env:ZNUNY_PASSWORD, user: znuny}
      max_age: 30s
    jira:
      kind: jira
      check: {hmac: [env:NEW, env:OLD]}
    own:
      kind: json
      check: {bearer: env:TOKEN}
      fields: {id: "ref"}
      delivery_header: X-Delivery
      answer:
        url: http://127.0.0.1:8080
        credential: env:OWN
        public: true
        request: {path: "/t/{id}", body: {text: "{note}"}}
  on_call:
    Ann:
      send: env:ANN
      zone: Europe/Berlin
      quiet: {from: "22:00", to: "07:00"}
      urgent_at_night: false
      of: [incident, cleared]
"""


def tickets(tmp_path: Path, text: str = EVERY) -> TicketsConfig:
    """Read a configuration."""
    file = tmp_path / "config.yaml"
    file.write_text(text, encoding="utf-8")
    return tickets_of(read(file, "a test"))


def test_a_desk_needs_little_more_than_its_kind(tmp_path: Path) -> None:
    """Headers, signatures and fields are known of the desks that we know."""
    found = tickets(tmp_path)
    assert found.rules == tmp_path / "my-rules.yaml"
    assert list(found.desks) == ["main", "old", "jira", "own"]
    main = incoming(found.desks["main"], Secret)
    assert main.check == HmacCheck(
        header="X-Hub-Signature",
        algorithm=Algorithm.SHA1,
        prefix="sha1=",
        secrets=(Secret("env:ZAMMAD_TOKEN"),),
    )
    assert (main.delivery_header, main.max_age_s) == ("x-zammad-delivery", 3600.0)
    assert found.desks["main"].paths["subscriber"] == "ticket.kundennummer"
    assert found.desks["main"].paths["title"] == "ticket.title"


def test_each_way_of_showing_who_it_is_is_read(tmp_path: Path) -> None:
    """Two secrets are valid while one replaces the other."""
    desks = tickets(tmp_path).desks
    assert incoming(desks["old"], Secret).check == BasicCheck(
        user="znuny", secrets=(Secret("env:ZNUNY_PASSWORD"),)
    )
    assert incoming(desks["old"], Secret).max_age_s == 30.0
    assert incoming(desks["jira"], Secret).check == HmacCheck(
        header="X-Hub-Signature",
        algorithm=Algorithm.SHA256,
        prefix="sha256=",
        secrets=(Secret("env:NEW"), Secret("env:OLD")),
    )
    assert incoming(desks["own"], Secret).check == BearerCheck(secrets=(Secret("env:TOKEN"),))
    assert incoming(desks["own"], Secret).delivery_header == "x-delivery"


def test_where_tickets_go_is_said_by_destination(tmp_path: Path) -> None:
    """In the desk's own words."""
    desks = tickets(tmp_path).desks
    main, own = desks["main"].answer, desks["own"].answer
    assert main is not None
    assert own is not None
    assert (main.url, main.public) == ("https://zammad.example.net", False)
    assert main.routes == {
        Destination.NETWORK_OPERATIONS: Route(group="NOC", state="open", priority="3 high")
    }
    assert own.public
    assert own.desk == OutgoingDesk(
        kind=DeskKind.JSON, own=OwnRequest(path="/t/{id}", body={"text": "{note}"})
    )
    assert desks["old"].answer is None


def test_people_on_call_have_their_own_hours(tmp_path: Path) -> None:
    """And are told what they want to be told of."""
    ann = tickets(tmp_path).on_call["Ann"]
    assert ann.send == "env:ANN"
    assert ann.on_call == OnCall(
        name="Ann",
        zone="Europe/Berlin",
        quiet=Hours(start=time(22), end=time(7)),
        urgent_at_night=False,
        occasions=frozenset({Occasion.INCIDENT, Occasion.CLEARED}),
    )


def test_a_zone_that_is_none_is_told_with_its_place(tmp_path: Path) -> None:
    """Nobody is woken by a slip."""
    text = "tickets:\n  on_call:\n    Ann: {send: env:ANN, zone: Europe/Berlinn}\n"
    with pytest.raises(DefinitionError, match=r"3:32: tickets\.on_call\.Ann\.zone: there is no"):
        tickets(tmp_path, text)


def test_without_the_part_there_are_no_desks(tmp_path: Path) -> None:
    """A laptop has none."""
    assert tickets(tmp_path, "icmp: true\n").desks == {}


HEAD = "tickets:\n  desks:\n    main:\n"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            ["kind: jira", "check: {bearer: env:X}", 'fields: {id: "a["}'],
            ":6:20: tickets.desks.main.fields.id: no JMESPath",
        ),
        (["kind: json", "check: {bearer: env:X}"], ":4:7: tickets.desks.main: fields must say"),
        (
            [
                "kind: jira",
                "check: {bearer: env:X}",
                "answer:",
                "  url: https://x",
                "  credential: env:X",
                "  request: {path: /, body: {}}",
            ],
            ":7:9: tickets.desks.main.answer: `request` goes with kind json",
        ),
        (["kind: jirra", "check: {bearer: env:X}"], "did you mean 'jira'?"),
        (["kind: jira", "check: {bearer: sesame}"], "expected a reference to the secret"),
        (["kind: jira", "check: {}"], "expected one of the keys"),
        (
            ["kind: jira", "check: {bearer: env:X}", "fields: {subscribr: a}"],
            "did you mean 'subscriber'?",
        ),
        (
            ["kind: jira", "check: {bearer: env:X}", "answer: {url: http://x, credential: env:X}"],
            "expected https://, or http:// on this machine",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    tmp_path: Path, lines: list[str], expected: str
) -> None:
    """And never shows a secret that stands where a reference belongs."""
    text = HEAD + "".join(f"      {line}\n" for line in lines)
    with pytest.raises(DefinitionError) as caught:
        tickets(tmp_path, text)
    assert expected in str(caught.value)
    assert "sesame" not in str(caught.value)
