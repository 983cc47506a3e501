"""The record of a visit on a real wire: losses before, a repair, none after."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from field_wire import Wire


WALL: Final = "wall_port"
GATEWAY: Final = "198.51.100.1"
DROPS: Final = (
    "table netdev t { chain c { type filter hook ingress device laptop priority 0;"
    " ip protocol icmp numgen random mod 5 == 0 drop; }\n}\n"
)
"""One packet of five that the laptop sends is lost on the way."""


def test_a_repair_shows_in_the_record_of_the_visit(wire: Wire) -> None:
    """As text, as one page with its pictures, and as a PDF; each packet counts in both."""
    wire.dnsmasq("operator", GATEWAY, "198.51.100.20")
    wire.world("operator")
    wire.laptop_takes("198.51.100.20", GATEWAY)
    wire.run("switch", "nft", "-f", "-", text=DROPS)
    wire.check("--at", WALL, "--ticket", "T-1")
    wire.run("switch", "nft", "delete", "table", "netdev", "t")
    wire.check("--at", WALL, "--ticket", "T-1")
    page, pdf = wire.folder / "visit.html", wire.folder / "visit.pdf"
    told = subprocess.run(  # noqa: S603 - our own interpreter
        [
            *(sys.executable, "-m", "cpe_diag", "--config", f"{wire.folder}/config.yaml"),
            *("field", "report", "T-1", "--html", str(page), "--pdf", str(pdf)),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "HOME": str(wire.folder), "XDG_DATA_HOME": str(wire.folder)},
    )
    assert told.returncode == 0, told.stderr
    lost = re.search(r"packets lost +(\d+) of 100\b.* +(\d+) of 100\b", told.stdout)
    assert lost is not None, told.stdout
    before, after = int(lost[1]), int(lost[2])
    assert before > 5
    assert after == 0
    bars = re.findall(r"^    (before|after) +(\S+)$", told.stdout, re.MULTILINE)
    assert [("x" in line) for _name, line in bars] == [True, False]
    assert page.read_text(encoding="utf-8").count("data:image/png") == 1
    assert pdf.read_bytes().startswith(b"%PDF-")
