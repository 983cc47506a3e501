"""A consent says which change it was used for: it covers one, whoever tries on what machine."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the column."""
    op.add_column("consents", sa.Column("used_by", sa.String(32)))
