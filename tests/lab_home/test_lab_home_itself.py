"""The home lab itself: what it builds works, and nothing of it stays or touches this machine."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from cpe_diag.lab.home import layout, namespaces, network
from cpe_diag.lab.home.calls import call
from cpe_diag.lab.home.document import describe
from cpe_diag.lab.home.faults import clear_fault, set_fault
from cpe_diag.lab.home.laptop import plug_into

pytestmark = pytest.mark.lab_home

OPER_STATUS = f"1.3.6.1.2.1.2.2.1.8.{layout.LINES[0].if_index}"  # IF-MIB ifOperStatus
ADMIN_STATUS = f"1.3.6.1.2.1.2.2.1.7.{layout.LINES[0].if_index}"  # IF-MIB ifAdminStatus


def of_this_machine() -> dict[str, str]:
    """Tell links, addresses, routes and filters of the machine itself, without counters."""
    asked = {
        "links": ["ip", "-o", "link"],
        "addresses": ["ip", "-o", "addr"],
        "routes": ["ip", "route", "show", "table", "all"],
        "filters": ["nft", "list", "ruleset"],
        "forwarding": ["cat", "/proc/sys/net/ipv4/ip_forward"],
    }
    return {what: call(command).stdout for what, command in asked.items()}


def test_the_network_of_this_machine_is_left_alone(free_name: str) -> None:
    """A lab that changes the machine's own network may cut off the person who runs it."""
    before = of_this_machine()
    network.up(free_name)
    assert of_this_machine() == before
    set_fault(free_name, "core_loss")
    network.down(free_name)
    assert of_this_machine() == before


def test_it_is_up_and_down_in_seconds(free_name: str) -> None:
    """A clean home for each test is worth having only if it costs seconds."""
    started = time.monotonic()
    network.up(free_name)
    up_s = time.monotonic() - started
    started = time.monotonic()
    assert network.down(free_name)
    down_s = time.monotonic() - started
    print(f"\nup in {up_s:.2f} s, down in {down_s:.2f} s")  # noqa: T201 - the figures are asked for
    assert up_s < 15
    assert down_s < 10
    assert namespaces.of_copy(free_name) == ()
    assert not network.folder_of(free_name).exists()


def test_two_copies_stand_side_by_side(home: str) -> None:
    """Many tests at once need many homes; a fault in one must not be felt in another."""
    other = f"{home}b"
    try:
        network.up(other)
        set_fault(other, "port_shut")
        network.forget_visits(home)
        network.wait_until_ready(home)
    finally:
        network.down(other)
    assert namespaces.of_copy(home) != ()


@pytest.mark.parametrize("after_s", [0.15, 0.4, 0.8])
def test_what_a_killed_start_leaves_is_found_and_removed(free_name: str, after_s: float) -> None:
    """SIGKILL leaves no time to tidy up; the next `down` must find everything by name."""
    words = [sys.executable, "-m", "cpe_diag", "lab", "home", "up", "--name", free_name]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL) as started:  # noqa: S603 - our own
        time.sleep(after_s)
        started.send_signal(signal.SIGKILL)
    network.down(free_name)
    assert namespaces.of_copy(free_name) == ()
    assert free_name not in network.copies()
    assert f"cpelab-{free_name}-" not in call(["ps", "-eo", "args"]).stdout


def test_setting_the_port_down_over_snmp_cuts_the_link(home: str) -> None:
    """The agent must be the real thing: what it sets happens, what it tells is so."""
    write = network.read_secrets(network.folder_of(home))["snmp_write"]
    ask = ["-v2c", "-Oqv", "-c", write, layout.NODE]
    network.output(home, "noc", ["snmpset", *ask, ADMIN_STATUS, "i", "2"])
    link = network.output(home, "router", ["ip", "-o", "link", "show", "dev", "wan0"])
    assert "NO-CARRIER" in link
    time.sleep(1.2)  # the agent remembers for a second
    assert network.output(home, "noc", ["snmpget", *ask, OPER_STATUS]).strip() == "2"
    network.output(home, "noc", ["snmpset", *ask, ADMIN_STATUS, "i", "1"])
    network.forget_visits(home)
    network.wait_until_ready(home)


def test_the_router_restarts_as_a_router_does(home: str) -> None:
    """A repair by restart is proven by the router's own boot id and uptime."""
    asked = ["cat", "/proc/sys/kernel/random/boot_id", "/proc/uptime"]
    boot_id, uptime = network.output(home, "router", asked).splitlines()
    assert float(uptime.split()[0]) > 86_400
    network.output(home, "router", ["reboot"], failing="it ends under our feet")
    limit = time.monotonic() + 10
    while boot_id in (said := network.output(home, "router", asked, failing=boot_id)):
        assert time.monotonic() < limit
        time.sleep(0.1)
    assert float(said.splitlines()[1].split()[0]) < 60
    network.forget_visits(home)
    network.wait_until_ready(home)


def test_the_laptop_takes_an_address_where_it_is_plugged_in(home: str) -> None:
    """The technician's tests at the wall port and in the LAN need a line that is really theirs."""
    for place, prefix in (("lan", "192.168.1."), ("wall", "198.51.100.")):
        plug_into(home, place)
        limit = time.monotonic() + 10
        while f"inet {prefix}" not in network.output(home, "laptop", ["ip", "-4", "addr"]):
            assert time.monotonic() < limit, place
            time.sleep(0.1)
        network.output(home, "laptop", ["curl", "-sS", "-m", "5", layout.BANK.url])
    plug_into(home, "bag")
    network.forget_visits(home)
    network.wait_until_ready(home)


def test_everything_needed_to_use_it_is_told(home: str) -> None:
    """Anyone may inject a fault with plain `ip`, `nft` and kill: it must be told where."""
    told = json.loads(json.dumps(describe(home)))
    assert {host["name"] for host in told["hosts"]} == set(dict(layout.HOSTS))
    for host in told["hosts"]:
        assert call([*host["enter"], "true"]).returncode == 0
    assert told["router"]["credential"] == "file:secrets.yaml#router"
    held = network.read_secrets(network.folder_of(home))
    assert not any(secret in json.dumps(told) for secret in held.values())
    assert os.stat(told["secrets"]).st_mode & 0o077 == 0  # noqa: PTH116 - it is a str


@pytest.mark.parametrize(
    ("fault", "site"),
    [
        ("nat_missing", "reference.example"),
        ("wan_cable", "reference.example"),
        ("dhcp_gone", "reference.example"),
        ("certificate_expired", "video.example"),
    ],
)
def test_a_fault_is_felt_by_the_devices(home: str, fault: str, site: str) -> None:
    """Whatever a verdict says of it, a fault of the list must be one."""
    set_fault(home, fault)
    network.forget_visits(home)
    limit = time.monotonic() + 15
    while not (said := network.last_visit(home, "pc", site)):
        assert time.monotonic() < limit
        time.sleep(0.1)
    assert said.startswith("000 ")


@pytest.mark.parametrize("fault", ["router_off", "device_address", "certificate_expired"])
def test_a_fault_that_is_taken_back_is_gone(home: str, fault: str) -> None:
    """An inverse that leaves something behind would spoil what is measured next."""
    set_fault(home, fault)
    time.sleep(1)
    clear_fault(home, fault)
    network.forget_visits(home)
    network.wait_until_ready(home)
    assert describe(home)["faults"] == []
