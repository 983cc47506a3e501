"""The facts that rules look at, by name."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.evidence import FactKey

NODE_REACHED: Final = FactKey("reachability", "node")
NODE_SYSTEM: Final = FactKey("node_system", "node")
PORT_STATUS: Final = FactKey("port_status", "port")
PORT_SPEED: Final = FactKey("port_speed", "port")
PORT_RATES: Final = FactKey("port_rates", "port")
LEARNED_MACS: Final = FactKey("learned_macs", "port")
NEIGHBOUR_STATUS: Final = FactKey("port_status", "neighbour/*")
NEIGHBOUR_RATES: Final = FactKey("port_rates", "neighbour/*")
LINE: Final = FactKey("line_quality", "line")
ROUTER_REACHED: Final = FactKey("reachability", "router")
SYSTEM: Final = FactKey("router_system", "router")
WAN: Final = FactKey("router_wan", "router")
LAN: Final = FactKey("router_lan", "router")
LOG: Final = FactKey("router_log", "router")
WIFI: Final = FactKey("router_wifi", "router")
CLIENTS: Final = FactKey("wifi_clients", "router")
AIR: Final = FactKey("air_scan", "router")
PING_GATEWAY: Final = FactKey("ping", "router>gateway")
PING_REFERENCE: Final = FactKey("ping", "router>reference")
PING_DEVICE: Final = FactKey("ping", "router>device")
DNS_FORWARDER: Final = FactKey("dns", "router>reference")
DNS_DIRECT: Final = FactKey("dns", "router>operator_resolver")
DNS_OPERATOR: Final = FactKey("dns", "operator>reference")
DNS_PLATFORM: Final = FactKey("dns", "operator>platform")
DNS_PLATFORM_ROUTER: Final = FactKey("dns", "router>platform")
HTTP_ROUTER: Final = FactKey("http", "router>reference")
HTTP_OPERATOR: Final = FactKey("http", "operator>reference")
HTTP_PLATFORM: Final = FactKey("http", "operator>platform")
HTTP_PLATFORM_ROUTER: Final = FactKey("http", "router>platform")
LIGHTS: Final = FactKey("answer", "router_lights")
AFFECTED: Final = FactKey("answer", "affected")
