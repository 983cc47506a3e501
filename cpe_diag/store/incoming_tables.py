"""The tables of what comes in over HTTP; `case_tables` tells the version of all."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Index, String, Table, Text, UniqueConstraint

from cpe_diag.store.case_tables import METADATA, MOMENT

SEEN_DELIVERIES: Final = Table(
    "seen_deliveries",
    METADATA,
    Column("desk", Text, primary_key=True),
    Column("digest", String(64), primary_key=True),
    Column("delivery", Text, nullable=False),
    Column("until", MOMENT, nullable=False, index=True),
    Column("ends_at", MOMENT),
    Column("ends_by", String(64)),
)

INCOMING_TICKETS: Final = Table(
    "incoming_tickets",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("desk", Text, nullable=False),
    Column("desk_ticket", Text, nullable=False),
    Column("subscriber", Text, index=True),
    Column("ticket", Text, nullable=False),
    Column("form", String(16)),
    Column("document", Text),
    Column("state", String(16), nullable=False),
    Column("run", String(32)),
    Column("words", Text, nullable=False),
    Column("received_at", MOMENT, nullable=False, index=True),
    Column("changed_at", MOMENT, nullable=False),
    Column("answered_at", MOMENT),
    Column("case_id", String(32), index=True),
    UniqueConstraint("desk", "desk_ticket"),
    Index("ix_incoming_tickets_state", "state", "answered_at"),
)

API_TOKENS: Final = Table(
    "api_tokens",
    METADATA,
    Column("id", String(16), primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("role", String(32), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", MOMENT, nullable=False),
    Column("expires_at", MOMENT),
    Column("revoked_at", MOMENT),
)

EVENT_HUBS: Final = Table(
    "event_hubs",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("api", String(32), nullable=False),
    Column("callback", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", MOMENT, nullable=False),
)
