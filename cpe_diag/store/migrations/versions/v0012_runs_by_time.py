"""Runs are found by their beginning and their end: both are counted, however many wait."""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the indexes."""
    op.create_index("ix_runs_started_at", "runs", ["started_at"])
    op.create_index("ix_runs_ended_at", "runs", ["ended_at"])
