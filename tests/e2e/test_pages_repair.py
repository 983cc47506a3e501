"""A repair on the pages: its plan, who has agreed, and a password that only the customer knows."""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from http_service import SECRETS, Answered, HttpService, http_service
from message_gateway import gateway_of_operator
from page_browser import PAGES_CONFIG, PageBrowser, signed_in
from planned_repairs import PLAN, planned
from sqlalchemy import update

from cpe_diag.domain.agreement import GuardFinding, GuardState
from cpe_diag.domain.audit import AuditKind
from cpe_diag.domain.roles import Role
from cpe_diag.service.pages.entry import OF_LINK
from cpe_diag.store.repair_tables import REPAIRS
from cpe_diag.store.repairs import RepairState
from cpe_diag.wiring.desk import case_store, open_desk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cpe_diag.store.repairs import Repair

PASSWORD: Final = "a 'very' \"new\" $HOME one"


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HttpService]:
    """Keep a service up with a member of staff of every role."""
    folder: Path = tmp_path_factory.mktemp("pages")
    with pytest.MonkeyPatch.context() as patch:
        store = f"sqlite:///{folder / 'case.db'}"
        for name, value in {**SECRETS, "HTTP_TEST_STORE": store}.items():
            patch.setenv(name, value)
        with http_service(folder / "service", PAGES_CONFIG) as running:
            yield running


@pytest.fixture(scope="module")
def case(console: HttpService) -> str:
    """Give a case whose run waits."""
    body = {"playbook": "no_internet", "subscriber": "sub-1", "ticket": "T-0"}
    return str(console.ask("POST", "/api/runs", body).json["case"])


def _agreed(browser: PageBrowser, repair: Repair) -> None:
    sent = browser.send(
        f"/repairs/{repair.id}/consent",
        given_by="A. Customer",
        identity="call_back",
        digest=repair.plan.digest,
    )
    assert sent.place == f"/repairs/{repair.id}", sent.text


def _link(browser: PageBrowser, repair: Repair) -> str:
    shown = browser.send(f"/repairs/{repair.id}/link")
    found = re.search(r"<code>http://127\.0\.0\.1:\d+(/w/[A-Za-z0-9_-]{43})</code>", shown.text)
    assert found is not None, shown.text
    assert shown.headers["referrer-policy"] == "no-referrer"
    return found[1]


def _types(phone: PageBrowser, place: str, password: str, again: str) -> tuple[int, str]:
    form = phone.open(place)
    csrf = re.search(r'name="csrf" value="([0-9a-f]{64})"', form.text)
    data = {"csrf": csrf[1] if csrf else "", "password": password, "again": again}
    sent = phone.ask("POST", place, data)
    return sent.status, sent.text


def _refusal(browser: PageBrowser, repair: Repair) -> str:
    sent = browser.send(f"/repairs/{repair.id}/run")
    assert sent.status == 409
    found = re.search(r'role="alert"><span>[^<]*</span> <span lang="en">([^<]*)', sent.text)
    assert found is not None
    return found[1]


def test_the_plan_is_shown_in_words_and_in_exact_commands(console: HttpService, case: str) -> None:
    """What is sent, its outage and its way back; the password is a name there."""
    repair = planned(console, case)
    browser = signed_in(console, Role.SECOND_LINE)
    page = browser.open(f"/repairs/{repair.id}").text
    for words in (
        "New Wi-Fi password",
        "Home-1 (2.4 GHz)",
        "by itself after 2 min, unless it is proven before",
        "uci set wireless.main.key=[password]",
        "(sleep 120; revert) &amp;",
        repair.plan.digest,
    ):
        assert words in page
    assert f'href="/repairs/{repair.id}"' in browser.open(f"/cases/{case}").text
    assert "Do exactly this now" not in page, "nobody has agreed"


def test_what_stands_in_the_way_is_told_one_after_the_other(
    console: HttpService, case: str
) -> None:
    """No consent, no password: nothing begins; the guard's no is nobody's to overrule."""
    repair = planned(console, case)
    browser = signed_in(console, Role.SECOND_LINE)
    assert _refusal(browser, repair) == "the customer has not consented to this plan"
    other = browser.send(
        f"/repairs/{repair.id}/consent", given_by="A", identity="call_back", digest="0" * 64
    )
    assert other.status == 409
    _agreed(browser, repair)
    assert _refusal(browser, repair) == "the customer has typed no password yet"
    assert browser.send(f"/repairs/{repair.id}/withdrawal").status == 303
    assert _refusal(browser, repair) == "the customer has not consented to this plan"
    no = GuardFinding(id="busy", state=GuardState.REFUSED, because="somebody is on the phone")
    guarded = planned(console, case, plan=replace(PLAN, findings=(no,)))
    _agreed(browser, guarded)
    assert _refusal(browser, guarded) == "refused: somebody is on the phone"
    assert console.served.repairs.repairs.repair(repair.id).state is RepairState.PLANNED


def test_a_second_person_approves_and_nobody_their_own_plan(
    console: HttpService, case: str
) -> None:
    """A reset by second line needs one."""
    reset = replace(PLAN, action="router.factory_reset", secrets=(), encryptions=(), targets=())
    repair = planned(console, case, plan=reset)
    bert, anna = signed_in(console, Role.SECOND_LINE), signed_in(console, Role.SENIOR)
    _agreed(bert, repair)
    assert "needs the approval of a second person" in _refusal(bert, repair)
    assert "A second person has to approve" in bert.open(f"/repairs/{repair.id}").text
    assert bert.send(f"/repairs/{repair.id}/approval").status == 403
    assert anna.send(f"/repairs/{repair.id}/approval").status == 303
    page = bert.open(f"/repairs/{repair.id}").text
    assert "Approved by anna" in page
    assert "Do exactly this now" in page
    own = planned(console, case, plan=reset, staff="anna")
    assert anna.send(f"/repairs/{own.id}/approval").status == 409


def _ask(console: HttpService, token: str, path: str) -> Answered:
    return console.ask("POST", path, {}, headers={"Authorization": f"Bearer {token}"})


def _token(console: HttpService, name: str, by: str = "somebody") -> str:
    now = datetime.now(UTC)
    _, secret = console.served.tokens.add(name, Role.SENIOR, by=by, at=now, expires_at=None)
    return secret.reveal()


def test_a_token_is_no_second_person_whatever_it_is_called(
    console: HttpService, case: str
) -> None:
    """Else whoever plans makes a token of a senior's name, and approves with it."""
    reset = replace(PLAN, action="router.factory_reset", secrets=(), encryptions=(), targets=())
    repair = planned(console, case, plan=reset)
    refused = _ask(console, _token(console, "anna"), f"/api/repairs/{repair.id}/approval")
    assert refused.status == 403
    assert "is signed in" in refused.json["message"]
    approvals = console.served.repairs.consents.approvals(repair.plan.digest, at=datetime.now(UTC))
    assert approvals == ()


def test_whoever_has_made_a_token_approves_no_plan_that_was_made_with_it(
    console: HttpService, case: str
) -> None:
    """The same person by token and by page is one; nor may they have it done with the token."""
    reset = replace(PLAN, action="router.factory_reset", secrets=(), encryptions=(), targets=())
    _token(console, "reset-tool", by="anna")
    anna = signed_in(console, Role.SENIOR)
    with_it = planned(console, case, plan=reset, staff="token reset-tool")
    refused = anna.send(f"/repairs/{with_it.id}/approval")
    assert refused.status == 409
    assert "nobody approves their own plan" in refused.text
    assert f"/repairs/{with_it.id}/approval" not in anna.open(f"/repairs/{with_it.id}").text
    of_another = planned(console, case, plan=reset, staff="token another")
    assert anna.send(f"/repairs/{of_another.id}/approval").status == 303


def test_what_a_token_does_stands_in_no_members_name(console: HttpService, case: str) -> None:
    """In a consent and in the audit trail a token is told from the person it is called like."""
    repair = planned(console, case)
    token = _token(console, "bert")
    body = {"given_by": "A.", "identity": "call_back", "digest": repair.plan.digest}
    sent = console.ask(
        "POST",
        f"/api/repairs/{repair.id}/consent",
        body,
        headers={"Authorization": f"Bearer {token}"},
    )
    assert sent.status == 201, sent.body
    (given,) = (
        one
        for one in console.served.repairs.consents.of_subscriber("sub-1")
        if one.digest == repair.plan.digest
    )
    assert given.recorded_by == "token bert"
    entries = open_desk(console.config).audit.entries(newest=50)
    noted = [one.event.staff for one in entries if one.event.digest == repair.plan.digest]
    assert set(noted) == {"token bert"}


@pytest.mark.parametrize(
    ("password", "again", "words"),
    [
        ("short", "short", "8 to 63 characters"),
        ("x" * 64, "x" * 64, "8 to 63 characters"),
        ("long enough", "long enouth", "The two are not the same."),
        ("pässword", "pässword", "a character that a Wi-Fi password cannot have"),
        ("tab\tinside", "tab\tinside", "a character that a Wi-Fi password cannot have"),
    ],
)
def test_a_password_that_no_wifi_takes_leaves_the_link_open(
    console: HttpService, case: str, password: str, again: str, words: str
) -> None:
    """The customer is told what is wrong, and what they typed is not shown again."""
    repair = planned(console, case)
    place = _link(signed_in(console, Role.SECOND_LINE), repair)
    phone = PageBrowser(port=console.port)
    status, text = _types(phone, place, password, again)
    assert (status, words in text) == (422, True)
    assert password not in text
    assert _types(phone, place, "long enough", "long enough")[0] == 200


def test_only_the_customer_knows_the_password(
    console: HttpService, case: str, caplog: pytest.LogCaptureFixture
) -> None:
    """No page, no log, no line of the audit and no row holds it, nor the token of its link."""
    caplog.set_level(logging.DEBUG)
    repair = planned(console, case)
    browser = signed_in(console, Role.SECOND_LINE)
    place = _link(browser, repair)
    phone = PageBrowser(port=console.port)
    opened = phone.open(place)
    assert opened.headers["referrer-policy"] == "no-referrer"
    assert opened.headers["cache-control"] == "no-store"
    for secret in ("sub-1", "T-0", "Home-1", case, repair.id, "bert", "127.9.9.1"):
        assert secret not in opened.text
    assert _types(phone, place, PASSWORD, PASSWORD)[0] == 200
    assert _types(phone, place, PASSWORD, PASSWORD)[0] in {403, 404}, "it counts once"
    page = browser.open(f"/repairs/{repair.id}").text
    assert "The customer has typed it; nobody here can see it." in page
    row = console.ask("GET", f"/api/repairs/{repair.id}").body.decode()
    audit = open_desk(console.config).audit
    events = [str(one.event) for one in audit.entries(newest=1_000)]
    token = place.rpartition("/")[2]
    folder = Path(console.config.origin).parent.parent
    store = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    assert any(repair.id.encode() in content for content in store)
    # `serve` switches the access log of uvicorn off, and pytest hears it all the same.
    said = [one.getMessage() for one in caplog.records if one.name != "uvicorn.access"]
    assert said
    for secret in (PASSWORD, token):
        assert secret not in page + row + "".join(said) + "".join(events)
        assert all(secret.encode() not in content for content in store)
    told = [one.event for one in audit.entries() if one.event.kind is AuditKind.LINK]
    assert [one.staff for one in told][-2:] == ["bert", "the customer"]


def test_a_password_that_is_too_long_is_not_cut(console: HttpService, case: str) -> None:
    """A field that takes no more than 63 would cut what is pasted, and nobody would see it."""
    place = _link(signed_in(console, Role.SECOND_LINE), planned(console, case))
    page = PageBrowser(port=console.port).open(place)
    assert page.status == 200
    assert "maxlength" not in page.text


def test_a_link_is_a_qr_code_too(console: HttpService, case: str) -> None:
    """One path of dark modules in a quiet zone, with words for who cannot see it."""
    repair = planned(console, case)
    shown = signed_in(console, Role.SECOND_LINE).send(f"/repairs/{repair.id}/link").text
    assert 'role="img" aria-label="QR code of the link"' in shown
    assert re.search(r'<path d="(M\d+ \d+h1v1h-1z)+"></path>', shown)


def test_what_the_router_does_not_allow_to_plan_is_told(console: HttpService, case: str) -> None:
    """Here the inventory names none."""
    browser = signed_in(console, Role.SECOND_LINE)
    for form in ({"action": "router.reboot"}, {"action": "wifi.set_ssid", "value": "Home"}):
        sent = browser.send(f"/cases/{case}/repairs", **form)
        assert sent.status == 422
        assert "names no router" in sent.text
    assert browser.send(f"/cases/{case}/repairs", action="wifi.set_ssid").status == 422
    assert browser.send(f"/cases/{case}/repairs", action="firmware.install").status == 400


def test_a_repair_that_cannot_begin_says_that_nothing_was_changed(
    console: HttpService, case: str
) -> None:
    """It ends, and is planned anew; here the inventory names no router any more."""
    reboot = replace(PLAN, action="router.reboot", secrets=(), encryptions=(), targets=())
    repair = planned(console, case, plan=reboot)
    browser = signed_in(console, Role.SENIOR)
    _agreed(browser, repair)
    assert browser.send(f"/repairs/{repair.id}/run").status == 303
    repairs = console.served.repairs.repairs
    for _ in range(200):
        if repairs.repair(repair.id).state is RepairState.ENDED:
            break
        browser.open(f"/repairs/{repair.id}")
    page = browser.open(f"/repairs/{repair.id}").text
    assert "Nothing was changed" in page
    assert "names no router" in page
    assert browser.send(f"/repairs/{repair.id}/run").status == 409


def test_who_has_consented_is_for_those_who_may_look_at_consents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An operator's own rights count on a repair's page too."""
    store = f"sqlite:///{tmp_path / 'case.db'}"
    for name, value in {**SECRETS, "HTTP_TEST_STORE": store}.items():
        monkeypatch.setenv(name, value)
    shipped = resources.files("cpe_diag.wiring").joinpath("rights.yaml").read_text("utf-8")
    rights = tmp_path / "rights.yaml"
    rights.write_text(re.sub(r"(look\.consent: +{)viewer: alone, ", r"\1", shipped), "utf-8")
    assert rights.read_text("utf-8") != shipped
    config = f"{PAGES_CONFIG}rights: {rights}\n"
    with http_service(tmp_path / "service", config) as running:
        body = {"playbook": "no_internet", "subscriber": "sub-1", "ticket": "T-0"}
        repair = planned(running, str(running.ask("POST", "/api/runs", body).json["case"]))
        bert = signed_in(running, Role.SECOND_LINE)
        _agreed(bert, repair)
        assert "A. Customer" in bert.open(f"/repairs/{repair.id}").text
        page = signed_in(running, Role.VIEWER).open(f"/repairs/{repair.id}").text
        assert "valid until" in page
        assert "A. Customer" not in page


@pytest.mark.parametrize("status", [200, 400, 503])
def test_a_link_is_sent_to_the_number_on_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    """Nobody here sees it; one that was not sent is none, and one that may have been counts."""
    store = f"sqlite:///{tmp_path / 'case.db'}"
    for name, value in {**SECRETS, "HTTP_TEST_STORE": store}.items():
        monkeypatch.setenv(name, value)
    with gateway_of_operator(status) as gateway:
        consent = (
            f'consent: {{gateway: {{url: "{gateway.url}", json: {{to: "{{subscriber}}",'
            ' text: "{text}"}}, password_link: "https://diag.example.net/w/{token}"}\n'
        )
        with http_service(tmp_path / "service", PAGES_CONFIG + consent) as running:
            body = {"playbook": "no_internet", "subscriber": "sub-1", "ticket": "T-0"}
            repair = planned(running, str(running.ask("POST", "/api/runs", body).json["case"]))
            browser = signed_in(running, Role.SECOND_LINE)
            assert (
                "Send the link to the number on file" in browser.open(f"/repairs/{repair.id}").text
            )
            sent = browser.send(f"/repairs/{repair.id}/sent-link")
            text = gateway.messages[0]["text"]
            found = re.search(r"https://diag\.example\.net(/w/[A-Za-z0-9_-]{43}) within 15", text)
            assert found is not None
            assert gateway.messages[0]["to"] == "sub-1"
            assert found[1] not in browser.open(f"/repairs/{repair.id}").text + sent.text
            phone = PageBrowser(port=running.port)
            opened = phone.open(found[1]).status
            assert (sent.status, opened) == {
                200: (303, 200),
                400: (422, 404),
                503: (422, 200),
            }[status]
            if status == 200:
                for _ in range(4):
                    assert browser.send(f"/repairs/{repair.id}/sent-link").status == 303
                refused = browser.send(f"/repairs/{repair.id}/sent-link")
                assert "was sent too many links" in refused.text
                assert len(gateway.messages) == 5


def test_guessing_a_link_is_slow(console: HttpService, case: str) -> None:
    """Also for whoever has a good one among them, from the same address."""
    place = _link(signed_in(console, Role.SECOND_LINE), planned(console, case))
    phone = PageBrowser(port=console.port)
    statuses = [phone.open(f"/w/{number:043}").status for number in range(int(OF_LINK.burst) + 1)]
    assert set(statuses[:-2]) == {404}
    assert statuses[-1] == 429
    assert phone.open(place).status == 429
    refused = [
        one.event.words
        for one in open_desk(console.config).audit.entries()
        if one.event.kind is AuditKind.REFUSAL
    ]
    assert refused[-1] == "over HTTP: askPassword: 429 too many links that are none"


def test_a_repair_of_another_version_is_listed_with_what_to_do(
    console: HttpService, case: str
) -> None:
    """Else one such plan hides all repairs of its case, and what goes on in a home."""
    good, other = planned(console, case), planned(console, case)
    store = case_store(console.config)
    with store.writing() as connection:
        of_other = update(REPAIRS).where(REPAIRS.c.id == other.id)
        connection.execute(of_other.values(plan="{}"))
    listed = console.ask("GET", f"/api/cases/{case}/repairs", role=Role.SENIOR)
    states = {one["id"]: one["state"] for one in listed.json}
    assert (states[good.id], states[other.id]) == ("planned", "unreadable")
    asked = console.ask("GET", f"/api/repairs/{other.id}", role=Role.SENIOR)
    assert asked.status == 409
    assert "plan it anew" in asked.json["message"]
    page = signed_in(console, Role.SECOND_LINE).open(f"/cases/{case}")
    assert f"/repairs/{good.id}" in page.text
    assert f"/repairs/{other.id}" not in page.text
    assert "plan it anew" in page.text
