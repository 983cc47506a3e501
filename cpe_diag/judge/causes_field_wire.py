"""Further causes that the wire at the wall port shows."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.verdict import FaultDomain
from cpe_diag.judge.cause import Cause, must, when
from cpe_diag.judge.causes_field import OPERATIONS, OURS

CAUSES_FIELD_WIRE: Final[tuple[Cause, ...]] = (
    Cause(
        id="wall_wrong_port",
        domain=FaultDomain.NETWORK,
        destination=OPERATIONS,
        title="The wall port hangs on another port of the node than the one on record",
        needs=(must("wall_other_port"),),
        supports=(
            when("wall_other_port", 4.6),
            when("wall_other_vlan", 0.4),
            when("wall_no_offer", 0.4),
            when("wall_login_refused", 0.4),
        ),
        explains=(
            "wall_other_port",
            "wall_other_vlan",
            "wall_answers_elsewhere",
            "wall_no_offer",
            "wall_no_concentrator",
            "wall_login_refused",
        ),
        brings=(
            "wall_wrong_vlan",
            "wall_service_in_other_vlan",
            "wall_no_address",
            "wall_no_session",
            "wall_auth_refused",
        ),
        next_action="Trace the line at the node, and patch it where the records say, or correct"
        " them.",
        tell_customer=OURS,
        source="IEEE 802.1AB, port and system name, or CDP, against the records",
    ),
    Cause(
        id="wall_service_in_other_vlan",
        domain=FaultDomain.NETWORK,
        destination=OPERATIONS,
        title="At the wall port the service answers in another VLAN than its own",
        needs=(must("wall_answers_elsewhere"),),
        supports=(
            when("wall_answers_elsewhere", 4.6),
            when("wall_no_offer", 0.8),
            when("wall_no_concentrator", 0.8),
        ),
        explains=("wall_answers_elsewhere", "wall_no_offer", "wall_no_concentrator"),
        next_action="Put the service of this port into its own VLAN, or correct the records.",
        tell_customer=OURS,
        source="IEEE 802.1Q: the tag of the frames that a server or concentrator answers in",
    ),
)
