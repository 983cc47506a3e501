"""Asks the agent about a case, as a whole process, and keeps what it said."""

from __future__ import annotations

import json
import subprocess
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from verdict_cases import Case, Outcome, Told

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

LIMIT_S: Final = 300.0
EVERYTHING: Final = "--everything"


class NoVerdictError(Exception):
    """The agent gave no verdict; the message holds the end of what it said."""


def ask(agent: Sequence[str], case: Case, bundle: Path, *, everything: bool) -> Told:
    """Let the agent run its playbook on a case that is caused.

    Args:
        agent: the beginning of the command.
        case: what is asked about.
        bundle: a new directory for the evidence; the truth is written beside it.
        everything: measure all there is, in place of what seems worth it.

    Returns:
        What it said.

    Raises:
        NoVerdictError: it said nothing that can be read.
    """
    more = [EVERYTHING] if everything else []
    command = [*agent, *case.words, "--json", "--bundle", str(bundle), *more]
    started = time.monotonic()
    try:
        done = subprocess.run(  # noqa: S603 - our own agent
            command, capture_output=True, text=True, check=False, timeout=LIMIT_S
        )
    except subprocess.TimeoutExpired as error:
        words = f"nothing within {LIMIT_S:.0f} s"
        raise NoVerdictError(f"{case.lab} {case.id}: {words}") from error
    command_s = time.monotonic() - started
    try:
        said = json.loads(done.stdout)
    except ValueError as error:
        words = (done.stderr or done.stdout).strip()[-300:]
        raise NoVerdictError(f"{case.lab} {case.id}: status {done.returncode}: {words}") from error
    (bundle / "truth.json").write_text(json.dumps(_truth(case)), encoding="utf-8")
    verdict = said["verdict"]
    return Told(
        domain=verdict["domain"],
        cause=verdict["cause"],
        confidence=verdict["confidence"],
        also=tuple(one["cause"] for one in verdict["also"]),
        candidates=tuple(one["cause"] for one in verdict["candidates"]),
        destination=said["destination"],
        took_s=_took_s(said),
        command_s=command_s,
        questions=_lines(bundle / "trace.jsonl"),
    )


def no_verdict() -> Told:
    """Give what stands for an agent that said nothing: it abstained."""
    return Told(
        domain="undetermined",
        cause="no_verdict",
        confidence=0.0,
        also=(),
        candidates=(),
        destination="",
        took_s=0.0,
        command_s=0.0,
        questions=0,
    )


def _took_s(said: dict[str, Any]) -> float:
    return float(max(step["ended_s"] for step in said["steps"]))


def _truth(case: Case) -> dict[str, Any]:
    first, *others = ({"domain": domain, "cause": cause} for domain, cause in case.truths)
    return {**first, "also": others, "half": case.half, "lab": case.lab, "case": case.id}


def _lines(path: Path) -> int:
    with path.open(encoding="utf-8") as lines:
        return sum(1 for _ in lines)


def to_line(outcome: Outcome) -> str:
    """Give an outcome as one line of JSON."""
    return json.dumps(asdict(outcome))


def from_line(line: str) -> Outcome:
    """Read an outcome from its line."""
    held = json.loads(line)
    case = held["case"]
    truths = tuple((domain, cause) for domain, cause in case["truths"])
    return Outcome(
        case=Case(**{**case, "truths": truths, "words": tuple(case["words"])}),
        told=_told(held["told"]),
        everything=None if held["everything"] is None else _told(held["everything"]),
    )


def _told(held: dict[str, Any]) -> Told:
    lists = {key: tuple(held[key]) for key in ("also", "candidates")}
    return Told(**{**held, **lists})
