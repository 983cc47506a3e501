"""Cases of a state are listed by how new they are, however many there are."""

from __future__ import annotations

from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Add the index."""
    op.create_index("ix_cases_state_opened_at", "cases", ["state", "opened_at", "id"])
