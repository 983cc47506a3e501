"""The documented `--json` document of a sweep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, cast

from cpe_diag import __version__
from cpe_diag.domain.sweep import Sweep
from cpe_diag.report.codec import Json, encode

OUTAGE_VERSION: Final = 1
"""Counts up when a reader of the outage document would have to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepDocument:
    """What `cpe-diag outage --json` prints: every node, its ports, and its outages."""

    schema_version: int
    program_version: str
    sweep: Sweep


def sweep_as_json(sweep: Sweep) -> dict[str, Json]:
    """Make the document; `schema.outage_schema` describes it.

    Args:
        sweep: what the nodes told.

    Returns:
        Plain JSON data without secrets or addresses.
    """
    document = SweepDocument(
        schema_version=OUTAGE_VERSION, program_version=__version__, sweep=sweep
    )
    return cast("dict[str, Json]", encode(document))
