"""Letters to desks, hubs and people on call; cases say which desk asked, and whom was warned."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

MOMENT = sa.String(32)


def upgrade() -> None:
    """Add the table, and the columns."""
    op.create_table(
        "outbox",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("lane", sa.Text, nullable=False),
        sa.Column("case_id", sa.String(32), sa.ForeignKey("cases.id")),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("not_before", MOMENT, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("tries_left", sa.Integer, nullable=False),
        sa.Column("sender", sa.Text),
        sa.Column("lease_until", MOMENT),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("ended_at", MOMENT),
    )
    op.create_index("ix_outbox_case_id", "outbox", ["case_id"])
    op.create_index("ix_outbox_state_not_before", "outbox", ["state", "not_before"])
    op.create_index("ix_outbox_lane_state", "outbox", ["lane", "state"])
    op.add_column("cases", sa.Column("desk", sa.String(64)))
    op.add_column("cases", sa.Column("desk_ticket", sa.Text))
    op.add_column("cases", sa.Column("warned_at", MOMENT))
