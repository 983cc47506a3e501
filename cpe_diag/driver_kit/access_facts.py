"""From decoded objects to facts about the node, the port and the line; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NoReturn

from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.domain.line_facts import LineBand, LineDirection, LineErrors, LineQuality
from cpe_diag.domain.missing import Maybe, Missing
from cpe_diag.domain.port_facts import (
    Duplex,
    NodeSystem,
    OperStatus,
    PortCounters,
    PortSpeed,
    PortStatus,
)
from cpe_diag.driver_kit.access_fields import BANDS
from cpe_diag.driver_kit.decode import NOT_MEASURED, UNPARSEABLE, UNSUPPORTED, Value

if TYPE_CHECKING:
    from collections.abc import Mapping

OPERATION: Final = "snmp.decode"
"""The operation's name in failures."""

# RFC 3418, sysUpTime, and RFC 2863, ifLastChange: TimeTicks, which wrap after 497 days.
_TICKS_WRAP_S: Final = 2**32 / 100

# How much later than sysUpTime a change may seem to be and still be "now": both are read within
# one answer, and agents refresh them once a second or so (reasoned; no standard says).
_SAME_MOMENT_S: Final = 10.0

_WORDS: Final[Mapping[FailureKind, str]] = {
    FailureKind.UNSUPPORTED: "the node does not know this object",
    FailureKind.NOT_MEASURED: "the node says that it has no value",
    FailureKind.UNPARSEABLE: "the value is not what the driver describes",
}


class Fields:
    """Decoded fields of one group, given out by their type."""

    def __init__(self, values: Mapping[str, Maybe[Value]], node: str, group: str) -> None:
        """Hold values of `group`, read from `node`."""
        self.values = values
        self.node = node
        self.group = group

    def text(self, field: str) -> Maybe[str]:
        """Give a text or an enumeration's word."""
        value = self.values.get(field, UNSUPPORTED)
        return value if isinstance(value, (str, Missing)) else UNPARSEABLE

    def claim(self, field: str) -> Maybe[bool]:
        """Give True or False."""
        value = self.values.get(field, UNSUPPORTED)
        return value if isinstance(value, (bool, Missing)) else UNPARSEABLE

    def count(self, field: str) -> Maybe[int]:
        """Give a whole number."""
        value = self.values.get(field, UNSUPPORTED)
        if isinstance(value, float):
            return round(value)
        return value if isinstance(value, Missing) or type(value) is int else UNPARSEABLE

    def number(self, field: str) -> Maybe[float]:
        """Give a number."""
        value = self.values.get(field, UNSUPPORTED)
        if isinstance(value, Missing):
            return value
        return float(value) if type(value) in {int, float} else UNPARSEABLE

    def needed_text(self, field: str) -> str:
        """Give a text that the fact cannot be without.

        Raises:
            MeasurementError: it is missing.
        """
        value = self.text(field)
        return value if isinstance(value, str) else self._refuse(field, value)

    def needed_claim(self, field: str) -> bool:
        """Give True or False where the fact cannot be without.

        Raises:
            MeasurementError: it is missing.
        """
        value = self.claim(field)
        return value if isinstance(value, bool) else self._refuse(field, value)

    def needed_number(self, field: str) -> float:
        """Give a number that the fact cannot be without.

        Raises:
            MeasurementError: it is missing.
        """
        value = self.number(field)
        return value if isinstance(value, float) else self._refuse(field, value)

    def _refuse(self, field: str, missing: Missing) -> NoReturn:
        detail = f"{self.group}.{field}: {_WORDS.get(missing.why, missing.why.value)}"
        failure = Failure(kind=missing.why, where=self.node, detail=detail)
        raise MeasurementError(failure, OPERATION)


def node_system(fields: Fields) -> NodeSystem:
    """Build `node_system`.

    Raises:
        MeasurementError: no uptime.
    """
    return NodeSystem(
        name=fields.text("name"),
        description=fields.text("description"),
        object_id=fields.text("object_id"),
        uptime_s=fields.needed_number("uptime_s"),
    )


def port_status(
    fields: Fields, if_index: int | None, uptime_s: float | None, clock_s: float | None = None
) -> PortStatus:
    """Build `port_status`.

    Args:
        fields: the group's; `last_change_s` is the uptime at the change, as ifLastChange is.
        if_index: which interface, None where the port has none of its own.
        uptime_s: the node's uptime in the same answer, None where it gave none.
        clock_s: the node's own clock in the same answer, None where it gave none.

    Returns:
        The fact.

    Raises:
        MeasurementError: the administrative or the operational state is missing.
    """
    return PortStatus(
        if_index=if_index,
        name=fields.text("name"),
        alias=fields.text("alias"),
        admin_up=fields.needed_claim("admin_up"),
        oper=OperStatus(fields.needed_text("oper")),
        last_change_s=changed_ago_s(fields, uptime_s, clock_s),
    )


def port_speed(fields: Fields) -> PortSpeed:
    """Build `port_speed`.

    Raises:
        MeasurementError: no speed.
    """
    duplex = fields.text("duplex")
    return PortSpeed(
        speed_bps=round(fields.needed_number("speed_bps")),
        duplex=Duplex(duplex) if isinstance(duplex, str) else duplex,
    )


def port_counters(fields: Fields, uptime_s: float) -> PortCounters:
    """Build `port_counters`.

    Raises:
        MeasurementError: not one counter has a value.
    """
    counters = PortCounters(
        node_uptime_s=uptime_s,
        in_octets=fields.count("in_octets"),
        out_octets=fields.count("out_octets"),
        in_packets=fields.count("in_packets"),
        out_packets=fields.count("out_packets"),
        in_errors=fields.count("in_errors"),
        out_errors=fields.count("out_errors"),
        in_discards=fields.count("in_discards"),
        out_discards=fields.count("out_discards"),
        fcs_errors=fields.count("fcs_errors"),
        alignment_errors=fields.count("alignment_errors"),
        late_collisions=fields.count("late_collisions"),
        in_broadcast=fields.count("in_broadcast"),
        out_broadcast=fields.count("out_broadcast"),
    )
    if all(isinstance(value, Missing) for value in fields.values.values()):
        fields.needed_number("in_octets")
    return counters


def line_quality(fields: Fields, standard: str) -> LineQuality:
    """Build `line_quality`.

    A line that is not trained has no rate, margin, attenuation or power: what its agent still
    shows there is left over or a default, so that these fields are Missing(not_measured).

    Args:
        fields: of `line_quality_vdsl2` or `line_quality_adsl`.
        standard: `vdsl2`, `adsl` or `gfast`.

    Returns:
        The fact.

    Raises:
        MeasurementError: it is not known whether the line is trained.
    """
    in_sync = fields.needed_claim("in_sync")
    return LineQuality(
        standard=standard,
        in_sync=in_sync,
        far_end_power_lost=fields.claim("far_end_power_lost"),
        loss_of_signal=fields.claim("loss_of_signal"),
        down=_direction(fields, "down") if in_sync else _UNTRAINED,
        up=_direction(fields, "up") if in_sync else _UNTRAINED,
        errors=line_errors(fields),
        full_inits_previous_day=fields.count("full_inits_previous_day"),
        bands=_bands(fields) if in_sync else (),
    )


def line_errors(fields: Fields) -> LineErrors:
    """Build what a line has suffered in its current 15-minute interval."""
    return LineErrors(
        elapsed_s=fields.count("errors.elapsed_s"),
        errored_s=fields.count("errors.errored_s"),
        severely_errored_s=fields.count("errors.severely_errored_s"),
        unavailable_s=fields.count("errors.unavailable_s"),
        code_violations=fields.count("errors.code_violations"),
        full_inits=fields.count("errors.full_inits"),
    )


def _bands(fields: Fields) -> tuple[LineBand, ...]:
    told = ((band, fields.number(f"bands.{band}")) for band in BANDS)
    return tuple(
        LineBand(band=band, attenuation_db=value)
        for band, value in told
        if not isinstance(value, Missing)
    )


_UNTRAINED: Final = LineDirection(
    rate_bps=NOT_MEASURED,
    attainable_bps=NOT_MEASURED,
    snr_margin_db=NOT_MEASURED,
    attenuation_db=NOT_MEASURED,
    output_power_dbm=NOT_MEASURED,
)


def _direction(fields: Fields, direction: str) -> LineDirection:
    return LineDirection(
        rate_bps=fields.count(f"{direction}.rate_bps"),
        attainable_bps=fields.count(f"{direction}.attainable_bps"),
        snr_margin_db=fields.number(f"{direction}.snr_margin_db"),
        attenuation_db=fields.number(f"{direction}.attenuation_db"),
        output_power_dbm=fields.number(f"{direction}.output_power_dbm"),
    )


def changed_ago_s(fields: Fields, uptime_s: float | None, clock_s: float | None) -> Maybe[float]:
    """Say how long ago a port changed its state, in seconds.

    Args:
        fields: of `port_status`: `last_change_s` is the node's uptime at the change, or
            `changed_at_s` the node's clock at the change; a node that dates both ways has
            `up_at_s` and `down_at_s`, of which the later is the change.
        uptime_s: the node's uptime now.
        clock_s: the node's clock now.

    Returns:
        Seconds; Missing where the node does not tell.
    """
    at_uptime = _age_s(fields.number("last_change_s"), uptime_s)
    if not isinstance(at_uptime, Missing):
        return at_uptime
    moments = [fields.number(name) for name in ("changed_at_s", "up_at_s", "down_at_s")]
    told = [moment for moment in moments if not isinstance(moment, Missing)]
    untold = next((why for why in moments if why != UNSUPPORTED), moments[0])
    return age_by_clock_s(max(told, default=untold), clock_s, otherwise=at_uptime)


def age_by_clock_s(
    moment_s: Maybe[float], clock_s: float | None, *, otherwise: Missing = UNSUPPORTED
) -> Maybe[float]:
    """Say how long ago a moment on the node's own clock was; never less than nothing."""
    if isinstance(moment_s, Missing):
        return otherwise if moment_s == UNSUPPORTED else moment_s
    if clock_s is None:
        return UNSUPPORTED
    return round(max(clock_s - moment_s, 0.0), 2)


def _age_s(changed_at_s: Maybe[float], uptime_s: float | None) -> Maybe[float]:
    if isinstance(changed_at_s, Missing):
        return changed_at_s
    if uptime_s is None:
        return UNSUPPORTED
    age_s = uptime_s - changed_at_s
    if age_s < -_SAME_MOMENT_S:
        age_s += _TICKS_WRAP_S
    return round(max(age_s, 0.0), 2)
