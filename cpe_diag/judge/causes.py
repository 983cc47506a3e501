"""All causes that a verdict can name, beside `no_fault` and `undetermined`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.judge.causes_access import CAUSES_ACCESS
from cpe_diag.judge.causes_device import CAUSES_DEVICE
from cpe_diag.judge.causes_device_kinds import CAUSES_DEVICE_KINDS
from cpe_diag.judge.causes_device_part import CAUSES_DEVICE_PART
from cpe_diag.judge.causes_dhcp import CAUSES_DHCP
from cpe_diag.judge.causes_docsis import CAUSES_DOCSIS
from cpe_diag.judge.causes_enclosed import CAUSES_ENCLOSED
from cpe_diag.judge.causes_field import CAUSES_FIELD
from cpe_diag.judge.causes_field_air import CAUSES_FIELD_AIR
from cpe_diag.judge.causes_field_jitter import CAUSES_FIELD_JITTER
from cpe_diag.judge.causes_field_load import CAUSES_FIELD_LOAD
from cpe_diag.judge.causes_field_offers import CAUSES_FIELD_OFFERS
from cpe_diag.judge.causes_field_session import CAUSES_FIELD_SESSION
from cpe_diag.judge.causes_field_stream import CAUSES_FIELD_STREAM
from cpe_diag.judge.causes_field_ways import CAUSES_FIELD_WAYS
from cpe_diag.judge.causes_field_wire import CAUSES_FIELD_WIRE
from cpe_diag.judge.causes_firmware import CAUSES_FIRMWARE
from cpe_diag.judge.causes_groups import CAUSES_GROUPS
from cpe_diag.judge.causes_heard import CAUSES_HEARD
from cpe_diag.judge.causes_home import CAUSES_HOME
from cpe_diag.judge.causes_ipv6 import CAUSES_IPV6
from cpe_diag.judge.causes_lan import CAUSES_LAN
from cpe_diag.judge.causes_load import CAUSES_LOAD
from cpe_diag.judge.causes_names import CAUSES_NAMES
from cpe_diag.judge.causes_network_kinds import CAUSES_NETWORK_KINDS
from cpe_diag.judge.causes_optical import CAUSES_OPTICAL
from cpe_diag.judge.causes_part_traffic import CAUSES_PART_TRAFFIC
from cpe_diag.judge.causes_platform import CAUSES_PLATFORM
from cpe_diag.judge.causes_router import CAUSES_ROUTER
from cpe_diag.judge.causes_router_kinds import CAUSES_ROUTER_KINDS
from cpe_diag.judge.causes_router_services import CAUSES_ROUTER_SERVICES
from cpe_diag.judge.causes_routes import CAUSES_ROUTES
from cpe_diag.judge.causes_service import CAUSES_SERVICE
from cpe_diag.judge.causes_settings import CAUSES_SETTINGS
from cpe_diag.judge.causes_site_faults import CAUSES_SITE_FAULTS
from cpe_diag.judge.causes_site_kinds import CAUSES_SITE_KINDS
from cpe_diag.judge.causes_site_looks import CAUSES_SITE_LOOKS
from cpe_diag.judge.causes_sites import CAUSES_SITES
from cpe_diag.judge.causes_watch import CAUSES_WATCH
from cpe_diag.judge.causes_way_out import CAUSES_WAY_OUT
from cpe_diag.judge.causes_whose import CAUSES_WHOSE
from cpe_diag.judge.causes_world import CAUSES_WORLD

if TYPE_CHECKING:
    from cpe_diag.judge.cause import Cause

CAUSES: Final[tuple[Cause, ...]] = (
    *CAUSES_GROUPS,
    *CAUSES_ACCESS,
    *CAUSES_OPTICAL,
    *CAUSES_DOCSIS,
    *CAUSES_SETTINGS,
    *CAUSES_WATCH,
    *CAUSES_DHCP,
    *CAUSES_SERVICE,
    *CAUSES_LOAD,
    *CAUSES_WORLD,
    *CAUSES_NAMES,
    *CAUSES_NETWORK_KINDS,
    *CAUSES_ROUTER,
    *CAUSES_WAY_OUT,
    *CAUSES_ROUTER_SERVICES,
    *CAUSES_HEARD,
    *CAUSES_ROUTER_KINDS,
    *CAUSES_ROUTES,
    *CAUSES_IPV6,
    *CAUSES_FIRMWARE,
    *CAUSES_HOME,
    *CAUSES_DEVICE,
    *CAUSES_DEVICE_PART,
    *CAUSES_DEVICE_KINDS,
    *CAUSES_PART_TRAFFIC,
    *CAUSES_LAN,
    *CAUSES_PLATFORM,
    *CAUSES_SITES,
    *CAUSES_SITE_FAULTS,
    *CAUSES_SITE_LOOKS,
    *CAUSES_SITE_KINDS,
    *CAUSES_FIELD,
    *CAUSES_FIELD_WAYS,
    *CAUSES_FIELD_LOAD,
    *CAUSES_FIELD_JITTER,
    *CAUSES_FIELD_STREAM,
    *CAUSES_FIELD_SESSION,
    *CAUSES_FIELD_WIRE,
    *CAUSES_FIELD_AIR,
    *CAUSES_FIELD_OFFERS,
    *CAUSES_ENCLOSED,
    *CAUSES_WHOSE,
)
