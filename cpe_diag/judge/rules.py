"""All rules, in the order from the operator's core to the customer's device."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.judge.rules_answers import RULES_ANSWERS
from cpe_diag.judge.rules_core import RULES_CORE
from cpe_diag.judge.rules_device import RULES_DEVICE
from cpe_diag.judge.rules_device_kinds import RULES_DEVICE_KINDS
from cpe_diag.judge.rules_device_site import RULES_DEVICE_SITE
from cpe_diag.judge.rules_dhcp import RULES_DHCP
from cpe_diag.judge.rules_docsis import RULES_DOCSIS
from cpe_diag.judge.rules_enclosed import RULES_ENCLOSED
from cpe_diag.judge.rules_field import RULES_FIELD
from cpe_diag.judge.rules_field_air import RULES_FIELD_AIR
from cpe_diag.judge.rules_field_jitter import RULES_FIELD_JITTER
from cpe_diag.judge.rules_field_load import RULES_FIELD_LOAD
from cpe_diag.judge.rules_field_offers import RULES_FIELD_OFFERS
from cpe_diag.judge.rules_field_session import RULES_FIELD_SESSION
from cpe_diag.judge.rules_field_stream import RULES_FIELD_STREAM
from cpe_diag.judge.rules_field_ways import RULES_FIELD_WAYS
from cpe_diag.judge.rules_field_wire import RULES_FIELD_WIRE
from cpe_diag.judge.rules_firmware import RULES_FIRMWARE
from cpe_diag.judge.rules_flow_shares import RULES_FLOW_SHARES
from cpe_diag.judge.rules_flows import RULES_FLOWS
from cpe_diag.judge.rules_frames import RULES_FRAMES
from cpe_diag.judge.rules_groups import RULES_GROUPS
from cpe_diag.judge.rules_history import RULES_HISTORY
from cpe_diag.judge.rules_home import RULES_HOME
from cpe_diag.judge.rules_home_watch import RULES_HOME_WATCH
from cpe_diag.judge.rules_ipv6 import RULES_IPV6
from cpe_diag.judge.rules_lan import RULES_LAN
from cpe_diag.judge.rules_lan_settings import RULES_LAN_SETTINGS
from cpe_diag.judge.rules_led_away import RULES_LED_AWAY
from cpe_diag.judge.rules_line import RULES_LINE
from cpe_diag.judge.rules_load import RULES_LOAD
from cpe_diag.judge.rules_name_servers import RULES_NAME_SERVERS
from cpe_diag.judge.rules_names import RULES_NAMES
from cpe_diag.judge.rules_names_late import RULES_NAMES_LATE
from cpe_diag.judge.rules_network_kinds import RULES_NETWORK_KINDS
from cpe_diag.judge.rules_node import RULES_NODE
from cpe_diag.judge.rules_ont import RULES_ONT
from cpe_diag.judge.rules_other_ways import RULES_OTHER_WAYS
from cpe_diag.judge.rules_pages import RULES_PAGES
from cpe_diag.judge.rules_part_traffic import RULES_PART_TRAFFIC
from cpe_diag.judge.rules_paths import RULES_PATHS
from cpe_diag.judge.rules_platform import RULES_PLATFORM
from cpe_diag.judge.rules_port import RULES_PORT
from cpe_diag.judge.rules_rate import RULES_RATE
from cpe_diag.judge.rules_router import RULES_ROUTER
from cpe_diag.judge.rules_router_drops import RULES_ROUTER_DROPS
from cpe_diag.judge.rules_router_kinds import RULES_ROUTER_KINDS
from cpe_diag.judge.rules_router_services import RULES_ROUTER_SERVICES
from cpe_diag.judge.rules_routes import RULES_ROUTES
from cpe_diag.judge.rules_settings import RULES_SETTINGS
from cpe_diag.judge.rules_shares import RULES_SHARES
from cpe_diag.judge.rules_site_also import RULES_SITE_ALSO
from cpe_diag.judge.rules_site_faults import RULES_SITE_FAULTS
from cpe_diag.judge.rules_site_kinds import RULES_SITE_KINDS
from cpe_diag.judge.rules_site_looks import RULES_SITE_LOOKS
from cpe_diag.judge.rules_site_parts import RULES_SITE_PARTS
from cpe_diag.judge.rules_site_times import RULES_SITE_TIMES
from cpe_diag.judge.rules_sites import RULES_SITES
from cpe_diag.judge.rules_unlearned import RULES_UNLEARNED
from cpe_diag.judge.rules_wan import RULES_WAN
from cpe_diag.judge.rules_wan_settings import RULES_WAN_SETTINGS
from cpe_diag.judge.rules_watch import RULES_WATCH
from cpe_diag.judge.rules_way_in import RULES_WAY_IN
from cpe_diag.judge.rules_way_out import RULES_WAY_OUT
from cpe_diag.judge.rules_way_watch import RULES_WAY_WATCH
from cpe_diag.judge.rules_whose import RULES_WHOSE
from cpe_diag.judge.rules_whose_home import RULES_WHOSE_HOME
from cpe_diag.judge.rules_whose_way import RULES_WHOSE_WAY
from cpe_diag.judge.rules_wifi import RULES_WIFI
from cpe_diag.judge.rules_world import RULES_WORLD

if TYPE_CHECKING:
    from cpe_diag.judge.rule import Rule

REVISION: Final = 7
"""Raised by hand whenever what a rule computes changes without a change of its id."""

RULES: Final[tuple[Rule, ...]] = (
    *RULES_NODE,
    *RULES_GROUPS,
    *RULES_PORT,
    *RULES_WATCH,
    *RULES_SETTINGS,
    *RULES_LINE,
    *RULES_ONT,
    *RULES_DOCSIS,
    *RULES_ROUTER,
    *RULES_WAY_IN,
    *RULES_WAY_WATCH,
    *RULES_HISTORY,
    *RULES_WAN,
    *RULES_DHCP,
    *RULES_WAN_SETTINGS,
    *RULES_PATHS,
    *RULES_WAY_OUT,
    *RULES_ROUTER_DROPS,
    *RULES_ROUTER_SERVICES,
    *RULES_ROUTER_KINDS,
    *RULES_ROUTES,
    *RULES_LOAD,
    *RULES_RATE,
    *RULES_PART_TRAFFIC,
    *RULES_CORE,
    *RULES_NAMES,
    *RULES_NAMES_LATE,
    *RULES_NAME_SERVERS,
    *RULES_SHARES,
    *RULES_FLOW_SHARES,
    *RULES_WORLD,
    *RULES_LED_AWAY,
    *RULES_IPV6,
    *RULES_NETWORK_KINDS,
    *RULES_FIRMWARE,
    *RULES_HOME,
    *RULES_HOME_WATCH,
    *RULES_LAN_SETTINGS,
    *RULES_DEVICE,
    *RULES_FLOWS,
    *RULES_PAGES,
    *RULES_DEVICE_SITE,
    *RULES_DEVICE_KINDS,
    *RULES_FRAMES,
    *RULES_LAN,
    *RULES_WIFI,
    *RULES_PLATFORM,
    *RULES_SITES,
    *RULES_SITE_FAULTS,
    *RULES_SITE_LOOKS,
    *RULES_SITE_ALSO,
    *RULES_SITE_TIMES,
    *RULES_SITE_KINDS,
    *RULES_SITE_PARTS,
    *RULES_ENCLOSED,
    *RULES_UNLEARNED,
    *RULES_WHOSE,
    *RULES_WHOSE_WAY,
    *RULES_WHOSE_HOME,
    *RULES_OTHER_WAYS,
    *RULES_FIELD,
    *RULES_FIELD_WAYS,
    *RULES_FIELD_LOAD,
    *RULES_FIELD_JITTER,
    *RULES_FIELD_STREAM,
    *RULES_FIELD_SESSION,
    *RULES_FIELD_WIRE,
    *RULES_FIELD_AIR,
    *RULES_FIELD_OFFERS,
    *RULES_ANSWERS,
)
