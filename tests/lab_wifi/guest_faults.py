"""Faults that only the virtual machine can cause; they stand in `faults.yaml`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

from cpe_diag.lab.home import layout
from cpe_diag.lab.home.fault_halves import Half
from cpe_diag.lab.home.faults import HomeFault, Step, Truth

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE: Final = Path(__file__).with_name("faults.yaml")
MACS: Final[Mapping[str, str]] = {
    "tv": layout.DEVICE_MACS["tv"],
    "pc": layout.DEVICE_MACS["pc"],
    "phone": "02:00:00:00:02:00",
    "tablet": "02:00:00:00:03:00",
}
"""Devices of this home; those of the radios are what mac80211_hwsim gives them."""


def guest_faults() -> tuple[HomeFault, ...]:
    """Read every fault of the virtual machine."""
    entries = yaml.safe_load(FILE.read_text(encoding="utf-8"))["faults"]
    return tuple(_fault(entry) for entry in entries)


def _fault(entry: Mapping[str, Any]) -> HomeFault:
    also = tuple(Truth(**one) for one in entry.get("also", ()))
    return HomeFault(
        **{
            **entry,
            "also": also,
            "half": Half.TUNING,
            **{
                part: tuple(Step(**step) for step in entry.get(part, ()))
                for part in ("inject", "felt", "clear")
            },
        }
    )


def complaint(fault: HomeFault) -> list[str]:
    """Give the arguments of `cpe-diag` that ask about a fault as a caller would tell."""
    words = ["run", fault.playbook, "--subscriber", layout.SUBSCRIBER]
    for question, answer in fault.answers.items():
        words += ["--answer", f"{question}={answer}"]
    if fault.device is not None:
        words += ["--device", MACS[fault.device]]
    if fault.platform is not None:
        words += ["--platform", fault.platform]
    return words
