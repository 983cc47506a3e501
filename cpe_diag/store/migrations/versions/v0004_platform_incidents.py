"""Platform incidents, and which subscribers have met them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

MOMENT = sa.String(32)


def upgrade() -> None:
    """Add the two tables."""
    op.create_table(
        "platform_incidents",
        sa.Column("host", sa.String(255), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("cause", sa.String(64), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
    )
    op.create_table(
        "platform_sightings",
        sa.Column("host", sa.String(255), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("subscriber", sa.String(64), primary_key=True),
        sa.ForeignKeyConstraint(
            ["host", "number"], ["platform_incidents.host", "platform_incidents.number"]
        ),
    )
