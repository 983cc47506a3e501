"""When consents end, whatever the time of day is said to be."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the moment and whose it is; consents of before end by the time of day alone."""
    op.add_column("consents", sa.Column("ends_at", sa.String(32)))
    op.add_column("consents", sa.Column("ends_by", sa.String(64)))
