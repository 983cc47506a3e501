"""What a driver can be able to do; every driver file states each capability of its kind."""

from __future__ import annotations

from typing import Final

ACCESS_READING: Final = (
    "node_system",
    "port_status",
    "port_speed",
    "port_counters",
    "port_config",
    "port_power",
    "port_security",
    "cable_test",
    "learned_macs",
    "dhcp_bindings",
    "line_quality_vdsl2",
    "line_quality_adsl",
    "line_quality_gfast",
    "ont_state",
    "ont_optics",
    "ont_errors",
    "cable_modem",
    "cable_modem_upstreams",
    "modem_self",
    "modem_downstreams",
    "modem_upstreams",
)
"""What can be read from an access node or a cable modem; each is the id of a group of objects."""

ACCESS_CHANGING: Final = (
    "port.restart",
    "port.set_admin",
    "port.set_speed",
    "port.set_vlan",
    "port.test_cable",
    "ont.reset",
    "line.set_profile",
    "session.clear",
)
"""What can be changed on an access node; each is the id of an action."""

ROUTER_READING: Final = (
    "router_system",
    "router_wan",
    "router_lan",
    "router_log",
    "router_wifi",
    "wifi_clients",
    "air_scan",
    "device_presence",
    "device_flows",
    "device_watch",
    "home_watch",
    "lan_offers",
    "lan_routers",
    "device_frames",
    "ping",
    "router_forwarding",
    "ping_from_home",
    "ping_full",
    "ping_ipv6",
    "dns_forwarder",
    "dns_direct",
    "http",
    "ping_train",
    "rate_train",
    "load_test",
)
"""What can be read from a home router; each is the id of a question."""

ROUTER_CHANGING: Final = (
    "router.reboot",
    "router.factory_reset",
    "router.restore_backup",
    "wifi.set_enabled",
    "wifi.set_ssid",
    "wifi.set_password",
    "wifi.set_channel",
    "firmware.install",
)
"""What can be changed on a home router."""

ACCESS_CAPABILITIES: Final = (*ACCESS_READING, *ACCESS_CHANGING)
ROUTER_CAPABILITIES: Final = (*ROUTER_READING, *ROUTER_CHANGING)
