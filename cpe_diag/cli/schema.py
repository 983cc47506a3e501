"""`cpe-diag schema`: the published JSON Schemas."""

from __future__ import annotations

import json

import click

NAMES = ("verdict", "bundle", "outage", "playbook", "driver", "inventory", "config")


@click.command()
@click.argument("name", type=click.Choice(NAMES))
def schema(name: str) -> None:
    """Print the JSON Schema (2020-12) of what cpe-diag writes or reads."""
    click.echo(json.dumps(_schema(name), indent=2))


def _schema(name: str) -> object:
    """Import the one schema that is wanted."""
    if name in {"verdict", "bundle"}:
        from cpe_diag.report.schema import bundle_schema, verdict_schema

        return verdict_schema() if name == "verdict" else bundle_schema()
    if name == "outage":
        from cpe_diag.report.schema import outage_schema

        return outage_schema()
    if name == "playbook":
        from cpe_diag.playbook.schema import PLAYBOOK_SCHEMA

        return PLAYBOOK_SCHEMA
    if name == "driver":
        from cpe_diag.driver_kit.driver_schema import DRIVER_SCHEMA

        return DRIVER_SCHEMA
    if name == "inventory":
        from cpe_diag.store.inventory_schema import INVENTORY_SCHEMA

        return INVENTORY_SCHEMA
    from cpe_diag.wiring.config_schema import CONFIG_SCHEMA

    return CONFIG_SCHEMA
