"""What `lab status` says: addresses, credential references, subscribers, set faults."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cpe_diag.lab.files import CONFIG_FILE
from cpe_diag.lab.inventory import (
    driver_of,
    modem_credential,
    read_credential,
    router_credential,
    write_credential,
)

if TYPE_CHECKING:
    from pathlib import Path

    from cpe_diag.lab.home_state import GhostHome, HomeRouter
    from cpe_diag.lab.world import AccessNodeState, World


def status_document(world: World, directory: Path) -> dict[str, object]:
    """Give the whole status; no secret is in it.

    Args:
        world: the lab.
        directory: where its files are.
    """
    return {
        "pid": os.getpid(),
        "directory": str(directory),
        "config": str(directory / CONFIG_FILE),
        "seed": world.seed,
        "rtt_ms": world.rtt_s * 1000,
        "nodes": [_node(node) for node in world.nodes.values()],
        "resolver": {"address": world.resolver.address, "port": world.resolver.udp_port},
        "sites": [
            {"name": site.name, "address": site.address, "port": site.tcp_port}
            for site in (world.reference, world.platform)
        ],
        "subscribers": [_home(world, router) for router in world.routers.values()],
        "neighbours": [_line(world, ghost) for ghost in world.ghosts.values()],
    }


def _node(node: AccessNodeState) -> dict[str, object]:
    return {
        "id": node.id,
        "technology": node.technology,
        "driver": driver_of(node),
        "address": node.address,
        "port": node.udp_port,
        "version": node.snmp_version,
        "read_credential": read_credential(node),
        "write_credential": write_credential(node),
        "uplinks": [port.name for port in node.uplinks.values()],
    }


def _line(world: World, home: HomeRouter | GhostHome) -> dict[str, object]:
    """Give what is there of every subscriber: where his line is."""
    port = world.port_of(home)
    line: dict[str, object] = {
        "id": home.subscriber,
        "node": home.node,
        "port": port.name,
        "technology": port.technology,
    }
    if port.is_interface:
        line["if_index"] = port.if_index
    if port.splitter is not None:
        line["splitter"] = port.splitter
    if port.ont is not None:
        line["ont"] = {
            "serial": port.ont.serial,
            "pon_if_index": port.ont.pon,
            "number": port.ont.number,
        }
    if port.modem is not None:
        agent: dict[str, object] = {
            "address": port.modem.address,
            "port": port.modem.udp_port,
            "credential": modem_credential(),
        }
        line["modem"] = {"mac": port.modem.mac, "index": port.modem.index} | (
            agent if port.modem.has_agent else {}
        )
    return line


def _home(world: World, router: HomeRouter) -> dict[str, object]:
    return _line(world, router) | {
        "wan": router.wan_protocol,
        "router": {
            "address": router.address,
            "port": router.tcp_port,
            "credential": router_credential(router),
        },
        "devices": [
            {"name": device.name, "mac": device.mac, "attach": device.attach}
            for device in router.devices
        ],
        "faults": sorted(world.faults.get(router.subscriber, set())),
    }
