"""The tables of cases, runs, changes and holds; `case_tables` tells the version of all."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from cpe_diag.store.case_tables import METADATA, MOMENT

CASES: Final = Table(
    "cases",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("subscriber", Text, index=True),
    Column("ticket", Text, index=True),
    Column("opened_at", MOMENT, nullable=False),
    Column("state", String(16), nullable=False),
    Column("priority", Integer, nullable=False),
    Column("due_at", MOMENT, nullable=False),
    Column("destination", String(32)),
    Column("parent", String(32), ForeignKey("cases.id"), index=True),
    Column("words", Text, nullable=False),
    Column("desk", String(64)),
    Column("desk_ticket", Text),
    Column("warned_at", MOMENT),
    Index("ix_cases_state_priority", "state", "priority", "due_at"),
    Index("ix_cases_state_opened_at", "state", "opened_at", "id"),
)

RUNS: Final = Table(
    "runs",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("case_id", String(32), ForeignKey("cases.id"), nullable=False, index=True),
    Column("order_key", String(64), unique=True),
    Column("playbook", String(64), nullable=False),
    Column("subscriber", Text, index=True),
    Column("ticket", Text),
    Column("wish", Text, nullable=False),
    Column("region", String(64)),
    Column("node", Text),
    Column("router", Text),
    Column("priority", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("submitted_at", MOMENT, nullable=False),
    Column("not_before", MOMENT),
    Column("due_at", MOMENT, nullable=False),
    Column("worker", Text),
    Column("lease_until", MOMENT),
    Column("attempt", Integer, nullable=False),
    Column("cancel_asked_at", MOMENT),
    Column("started_at", MOMENT),
    Column("ended_at", MOMENT),
    Column("domain", String(32)),
    Column("cause", String(64)),
    Column("confidence", Float),
    Column("destination", String(32)),
    Column("words", Text, nullable=False),
    Column("batch", String(32), index=True),
    Index("ix_runs_state_priority", "state", "priority", "due_at"),
    Index("ix_runs_submitted_at", "submitted_at"),
    Index("ix_runs_started_at", "started_at"),
    Index("ix_runs_ended_at", "ended_at"),
)

RUN_ENTRIES: Final = Table(
    "run_entries",
    METADATA,
    Column("run", String(32), ForeignKey("runs.id"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(32), nullable=False),
    Column("step", Text, nullable=False),
    Column("at", MOMENT, nullable=False),
    Column("document", Text, nullable=False),
)

RUN_RESULTS: Final = Table(
    "run_results",
    METADATA,
    Column("run", String(32), ForeignKey("runs.id"), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

ACTION_RECORDS: Final = Table(
    "action_records",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("begun_at", MOMENT, nullable=False),
    Column("subscriber", Text, index=True),
    Column("run", String(32), index=True),
    Column("step", Text),
    Column("ended_at", MOMENT),
    Column("document", Text, nullable=False),
    Index("ix_action_records_kind_ended_at", "kind", "ended_at"),
)

ACTION_ENTRIES: Final = Table(
    "action_entries",
    METADATA,
    Column("action", String(32), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("document", Text, nullable=False),
    ForeignKeyConstraint(["action"], ["action_records.id"]),
)

HOLDS: Final = Table(
    "holds",
    METADATA,
    Column("place", String(64), primary_key=True),
    Column("holder", Text),
    Column("until", MOMENT),
    Column("token", Integer, nullable=False),
)
