"""The operator's DHCP server, as the configuration names it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.failures import DefinitionError
from cpe_diag.wiring.config import DhcpConfig, find

if TYPE_CHECKING:
    from pathlib import Path


def test_a_dhcp_server_is_named_with_the_subnet_of_the_subscribers(tmp_path: Path) -> None:
    """A relay asks for a subnet; without one the server would answer for ours."""
    path = tmp_path / "config.yaml"
    path.write_text("dhcp: {server: 192.0.2.67, subnet: 198.51.100.0/24}\n")
    assert find(path).dhcp == DhcpConfig(server="192.0.2.67", subnet="198.51.100.0/24")
    path.write_text("icmp: true\n")
    assert find(path).dhcp is None


@pytest.mark.parametrize(
    "part",
    [
        "{server: 192.0.2.67}",
        "{server: dhcp.example, subnet: 198.51.100.0/24}",
        "{server: 192.0.2.67, subnet: 198.51.100.0}",
        "{server: 192.0.2.67, subnet: 198.51.100.256/24}",
        "{server: 192.0.2.67, subnet: 198.51.100.0/33}",
    ],
)
def test_a_dhcp_server_that_cannot_be_asked_is_refused(tmp_path: Path, part: str) -> None:
    """With its line, before a run begins."""
    path = tmp_path / "config.yaml"
    path.write_text(f"dhcp: {part}\n")
    with pytest.raises(DefinitionError):
        find(path)
