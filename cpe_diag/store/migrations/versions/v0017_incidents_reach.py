"""Which ports an outage takes, by what runs have seen lately."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Add what was seen; of incidents that are there nobody knows."""
    op.add_column("incidents", sa.Column("reaches", sa.Text, nullable=False, server_default="[]"))
