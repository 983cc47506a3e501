"""Known issues, and how the changes ended that were made for them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

MOMENT = sa.String(32)


def upgrade() -> None:
    """Add the two tables."""
    op.create_table(
        "known_issues",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("firmware", sa.Text, nullable=False),
        sa.Column("symptoms", sa.Text, nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("parameter", sa.Text, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("playbook", sa.String(64), nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("added_by", sa.Text, nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("retired_at", MOMENT),
        sa.Column("retired_because", sa.Text, nullable=False),
    )
    op.create_table(
        "remedy_outcomes",
        sa.Column("issue", sa.String(64), primary_key=True),
        sa.Column("action", sa.String(64), primary_key=True),
        sa.Column("end", sa.String(16), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["issue"], ["known_issues.id"]),
    )
