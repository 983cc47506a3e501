"""A ticket that waits has a case, so that its time runs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Add the column; tickets that wait get their cases from the service."""
    op.add_column("incoming_tickets", sa.Column("case_id", sa.String(32)))
    op.create_index("ix_incoming_tickets_case_id", "incoming_tickets", ["case_id"])
