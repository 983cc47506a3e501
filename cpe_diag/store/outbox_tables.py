"""The table of letters; `case_tables` tells the version of all."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from cpe_diag.store.case_tables import METADATA, MOMENT

OUTBOX: Final = Table(
    "outbox",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("target", Text, nullable=False),
    Column("lane", Text, nullable=False),
    Column("case_id", String(32), ForeignKey("cases.id"), index=True),
    Column("subscriber", Text, index=True),
    Column("document", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("made_at", MOMENT, nullable=False),
    Column("not_before", MOMENT, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("tries_left", Integer, nullable=False),
    Column("sender", Text),
    Column("lease_until", MOMENT),
    Column("words", Text, nullable=False),
    Column("ended_at", MOMENT),
    Index("ix_outbox_state_not_before", "state", "not_before"),
    Index("ix_outbox_lane_state", "lane", "state"),
)
