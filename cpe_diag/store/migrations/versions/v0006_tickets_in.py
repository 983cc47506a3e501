"""What comes in over HTTP: deliveries seen, tickets, tokens, and who is to be told of events."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

MOMENT = sa.String(32)


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "seen_deliveries",
        sa.Column("desk", sa.Text, primary_key=True),
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("delivery", sa.Text, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
    )
    op.create_index("ix_seen_deliveries_until", "seen_deliveries", ["until"])
    op.create_table(
        "incoming_tickets",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("desk", sa.Text, nullable=False),
        sa.Column("desk_ticket", sa.Text, nullable=False),
        sa.Column("subscriber", sa.Text),
        sa.Column("ticket", sa.Text, nullable=False),
        sa.Column("form", sa.String(16)),
        sa.Column("document", sa.Text),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("run", sa.String(32)),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("answered_at", MOMENT),
        sa.UniqueConstraint("desk", "desk_ticket"),
    )
    op.create_index("ix_incoming_tickets_subscriber", "incoming_tickets", ["subscriber"])
    op.create_index("ix_incoming_tickets_state", "incoming_tickets", ["state", "answered_at"])
    op.create_index("ix_incoming_tickets_received_at", "incoming_tickets", ["received_at"])
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT),
        sa.Column("revoked_at", MOMENT),
    )
    op.create_table(
        "event_hubs",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("api", sa.String(32), nullable=False),
        sa.Column("callback", sa.Text, nullable=False),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
    )
