"""`cpe-diag known`: faults that are known of a model, what helps, and how often it did."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import click

from cpe_diag.cli.context import config_of
from cpe_diag.cli.errors import told_clearly
from cpe_diag.domain.audit import About, AuditKind

if TYPE_CHECKING:
    from cpe_diag.domain.known_issue import KnownIssue
    from cpe_diag.wiring.config import Config
    from cpe_diag.wiring.desk import Desk

KEEPING: Final = About(action="known.keep")


@click.group()
def known() -> None:
    """Faults that are known of a model, and what helps; every run looks at them."""


@known.command()
@click.argument("issue_id", metavar="ID")
@click.option("--title", required=True, help="What goes wrong, in a few words.")
@click.option("--model", required=True, help="Pattern of the model, such as 'HG8245*'.")
@click.option("--firmware", default="", help="Range, such as '>=24.10,<24.10.2'; default: every.")
@click.option("--symptom", "symptoms", multiple=True, help="Complaint or cause; may be repeated.")
@click.option("--remedy", required=True, help="Action, such as human.reset.")
@click.option("--parameter", default="", help="Its value: a version, or '20 to 30 s'.")
@click.option("--words", required=True, help="For the agent: what to do and what to expect.")
@click.option("--playbook", help="Playbook that leads through it; default: by the action.")
@click.option("--source", required=True, help="Who says so: a vendor's page, a bulletin, a case.")
@click.pass_context
def add(  # noqa: PLR0913 - the options are the issue
    context: click.Context,
    issue_id: str,
    *,
    title: str,
    model: str,
    firmware: str,
    symptoms: tuple[str, ...],
    remedy: str,
    parameter: str,
    words: str,
    playbook: str | None,
    source: str,
) -> None:
    """Add a known issue under ID."""
    from cpe_diag.report.known_words import remedy_words
    from cpe_diag.wiring.known import IssueWish, known_issues, new_issue

    config = config_of(context)
    wish = IssueWish(
        id=issue_id,
        title=title,
        model=model,
        firmware=firmware,
        symptoms=symptoms,
        remedy=remedy,
        parameter=parameter,
        words=words,
        playbook=playbook,
        source=source,
    )
    with told_clearly():
        desk = _keepers_desk(config)
        issue = new_issue(config, wish, by=desk.staff.name, at=datetime.now(UTC))
        desk.note(AuditKind.KNOWN_ISSUE, f"adds {issue.id}: {issue.title}", KEEPING)
        known_issues(config).add(issue)
    click.echo(f"{issue.id} is kept. Do: {remedy_words(issue)}")


@known.command("list")
@click.option("--all", "every", is_flag=True, help="Those with a retired remedy too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
@click.pass_context
def list_command(context: click.Context, *, every: bool, as_json: bool) -> None:
    """List the known issues, and how often their remedies helped."""
    from cpe_diag.domain.known_issue import NOTHING_LEARNED
    from cpe_diag.report.known_words import record_words
    from cpe_diag.wiring.known import known_issues

    with told_clearly():
        stored = known_issues(config_of(context))
        records = stored.records()
        found = [one for one in stored.every() if every or one.retired_at is None]
    if as_json:
        from cpe_diag.report.codec import encode

        rows = [{"issue": one, "record": records.get(one.id, NOTHING_LEARNED)} for one in found]
        click.echo(json.dumps([encode(row) for row in rows], indent=2))
        return
    from cpe_diag.cli.consoles import out
    from cpe_diag.cli.tables import table

    out().print(
        table(
            ("id", "model", "firmware", "when", "remedy", "so far"),
            [
                (
                    one.id,
                    one.model,
                    one.firmware or "every",
                    ", ".join(one.symptoms) or "always",
                    _remedy(one),
                    _retired(one) or record_words(records.get(one.id, NOTHING_LEARNED)),
                )
                for one in found
            ],
        )
    )


@known.command()
@click.argument("issue_id", metavar="ID")
@click.pass_context
def show(context: click.Context, issue_id: str) -> None:
    """Show one issue with its source and its figures."""
    from cpe_diag.cli.consoles import out
    from cpe_diag.cli.tables import table
    from cpe_diag.domain.known_issue import NOTHING_LEARNED
    from cpe_diag.report.known_words import record_words, remedy_words
    from cpe_diag.wiring.known import known_issues

    with told_clearly():
        stored = known_issues(config_of(context))
        issue = stored.one(issue_id)
        record = stored.records().get(issue_id, NOTHING_LEARNED)
    rows = [
        ("title", issue.title),
        ("model", issue.model),
        ("firmware", issue.firmware or "every"),
        ("when", ", ".join(issue.symptoms) or "always"),
        ("do", remedy_words(issue)),
        ("so far", record_words(record)),
        ("source", issue.source),
        ("added", f"by {issue.added_by} on {issue.added_at:%Y-%m-%d}"),
        ("retired", _retired(issue) or "no"),
    ]
    out().print(table(("field", "value"), rows))


@known.command()
@click.pass_context
def learn(context: click.Context) -> None:
    """Learn from the proven outcomes of changes; a remedy that stops working is retired."""
    from cpe_diag.wiring.known import learn as take

    with told_clearly():
        lessons = take(config_of(context))
    for one in lessons:
        click.echo(f"{one.issue.id}: {one.end.value} (action {one.action_id})")
    retired = {one.issue.id: one.issue for one in lessons if one.issue.retired_at is not None}
    for issue in retired.values():
        click.echo(f"{issue.id}: its remedy is retired: {issue.retired_because}")
    if not lessons:
        click.echo("nothing new")


@known.command()
@click.argument("issue_id", metavar="ID")
@click.option("--because", required=True, help="Why; every run that meets the model says it.")
@click.pass_context
def retire(context: click.Context, issue_id: str, because: str) -> None:
    """Take the remedy of an issue out of use; the issue stays known."""
    from cpe_diag.wiring.known import known_issues

    config = config_of(context)
    with told_clearly():
        desk = _keepers_desk(config)
        desk.note(AuditKind.KNOWN_ISSUE, f"retires the remedy of {issue_id}: {because}", KEEPING)
        issue = known_issues(config).retire(issue_id, because, datetime.now(UTC))
    click.echo(f"{issue.id}: its remedy {issue.remedy.action} is retired: {because}")


def _keepers_desk(config: Config) -> Desk:
    """Give the desk of whoever works here, who may keep known issues."""
    from cpe_diag.wiring.desk import open_desk

    desk = open_desk(config)
    desk.permit("known.keep", KEEPING)
    return desk


def _remedy(issue: KnownIssue) -> str:
    """Say the remedy without its words."""
    remedy = issue.remedy
    return f"{remedy.action} ({remedy.parameter})" if remedy.parameter else remedy.action


def _retired(issue: KnownIssue) -> str:
    """Say when and why a remedy was retired; empty while it is in use."""
    if issue.retired_at is None:
        return ""
    return f"retired on {issue.retired_at:%Y-%m-%d}: {issue.retired_because}"
