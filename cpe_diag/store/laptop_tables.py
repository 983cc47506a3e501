"""The tables of what laptops bring home: their audit chains, and of whom nothing may come."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Index, Integer, String, Table, Text

from cpe_diag.store.case_tables import METADATA, MOMENT, chain_columns

LAPTOP: Final = String(64)
"""By what a laptop signs, in base64."""

LAPTOP_LINKS: Final = Table(
    "laptop_links",
    METADATA,
    Column("laptop", LAPTOP, primary_key=True),
    *chain_columns(),
)

LAPTOP_PERSONAL: Final = Table(
    "laptop_personal",
    METADATA,
    Column("laptop", LAPTOP, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("salt", String(32), nullable=False),
    Column("staff", Text, nullable=False),
    Column("subscriber", Text),
    Column("ticket", Text),
    Column("words", Text, nullable=False),
    Index("ix_laptop_personal_subscriber", "subscriber"),
)

LAPTOP_HEADS: Final = Table(
    "laptop_heads",
    METADATA,
    Column("laptop", LAPTOP, primary_key=True),
    Column("length", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("public_key", String(64), nullable=False),
    Column("signature", String(128), nullable=False),
    Column("came_at", MOMENT, nullable=False),
)

LAPTOP_DISPUTED: Final = Table(
    "laptop_disputed",
    METADATA,
    Column("laptop", LAPTOP, primary_key=True),
    Column("item", String(64), primary_key=True),
)
"""Runs and changes, by their ids, that a laptop tells otherwise than this store."""

ERASED_SUBSCRIBERS: Final = Table(
    "erased_subscribers",
    METADATA,
    Column("digest", String(64), primary_key=True),
    Column("at", MOMENT, nullable=False),
)
"""Who was erased, by a keyed digest that tells nobody who it was."""
