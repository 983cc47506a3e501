"""The report of a case as headings, lines and tables: the page and the PDF both show this."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from cpe_diag.report.duration import duration, percent
from cpe_diag.report.words import kept_next_words
from cpe_diag.service.pages.catalogues import SOURCE, Told
from cpe_diag.service.pages.facts_shown import facts_of
from cpe_diag.service.pages.path_picture import seen_by_laptop

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cpe_diag.report.codec import Json
    from cpe_diag.service.pages.facts_shown import Fact
    from cpe_diag.service.pages.rendering import Wording

NONE: Final = "\N{EN DASH}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table; `languages` say what each column is written in, `shares` how wide it is."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    languages: tuple[str, ...]
    shares: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A heading with lines, a table, or both."""

    title: str
    lines: tuple[Told, ...] = ()
    table: Table | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All of it; `language` is that of its own words, `head` are names and values."""

    language: str
    title: str
    head: tuple[tuple[str, str], ...]
    parts: tuple[Part, ...]


def report_of(  # noqa: PLR0913 - the parts of a case
    case: Mapping[str, Any],
    run: Mapping[str, Any] | None,
    repairs: Sequence[Mapping[str, Any]],
    say: Wording,
    *,
    changes: Sequence[Mapping[str, Any]],
    customer: str,
    now: datetime,
) -> Report:
    """Put a case together for paper.

    Args:
        case: as the interface gives it.
        run: its newest one, None where there is none.
        repairs: of the case.
        say: the words of whoever reads it.
        changes: of the case, as the interface gives them.
        customer: the language of the customer.
        now: in UTC; facts of a run that goes on are as old as they are now.

    Returns:
        The report.
    """
    held = (run.get("result") or run.get("so_far")) if run else None
    parts: list[Part] = []
    if run is not None and held is not None:
        title = say("Verdict") if run.get("result") else say("Verdict so far")
        parts += _judged(title, held, say, customer)
        until = str(run["ended_at"] or now.isoformat())
        parts += _facts(held["evidence"], say, until)
    if repairs:
        parts.append(_repairs(repairs, say))
    parts += [_change(one, say) for one in changes]
    parts.append(_runs(case["runs"], say))
    return Report(
        language=say.language,
        title=say("Report of case %(id)s", id=case["id"]),
        head=tuple(_head(case, say, now)),
        parts=tuple(parts),
    )


def _head(case: Mapping[str, Any], say: Wording, now: datetime) -> Iterator[tuple[str, str]]:
    yield say("Subscriber"), case["subscriber"] or say("(erased)")
    yield say("Ticket"), case["ticket"] or NONE
    yield say("State"), say.word("case_state", case["state"])
    if case["destination"]:
        yield say("Goes to"), say.word("destination", case["destination"])
    if case["parent"]:
        yield say("Parent case"), case["parent"]
    yield say("Opened"), moment(case["opened_at"])
    yield say("Report made"), moment(now.isoformat())


def _judged(stands: str, held: Mapping[str, Any], say: Wording, customer: str) -> Iterator[Part]:
    verdict = held["verdict"]
    action, tell = kept_next_words(held)
    own = say.language
    sure = say("Confidence:") + " " + percent(verdict["confidence"])
    lines = [
        Told(language=own, text=say.word("headline", verdict["domain"])),
        say.judged(verdict["title"]),
        Told(language=own, text=sure),
        *say.short.summary(verdict),
    ]
    yield Part(title=stands, lines=tuple(lines))
    yield Part(title=say("Tell the customer"), lines=(say.told(customer, tell),))
    yield Part(title=say("Do next"), lines=(say.step(action),))
    if verdict["settle_by"]:
        step = say.short.settling(verdict["settle_by"])
        yield Part(title=say("What would settle it"), lines=step)
    rows = tuple(
        (say.judged(one["title"]).text, say.word("segment_state", one["state"]), one["note"])
        for one in verdict["segments"]
    )
    on_site = seen_by_laptop(verdict["segments"])
    laptop = say("What the laptop sees, from its cable to the pages")
    yield Part(
        title=laptop if on_site else say("The path, from the core to the device"),
        table=Table(
            heads=(say("Stretch"), say("State"), say("What is known")),
            rows=rows,
            languages=(own, own, SOURCE),
            shares=(30, 20, 50),
        ),
    )
    for title, name in (
        (say("For it"), "evidence_for"),
        (say("Against it"), "evidence_against"),
        (say("Cannot be told"), "unknown"),
    ):
        lines = [Told(language=SOURCE, text=_reason(one)) for one in verdict[name]]
        if lines:
            yield Part(title=title, lines=tuple(lines))


def _reason(finding: Mapping[str, Any]) -> str:
    rests = ", ".join(finding["rests_on"])
    return f"{finding['because']} [{rests}]" if rests else str(finding["because"])


def _facts(evidence: Json, say: Wording, until: str) -> Iterator[Part]:
    facts = facts_of(evidence, (), datetime.fromisoformat(until))
    known = [one for one in facts if one.is_known]
    unknown = [one for one in facts if not one.is_known]
    for title, source, held in (
        (say("Every fact"), say("Source"), known),
        (say("Not known"), say("Was asked"), unknown),
    ):
        if held:
            heads = (say("Fact"), say("What is known"), source, say("Time and age"))
            yield Part(title=title, table=_fact_table(heads, held))


def _fact_table(heads: tuple[str, ...], facts: Sequence[Fact]) -> Table:
    return Table(
        heads=heads,
        rows=tuple(
            (one.key, one.words, one.source, f"{one.at:%H:%M:%S} UTC, {duration(one.age_s)}")
            for one in facts
        ),
        languages=(SOURCE, SOURCE, SOURCE, SOURCE),
        shares=(24, 40, 20, 16),
    )


def _repairs(repairs: Sequence[Mapping[str, Any]], say: Wording) -> Part:
    rows = tuple(
        (
            say.word("action", one["action"], one["value"] or "", of="repair_words.html"),
            say.word("state", one, of="repair_words.html"),
            one["words"] or NONE,
            moment(one["ended_at"] or one["begun_at"] or one["planned_at"]),
        )
        for one in repairs
    )
    return Part(
        title=say("Repair"),
        table=Table(
            heads=(say("Change"), say("State"), say("What is known"), say("Time")),
            rows=rows,
            languages=(say.language, say.language, SOURCE, SOURCE),
            shares=(25, 15, 35, 25),
        ),
    )


def _change(change: Mapping[str, Any], say: Wording) -> Part:
    action = say.word("action", change["action"], change["value"] or "", of="repair_words.html")
    ended = (
        say.word("ending", change["end"], of="repair_words.html")
        if change["end"]
        else say("It has no end yet")
    )
    own = say.language
    lines = [Told(language=own, text=f"{action}, {moment(change['begun_at'])}: {ended}")]
    for name, said in ((say("Before"), "symptom"), (say("After"), "measured")):
        if change[said]:
            lines.append(Told(language=SOURCE, text=f"{name}: {change[said]}"))
    rows = tuple(
        (
            f"{say.word('quantity', one['what'], of='measured.html')} {one['of']}".strip(),
            *(_sighting(one, name, change["end"], say) for name in ("before", "after")),
        )
        for one in change["compared"]
    )
    table = Table(
        heads=(say("Measured"), say("Before"), say("After")),
        rows=rows,
        languages=(own, own, own),
        shares=(40, 30, 30),
    )
    return Part(
        title=say("Before and after") + f": {action}",
        lines=tuple(lines),
        table=table if rows else None,
    )


def _sighting(one: Mapping[str, Any], name: str, end: str | None, say: Wording) -> str:
    seen: Mapping[str, Any] | None = one[name]
    is_over = bool(end) or name == "before"
    words = say.word("sighting", one, seen, is_over, of="measured.html")
    return words if seen is None else f"{words} ({seen['at'][11:19]} UTC)"


def _runs(runs: Sequence[Mapping[str, Any]], say: Wording) -> Part:
    rows = tuple(
        (
            one["id"],
            one["playbook"],
            say.word("run_state", one["state"]),
            moment(one["submitted_at"]),
            NONE if one["confidence"] is None else percent(one["confidence"]),
        )
        for one in runs
    )
    return Part(
        title=say("Runs of this case"),
        table=Table(
            heads=(
                say("Run"),
                say("Playbook"),
                say("State"),
                say("Ordered"),
                say("Confidence"),
            ),
            rows=rows,
            languages=(SOURCE, SOURCE, say.language, SOURCE, SOURCE),
            shares=(25, 20, 20, 20, 15),
        ),
    )


def moment(text: str) -> str:
    """Write a moment of JSON data for paper."""
    return f"{text[:10]} {text[11:16]} UTC"
