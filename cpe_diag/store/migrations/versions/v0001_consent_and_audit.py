"""Consents, one-time codes, approvals, and the audit chain."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

MOMENT = sa.String(32)
DIGEST = sa.String(64)


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "consents",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("subscriber", sa.Text, nullable=False, index=True),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("digest", DIGEST, nullable=False, index=True),
        sa.Column("given_by", sa.Text, nullable=False),
        sa.Column("identity_check", sa.String(32), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("recorded_by", sa.Text, nullable=False),
        sa.Column("ticket", sa.Text),
        sa.Column("given_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("withdrawn_at", MOMENT),
    )
    op.create_table(
        "consent_codes",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("subscriber", sa.Text, nullable=False, index=True),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("digest", DIGEST, nullable=False),
        sa.Column("ticket", sa.Text),
        sa.Column("salt", sa.String(32), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("tries_left", sa.Integer, nullable=False),
        sa.Column("used_at", MOMENT),
    )
    op.create_table(
        "approvals",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("digest", DIGEST, nullable=False, index=True),
        sa.Column("staff", sa.Text, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
    )
    op.create_table(
        "audit_links",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("previous", DIGEST, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("action", sa.Text),
        sa.Column("digest", sa.Text),
        sa.Column("personal", DIGEST, nullable=False),
        sa.Column("hash", DIGEST, nullable=False),
        sa.Column("signature", sa.String(128), nullable=False),
    )
    op.create_table(
        "audit_personal",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("salt", sa.String(32), nullable=False),
        sa.Column("staff", sa.Text, nullable=False),
        sa.Column("subscriber", sa.Text, index=True),
        sa.Column("ticket", sa.Text),
        sa.Column("words", sa.Text, nullable=False),
    )
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("length", sa.Integer, nullable=False),
        sa.Column("hash", DIGEST, nullable=False),
        sa.Column("public_key", sa.String(64), nullable=False),
        sa.Column("signature", sa.String(128), nullable=False),
    )
