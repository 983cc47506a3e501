"""The report for a person at a terminal: the answer first, then the path, then why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich import box
from rich.console import Group
from rich.constrain import Constrain
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from cpe_diag.domain.facts import FACT_KINDS
from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.observations import Observed
from cpe_diag.domain.verdict import FaultDomain
from cpe_diag.report.as_json import trace_summary
from cpe_diag.report.channel_advice import advice_in, advice_words
from cpe_diag.report.duration import age, duration, percent
from cpe_diag.report.fact_text import fact_text, own_changes
from cpe_diag.report.incident_words import incident_lines
from cpe_diag.report.known_words import known_lines
from cpe_diag.report.path_view import PathView, of_a_laptop, shown
from cpe_diag.report.ssh_text import legacy_words
from cpe_diag.report.why import gaps, named, oldest_age, reason, sources
from cpe_diag.report.words import (
    DESTINATION_WORDS,
    DOMAIN_WORDS,
    END_WORDS,
    HEADLINES,
    beyond_title,
    cause_words,
    confidence_words,
    group_words,
    next_words,
    sureness,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult

    from cpe_diag.domain.evidence import Evidence, FactKey
    from cpe_diag.domain.findings import Finding
    from cpe_diag.domain.verdict import Verdict
    from cpe_diag.report.record import Run
    from cpe_diag.report.why import Gap

WIDEST: Final = 100
"""Columns; longer lines are hard to read."""

PATH: Final = "Path, from the operator's core to the customer's device"
FROM_LAPTOP: Final = "What the laptop sees, from its cable to the pages"

_DOMAIN_STYLES: Final[Mapping[FaultDomain, str]] = {
    FaultDomain.NETWORK: "red",
    FaultDomain.ROUTER: "red",
    FaultDomain.DEVICE: "red",
    FaultDomain.PLATFORM: "red",
    FaultDomain.NONE: "green",
    FaultDomain.UNDETERMINED: "yellow",
}

_SHOWN_FINDINGS: Final = 6
"""How many findings of a kind are shown; the JSON document has all of them."""

_SHOWN_CANDIDATES: Final = 3

_ASK: Final = "ask:"
"""How a settling step names a question to the caller in the place of a probe."""

_LEAST_BELIEF: Final = 0.05
"""Candidates below this only distract."""


def render_run(result: Run, now: datetime, width: int = WIDEST) -> RenderableType:
    """Draw the whole report of a run.

    Colour, NO_COLOR and what is no terminal are the console's own business; on a console that is
    not UTF-8 everything is drawn in ASCII.

    Args:
        result: the run.
        now: in UTC, for the ages of facts.
        width: columns to fill at most; more than 100 are not used.

    Returns:
        Something for `Console.print`.
    """
    return Constrain(_Report(result, now), min(width, WIDEST))


def render_evidence(evidence: Evidence, now: datetime, width: int = WIDEST) -> RenderableType:
    """List every fact in words with its source and age, and every unknown with its reason.

    Args:
        evidence: what was asked.
        now: in UTC, for the ages of facts.
        width: columns to fill at most; more than 100 are not used.

    Returns:
        Something for `Console.print`.
    """
    return Constrain(_Facts(evidence, now), min(width, WIDEST))


class _Facts:
    """Lists the evidence once the console says what it can show."""

    def __init__(self, evidence: Evidence, now: datetime) -> None:
        self.evidence = evidence
        self.now = now

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        del console
        yield _Pen(ascii_terminal=options.ascii_only).facts(self.evidence, self.now)


class _Report:
    """Puts the parts together once the console says what it can show."""

    def __init__(self, result: Run, now: datetime) -> None:
        self.result = result
        self.now = now

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        del console
        pen = _Pen(ascii_terminal=options.ascii_only)
        yield pen.header(self.result)
        yield pen.answer(self.result)
        segments = self.result.verdict.segments
        yield pen.heading(FROM_LAPTOP if of_a_laptop(segments) else PATH)
        yield _indented(PathView(segments))
        yield from pen.evidence(self.result, self.now)
        yield from pen.others(self.result.verdict)
        yield from pen.channels(self.result)
        yield from pen.legacy(self.result)
        yield pen.footer(self.result)


class _Pen:
    """Draws the parts of a report for one console."""

    def __init__(self, *, ascii_terminal: bool) -> None:
        self.ascii_terminal = ascii_terminal
        self.dot = " - " if ascii_terminal else " · "

    def text(self, words: str, style: str = "") -> Text:
        """Make text that can neither steer the terminal nor be read as markup."""
        return Text(shown(words, ascii_terminal=self.ascii_terminal), style=style)

    def header(self, result: Run) -> Text:
        subscriber = result.case.subscriber
        parts = [subscriber.id, result.playbook]
        parts += [f"ticket {result.ticket}"] if result.ticket else []
        parts += [f"{result.started_at:%Y-%m-%d %H:%M} UTC", f"took {duration(result.took_s)}"]
        parts += [END_WORDS[result.end]] if result.end in END_WORDS else []
        return self.text(self.dot.join(parts), "dim")

    def answer(self, result: Run) -> RenderableType:
        verdict = result.verdict
        grid = Table.grid(padding=(0, 2))
        grid.add_column(width=13, style="bold")
        grid.add_column(ratio=1, overflow="fold")
        grid.add_row("Confidence", self.text(sureness(verdict)))
        if verdict.group is not None:
            grid.add_row("Out together", self.text(group_words(verdict.group), "bold"))
            grid.add_row("Parent case", self.text(verdict.group.parent_key))
        for done in own_changes(result.case.evidence):
            grid.add_row("Done", self.text(fact_text(done), "bold"))
        grid.add_row("Send to", self.text(DESTINATION_WORDS[result.destination], "bold"))
        do_next, tell = next_words(result.destination, verdict)
        grid.add_row("Do next", self.text(do_next))
        grid.add_row("Tell customer", self.text(tell))
        for line in known_lines(result.known):
            grid.add_row("Known issue", self.text(line, "bold"))
        for line in incident_lines(result.incident):
            grid.add_row("Incident", self.text(line, "bold"))
        for one in verdict.also:
            words = f"{cause_words(one.cause)} in {DOMAIN_WORDS[one.domain]}"
            grid.add_row("Also found", self.text(f"{words}, {confidence_words(one.belief)}"))
        style = _DOMAIN_STYLES[verdict.domain]
        title = self.text(verdict.title, "bold")
        beyond = beyond_title(verdict)
        body = Group(title, *([self.text(beyond)] if beyond else []), Text(), grid)
        return Panel(
            body,
            title=self.text(HEADLINES[verdict.domain], f"bold {style}"),
            title_align="left",
            border_style=style,
            box=box.ASCII if self.ascii_terminal else box.HEAVY,
            padding=(0, 1),
        )

    def heading(self, words: str) -> RenderableType:
        return Padding(self.text(words, "bold"), (1, 0, 0, 0))

    def evidence(self, result: Run, now: datetime) -> list[RenderableType]:
        verdict, held = result.verdict, result.case.evidence
        unknown = gaps(verdict.unknown, held, now)
        return [
            *self.section(
                "Evidence for", "nothing yet", self.findings(verdict.evidence_for, "+", held, now)
            ),
            *self.section(
                "Evidence against",
                "nothing",
                self.findings(verdict.evidence_against, "-", held, now),
            ),
            *self.section("Not known", "nothing that would matter", self.gaps(unknown)),
        ]

    def section(self, title: str, none: str, table: Table) -> list[RenderableType]:
        if not table.row_count:
            return [self.heading(f"{title}: {none}")]
        return [self.heading(title), _indented(table)]

    def findings(
        self, findings: Sequence[Finding], mark: str, evidence: Evidence, now: datetime
    ) -> Table:
        # Rules that rest on the same observation say it in the same words; once is enough.
        told = list({finding.because: finding for finding in reversed(findings)}.values())[::-1]
        table = _three_columns()
        for finding in told[:_SHOWN_FINDINGS]:
            because = self.text(finding.because)
            named_sources = self.dot.join(sources(finding, evidence))
            if named_sources:
                because.append("\n")
                because.append_text(self.text(named_sources, "dim"))
            table.add_row(mark, because, oldest_age(finding, evidence, now))
        self.more(table, len(told) - _SHOWN_FINDINGS)
        return table

    def gaps(self, unknown: Sequence[Gap]) -> Table:
        table = _three_columns()
        for gap in unknown[:_SHOWN_FINDINGS]:
            words = self.text(gap.words)
            words.append("\n")
            words.append_text(self.text(named(gap.keys), "dim"))
            table.add_row("?", words, gap.since)
        self.more(table, len(unknown) - _SHOWN_FINDINGS)
        return table

    def more(self, table: Table, count: int) -> None:
        if count > 0:
            table.add_row("", self.text(f"and {count} more (all of them with --json)", "dim"), "")

    def facts(self, evidence: Evidence, now: datetime) -> RenderableType:
        table = _three_columns()
        for key, observation in sorted(evidence, key=lambda one: _place(one[0])):
            since = age((now - observation.at).total_seconds())
            if isinstance(observation, Observed):
                words = self.text(f"{key}:", "dim")
                words.append(" ")
                words.append_text(self.text(fact_text(observation.value), "not dim"))
                words.append("\n")
                words.append_text(self.text(observation.source))
                table.add_row("=", words, since)
            elif observation.failure.kind is not FailureKind.NOT_APPLICABLE:
                table.add_row("?", self.text(reason(key, evidence), "dim"), since)
        return table

    def others(self, verdict: Verdict) -> list[RenderableType]:
        parts: list[RenderableType] = []
        if verdict.settle_by:
            step = verdict.settle_by
            parts.append(self.heading("What would settle it"))
            asked = step.probe.removeprefix(_ASK)
            how = f"probe {asked}" if asked == step.probe else "ask the caller"
            parts.append(_indented(self.text(f"{step.question} ({how})")))
            if step.between:
                between = ", ".join(cause_words(cause) for cause in step.between)
                parts.append(_indented(self.text(f"It tells apart: {between}", "dim")))
        return parts + self.candidates(verdict)

    def channels(self, result: Run) -> list[RenderableType]:
        advice = advice_in(result.case.evidence)
        if not advice:
            return []
        lines = [_indented(self.text(advice_words(one))) for one in advice]
        return [self.heading("Wi-Fi channels"), *lines]

    def candidates(self, verdict: Verdict) -> list[RenderableType]:
        named = {verdict.cause, *(one.cause for one in verdict.also)}
        others = [
            one
            for one in verdict.candidates
            if one.cause not in named and one.belief >= _LEAST_BELIEF
        ][:_SHOWN_CANDIDATES]
        if not others:
            return []
        words = ", ".join(f"{cause_words(one.cause)} {percent(one.belief)}" for one in others)
        return [self.heading("Other causes weighed"), _indented(self.text(words))]

    def legacy(self, result: Run) -> list[RenderableType]:
        words = legacy_words(result.trace)
        if not words:
            return []
        return [self.heading("SSH"), *(_indented(self.text(one)) for one in words)]

    def footer(self, result: Run) -> RenderableType:
        counts = trace_summary(result.trace)
        parts = [
            f"{operation} {count.requests}x"
            + (f" ({count.failed} failed)" if count.failed else "")
            for operation, count in counts.by_operation.items()
        ]
        words = [*parts, f"rules {result.verdict.rules_version}", f"run {result.run_id}"]
        return Padding(self.text(self.dot.join(words), "dim"), (1, 0, 0, 0))


def _three_columns() -> Table:
    """Make a table of a mark, words that fill the line, and an age."""
    table = Table.grid(padding=(0, 1), expand=True)
    table.add_column(width=1, no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    table.add_column(justify="right", no_wrap=True, style="dim")
    return table


def _place(key: FactKey) -> tuple[int, str]:
    """Order facts from the operator's core to the customer's device."""
    return [kind.id for kind in FACT_KINDS].index(key.kind), key.subject


def _indented(part: RenderableType) -> RenderableType:
    return Padding(part, (0, 0, 0, 2))
