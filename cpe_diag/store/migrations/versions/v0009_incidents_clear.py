"""When those who had met an incident measured well again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the moment; nobody has measured well so far."""
    op.add_column("incident_sightings", sa.Column("well_at", sa.String(32)))
