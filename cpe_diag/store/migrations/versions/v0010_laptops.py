"""Audit chains of laptops, and of whom laptops must bring nothing home."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

LAPTOP = sa.String(64)
MOMENT = sa.String(32)


def upgrade() -> None:
    """Make the tables; who was erased before is not known any more."""
    op.create_table(
        "laptop_links",
        sa.Column("laptop", LAPTOP, primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("action", sa.Text),
        sa.Column("digest", sa.Text),
        sa.Column("personal", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("signature", sa.String(128), nullable=False),
    )
    op.create_table(
        "laptop_personal",
        sa.Column("laptop", LAPTOP, primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("salt", sa.String(32), nullable=False),
        sa.Column("staff", sa.Text, nullable=False),
        sa.Column("subscriber", sa.Text),
        sa.Column("ticket", sa.Text),
        sa.Column("words", sa.Text, nullable=False),
    )
    op.create_index("ix_laptop_personal_subscriber", "laptop_personal", ["subscriber"])
    op.create_table(
        "laptop_heads",
        sa.Column("laptop", LAPTOP, primary_key=True),
        sa.Column("length", sa.Integer, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("public_key", sa.String(64), nullable=False),
        sa.Column("signature", sa.String(128), nullable=False),
        sa.Column("came_at", MOMENT, nullable=False),
    )
    op.create_table(
        "erased_subscribers",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("at", MOMENT, nullable=False),
    )
