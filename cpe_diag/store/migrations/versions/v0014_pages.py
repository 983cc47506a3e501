"""Passwords of staff, who is signed in to the pages, and open cases in their order."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

MOMENT = sa.String(32)
NAME = sa.String(200)


def upgrade() -> None:
    """Make the tables; nobody has a password yet."""
    op.create_table(
        "staff_passwords",
        sa.Column("name", NAME, primary_key=True),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("set_by", sa.Text, nullable=False),
        sa.Column("set_at", MOMENT, nullable=False),
    )
    op.create_table(
        "page_sessions",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("name", NAME, nullable=False),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
    )
    op.create_index("ix_page_sessions_name", "page_sessions", ["name"])
    op.create_index("ix_page_sessions_seen_at", "page_sessions", ["seen_at"])
    op.create_index("ix_cases_state_priority", "cases", ["state", "priority", "due_at"])
