"""The lab's faults as plain data, for people and programs."""

from __future__ import annotations

from cpe_diag.lab.faults import FAULTS


def fault_entries() -> list[dict[str, object]]:
    """Give every fault: id, title, the verdict it deserves, where it fits, whom it hits."""
    return [
        {
            "id": fault.id,
            "title": fault.title,
            "domain": fault.domain,
            "cause": fault.cause,
            "technologies": list(fault.technologies),
            "protocols": list(fault.protocols),
            "reach": fault.reach,
        }
        for fault in FAULTS
    ]
