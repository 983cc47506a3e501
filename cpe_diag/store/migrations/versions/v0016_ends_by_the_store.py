"""When approvals, codes, links, sessions and deliveries end by the store's own clock."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

MOMENT = sa.String(32)
STORE = sa.String(64)


def upgrade() -> None:
    """Add the moments and whose they are; what was kept before ends by the time of day alone."""
    for table in ("approvals", "consent_codes", "seen_deliveries"):
        op.add_column(table, sa.Column("ends_at", MOMENT))
        op.add_column(table, sa.Column("ends_by", STORE))
    op.add_column("page_sessions", sa.Column("ends_at", MOMENT))
    op.add_column("page_sessions", sa.Column("idle_at", MOMENT))
    op.add_column("page_sessions", sa.Column("ends_by", STORE))
    for what in ("link", "typed"):
        op.add_column("repairs", sa.Column(f"{what}_ends_at", MOMENT))
        op.add_column("repairs", sa.Column(f"{what}_ends_by", STORE))
