"""On a real wire the VLAN is found in which real servers answer; tshark reads the tags."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from field_wire import Wire

WALL: Final = "wall_port"
GATEWAY: Final = "198.51.100.1"
LAPTOP: Final = "02:00:5e:40:00:03"
ON_IPOE: Final = "{vlan: 35, wan: ipoe}"
ON_PPPOE: Final = "{vlan: 35, wan: pppoe}"
ASKED: Final = "vlans: [36]"


def in_vlan(wire: Wire, host: str, vlan: int) -> str:
    """Give a host an interface in a VLAN."""
    tap = f"v{vlan}"
    relay = str(Path(__file__).parent.parent / "tagging.py")
    wire.start(host, sys.executable, relay, "eth0", tap, str(vlan))
    for _ in range(200):
        try:
            wire.run(host, "ip", "link", "set", tap, "up")
        except AssertionError:
            time.sleep(0.05)
        else:
            return tap
    raise AssertionError(tap)


def serves(wire: Wire, vlan: int) -> None:
    """Let the operator give out addresses and offer sessions in a VLAN."""
    tap = in_vlan(wire, "operator", vlan)
    wire.dnsmasq("operator", GATEWAY, "198.51.100.20", interface=tap)
    wire.start("operator", "pppoe-server", "-F", "-I", tap, "-C", f"bras-{vlan}")


def verdict(document: dict[str, Any]) -> tuple[str, str]:
    """Give domain and cause."""
    return document["verdict"]["domain"], document["verdict"]["cause"]


def answering(document: dict[str, Any]) -> dict[int, tuple[list[str], list[str]]]:
    """Give who answered in which VLAN."""
    facts = document["evidence"]["facts"]
    key = "field_vlans[wall_port]"
    value = next(one["value"] for one in facts if one["key"] == key)
    return {
        one["vlan"]: (
            [each["server"] for each in one["offers"]],
            [each["concentrator"] for each in one["concentrators"]],
        )
        for one in value["asked"]
    }


@pytest.mark.parametrize("service", [ON_IPOE, ON_PPPOE], ids=["ipoe", "pppoe"])
def test_a_service_in_another_vlan_is_told(wire: Wire, service: str) -> None:
    """It answers in 36 and belongs into 35."""
    serves(wire, 36)
    wire.more = ASKED
    document = wire.check("--at", WALL, service=service)
    assert answering(document) == {35: ([], []), 36: ([GATEWAY], ["bras-36"])}
    assert verdict(document) == ("network", "wall_service_in_other_vlan")


@pytest.mark.parametrize("service", [ON_IPOE, ON_PPPOE], ids=["ipoe", "pppoe"])
def test_a_service_that_comes_tagged_as_it_should_accuses_nobody(wire: Wire, service: str) -> None:
    """The laptop has no address there, so that it sees no further."""
    serves(wire, 35)
    wire.more = ASKED
    document = wire.check("--at", WALL, service=service)
    assert answering(document) == {35: ([GATEWAY], ["bras-35"]), 36: ([], [])}
    assert verdict(document)[0] == "undetermined"


def test_where_nobody_answers_in_any_vlan_it_is_no_wrong_vlan(wire: Wire) -> None:
    """The port is in none of those that are known."""
    wire.more = ASKED
    wire.about = "router_mac: '02:00:5e:40:00:99'"
    document = wire.check("--at", WALL, "--as-router", service=ON_IPOE)
    assert verdict(document) == ("network", "wall_no_address")


def test_each_tagged_frame_is_well_made_and_told_before(wire: Wire) -> None:
    """What a dry run prints is what goes out; tshark finds nothing wrong with it."""
    wire.more = ASKED
    told = wire.check("--dry-run", service=ON_IPOE)["vlans"]
    file = wire.folder / "tags.pcap"
    sniffer = wire.start("switch", "tcpdump", "-i", "laptop", "-U", "-w", str(file))
    log = wire.folder / f"{len(wire.started) - 1}.log"
    while b"listening on" not in log.read_bytes():
        assert sniffer.poll() is None
    wire.check("--at", WALL, service=ON_IPOE)
    sniffer.terminate()
    sniffer.wait()
    words = ("tshark", "-r", str(file), "-Y", f"vlan && eth.src == {LAPTOP}", "-T", "json")
    frames = [one["_source"]["layers"] for one in json.loads(wire.run("switch", *words))]
    seen = sorted((one["vlan"]["vlan.id"], "pppoed" in one) for one in frames)
    assert seen == [("35", False), ("35", True), ("36", False), ("36", True)]
    assert len(told) == len(frames)
    assert not [one for one in frames if "_ws.malformed" in one or "_ws.expert" in one]
