"""To which host a page leads, and how long its connection took: as each program tells it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.path_facts import HttpCheck, HttpOutcome
from cpe_diag.driver_kit.parsers import curl, uclient
from cpe_diag.driver_kit.parsers.busybox_web import wget_check
from cpe_diag.driver_kit.router import UnreadableError
from cpe_diag.ports import Command, CommandAnswer

URL = "http://www.example/"
TIMES = "10.00 9.00\n{}10.20 9.10\nrc=0\n"
UNSUPPORTED = Missing(why=FailureKind.UNSUPPORTED)
NOT_MEASURED = Missing(why=FailureKind.NOT_MEASURED)


def said(words: str) -> CommandAnswer:
    """Make the answer to a fetch."""
    command = Command(text="fetch", label="fetch")
    return CommandAnswer(command=command, output=TIMES.format(words), exit_status=0)


@pytest.mark.parametrize(
    ("location", "host"),
    [
        ("", None),
        ("http://portal.example", "portal.example"),
        ("https://Portal.example:8443", "portal.example"),
        ("http://[2001:db8::1]:80", "2001:db8::1"),
        ("http://user@portal.example", "portal.example"),
        ("nonsense", None),
    ],
)
def test_curl_tells_where_it_would_have_to_go(location: str, host: str | None) -> None:
    """The host alone: what follows may name the customer."""
    check = curl.curl_check(said(f"curl 302 0 0.012000 0.032500 {location}\n"), URL)
    assert (check.moved_to, check.connected_s) == (host, 0.0205)


def test_the_time_of_curls_connection_is_without_the_name() -> None:
    """A slow name service is another matter than a slow way."""
    check = curl.curl_check(said("curl 200 34 1.500000 1.520000 \n"), URL)
    assert check.connected_s == pytest.approx(0.02)


def test_curl_that_does_not_connect_has_taken_no_time_to() -> None:
    """It writes 0 then, which is no time."""
    text = TIMES.replace("rc=0", "rc=7").format(
        "* connect to 192.0.2.1 port 80 failed: Connection refused\ncurl 000 0 0.01 0.000000 \n"
    )
    answer = CommandAnswer(
        command=Command(text="fetch", label="fetch"), output=text, exit_status=0
    )
    assert curl.curl_check(answer, URL).connected_s == NOT_MEASURED


def test_curl_as_it_was_asked_before_is_read_still() -> None:
    """Recordings and bundles hold answers without times."""
    check = curl.curl_check(said("curl 200 34\n"), URL)
    assert (check.connected_s, check.moved_to) == (UNSUPPORTED, UNSUPPORTED)


def test_every_cut_of_a_curl_answer_is_whole_or_nothing() -> None:
    """Law 10: a cut answer never lies."""
    whole = said("curl 302 0 0.012000 0.032500 http://portal.example\n")
    fact = curl.curl_check(whole, URL)
    for end in range(len(whole.output)):
        cut = CommandAnswer(
            command=whole.command, output=whole.output[:end], exit_status=whole.exit_status
        )
        try:
            found: HttpCheck | None = curl.curl_check(cut, URL)
        except UnreadableError:
            found = None
        assert found in {None, fact}


@pytest.mark.parametrize(
    ("words", "host"),
    [
        ("Connecting to www.example (192.0.2.1:80)\n", None),
        (
            (
                "Connecting to www.example (192.0.2.1:80)\n"
                "Connecting to Portal.example (203.0.113.9:80)\n"
            ),
            "portal.example",
        ),
    ],
)
def test_busybox_wget_follows_and_says_whom_it_asks(words: str, host: str | None) -> None:
    """Each connection has a line of its own."""
    assert wget_check(said(words), URL).moved_to == host


@pytest.mark.parametrize(
    ("words", "host"),
    [
        ("Download completed (12 bytes)\n", None),
        (
            "Redirected to /suspended on Portal.example\nDownload completed (12 bytes)\n",
            "portal.example",
        ),
        ("Redirected to / on portal.example\nHTTP error 404\n", "portal.example"),
    ],
)
def test_uclient_fetch_says_where_it_was_led(words: str, host: str | None) -> None:
    """uclient-fetch.c, header_done_cb."""
    assert uclient.http_check(said(words), URL).moved_to == host


def test_uclient_fetch_that_got_nothing_was_led_nowhere_that_is_known() -> None:
    """Nobody answered: there is nothing to say of where it leads."""
    check = uclient.http_check(said("Connection error: Connection timed out\n"), URL)
    assert check.moved_to == NOT_MEASURED


def test_what_begins_with_no_status_line_is_broken_and_was_not_silent() -> None:
    """A program's warning before the first word of HTTP is another fault than silence."""
    words = "curl: (1) Received HTTP/0.9 when not allowed\ncurl 000 0 0.008191 0.008356 \n"
    whole = said(words)
    check = curl.curl_check(replace(whole, output=whole.output.replace("rc=0", "rc=1")), URL)
    assert check.outcome is HttpOutcome.BROKEN
    assert check.received_bytes == Missing(why=FailureKind.UNPARSEABLE)
