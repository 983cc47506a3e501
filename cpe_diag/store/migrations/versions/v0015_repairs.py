"""Repairs that are planned on the pages, with the link on which a customer types a password."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

MOMENT = sa.String(32)


def upgrade() -> None:
    """Make the table; nothing is planned yet."""
    op.create_table(
        "repairs",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("subscriber", sa.Text, nullable=False),
        sa.Column("ticket", sa.Text),
        sa.Column("staff", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("value", sa.Text),
        sa.Column("plan", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("process", sa.Text, nullable=False),
        sa.Column("planned_at", MOMENT, nullable=False),
        sa.Column("begun_at", MOMENT),
        sa.Column("ended_at", MOMENT),
        sa.Column("link_hash", sa.String(64)),
        sa.Column("link_until", MOMENT),
        sa.Column("typed_at", MOMENT),
        sa.Column("sealed", sa.Text, nullable=False),
    )
    for column in ("case_id", "subscriber", "link_hash"):
        op.create_index(f"ix_repairs_{column}", "repairs", [column])
