"""The tables of incidents; `case_tables` tells the version of all."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, ForeignKeyConstraint, Integer, String, Table, Text

from cpe_diag.store.case_tables import METADATA, MOMENT

_INCIDENT: Final = ["incidents.kind", "incidents.place", "incidents.number"]

INCIDENTS: Final = Table(
    "incidents",
    METADATA,
    Column("kind", String(16), primary_key=True),
    Column("place", String(255), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("cause", String(64), nullable=False),
    Column("title", Text, nullable=False),
    Column("since", MOMENT, nullable=False),
    Column("last_at", MOMENT, nullable=False),
    Column("cleared_at", MOMENT),
    Column("case_id", String(32)),
    Column("told", Text, nullable=False),
    Column("reaches", Text, nullable=False, server_default="[]"),
)

INCIDENT_SIGHTINGS: Final = Table(
    "incident_sightings",
    METADATA,
    Column("kind", String(16), primary_key=True),
    Column("place", String(255), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("subscriber", String(64), primary_key=True),
    Column("well_at", MOMENT),
    ForeignKeyConstraint(["kind", "place", "number"], _INCIDENT),
)

INCIDENT_CASES: Final = Table(
    "incident_cases",
    METADATA,
    Column("kind", String(16), primary_key=True),
    Column("place", String(255), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("case_id", String(32), primary_key=True),
    ForeignKeyConstraint(["kind", "place", "number"], _INCIDENT),
)
