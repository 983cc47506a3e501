"""Reads which queues of a Linux router hold rates back.

tc(8): `tc qdisc show` and `tc class show`; tc-tbf(8) (rate), tc-cake(8) (bandwidth), tc-htb(8)
(ceil), tc-netem(8) (rate). tc prints rates as `1Mbit` (tc(8), PARAMETERS: RATES).
"""

from __future__ import annotations

import re
from typing import Final

from cpe_diag.domain.way_out_facts import RouterShaper

_QUEUE: Final = re.compile(
    r"^qdisc (tbf|cake|netem) \S+ dev (\S+) .*?"
    r"\b(?:rate|bandwidth) (\d{1,9}(?:\.\d+)?)([KMGT]?)bit",
    re.MULTILINE,
)
_DEVICE: Final = re.compile(r"^device (\S+)$")
_CLASS: Final = re.compile(r"^class htb .*?\bceil (\d{1,9}(?:\.\d+)?)([KMGT]?)bit")
_TIMES: Final = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}


def shapers(text: str) -> tuple[RouterShaper, ...]:
    """Read what is held back on which device.

    Args:
        text: of `tc qdisc show`, then for each device a line `device NAME` and `tc class show`.

    Returns:
        One for each device that is; of classes the one that may have most counts, as it is not
        known whose they are.
    """
    found = [
        RouterShaper(device=device, rate_bps=_bps(number, unit), words=f"{kind} on {device}")
        for kind, device, number, unit in _QUEUE.findall(text)
    ]
    device, most = "", dict[str, int]()
    for line in text.splitlines():
        if told := _DEVICE.fullmatch(line):
            device = told[1]
        elif (ceil := _CLASS.match(line)) and device:
            most[device] = max(most.get(device, 0), _bps(*ceil.groups()))
    found += [
        RouterShaper(device=one, rate_bps=bps, words=f"htb on {one}") for one, bps in most.items()
    ]
    return tuple(found)


def _bps(number: str, unit: str) -> int:
    return round(float(number) * _TIMES[unit])
