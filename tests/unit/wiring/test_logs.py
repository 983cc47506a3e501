"""Logs: one JSON document a line, with run and case, and no secret whoever says it."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from cpe_diag.wiring.logs import Lines, LogFormat, about, log_as, scrubbed

pytestmark = pytest.mark.usefixtures("logs_put_back")


def line(form: LogFormat, words: str, *, broken: bool = False) -> str:
    """Write one record."""
    found = None
    if broken:
        try:
            int("a\nb https://u:hidden@x")
        except ValueError:
            found = sys.exc_info()
    record = logging.LogRecord("cpe_diag.worker", logging.INFO, "", 0, words, None, found)
    return Lines(form).format(record)


def test_a_line_says_which_run_and_case_it_is_about() -> None:
    """The inner block knows what the outer one does not."""
    with about(run="r-1"), about(case="c-1"):
        told = json.loads(line(LogFormat.JSON, "it ends"))
        text = line(LogFormat.TEXT, "it ends")
    assert (told["run"], told["case"], told["words"]) == ("r-1", "c-1", "it ends")
    assert text.endswith("INFO cpe_diag.worker run r-1 case c-1: it ends")
    assert "run" not in json.loads(line(LogFormat.JSON, "it ends"))


def test_json_is_one_line_also_with_a_traceback_and_hides_what_is_in_it() -> None:
    """Whatever reads it reads by lines."""
    told = line(LogFormat.JSON, "two\nlines", broken=True)
    assert "\n" not in told
    assert "ValueError" in json.loads(told)["traceback"]
    assert "hidden" not in told
    assert "hidden" not in line(LogFormat.TEXT, "two", broken=True)


def test_fields_stand_beside_the_words() -> None:
    """A request has a status, and a caller whose name is nobody's password."""
    record = logging.LogRecord("cpe_diag.http", logging.INFO, "", 0, "request", None, None)
    record.fields = {"status": 200, "caller": "x token=hidden-word"}
    told = json.loads(Lines(LogFormat.JSON).format(record))
    assert (told["words"], told["status"], told["caller"]) == (
        "request",
        200,
        "x token=[secret]",
    )
    text = Lines(LogFormat.TEXT).format(record)
    assert text.endswith("request status=200 caller=x token=[secret]")


@pytest.mark.parametrize(
    "words",
    [
        "GET https://agent:hidden-word@desk.example/Ticket/81",
        "GET /Ticket/81?UserLogin=a&Password=hidden-word&x=1",
        "{'password': 'hidden-word'}",
        "Authorization: Bearer hidden-word",
        "Authorization: Basic hidden-word",
        "Token token=hidden-word",
        "mailto://hidden-word@mail.example",
        "POST https://api.telegram.org/bot123:hidden-word/sendMessage",
        "snmp community: hidden-word",
        "GET /w/0123456789-hidden-word-0123456789_ABCDEFGHIJ",
    ],
)
def test_what_looks_like_a_secret_is_not_written(words: str) -> None:
    """A library may say more than we would."""
    assert "hidden-word" not in scrubbed(words)
    assert "[secret]" in scrubbed(words)


def test_libraries_are_heard_only_when_something_is_wrong(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """They name addresses at INFO."""
    log_as(LogFormat.JSON)
    logging.getLogger("httpx").info("GET https://x")
    logging.getLogger("httpx").warning("slow")
    logging.getLogger("dbos").error("gone")
    logging.getLogger("cpe_diag.worker").info("a run")
    words = [json.loads(one)["words"] for one in capsys.readouterr().err.splitlines()]
    assert words == ["slow", "gone", "a run"]
