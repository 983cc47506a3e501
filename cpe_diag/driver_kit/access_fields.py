"""Which fields each group of an access driver fills, and which a fact cannot be without."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from cpe_diag.domain.docsis_facts import ModemStatus
from cpe_diag.domain.ont_facts import OntDownCause
from cpe_diag.domain.port_facts import Duplex, OperStatus
from cpe_diag.domain.setting_facts import CableState


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFields:
    """The fields of one group: `needed` ones, and those that may be Missing."""

    needed: tuple[str, ...]
    optional: tuple[str, ...]
    words: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The words that an enumerated field may have, where they are a closed set of ours."""

    @property
    def all(self) -> tuple[str, ...]:
        """Every field's name."""
        return (*self.needed, *self.optional)


BANDS: Final = ("us0", "ds1", "us1", "ds2", "us2", "ds3", "us3", "ds4", "us4")
"""The bands of a VDSL2 line from the lowest frequency up (RFC 5650, Xdsl2Band)."""

PAIRS: Final = (1, 2, 3, 4)
"""The pairs of an Ethernet cable, numbered as the node does."""

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
        *(f"bands.{band}" for band in BANDS),
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
    "in_broadcast",
    "out_broadcast",
)

GROUP_FIELDS: Final[Mapping[str, GroupFields]] = {
    "node_system": GroupFields(
        needed=("uptime_s",), optional=("name", "description", "object_id", "clock_s")
    ),
    "port_status": GroupFields(
        needed=("admin_up", "oper"),
        optional=("name", "alias", "last_change_s", "changed_at_s", "up_at_s", "down_at_s"),
        words={"oper": frozenset(OperStatus)},
    ),
    "port_speed": GroupFields(
        needed=("speed_bps",), optional=("duplex",), words={"duplex": frozenset(Duplex)}
    ),
    "port_counters": GroupFields(needed=(), optional=COUNTERS),
    "port_config": GroupFields(
        needed=(),
        optional=("vlan", "profile", "auto_negotiation", "in_service_vlan", "service_untagged"),
    ),
    "port_power": GroupFields(needed=("admin_on",), optional=("delivering", "fault", "power_w")),
    "port_security": GroupFields(needed=("locked",), optional=("enabled", "violations")),
    "cable_test": GroupFields(
        needed=(),
        optional=tuple(f"pair{n}.{name}" for n in PAIRS for name in ("state", "distance_m")),
        words={f"pair{n}.state": frozenset(CableState) for n in PAIRS},
    ),
    "line_quality_vdsl2": _LINE,
    "line_quality_adsl": _LINE,
    "line_quality_gfast": _LINE,
    "ont_state": GroupFields(
        needed=("online",),
        optional=(
            "last_down_cause",
            "down_at_s",
            "down_for_s",
            "serial",
            "model",
            "firmware",
            "distance_m",
            "config_ok",
            "lan_link_up",
        ),
        words={"last_down_cause": frozenset(OntDownCause)},
    ),
    "ont_optics": GroupFields(
        needed=(),
        optional=(
            "ont_rx_dbm",
            "ont_tx_dbm",
            "olt_rx_dbm",
            "olt_tx_dbm",
            "ont_temperature_c",
            "ont_voltage_v",
        ),
    ),
    "ont_errors": GroupFields(
        needed=(),
        optional=(
            "down_bip_errors",
            "up_bip_errors",
            "down_fec_corrected",
            "down_fec_uncorrectable",
            "up_fec_corrected",
            "up_fec_uncorrectable",
        ),
    ),
    "cable_modem": GroupFields(
        needed=("status",),
        optional=(
            "address",
            "rx_dbmv",
            "snr_db",
            "unerrored",
            "corrected",
            "uncorrectable",
            "partial_service",
            "row_mac",
        ),
        words={"status": frozenset(ModemStatus)},
    ),
    "cable_modem_upstreams": GroupFields(
        needed=(), optional=("rx_dbmv", "snr_db", "unerrored", "corrected", "uncorrectable")
    ),
    "modem_self": GroupFields(
        needed=("uptime_s",),
        optional=("t3_timeouts", "t4_timeouts", "resets", "lost_syncs"),
    ),
    "modem_downstreams": GroupFields(
        needed=(),
        optional=(
            "frequency_hz",
            "power_dbmv",
            "snr_db",
            "unerrored",
            "corrected",
            "uncorrectable",
        ),
    ),
    "modem_upstreams": GroupFields(needed=(), optional=("tx_dbmv", "t3_timeouts", "t4_timeouts")),
    "dhcp_bindings": GroupFields(needed=(), optional=("mac", "address", "vlan", "if_index")),
    "learned_macs": GroupFields(
        needed=("base_port_if_index",),
        optional=("port_in_vlan", "port_in_any_vlan", "if_index_in_vlan", "port_vlan"),
    ),
}
"""By the id of the group. What the fields mean stands at the facts in `domain`. `changed_at_s`,
`up_at_s` and `down_at_s` are moments on the node's own clock (DateAndTime), `clock_s` is that
clock now: the last of them is when a port changed. Groups of tables (`cable_modem_upstreams`,
`modem_downstreams`, `modem_upstreams`) have `{channel}` as the last part of their OIDs; `row_mac`
of `cable_modem` is whose row the objects with {reg} speak of, and they count only where it is the
modem's own. `dhcp_bindings` is asked by the router's `{address}` or its `{mac}` in the service's
`{vlan}`; its `if_index` says on which port the binding is. Those of `learned_macs` are:
`port_in_vlan` the bridge port where {mac} is learned in {vlan}, `port_in_any_vlan` the same
without a VLAN, `if_index_in_vlan` its ifIndex where the node's own table tells that,
`base_port_if_index` the ifIndex of {base_port}, `port_vlan` the untagged VLAN of {base_port}."""
