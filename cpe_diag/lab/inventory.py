"""The inventory of the lab's operator, and the secrets that it refers to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.lab.cli_state import USER
from cpe_diag.lab.home_state import GhostHome
from cpe_diag.lab.profiles import service_profile

if TYPE_CHECKING:
    from cpe_diag.lab.home_state import Home, HomeRouter
    from cpe_diag.lab.world import AccessNodeState, World

SECRETS_FILE: Final = "secrets.yaml"

# By the model of the node; a generic one by its technology.
DRIVER_OF: Final = {
    "ethernet": "generic_ifmib",
    "vdsl2": "generic_dsl",
    "adsl": "generic_dsl",
    "huawei_smartax": "huawei_smartax",
    "cmts": "docsis_cmts",
    "dlink_des": "dlink_des",
}

# A real inventory has gaps; these subscribers show what is missing.
WITHOUT_ROUTER_MAC: Final = frozenset({"sub-1007", "sub-2007"})
WITHOUT_SSIDS: Final = frozenset({"sub-1008", "sub-2008"})
WITHOUT_LANGUAGE: Final = frozenset({"sub-3007", "sub-3008"})


def inventory_document(world: World) -> dict[str, object]:
    """Give the nodes and the subscribers, those without a router last."""
    return {
        "nodes": {node.id: _node_entry(world, node) for node in world.nodes.values()},
        "subscribers": [
            *(_router_entry(world, router) for router in world.routers.values()),
            *(_line_entry(world, ghost) for ghost in world.ghosts.values()),
        ],
    }


def driver_of(node: AccessNodeState) -> str:
    """Give the driver that the inventory names for a node."""
    return DRIVER_OF[node.technology if node.model == "generic" else node.model]


def read_credential(node: AccessNodeState) -> str:
    """Give the reference to what reads a node."""
    return f"file:{SECRETS_FILE}#" + ("snmp_v3" if node.snmp_version == "3" else "snmp_read")


def write_credential(node: AccessNodeState) -> str:
    """Give the reference to what may set objects of a node."""
    return f"file:{SECRETS_FILE}#" + ("snmp_v3" if node.snmp_version == "3" else "snmp_write")


def router_credential(router: HomeRouter) -> str:
    """Give the reference to a router's password."""
    return f"file:{SECRETS_FILE}#router_{router.subscriber}"


def modem_credential() -> str:
    """Give the reference to the community of all cable modems."""
    return f"file:{SECRETS_FILE}#modem_read"


def secrets_document(world: World) -> dict[str, str]:
    """Give all credentials."""
    held = world.secrets
    return {
        "snmp_read": held.snmp_read,
        "snmp_write": held.snmp_write,
        "snmp_v3": f"{held.snmp_v3_auth}:{held.snmp_v3_priv}",
        "modem_read": held.modem_read,
        "modem_write": held.modem_write,
        "node_cli": held.cli_password,
    } | {f"router_{router.subscriber}": router.password for router in world.routers.values()}


def _node_entry(world: World, node: AccessNodeState) -> dict[str, object]:
    entry: dict[str, object] = {
        "address": node.address,
        "port": node.udp_port,
        "version": node.snmp_version,
        "credential": read_credential(node),
        "write_credential": write_credential(node),
        "driver": driver_of(node),
        "uplinks": [port.name for port in node.uplinks.values()],
        "system_name": node.sys_name,
    }
    if node.cli is not None:
        entry |= {
            "cli_port": node.cli.tcp_port,
            "cli_user": USER,
            "cli_credential": f"file:{SECRETS_FILE}#node_cli",
            "cli_known_key": node.cli.host_key_openssh,
        }
    if node.snmp_version == "3":
        entry["user"] = world.secrets.snmp_v3_user
    return entry


def _router_entry(world: World, router: HomeRouter) -> dict[str, object]:
    """Give a subscriber with a router as the inventory has him."""
    entry = _line_entry(world, router) | {
        "router": {
            "address": router.address,
            "port": router.tcp_port,
            "platform": "openwrt",
            "user": "root",
            "credential": router_credential(router),
            "model": router.model,
        }
    }
    if router.subscriber in WITHOUT_ROUTER_MAC:
        del entry["router_mac"]
    if router.subscriber not in WITHOUT_SSIDS:
        entry["ssids"] = [router.uci["wireless"]["default_radio0"]["ssid"]]
    if router.subscriber not in WITHOUT_LANGUAGE:
        entry["language"] = router.language
    return entry


def _line_entry(world: World, home: Home) -> dict[str, object]:
    """Give what the inventory has of every subscriber: the line and the service."""
    port = world.port_of(home)
    service: dict[str, object] = {"down_bps": home.down_bps, "up_bps": home.up_bps}
    # No town is called "test place", and no street of it "of the sample".
    house = int("".join(one for one in home.subscriber if one.isdigit()) or "1")
    if port.modem is None:
        service["vlan"] = port.vlan
    pppoe = not isinstance(home, GhostHome) and home.wan_protocol == "pppoe"
    service["wan"] = "pppoe" if pppoe else "ipoe"
    if profile := service_profile(port.technology):
        service["profile"] = profile
    entry: dict[str, object] = {
        "id": home.subscriber,
        "postal_address": f"Näidise {house}, Katsela",
        "node": home.node,
        "port": port.name,
        "technology": port.technology,
        "service": service,
        "router_mac": home.wan_mac,
    }
    if port.splitter is not None:
        entry["splitter"] = port.splitter
    if port.ont is not None:
        entry["ont_serial"] = port.ont.serial
    if port.modem is not None and port.modem.has_agent:
        entry["modem"] = {
            "address": port.modem.address,
            "port": port.modem.udp_port,
            "version": "2c",
            "credential": modem_credential(),
        }
    return entry
