"""Cases, runs with their journal and results, changes with theirs, and holds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

MOMENT = sa.String(32)


def upgrade() -> None:
    """Add the tables."""
    _runs()
    _changes()


def _runs() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("subscriber", sa.Text),
        sa.Column("ticket", sa.Text),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("destination", sa.String(32)),
        sa.Column("parent", sa.String(32), sa.ForeignKey("cases.id")),
        sa.Column("words", sa.Text, nullable=False),
    )
    op.create_index("ix_cases_subscriber", "cases", ["subscriber"])
    op.create_index("ix_cases_ticket", "cases", ["ticket"])
    op.create_index("ix_cases_parent", "cases", ["parent"])
    op.create_table(
        "runs",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("case_id", sa.String(32), sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("order_key", sa.String(64), unique=True),
        sa.Column("playbook", sa.String(64), nullable=False),
        sa.Column("subscriber", sa.Text),
        sa.Column("ticket", sa.Text),
        sa.Column("wish", sa.Text, nullable=False),
        sa.Column("region", sa.String(64)),
        sa.Column("node", sa.Text),
        sa.Column("router", sa.Text),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("submitted_at", MOMENT, nullable=False),
        sa.Column("not_before", MOMENT),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("worker", sa.Text),
        sa.Column("lease_until", MOMENT),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("cancel_asked_at", MOMENT),
        sa.Column("started_at", MOMENT),
        sa.Column("ended_at", MOMENT),
        sa.Column("domain", sa.String(32)),
        sa.Column("cause", sa.String(64)),
        sa.Column("confidence", sa.Float),
        sa.Column("destination", sa.String(32)),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("batch", sa.String(32)),
    )
    op.create_index("ix_runs_case_id", "runs", ["case_id"])
    op.create_index("ix_runs_subscriber", "runs", ["subscriber"])
    op.create_index("ix_runs_batch", "runs", ["batch"])
    op.create_index("ix_runs_state_priority", "runs", ["state", "priority", "due_at"])
    op.create_index("ix_runs_submitted_at", "runs", ["submitted_at"])
    op.create_table(
        "run_entries",
        sa.Column("run", sa.String(32), sa.ForeignKey("runs.id"), primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_table(
        "run_results",
        sa.Column("run", sa.String(32), sa.ForeignKey("runs.id"), primary_key=True),
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )


def _changes() -> None:
    op.create_table(
        "action_records",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("subscriber", sa.Text),
        sa.Column("run", sa.String(32)),
        sa.Column("step", sa.Text),
        sa.Column("ended_at", MOMENT),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_index("ix_action_records_subscriber", "action_records", ["subscriber"])
    op.create_index("ix_action_records_run", "action_records", ["run"])
    op.create_index("ix_action_records_kind_ended_at", "action_records", ["kind", "ended_at"])
    op.create_table(
        "action_entries",
        sa.Column("action", sa.String(32), primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["action"], ["action_records.id"]),
    )
    op.create_table(
        "holds",
        sa.Column("place", sa.String(64), primary_key=True),
        sa.Column("holder", sa.Text),
        sa.Column("until", MOMENT),
        sa.Column("token", sa.Integer, nullable=False),
    )
