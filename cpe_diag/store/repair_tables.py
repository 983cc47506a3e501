"""The table of repairs that are planned on the pages; `case_tables` tells the version of all."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, String, Table, Text

from cpe_diag.store.case_tables import METADATA, MOMENT

REPAIRS: Final = Table(
    "repairs",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("case_id", String(32), nullable=False, index=True),
    Column("subscriber", Text, nullable=False, index=True),
    Column("ticket", Text),
    Column("staff", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("value", Text),
    Column("plan", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("words", Text, nullable=False),
    Column("process", Text, nullable=False),
    Column("planned_at", MOMENT, nullable=False),
    Column("begun_at", MOMENT),
    Column("ended_at", MOMENT),
    Column("link_hash", String(64), index=True),
    Column("link_until", MOMENT),
    Column("typed_at", MOMENT),
    Column("sealed", Text, nullable=False),
    Column("link_ends_at", MOMENT),
    Column("link_ends_by", String(64)),
    Column("typed_ends_at", MOMENT),
    Column("typed_ends_by", String(64)),
)
