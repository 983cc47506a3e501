"""A laptop and an office of a test: their configurations, and what somebody did there."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import pyrage  # type: ignore[import-untyped]  # no types there
from sqlalchemy import insert

from cpe_diag.domain.run_journal import RunState
from cpe_diag.report.codec import encode
from cpe_diag.report.document import CaseDocument
from cpe_diag.store.case_tables import moment_text
from cpe_diag.store.run_rows import NewRun, RunOutcome
from cpe_diag.store.run_tables import RUN_ENTRIES
from cpe_diag.store.runs import StoredRuns
from cpe_diag.wiring.config import Config, read
from cpe_diag.wiring.desk import case_store
from cpe_diag.wiring.field_arrival import brought_home
from cpe_diag.wiring.field_home import taken_out
from cpe_diag.wiring.field_pack import enrolled

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cpe_diag.judge.question import CaseFile
    from cpe_diag.store.carried import Arrival
    from cpe_diag.wiring.field_arrival import Homecoming

AT: Final = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
OFFICE: Final = pyrage.x25519.Identity.generate()
STORE_URL: Final = "CPE_DIAG_TEST_OFFICE_STORE"


def laptop_at(place: Path, more: str = "", pack: str = "") -> Config:
    """Enrol a laptop, and give its configuration: more keys of `field`, where its pack is."""
    enrolled()
    file = place / "laptop.yaml"
    named = f"inventory: {{kind: pack, path: {pack}}}\n" if pack else ""
    file.write_text(
        f"{named}store: {{path: laptop.db}}\n"
        f"field: {{office_recipient: {OFFICE.to_public()}{more}}}\n",
        encoding="utf-8",
    )
    return read(file, str(file))


def office_at(place: Path) -> Config:
    """Give the office's configuration, which believes the laptop; its store is at STORE_URL."""
    keys = place / "keys.yaml"
    keys.write_text(f"identity: {OFFICE}\naudit: '{'5e' * 32}'\n", encoding="utf-8")
    keys.chmod(0o600)
    file = place / "office.yaml"
    file.write_text(
        f"store: {{url: 'env:{STORE_URL}', audit_key: 'file:keys.yaml#audit'}}\n"
        "staff: {me: ines, members: {ines: {role: senior}}}\n"
        "field:\n  identity: 'file:keys.yaml#identity'\n"
        f"  laptops: {{anna: '{enrolled().signs_as}'}}\n",
        encoding="utf-8",
    )
    return read(file, str(file))


def did(  # noqa: PLR0913 - what a test does not say is as usual
    config: Config,
    run: str,
    ticket: str | None = "T-1",
    *,
    subscriber: str = "sub-1",
    wish: Mapping[str, object] | None = None,
    files: Mapping[str, bytes] | None = None,
    at: datetime = AT,
) -> None:
    """Let somebody do a run there, from its beginning to its end."""
    runs = StoredRuns(case_store(config))
    new = NewRun(
        id=run,
        playbook="at_wall_port",
        subscriber=subscriber,
        ticket=ticket,
        wish=wish or {"answers": {}},
    )
    row = runs.begin(new, worker="anna", at=at, lease=timedelta(minutes=1))
    entry = {"run": run, "seq": 1, "kind": "started", "step": "", "at": moment_text(at)}
    with case_store(config).writing() as connection:
        connection.execute(insert(RUN_ENTRIES).values(**entry, document="{}"))
    outcome = RunOutcome(
        state=RunState.FINISHED,
        destination="fixed",
        words="well",
        domain="none",
        cause="no_fault",
        confidence=0.9,
        files=files or {"case.json": b"{}", "raw/0001.txt": b"\xff\x00"},
    )
    runs.end(run, row.attempt, outcome, at=at + timedelta(minutes=3))


def files(case: CaseFile, title: str) -> dict[str, bytes]:
    """Give what is kept of a check."""
    document = CaseDocument(
        evidence=case.evidence,
        subscriber=case.subscriber,
        symptom=case.symptom,
        device_mac=None,
        platform_host=None,
        thresholds={},
    )
    verdict = {"title": title, "summary": "as it is", "tell_customer": "All is well."}
    return {
        "case.json": json.dumps(encode(document)).encode(),
        "verdict.json": json.dumps({"verdict": verdict}).encode(),
    }


def carried(laptop: Config, file: Path) -> Path:
    """Seal what the laptop has done."""
    file.write_bytes(taken_out(laptop).sealed)
    return file


def came(office: Config, file: Path) -> Homecoming:
    """Bring a file of one part in."""
    (told,) = brought_home(office, file)
    return told


def arrivals(office: Config, file: Path) -> list[Arrival]:
    """Bring a file in, and give what became of each run."""
    return [run.arrival for part in brought_home(office, file) for run in part.runs]
