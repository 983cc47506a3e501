"""Whom a letter is about, also where it belongs to no case: it goes with their erasure."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add the column; letters of before belong to their case alone."""
    op.add_column("outbox", sa.Column("subscriber", sa.Text))
    op.create_index("ix_outbox_subscriber", "outbox", ["subscriber"])
