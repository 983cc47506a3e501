"""What a laptop tells otherwise than this store: it has not come, however far its chain has."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Make the table; what was told otherwise before is noted when it comes again."""
    op.create_table(
        "laptop_disputed",
        sa.Column("laptop", sa.String(64), primary_key=True),
        sa.Column("item", sa.String(64), primary_key=True),
    )
