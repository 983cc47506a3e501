"""The dry run over old tickets: what is counted, and what a wrong CSV file is told."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cpe_diag.cli import main
from cpe_diag.domain.failures import DefinitionError
from cpe_diag.service.ticket_csv import moment, read_tickets
from cpe_diag.service.ticket_hours import Hours
from cpe_diag.service.ticket_rules import Conditions, Priority, Rule, TicketRules
from cpe_diag.service.ticket_trial import try_rules

if TYPE_CHECKING:
    from pathlib import Path

    from cpe_diag.service.ticket import Ticket

CSV = '''\
number;title;Beschreibung;created_at
T-1;No internet;;2026-03-01T12:00:00Z
T-2;"slow; and ""odd""";"two
lines";2026-03-01 03:00

T-3;hello;;
T-4;invoice
'''


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def saved(tmp_path: Path, text: str) -> Path:
    """Write a CSV file."""
    file = tmp_path / "old.csv"
    file.write_text(text, encoding="utf-8-sig")
    return file


def tickets(tmp_path: Path) -> tuple[Ticket, ...]:
    """Read the example."""
    return read_tickets(saved(tmp_path, CSV), {"text": "Beschreibung"})


def test_a_table_of_an_office_program_is_read(tmp_path: Path) -> None:
    """Semicolons, quotes, line breaks, empty and short lines are what exports look like."""
    one, two, three, four = tickets(tmp_path)
    assert (one.number, one.id, one.title, one.text) == ("T-1", "T-1", "No internet", "")
    assert one.created_at == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert (two.title, two.text) == ('slow; and "odd"', "two\nlines")
    assert two.created_at == datetime(2026, 3, 1, 3, tzinfo=UTC)
    assert three.created_at is None
    assert four.title == "invoice"


def test_everything_is_counted_once(tmp_path: Path) -> None:
    """The sum of what starts, is left and matches nothing is the number of tickets."""
    rules = TicketRules(
        file="x",
        zone="Etc/UTC",
        rules=(
            Rule(
                id="night",
                when=Conditions(
                    hours=Hours(
                        start=datetime(2026, 1, 1, 1, tzinfo=UTC).time(),
                        end=datetime(2026, 1, 1, 5, tzinfo=UTC).time(),
                    )
                ),
                playbook="drops",
                delay_s=60.0,
            ),
            Rule(id="money", when=Conditions(text=("invoice",)), playbook=None, because="no"),
            Rule(
                id="fault",
                when=Conditions(text=("no internet", "slow")),
                playbook="no_internet",
                priority=Priority.TOTAL_LOSS,
            ),
            Rule(id="idle", when=Conditions(text=("never",)), playbook="drops"),
        ),
    )
    trial = try_rules(rules, tickets(tmp_path))
    assert trial.by_rule == {"night": 1, "money": 1, "fault": 1, "idle": 0}
    assert trial.by_playbook == {"drops": 1, "no_internet": 1}
    assert (trial.left, trial.unmatched, trial.undated) == (1, 1, 2)
    one, two, three, four = trial.tried
    assert (one.rule, one.priority) == ("fault", Priority.TOTAL_LOSS)
    assert (two.rule, two.also, two.delay_s) == ("night", ("fault",), 60.0)
    assert (three.rule, three.playbook, three.priority) == (None, None, None)
    assert (four.rule, four.because, four.priority) == ("money", "no", None)


@pytest.mark.parametrize(
    ("text", "columns", "expected"),
    [
        ("", {}, "old.csv:1: expected at least one of the columns title, text"),
        ("a,b\n1,2\n", {}, "old.csv:1: expected at least one of the columns title, text"),
        ("Titel\nx\n", {"title": "Tite"}, "there is no column 'Tite'; did you mean 'Titel'?"),
        ("title\nx\n", {"titel": "title"}, "no field 'titel'; did you mean 'title'?"),
        ("title,created_at\nx,yesterday\n", {}, "old.csv:2: created_at: expected a time"),
        ('title\n"x\n', {}, "no CSV"),
        ("title\n" + "x" * 200_000 + "\n", {}, "no CSV"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(
    tmp_path: Path, text: str, columns: dict[str, str], expected: str
) -> None:
    """An export with other titles is the usual case."""
    with pytest.raises(DefinitionError, match="old") as caught:
        read_tickets(saved(tmp_path, text), columns)
    assert expected in str(caught.value)


def test_a_file_that_is_not_there_is_our_error(tmp_path: Path) -> None:
    """So is one that is no text."""
    with pytest.raises(DefinitionError, match="cannot be read"):
        read_tickets(tmp_path / "none.csv", {})
    (tmp_path / "bytes.csv").write_bytes(b"title\n\xff\xfe\n")
    with pytest.raises(DefinitionError, match="no UTF-8"):
        read_tickets(tmp_path / "bytes.csv", {})


@given(content=st.binary(max_size=300) | st.text(max_size=300).map(_utf8))
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_a_file_holds_it_is_tickets_or_our_error(tmp_path: Path, content: bytes) -> None:
    """Exports are cut, and saved by programs in their own way."""
    file = tmp_path / "any.csv"
    file.write_bytes(b"title,created_at\n" + content)
    try:
        found = read_tickets(file, {})
    except DefinitionError:
        return
    assert all(one.number for one in found)


@settings(deadline=None)
@given(text=st.text(max_size=40))
def test_a_time_is_a_time_or_none(text: str) -> None:
    """Nothing of a desk's making ends a reader."""
    read = moment(text)
    assert read is None or read.tzinfo is UTC


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+23:00", "9999-12-31T23:59:59-23:00"])
def test_a_time_at_the_end_of_the_calendar_is_none(text: str) -> None:
    """In UTC it would lie outside."""
    assert moment(text) is None


def test_the_command_prints_counts_and_what_matches_nothing(tmp_path: Path) -> None:
    """The dry run is there to find what no rule covers."""
    file = saved(tmp_path, CSV)
    done = CliRunner().invoke(main, ["tickets", "try", str(file), "--column", "text=Beschreibung"])
    assert done.exit_code == 0, done.output
    assert "4 tickets: 2 start a playbook, 1 are left by a rule, 1 match no rule" in done.output
    assert "T-3" in done.output
    assert "T-1" not in done.output


def test_the_command_gives_the_same_as_json(tmp_path: Path) -> None:
    """For whoever counts further."""
    file = saved(tmp_path, CSV)
    done = CliRunner().invoke(main, ["tickets", "try", str(file), "--json"])
    trial = json.loads(done.stdout)["trial"]
    assert [one["rule"] for one in trial["tried"]] == [
        "nothing_works",
        "slow",
        None,
        "money_and_contracts",
    ]
    assert trial["unmatched"] == 1


@pytest.mark.parametrize("column", ["text", "=x", "text="])
def test_a_column_that_is_half_named_is_bad_input(tmp_path: Path, column: str) -> None:
    """It is told what is expected."""
    file = saved(tmp_path, CSV)
    done = CliRunner().invoke(main, ["tickets", "try", str(file), "--column", column])
    assert done.exit_code == 2
    assert "expected FIELD=TITLE" in done.output


def test_the_rules_in_use_can_be_printed() -> None:
    """The shipped example is where an operator begins."""
    done = CliRunner().invoke(main, ["tickets", "rules"])
    assert done.exit_code == 0
    assert "rule: nothing_works" in done.output
