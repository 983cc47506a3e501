"""What a driver can be able to do; every driver file states each capability of its kind."""

from __future__ import annotations

from typing import Final

ACCESS_READING: Final = (
    "node_system",
    "port_status",
    "port_speed",
    "port_counters",
    "learned_macs",
    "line_quality_vdsl2",
    "line_quality_adsl",
)
"""What can be read from an access node; each is the id of a group of objects."""

ACCESS_CHANGING: Final = ("port_admin", "line_reset", "line_profile", "port_vlan")
"""What can be changed on an access node."""

ROUTER_READING: Final = (
    "router_system",
    "router_wan",
    "router_lan",
    "router_log",
    "router_wifi",
    "wifi_clients",
    "air_scan",
    "ping",
    "dns_forwarder",
    "dns_direct",
    "http",
)
"""What can be read from a home router; each is the id of a question."""

ROUTER_CHANGING: Final = (
    "reboot",
    "reconnect_wan",
    "restart_dns_dhcp",
    "restart_wifi",
    "set_wifi_name",
    "set_wifi_password",
    "set_wifi_channel",
    "set_lan_dhcp",
)
"""What can be changed on a home router."""

ACCESS_CAPABILITIES: Final = (*ACCESS_READING, *ACCESS_CHANGING)
ROUTER_CAPABILITIES: Final = (*ROUTER_READING, *ROUTER_CHANGING)
