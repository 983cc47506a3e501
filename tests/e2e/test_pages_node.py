"""The outage view: a node's ports as they were seen, what fell together, and the parent case."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from http_service import SECRETS, HttpService, http_service
from page_browser import PAGES_CONFIG, PageEvents, signed_in

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.observations import Observed
from cpe_diag.domain.roles import Role
from cpe_diag.judge.node_outages import node_seen
from cpe_diag.service.web.nodes import LOOKED_AT
from cpe_diag.testing import sibling_samples
from cpe_diag.testing.run_samples import sample_run
from cpe_diag.testing.verdict_samples import group_verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cpe_diag.domain.verdict import Verdict
    from cpe_diag.judge.question import CaseFile

NODE = "an-1"


@pytest.fixture
def console(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HttpService]:
    """Keep a service up."""
    store = f"sqlite:///{tmp_path / 'case.db'}"
    for name, value in {**SECRETS, "HTTP_TEST_STORE": store}.items():
        monkeypatch.setenv(name, value)
    with http_service(tmp_path / "service", PAGES_CONFIG) as running:
        yield running


def _dark(case: CaseFile) -> CaseFile:
    """Let the PON of the case go down, two minutes before it was looked at."""
    fell = sibling_samples.fell(sibling_samples.well(), sibling_samples.PON)
    key = FactKey("siblings", "node")
    at = datetime.now(UTC)
    held = {**dict(case.evidence), key: Observed(value=fell, source="SNMP an-1", at=at)}
    node = case.subscriber.node
    assert node is not None
    who = replace(case.subscriber, node=replace(node, id=NODE))
    return replace(case, evidence=type(case.evidence)(held), subscriber=who)


def _run(console: HttpService, subscriber: str) -> str:
    """Have a run of the outage; give its case."""
    body = {"playbook": "no_internet", "subscriber": subscriber}
    made = console.ask("POST", "/api/runs", body).json
    seen: list[CaseFile] = []

    def looked(case: CaseFile) -> CaseFile:
        seen.append(_dark(case))
        return seen[0]

    console.run_ends(made["id"], _verdict(), seen=looked)
    return str(made["case"])


def _verdict() -> Verdict:
    found = node_seen(_dark(sample_run().case))
    assert found is not None
    return replace(group_verdict(), group=found.outages[0].group)


def test_what_fell_together_is_named_with_its_parent_case_and_comes_live(
    console: HttpService,
) -> None:
    """A caller of an outage leads to the case that stands for all of them, with one click."""
    browser = signed_in(console, Role.VIEWER)
    assert browser.open(f"/nodes/{NODE}").status == 404, "nobody has been there"
    first = _run(console, "sub-1")
    page = " ".join(browser.open(f"/nodes/{NODE}").text.split())
    assert page.count('<li class="affected"') == 7
    assert page.count('<li class="up"') == 3
    assert page.count('<li class="down"') == 1
    assert f'{sibling_samples.PON}</strong>: <span lang="en">A branch of the access' in page
    assert "7 of 7 ports, 2 min before that" in page
    assert "ports that were looked at: 11 of 740" in page
    assert '<li class="affected" aria-current="true">' in page
    assert "Parent case" not in page, "one subscriber confirms nothing"
    with closing(PageEvents(browser, f"/nodes/{NODE}/live")) as events:
        assert "Parent case" not in events.next()["data"]
        _run(console, "sub-2")
        view = events.next()
        assert view["event"] == "view"
        parent = console.served.cases.case(first).parent
        assert parent is not None
        assert view["data"].count(f'href="/cases/{parent}">Parent case') == 2
        assert browser.send("/sign-out").status == 303
        assert events.next()["event"] == "gone"


def test_runs_that_wait_hide_nothing_of_what_was_seen(console: HttpService) -> None:
    """In an outage many are ordered at once, and that is when it is looked at."""
    _run(console, "sub-1")
    for number in range(LOOKED_AT + 1):
        body = {"playbook": "no_internet", "subscriber": "sub-2", "ticket": f"INC-{number}"}
        assert console.ask("POST", "/api/runs", body).status == 202
    page = signed_in(console, Role.VIEWER).open(f"/nodes/{NODE}").text
    assert page.count('<li class="affected"') == 7


def test_every_state_of_a_port_has_a_sign_and_a_word(console: HttpService) -> None:
    """Whoever sees no colours, or no signs, reads the same."""
    _run(console, "sub-1")
    page = " ".join(signed_in(console, Role.VIEWER).open(f"/nodes/{NODE}").text.split())
    for sign, words in (("✓", "up"), ("✗✗", "fell with others"), ("✗", "down by itself")):
        assert f'<span class="sign" aria-hidden="true">{sign}</span>' in page
        assert f"<span>{words}" in page


def test_a_case_leads_to_its_node_and_its_parent(console: HttpService) -> None:
    """From one caller to all of them."""
    case = _run(console, "sub-1")
    _run(console, "sub-2")
    browser = signed_in(console, Role.VIEWER)
    page = browser.open(f"/cases/{case}").text
    parent = console.served.cases.case(case).parent
    assert f'href="/nodes/{NODE}">{NODE}</a>' in page
    assert f'href="/cases/{parent}">{parent}</a>' in page
    start = " ".join(browser.open("/").text.split())
    assert f'{parent}</a> <a href="/nodes/{NODE}">All ports of the node</a>' in start
