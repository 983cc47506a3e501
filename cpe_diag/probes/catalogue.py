"""All probes, from the operator's core to the customer's device; the order means nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.probes import (
    learned_macs,
    line_quality,
    neighbour_ports,
    neighbour_rates,
    operator_platform,
    operator_web,
    port_rates,
    port_state,
)

if TYPE_CHECKING:
    from cpe_diag.probes.probe import Probe

PROBES: Final[tuple[Probe, ...]] = (
    operator_web.PROBE,
    operator_platform.PROBE,
    port_state.PROBE,
    port_rates.PROBE,
    neighbour_ports.PROBE,
    neighbour_rates.PROBE,
    line_quality.PROBE,
    learned_macs.PROBE,
)


def probe(probe_id: str) -> Probe:
    """Find a probe by its id.

    Args:
        probe_id: for example `port_state`.

    Returns:
        The probe.

    Raises:
        KeyError: no probe has this id.
    """
    for candidate in PROBES:
        if candidate.id == probe_id:
            return candidate
    raise KeyError(probe_id)
