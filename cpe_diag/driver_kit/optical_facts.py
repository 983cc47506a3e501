"""From decoded objects to facts about an ONT; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.domain.missing import Maybe, Missing
from cpe_diag.domain.ont_facts import OntDownCause, OntErrors, OntOptics, OntState
from cpe_diag.driver_kit.access_facts import age_by_clock_s

if TYPE_CHECKING:
    from cpe_diag.driver_kit.access_facts import Fields


def ont_state(fields: Fields, clock_s: float | None) -> OntState:
    """Build `ont_state`.

    Args:
        fields: the group's; `down_at_s` is a moment on the node's clock, `down_for_s` an age.
        clock_s: the node's clock in the same answer, None where it gave none.

    Returns:
        The fact.

    Raises:
        MeasurementError: it is not known whether the ONT is online.
    """
    cause = fields.text("last_down_cause")
    age = fields.number("down_for_s")
    if isinstance(age, Missing):
        age = age_by_clock_s(fields.number("down_at_s"), clock_s, otherwise=age)
    return OntState(
        online=fields.needed_claim("online"),
        last_down_cause=OntDownCause(cause) if isinstance(cause, str) else cause,
        down_for_s=age,
        serial=fields.text("serial"),
        model=fields.text("model"),
        firmware=fields.text("firmware"),
        distance_m=fields.count("distance_m"),
        config_ok=fields.claim("config_ok"),
        lan_link_up=fields.claim("lan_link_up"),
    )


def ont_optics(fields: Fields) -> OntOptics:
    """Build `ont_optics`.

    Raises:
        MeasurementError: not one level has a value.
    """
    levels: dict[str, Maybe[float]] = {
        name: fields.number(name) for name in ("ont_rx_dbm", "ont_tx_dbm", "olt_rx_dbm")
    }
    if all(isinstance(level, Missing) for level in levels.values()):
        fields.needed_number("ont_rx_dbm")
    return OntOptics(
        ont_rx_dbm=levels["ont_rx_dbm"],
        ont_tx_dbm=levels["ont_tx_dbm"],
        olt_rx_dbm=levels["olt_rx_dbm"],
        olt_tx_dbm=fields.number("olt_tx_dbm"),
        ont_temperature_c=fields.number("ont_temperature_c"),
        ont_voltage_v=fields.number("ont_voltage_v"),
    )


def ont_errors(fields: Fields) -> OntErrors:
    """Build `ont_errors`.

    Raises:
        MeasurementError: not one count has a value.
    """
    errors = OntErrors(
        down_bip_errors=fields.count("down_bip_errors"),
        up_bip_errors=fields.count("up_bip_errors"),
        down_fec_corrected=fields.count("down_fec_corrected"),
        down_fec_uncorrectable=fields.count("down_fec_uncorrectable"),
        up_fec_corrected=fields.count("up_fec_corrected"),
        up_fec_uncorrectable=fields.count("up_fec_uncorrectable"),
    )
    if all(isinstance(value, Missing) for value in fields.values.values()):
        fields.needed_number("up_bip_errors")
    return errors
