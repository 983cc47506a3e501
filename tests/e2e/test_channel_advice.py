"""A crowded home is told where to go, and a quiet one is left where it is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import fork_server
import pytest

from cpe_diag.lab.control import LabClient

if TYPE_CHECKING:
    from running_lab import RunningLab

pytestmark = pytest.mark.lab

HOME = "sub-3002"


def advice(lab: RunningLab) -> dict[str, Any]:
    """Run the playbook for Wi-Fi; gives the advice by band."""
    command = ["-m", "cpe_diag", "--config", str(lab.config), "run"]
    command += ["wifi_trouble", "-s", HOME, "--json", "--answer", "affected=wifi_only"]
    done = fork_server.run(command, timeout=120)
    return {one["band"]: one for one in json.loads(done.stdout)["channel_advice"]}


def test_a_crowded_home_is_told_a_free_channel_that_its_country_allows(lab: RunningLab) -> None:
    """Over real SSH: the scan, what hostapd sends, and what the country lets it use."""
    quiet = advice(lab)
    assert {band: one["move"] for band, one in quiet.items()} == {"2g": False, "5g": False}
    client = LabClient(lab.folder)
    client.set_fault(HOME, "wifi_congested")
    try:
        crowded = advice(lab)
    finally:
        client.clear_faults(HOME)
    assert crowded["2g"]["move"]
    assert crowded["2g"]["channel"] in {1, 11}
    assert crowded["2g"]["now"]["sharing"] == 6
    assert crowded["5g"]["move"]
    assert crowded["5g"]["now"]["sharing"] == 5
    assert crowded["5g"]["options"][0]["cost"] < crowded["5g"]["now"]["cost"]
