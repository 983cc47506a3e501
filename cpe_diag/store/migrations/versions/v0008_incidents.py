"""Incidents of platforms and of parts of the network in one place, with their cases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

MOMENT = sa.String(32)
KEY = ["kind", "place", "number"]
TARGET = [f"incidents.{name}" for name in KEY]


def upgrade() -> None:
    """Make the tables, and bring the platforms' incidents over."""
    op.create_table(
        "incidents",
        *_key(),
        sa.Column("cause", sa.String(64), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("cleared_at", MOMENT),
        sa.Column("case_id", sa.String(32)),
        sa.Column("told", sa.Text, nullable=False),
    )
    op.create_table(
        "incident_sightings",
        *_key(),
        sa.Column("subscriber", sa.String(64), primary_key=True),
        sa.ForeignKeyConstraint(KEY, TARGET),
    )
    op.create_table(
        "incident_cases",
        *_key(),
        sa.Column("case_id", sa.String(32), primary_key=True),
        sa.ForeignKeyConstraint(KEY, TARGET),
    )
    op.execute(
        "INSERT INTO incidents (kind, place, number, cause, title, since, last_at, told)"
        " SELECT 'platform', host, number, cause, cause, since, last_at, '{}'"
        " FROM platform_incidents"
    )
    op.execute(
        "INSERT INTO incident_sightings (kind, place, number, subscriber)"
        " SELECT 'platform', host, number, subscriber FROM platform_sightings"
    )
    op.drop_table("platform_sightings")
    op.drop_table("platform_incidents")


def _key() -> tuple[sa.Column[str], sa.Column[str], sa.Column[int]]:
    return (
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("place", sa.String(255), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    )
