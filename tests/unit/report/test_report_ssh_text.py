"""Whoever allows weak algorithms for a router reads in each run that they were needed."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta

from rich.console import Console

from cpe_diag.domain.trace import LEGACY_LOGIN, Exchange
from cpe_diag.report.ssh_text import legacy_words
from cpe_diag.report.terminal import render_run
from cpe_diag.report.ticket import plain_ticket_note
from cpe_diag.testing.run_samples import START, sample_run


def exchange(label: str) -> Exchange:
    """Make a login."""
    return Exchange(
        id=1,
        operation="ssh.authenticate",
        target="192.0.2.112",
        label=label,
        started_s=0.0,
        ended_s=0.1,
        round_trips=2,
        waited_for=(),
        failure=None,
    )


def test_a_run_says_which_router_needed_which_algorithms() -> None:
    """In the report and in the ticket, once however often it was logged in to."""
    login = exchange(LEGACY_LOGIN + "diffie-hellman-group14-sha1, ssh-rsa")
    run = replace(sample_run(), trace=(login, login))
    console = Console(file=io.StringIO(), width=100, legacy_windows=False)
    console.print(render_run(run, START + timedelta(seconds=14)))
    assert isinstance(console.file, io.StringIO)
    for text in (" ".join(console.file.getvalue().split()), plain_ticket_note(run)):
        words = "192.0.2.112 was reached over legacy algorithms"
        assert text.count(words) == 1
        assert "diffie-hellman-group14-sha1, ssh-rsa" in text


def test_a_modern_router_is_no_word_worth() -> None:
    """A note that always stands there is read by nobody."""
    assert legacy_words((exchange("login"),)) == ()
    assert "legacy" not in plain_ticket_note(replace(sample_run(), trace=(exchange("login"),)))
