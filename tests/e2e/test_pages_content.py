"""What the pages show: the queue, a case with all it rests on, and nothing that runs in them."""

from __future__ import annotations

import json
import re
import threading
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import pytest
from http_service import INVENTORY, SECRETS, HttpService, http_service
from page_browser import PAGES_CONFIG, PageBrowser, PageEvents, signed_in

from cpe_diag.domain.audit import AuditKind
from cpe_diag.domain.missing import NOT_ASKED
from cpe_diag.domain.ont_facts import OntOptics
from cpe_diag.domain.roles import Role
from cpe_diag.domain.run_journal import RunEntry, RunEntryKind
from cpe_diag.domain.trace import RawAnswer
from cpe_diag.judge.causes import CAUSES
from cpe_diag.report.codec import encode
from cpe_diag.report.words import REPAIRED_NEXT, REPAIRED_TELL
from cpe_diag.service.pages import case_page
from cpe_diag.service.pages.rendering import Rendering
from cpe_diag.service.submit import Order
from cpe_diag.store.run_journal import StoredRunJournal
from cpe_diag.testing.evidence_samples import with_value
from cpe_diag.testing.run_samples import sample_evidence
from cpe_diag.testing.verdict_samples import group_verdict, network_verdict
from cpe_diag.wiring.desk import case_store, open_desk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from cpe_diag.judge.question import CaseFile
    from cpe_diag.store.run_rows import RunRow

EVIL: Final = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
HIDDEN: Final = "\u202eevil\x1b[2J"


@pytest.fixture
def console(
    store_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[HttpService]:
    """Keep a service up, with a store of each kind."""
    for name, value in {**SECRETS, "HTTP_TEST_STORE": store_url}.items():
        monkeypatch.setenv(name, value)
    with http_service(tmp_path / "service", PAGES_CONFIG) as running:
        odd = f'  - {{id: {json.dumps(EVIL)}, node: an-1, port: "3", technology: ethernet}}\n'
        (tmp_path / "service" / "inventory.yaml").write_text(INVENTORY + odd, encoding="utf-8")
        yield running


def _ordered(console: HttpService, **more: object) -> Mapping[str, str]:
    body = {"playbook": "no_internet", "subscriber": "sub-1", **more}
    made = console.ask("POST", "/api/runs", body)
    assert made.status == 202, made.body
    found: Mapping[str, str] = made.json
    return found


def _looks(console: HttpService) -> list[str]:
    found = open_desk(console.config).audit.entries(newest=1000)
    return [
        f"{one.event.staff}: {one.event.words}"
        for one in found
        if one.event.kind is AuditKind.LOOK
    ]


def test_a_run_is_ordered_from_the_start_page_and_its_case_is_shown(console: HttpService) -> None:
    """One form, one page: what second line does with a caller on the line; each look is noted."""
    browser = signed_in(console, Role.SECOND_LINE)
    found = browser.open("/?words=sub-1")
    assert 'value="sub-1"' in found.text
    sent = browser.send("/orders", playbook="no_internet", subscriber="sub-1", ticket="T-7")
    assert sent.status == 303
    page = browser.open(sent.place)
    case = sent.place.rpartition("/")[2]
    assert page.status == 200
    for words in ("sub-1", "T-7", "queued", "Verdict so far", "Time left", "Ask the caller"):
        assert words in page.text
    assert re.search(r'role="timer" data-due="[^"]+">1[45]:\d\d<', page.text)
    assert page.text.count('class="stretch unknown"') >= 4
    assert "Nothing is known yet." in page.text
    assert "no worker (cpe-diag worker) may be running" in page.text, "why nothing happens"
    assert "Confidence:" not in page.text, "a run that waits has seen nothing to judge"
    assert "bert: over HTTP: orderRun" in _looks(console)
    assert f"bert: over HTTP: getCase {case}" in _looks(console)
    of_them = open_desk(console.config).audit.entries(subscriber="sub-1")
    assert [
        (one.event.words, one.event.ticket) for one in of_them if one.event.staff == "bert"
    ] == [
        ("over HTTP: findSubscribers: found", None),
        (f"over HTTP: getCase {case}", "T-7"),
    ], "who has looked at somebody is found by whom it was"


def test_an_order_that_cannot_be_is_told_where_it_was_given(console: HttpService) -> None:
    """The form stands as it was filled in."""
    browser = signed_in(console, Role.SECOND_LINE)
    sent = browser.send("/orders", playbook="no_internet", subscriber="sub-9", ticket="T-8")
    assert sent.status == 422
    assert "there is no subscriber of this id" in sent.text
    assert 'value="sub-9"' in sent.text
    assert 'value="T-8"' in sent.text


def test_the_queue_is_by_priority_and_the_time_left(console: HttpService) -> None:
    """Whoever is free takes the first one."""
    cases = [
        _ordered(console, ticket=f"T-{number}", priority=priority)["case"]
        for number, priority in enumerate((3, 1, 3, 2))
    ]
    page = signed_in(console, Role.VIEWER).open("/").text
    shown = re.findall(r'<th scope="row" role="rowheader"><a href="/cases/([0-9a-f]+)">', page)
    assert shown == [cases[1], cases[3], cases[0], cases[2]]
    assert "Order a run" not in page, "a viewer orders nothing"


def test_a_case_is_found_by_subscriber_ticket_and_words(console: HttpService) -> None:
    """What a caller or a colleague can say."""
    case = _ordered(console, ticket="INC-42")["case"]
    browser = signed_in(console, Role.VIEWER)
    for words in ("sub-1", "INC-42", "no_internet"):
        found = browser.open(f"/?words={words}").text
        section = found[found.index('id="found"') : found.index('id="queue"')]
        assert f"/cases/{case}" in section
    looks = _looks(console)
    assert looks.count(f"vera: over HTTP: listCases: shown {case}") == 6, "queue and search, each"
    assert "Nobody and nothing of that name." in browser.open("/?words=sub-nobody").text
    new = Counter(_looks(console)) - Counter(looks)
    assert new == {
        f"vera: over HTTP: listCases: shown {case}": 1,
        "vera: over HTTP: findSubscribers: nobody found": 1,
    }, "the queue, and that the search has shown nothing"
    assert not any("INC-42" in one or "sub-nobody" in one for one in _looks(console))


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_a_caller_is_found_by_telephone_number_which_is_kept_nowhere(
    console: HttpService, tmp_path: Path
) -> None:
    """However it is said; the inventory alone holds it, neither the store nor the audit trail."""
    number = '  - {id: sub-7, node: an-1, port: "7", phone: "+372 5123 4567"}\n'
    path = tmp_path / "service" / "inventory.yaml"
    path.write_text(INVENTORY + number, encoding="utf-8")
    case = _ordered(console, subscriber="sub-7")["case"]
    browser = signed_in(console, Role.VIEWER)
    for said in ("%2B372%205123%204567", "51234567", "00372-51234567"):
        page = browser.open(f"/?words={said}").text
        found = page[page.index('id="found"') : page.index('id="queue"')]
        assert "<strong>sub-7</strong>" in found
        assert f"/cases/{case}" in found, "and the case that they have called about"
    assert "Nobody and nothing" in browser.open("/?words=51234568").text
    kept = b"".join(one.read_bytes() for one in tmp_path.glob("*.db*"))
    assert b"sub-7" in kept
    assert b"51234567" not in kept
    assert b"5123 4567" not in kept


def test_confirmed_incidents_stand_on_top(console: HttpService) -> None:
    """A caller of an outage that is known is told so at once; one subscriber confirms nothing."""
    browser = signed_in(console, Role.VIEWER)
    for subscriber in ("sub-1", "sub-2"):
        assert ">Known incidents<" not in browser.open("/").text
        run = _ordered(console, subscriber=subscriber)
        console.run_ends(run["id"], group_verdict())
    page = browser.open("/").text
    assert 0 < page.index(">Known incidents<") < page.index('role="search"')
    assert "subscribers affected: 2" in " ".join(page.split())


def test_a_verdict_is_shown_with_all_it_rests_on(console: HttpService) -> None:
    """Every fact opens to its source, its age and what the device said; states are words too."""
    run = _ordered(console, ticket="T-1")
    console.run_ends(run["id"])
    page = signed_in(console, Role.VIEWER).open(f"/cases/{run['case']}").text
    verdict = network_verdict()
    assert verdict.title in page
    assert "Fault in the operator&#39;s network" in page
    assert verdict.next_action in page
    assert verdict.tell_customer in page
    for finding in (*verdict.evidence_for, *verdict.evidence_against, *verdict.unknown):
        assert finding.because.replace("'", "&#39;") in page
    facts = re.findall(r'<details id="(fact-[0-9a-f]{12})"', page)
    assert len(facts) == len(sample_evidence())
    assert len(set(facts)) == len(facts)
    for anchor in set(re.findall(r'href="#(fact-[0-9a-f]+)"', page)):
        assert anchor in facts
    assert "SNMP an-vdsl port_status" in page
    assert "1.3.6.1.2.1.2.2.1.8.12 = 2" in page
    for segment in verdict.segments:
        assert f'class="stretch {segment.state}"' in page
    assert "FAULT</text>" in page


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_nothing_that_comes_from_elsewhere_runs_in_a_page(console: HttpService) -> None:
    """Names, tickets and answers of devices are text, whatever they hold."""
    run = _ordered(console, subscriber=EVIL, ticket=EVIL)
    verdict = replace(network_verdict(), title=f"title {EVIL}", summary=HIDDEN)
    text = f"</pre>{EVIL}{HIDDEN}\r\nnext line\r\n"
    raw = RawAnswer(exchange=1, device="an-vdsl", question=EVIL, text=text)
    console.run_ends(run["id"], verdict, (raw,))
    browser = signed_in(console, Role.SENIOR)
    pages = [
        browser.open(f"/cases/{run['case']}"),
        browser.ask("GET", "/?words=" + "%22%3E%3Cscript%3Ealert(1)%3C/script%3E"),
        browser.open("/"),
        browser.send("/orders", playbook=EVIL, subscriber=EVIL, ticket=EVIL),
        browser.open("/cases/" + "%3Cscript%3Ealert(1)%3C%2Fscript%3E"),
        PageBrowser(port=console.port).sign_in(EVIL, EVIL, "/"),
    ]
    assert "?[2J\nnext line\n</pre>" in pages[0].text, (
        "the end of a line is no character that hides"
    )
    assert EVIL.replace('"', "&#34;").replace("<", "&lt;").replace(">", "&gt;") in pages[0].text
    for page in pages:
        assert "<script>" not in page.text
        assert "<img" not in page.text
        assert "</pre>\n" in page.text or "<pre" not in page.text
        assert "\u202e" not in page.text
        assert "\x1b" not in page.text


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_what_an_earlier_run_of_a_case_has_found_stays_to_be_read(console: HttpService) -> None:
    """An answer measures again; until then, and after, one sees what was known before."""
    run = _ordered(console)
    console.run_ends(run["id"])
    browser = signed_in(console, Role.SECOND_LINE)
    path = f"/cases/{run['case']}"
    question, choice = re.findall(r'id="answer-([a-z_]+)-([a-z_]+)"', browser.open(path).text)[0]
    browser.send(f"{path}/answers", question=question, choice=choice)
    newest = browser.open(path).text
    assert network_verdict().tell_customer not in newest
    assert f'href="{path}?run={run["id"]}&amp;customer=en"' in newest
    earlier = browser.open(f"{path}?run={run['id']}").text
    assert network_verdict().tell_customer in earlier
    assert "SNMP an-vdsl port_status" in earlier
    assert "An earlier run of this case is shown." in earlier
    assert 'id="live"' not in earlier, "it does not change any more"
    assert 'id="live"' in browser.open(f"{path}?run=no-such").text


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_a_case_that_was_repaired_tells_nobody_of_the_fault_that_was(
    console: HttpService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The words of before would book a technician for a line that works."""
    run = _ordered(console)
    console.run_ends(run["id"])
    monkeypatch.setattr(case_page, "kept_next_words", lambda _: (REPAIRED_NEXT, REPAIRED_TELL))
    page = signed_in(console, Role.SECOND_LINE).open(f"/cases/{run['case']}").text
    assert REPAIRED_NEXT in page
    assert REPAIRED_TELL in page
    assert network_verdict().tell_customer not in page


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_the_customer_is_told_in_their_language_and_the_page_stays_in_its_own(
    console: HttpService,
) -> None:
    """Who speaks with a caller reads the page in one language and to the caller in another."""
    run = _ordered(console)
    cause = next(one for one in CAUSES if one.id == "line_cut")
    said = cause.tell_customer
    verdict = replace(network_verdict(), title=cause.title, tell_customer=said)
    console.run_ends(run["id"], verdict)
    browser = signed_in(console, Role.SECOND_LINE)
    path = f"/cases/{run['case']}"
    russian = "Линия до вашего дома прервана."
    for page, has_russian in (
        (browser.open(path), False),
        (browser.open(f"{path}?customer=ru"), True),
        (browser.open(f"{path}?customer=no-such"), False),
        (browser.ask("GET", path, headers={"Accept-Language": "ru"}), True),
    ):
        assert (f'<p lang="ru">{russian}' in page.text) == has_russian
        assert (f'<p lang="en">{said}' in page.text) != has_russian
    assert "Линия между узлом доступа и домом прервана" in page.text, "staff read theirs too"
    page = browser.open(f"{path}?customer=ru")
    assert '<html lang="en">' in page.text
    assert 'lang="ru" hreflang="ru" aria-current="true">русский</a>' in page.text
    question, choice = re.findall(r'id="answer-([a-z_]+)-([a-z_]+)"', page.text)[0]
    sent = browser.send(f"{path}/answers", question=question, choice=choice, customer="ru")
    assert sent.place == f"{path}?customer=ru#questions"
    source = re.search(r'data-source="([^"]+)"', page.text)
    assert source is not None
    assert "?customer=ru&after=" in source[1], "what comes live comes in the same language"


def test_an_answer_of_the_caller_measures_again_in_the_same_case(console: HttpService) -> None:
    """One click each; what was said before stays said; other cases are left alone."""
    run = _ordered(console)
    browser = signed_in(console, Role.SECOND_LINE)
    path = f"/cases/{run['case']}"
    for question, choice in (("affected", "one_device"), ("router_lights", "unknown")):
        sent = browser.send(f"{path}/answers", question=question, choice=choice)
        assert sent.place == f"{path}?customer=en#questions"
    runs = console.ask("GET", f"/api/cases/{run['case']}").json["runs"]
    assert len(runs) == 3
    assert runs[0]["answers"] == {"affected": "one_device", "router_lights": "unknown"}
    page = browser.open(path).text
    assert page.count('aria-pressed="true"') == 2
    refused = browser.send(f"{path}/answers", question="affected", choice="no such answer")
    assert refused.status == 422
    assert browser.send("/cases/none/answers", question="a", choice="b").status == 404


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_an_answer_leaves_the_rest_of_the_wish_as_it_was(console: HttpService) -> None:
    """Whose device it is about, how long it may take, and that nothing is changed, stay said."""
    wish = Order(
        playbook="no_internet",
        subscriber="sub-1",
        device_mac="02:00:00:00:00:01",
        budget=timedelta(minutes=7),
        retries=2,
        looks_only=True,
    )
    ordered = console.served.submit(wish)
    browser = signed_in(console, Role.SECOND_LINE)
    path = f"/cases/{ordered.case.id}/answers"
    assert browser.send(path, question="affected", choice="one_device").status == 303
    first = console.served.runs.runs(case_id=ordered.case.id)[0]
    assert dict(first.wish) == {
        **ordered.run.wish,
        "answers": {"affected": "one_device"},
        "follows": True,
    }
    assert first.due_at - first.submitted_at == timedelta(minutes=7)


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_an_answer_beside_another_order_is_not_lost_unsaid(console: HttpService) -> None:
    """Two clicks at once may both follow the same run; the second is told so, and clicks again."""
    ordered = console.served.submit(Order(playbook="no_internet", subscriber="sub-1"))
    browser = signed_in(console, Role.SECOND_LINE)
    path = f"/cases/{ordered.case.id}/answers"
    other = Order(
        playbook="no_internet", subscriber="sub-1", follows=ordered.run.id, looks_only=True
    )
    console.served.submit(other)
    refused = browser.send(path, question="affected", choice="one_device")
    assert refused.status == 409
    assert "say it again" in refused.text


@pytest.mark.parametrize(
    ("language", "words"),
    [("fi-FI,fi;q=0.9", "Jono"), ("ru", "Очередь"), ("xx, et;q=0.5", "Järjekord"), ("*", "Queue")],
)
@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_a_page_speaks_the_language_of_its_reader(
    console: HttpService, language: str, words: str
) -> None:
    """As the browser asks for it."""
    browser = signed_in(console, Role.VIEWER)
    page = browser.ask("GET", "/", headers={"Accept-Language": language})
    assert words in page.text
    assert f'<html lang="{page.headers["content-language"]}">' in page.text


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_plots_of_a_line_are_pictures_with_a_table_behind_them(console: HttpService) -> None:
    """Drawn by the server, from the subscriber's runs; whoever sees no picture reads the same."""

    def faded(case: CaseFile) -> CaseFile:
        return with_value(case, "ont_optics", "ont", replace(optics, ont_rx_dbm=levels[-1]))

    optics = OntOptics(
        ont_rx_dbm=NOT_ASKED,
        ont_tx_dbm=NOT_ASKED,
        olt_rx_dbm=NOT_ASKED,
        olt_tx_dbm=NOT_ASKED,
        ont_temperature_c=NOT_ASKED,
        ont_voltage_v=NOT_ASKED,
    )
    levels: list[float] = []
    browser = signed_in(console, Role.VIEWER)
    for level in (-18.0, -18.4, -18.2, -26.5):
        levels.append(level)
        run = _ordered(console)
        console.run_ends(run["id"], seen=faded)
    other = _ordered(console, subscriber="sub-2")
    nothing = browser.open(f"/cases/{other['case']}/trends").text
    assert "No run has measured anything" in nothing, "other people's lines are not drawn"
    page = " ".join(browser.open(f"/cases/{run['case']}/trends").text.split())
    part = page[page.index("Light that arrives at the home") :].partition("</section>")[0]
    assert "Now: <strong>-26.5 dBm</strong>, usual: -18.2 dBm" in part
    assert part.count('<circle class="mark"') == 3
    assert part.count('<rect class="now"') == 1
    for level in levels:
        assert f"<td>{level} dBm</td>" in part
    assert f'href="/cases/{run["case"]}/trends"' in browser.open(f"/cases/{run['case']}").text
    waits = _ordered(console)
    page = browser.open(f"/cases/{waits['case']}/trends").text
    assert "-26.5 dBm" in page
    assert "Now:" not in page, "the newest run has seen nothing so far"


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_no_other_request_waits_while_a_page_is_rendered(
    console: HttpService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A case with a megabyte of answers takes a while: never on the one thread that serves all."""
    seen: list[tuple[str, bool]] = []
    html = Rendering.html

    def watched(made: Rendering, language: str, template: str, values: dict[str, object]) -> str:
        seen.append((template, threading.current_thread().name.startswith("AnyIO worker")))
        return html(made, language, template, values)

    monkeypatch.setattr(Rendering, "html", watched)
    run = _ordered(console)
    browser = signed_in(console, Role.VIEWER)
    browser.open(f"/cases/{run['case']}")
    with closing(PageEvents(browser, f"/cases/{run['case']}/live")) as events:
        assert events.next()["event"] == "view"
    assert seen == [("case.html", True), ("live.html", True)]


def _noted(console: HttpService, row: RunRow, first: int, *entries: RunEntry) -> None:
    journal = StoredRunJournal(case_store(console.config), row.id, row.attempt)
    journal.append(entries, first)


def test_a_page_is_live_and_nothing_is_lost_or_told_twice(console: HttpService) -> None:
    """What the run notes comes in its order; whoever comes again goes on where they were."""
    run = _ordered(console, ticket="T-5")
    browser = signed_in(console, Role.SECOND_LINE)
    at = datetime.now(UTC)
    page = browser.open(f"/cases/{run['case']}").text
    source = re.search(r'data-source="([^"]+)"', page)
    assert source is not None
    with closing(PageEvents(browser, source[1])) as events:
        row = console.served.runs.claim(run["id"], worker="w", at=at, lease=timedelta(minutes=1))
        assert events.next()["event"] == "view"
        kinds = (RunEntryKind.STARTED, RunEntryKind.STEP_BEGAN)
        entries = [
            RunEntry(kind=kind, at=at, step="look", document={"playbook": "x"}) for kind in kinds
        ]
        measured = {"probes": ["port_state"], "evidence": encode(sample_evidence())}
        entries.append(RunEntry(kind=RunEntryKind.MEASURED, at=at, step="look", document=measured))
        _noted(console, row, 0, *entries)
        told = [events.next() for _ in range(4)]
        assert [one["event"] for one in told] == ["entry", "entry", "entry", "view"]
        assert [json.loads(one["data"])["seq"] for one in told[:3]] == [0, 1, 2]
        assert 'class="stretch bad"' in told[3]["data"], "segments turn while probes answer"
        assert "Verdict so far" in told[3]["data"]
        assert "What the device answered is shown once this run has ended." in told[3]["data"]
        assert "No raw answer is kept" not in told[3]["data"]
        last = told[3]["id"]
    with closing(PageEvents(browser, source[1], told[1]["id"])) as events:
        assert json.loads(events.next()["data"])["seq"] == 2
        assert events.next()["event"] == "view"
    judged = RunEntry(kind=RunEntryKind.JUDGED, at=at)
    _noted(console, row, 3, judged)
    console.served.runs.end_lease(console.served.runs.run(row.id))
    with closing(PageEvents(browser, source[1], last)) as events:
        told = [events.next() for _ in range(2)]
        assert [one["event"] for one in told] == ["entry", "view"]
        assert json.loads(told[0]["data"])["seq"] == 3
        console.run_ends(row.id)
        ended = events.next()
        assert ended["event"] == "view"
        assert network_verdict().title in ended["data"]
        assert "Verdict so far" not in ended["data"]
        assert browser.send("/sign-out").status == 303
        assert events.next()["event"] == "gone"


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_what_a_run_has_noted_is_told_though_a_newer_one_has_come(console: HttpService) -> None:
    """The caller's answer orders another run; what came before it is no less true."""
    first = _ordered(console, ticket="T-7")
    other = _ordered(console, ticket="T-8", subscriber="sub-2")
    browser = signed_in(console, Role.SECOND_LINE)
    at = datetime.now(UTC)
    path = f"/cases/{first['case']}"
    page = browser.open(path).text
    runs = console.served.runs
    row = runs.claim(first["id"], worker="w", at=at, lease=timedelta(minutes=1))
    _noted(console, row, 0, RunEntry(kind=RunEntryKind.STARTED, at=at))
    strange = runs.claim(other["id"], worker="w", at=at, lease=timedelta(minutes=1))
    _noted(console, strange, 0, RunEntry(kind=RunEntryKind.STARTED, at=at))
    question, choice = re.findall(r'id="answer-([a-z_]+)-([a-z_]+)"', page)[0]
    browser.send(f"{path}/answers", question=question, choice=choice)
    source = f"{path}/live?after={first['id']}.-1.queued.open"
    with closing(PageEvents(browser, source)) as events:
        told = [events.next() for _ in range(2)]
        assert [one["event"] for one in told] == ["entry", "view"]
        assert told[0]["id"].startswith(first["id"])
    for strange_run in (other["id"], "abcdef"):
        source = f"{path}/live?after={strange_run}.-1.queued.open"
        with closing(PageEvents(browser, source)) as events:
            assert events.next()["event"] == "view", "nothing of another case"
