"""Every operation with every role, and every page with a role that may look at nothing."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import pytest
from http_service import INVENTORY, SECRETS, HttpService, http_service
from page_browser import PAGES_CONFIG, PageBrowser, signed_in
from planned_repairs import planned

from cpe_diag.domain.roles import Role
from cpe_diag.service.pages.routes import PAGES
from cpe_diag.service.submit import Order
from cpe_diag.service.web.app import METRICS
from cpe_diag.service.web.operations import OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EVERY: Final = frozenset(Role)
NOT_VIEWER: Final = EVERY - {Role.VIEWER}
PEOPLE: Final = NOT_VIEWER - {Role.AUTOMATION}
MAY: Final = {
    "look.subscriber": EVERY,
    "look.outage": EVERY,
    "run.order": NOT_VIEWER,
    "hub.register": frozenset({Role.SENIOR, Role.AUTOMATION}),
    "consent.record": PEOPLE,
    "consent.withdraw": EVERY,
    "plan.approve": frozenset({Role.SENIOR}),
}
"""Who may what where nothing is configured; a right that is not here fails below."""
BY_DESK: Final = frozenset({"deliverTicket"})
"""A desk proves it by a signature of its own, for which no role stands."""
OF_NOBODY: Final = frozenset({"askName", "askProvider", "fromProvider", "signIn", "signOut"})
OF_THE_CUSTOMER: Final = frozenset({"askPassword", "passwordTyped"})
"""Pages that show nothing of anybody; pages of whoever has the customer's link."""
SENIORS_ALONE: Final = """\
rights:
  look.subscriber: {senior: alone}
  look.outage: {senior: alone}
"""
OUT: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


@contextmanager
def _console(folder: Path, rights: str | None = None) -> Iterator[HttpService]:
    config = PAGES_CONFIG
    if rights is not None:
        path = folder / "rights.yaml"
        path.write_text(rights, encoding="utf-8")
        config += f"rights: {path}\n"
    with pytest.MonkeyPatch.context() as patch:
        store = f"sqlite:///{folder / 'case.db'}"
        for name, value in {**SECRETS, "HTTP_TEST_STORE": store}.items():
            patch.setenv(name, value)
        with http_service(folder / "service", config) as running:
            yield running


def test_every_operation_is_for_the_roles_that_may(tmp_path: Path) -> None:
    """With a token of each role, and without one; the table above is written by hand."""
    wrong: list[str] = []
    with _console(tmp_path) as service:
        for number, operation in enumerate((*OPERATIONS, METRICS)):
            if operation.id in BY_DESK:
                continue
            assert operation.right is not None, operation.id
            path = re.sub(r"\{[a-z]+\}", "none", operation.path)
            body: object = None if operation.method == "GET" else {}
            for role in (None, *Role):
                # One address may come without a token so often only.
                source = f"127.0.1.{number + 1}" if role is None else "127.0.0.1"
                asked = service.ask(operation.method, path, body, role=role, source=source)
                status = asked.status
                if role is None:
                    is_right = status == HTTPStatus.UNAUTHORIZED
                elif role in MAY[operation.right]:
                    is_right = status not in OUT
                else:
                    is_right = status == HTTPStatus.FORBIDDEN
                if not is_right:
                    wrong.append(f"{operation.id} as {role}: {status}")
    assert wrong == []


def test_who_may_look_at_nobody_sees_nothing_on_any_page_or_stream(tmp_path: Path) -> None:
    """An operator may let seniors alone look: no page holds what its operation would refuse."""
    wrong: list[str] = []
    with _console(tmp_path, SENIORS_ALONE) as console:
        places = _places(console)
        for page in PAGES:
            if page.id in OF_NOBODY | OF_THE_CUSTOMER:
                continue
            path = page.path
            for name, value in places.items():
                path = path.replace(name, value)
            for role in Role:
                if role is Role.SENIOR:
                    continue
                browser = signed_in(console, role)
                sent = browser.send if page.method == "POST" else browser.open
                answer = sent(path)
                seen = [one for one in ("T-17", places["{digest}"]) if one in answer.text]
                if answer.status != HTTPStatus.FORBIDDEN or seen:
                    wrong.append(f"{page.id} as {role}: {answer.status} {seen}")
        senior = signed_in(console, Role.SENIOR)
        assert "T-17" in senior.open("/").text
        assert "T-17" in senior.open(f"/cases/{places['/cases/{id}'].rpartition('/')[2]}").text
    assert wrong == []


@pytest.mark.parametrize("rights", [None, SENIORS_ALONE], ids=["as shipped", "seniors alone"])
def test_where_a_home_is_is_told_to_who_may_look_at_it(tmp_path: Path, rights: str | None) -> None:
    """By address or by id, of the interface or the page; who may not look gets no street."""
    shown: dict[tuple[Role, str], bool] = {}
    with _console(tmp_path, rights) as console:
        place = tmp_path / "service" / "inventory.yaml"
        home = '  - {id: sub-3, node: an-1, port: "3", postal_address: "Sõle 10, Linn"}\n'
        place.write_text(INVENTORY + home, encoding="utf-8")
        for role in Role:
            browser = signed_in(console, role)
            for words in ("sole%2010", "sub-3"):
                told = console.ask("GET", f"/api/subscribers?words={words}", role=role)
                shown[role, words] = "Sõle 10, Linn" in json.dumps(told.json, ensure_ascii=False)
                page = browser.open(f"/?words={words}").text
                assert ("Sõle 10, Linn" in page) is shown[role, words], role
    may = MAY["look.subscriber"] if rights is None else {Role.SENIOR}
    assert {role for (role, _), seen in shown.items() if seen} == may
    assert all(seen is (role in may) for (role, _), seen in shown.items())


def test_the_customers_page_is_of_the_link_and_of_no_role(tmp_path: Path) -> None:
    """Who is signed in sees no more by it than who is not; without the link nobody anything."""
    with _console(tmp_path) as console:
        link = _places(console)["{token}"]
        nobody = PageBrowser(port=console.port)
        shown = nobody.open(f"/w/{link}")
        assert shown.status == HTTPStatus.OK
        for role in Role:
            browser = signed_in(console, role)
            assert browser.open(f"/w/{link}").status == HTTPStatus.OK
            assert browser.open(f"/w/{link[:-1]}").status == HTTPStatus.NOT_FOUND
        for words in ("sub-1", "T-17", "127.9.9.1"):
            assert words not in shown.text


def _places(console: HttpService) -> dict[str, str]:
    """Make a case with a planned repair and a customer's link; gives what stands in paths."""
    run = console.served.submit(
        Order(playbook="slow_internet", subscriber="sub-1", ticket="T-17")
    ).run
    repair = planned(console, run.case_id)
    token = console.served.repairs.repairs.offer_link(repair.id, datetime.now(UTC))
    assert token is not None
    return {
        "/cases/{id}": f"/cases/{run.case_id}",
        "/repairs/{id}": f"/repairs/{repair.id}",
        "/nodes/{id}": "/nodes/an-1",
        "{token}": token.reveal(),
        "{digest}": repair.plan.digest,
    }
