"""Sign-ins that were begun at a provider, and which sessions came of one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

MOMENT = sa.String(32)


def upgrade() -> None:
    """Make the table; who is signed in has shown a password."""
    op.create_table(
        "page_attempts",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("place", sa.String(200), nullable=False),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT),
        sa.Column("ends_by", sa.String(64)),
    )
    op.add_column("page_sessions", sa.Column("provider", sa.Text))
    op.add_column("page_sessions", sa.Column("member_of", sa.Text))
