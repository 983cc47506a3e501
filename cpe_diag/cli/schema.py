"""`cpe-diag schema`: the published JSON Schemas."""

from __future__ import annotations

import importlib
import json
from typing import Final

import click

SCHEMAS: Final = {
    "verdict": "cpe_diag.report.schema:verdict_schema",
    "bundle": "cpe_diag.report.schema:bundle_schema",
    "outage": "cpe_diag.report.schema:outage_schema",
    "playbook": "cpe_diag.playbook.schema:PLAYBOOK_SCHEMA",
    "ticket_rules": "cpe_diag.service.ticket_rules_schema:TICKET_RULES_SCHEMA",
    "driver": "cpe_diag.driver_kit.driver_schema:DRIVER_SCHEMA",
    "inventory": "cpe_diag.store.inventory_schema:INVENTORY_SCHEMA",
    "config": "cpe_diag.wiring.config_schema:CONFIG_SCHEMA",
    "rights": "cpe_diag.wiring.rights:RIGHTS_SCHEMA",
}
"""Where each is: a mapping, or a function that makes it; imported when it is wanted."""


@click.command()
@click.argument("name", type=click.Choice(tuple(SCHEMAS)))
def schema(name: str) -> None:
    """Print the JSON Schema (2020-12) of what cpe-diag writes or reads."""
    module, _, attribute = SCHEMAS[name].partition(":")
    found = getattr(importlib.import_module(module), attribute)
    click.echo(json.dumps(found() if callable(found) else found, indent=2))
