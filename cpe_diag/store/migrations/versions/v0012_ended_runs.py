"""Runs are found by their end: every service counts what has ended since its last look."""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the index."""
    op.create_index("ix_runs_ended_at", "runs", ["ended_at"])
