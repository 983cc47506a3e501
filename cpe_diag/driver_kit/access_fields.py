"""Which fields each group of an access driver fills, and which a fact cannot be without."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFields:
    """The fields of one group: `needed` ones, and those that may be Missing."""

    needed: tuple[str, ...]
    optional: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        """Every field's name."""
        return (*self.needed, *self.optional)


_LINE: Final = GroupFields(
    needed=("in_sync",),
    optional=(
        "far_end_power_lost",
        "loss_of_signal",
        *(
            f"{direction}.{field}"
            for direction in ("down", "up")
            for field in (
                "rate_bps",
                "attainable_bps",
                "snr_margin_db",
                "attenuation_db",
                "output_power_dbm",
            )
        ),
        "errors.elapsed_s",
        "errors.errored_s",
        "errors.severely_errored_s",
        "errors.unavailable_s",
        "errors.code_violations",
        "errors.full_inits",
        "full_inits_previous_day",
    ),
)

COUNTERS: Final = (
    "in_octets",
    "out_octets",
    "in_packets",
    "out_packets",
    "in_errors",
    "out_errors",
    "in_discards",
    "out_discards",
    "fcs_errors",
    "alignment_errors",
    "late_collisions",
)

GROUP_FIELDS: Final[Mapping[str, GroupFields]] = {
    "node_system": GroupFields(
        needed=("uptime_s",), optional=("name", "description", "object_id")
    ),
    "port_status": GroupFields(
        needed=("admin_up", "oper"), optional=("name", "alias", "last_change_s")
    ),
    "port_speed": GroupFields(needed=("speed_bps",), optional=("duplex",)),
    "port_counters": GroupFields(needed=(), optional=COUNTERS),
    "line_quality_vdsl2": _LINE,
    "line_quality_adsl": _LINE,
    "learned_macs": GroupFields(
        needed=("base_port_if_index",),
        optional=("port_in_vlan", "port_in_any_vlan", "port_vlan"),
    ),
}
"""By the id of the group. What the fields mean stands at the facts in `domain`; those of
`learned_macs` are: `port_in_vlan` the bridge port where {mac} is learned in {vlan},
`port_in_any_vlan` the same without a VLAN, `base_port_if_index` the ifIndex of {base_port},
`port_vlan` the untagged VLAN of {base_port}."""
