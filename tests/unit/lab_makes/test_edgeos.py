"""An EdgeRouter: what Vyatta's wrapper and the kernel say, and its one change."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.path_facts import HttpCheck, HttpOutcome, PingCheck
from cpe_diag.domain.router_facts import LanStatus, LogEvents, RouterSystem, WanStatus
from cpe_diag.driver_kit.load import load_router_driver
from cpe_diag.driver_kit.parsers.vyatta_show import interfaces
from cpe_diag.driver_kit.router import ReadingContext, UnreadableError
from cpe_diag.driver_kit.router_detect import is_platform, variant_of
from cpe_diag.ports import CommandAnswer

if TYPE_CHECKING:
    from tests.unit.lab_makes.conftest import Make

ID = "ubiquiti_edgeos"
# ntc-templates, tests/ubiquiti_edgerouter (forms; addresses are ours).
INTERFACES = """\
Codes: S - State, L - Link, u - Up, D - Down, A - Admin Down
Interface    IP Address                        S/L  Description
---------    ----------                        ---  -----------
eth0         -                                 u/u  Internet (PPPoE)
eth1         192.168.10.1/24                   u/u  Local
eth1.20      192.168.20.1/24                   u/u
eth2         -                                 A/D
lo           127.0.0.1/8                       u/u
             ::1/128
pppoe4       203.0.113.9                       u/u
"""
LEASES = """\
IP address      Hardware Address   Lease expiration     Pool       Client Name
----------      ----------------   ----------------     ----       -----------
192.168.10.43   02:00:5E:00:00:43  2026/11/27 03:10:09  LAN        laptop
192.168.10.44   02:00:5e:00:00:44  2026/11/27 04:10:09  LAN        ?
"""


def read(question: str, *texts: str) -> object:
    """Read answers to one question."""
    asked = load_router_driver(ID).questions[question]
    answers = tuple(
        CommandAnswer(command=command, output=text, exit_status=0)
        for command, text in zip(asked.commands, texts, strict=True)
    )
    return asked.reader(answers, ReadingContext(at=datetime(2026, 11, 26, tzinfo=UTC)))


async def test_health_and_ways_of_a_home_are_read(make: Make) -> None:
    """What the lab says and what the driver understands are the same language."""
    home = make(ID)
    system = await home.ask("router_system")
    assert isinstance(system, RouterSystem)
    assert (system.model, system.firmware) == ("EdgeRouter X 5-Port", home.router.firmware)
    assert (system.boot_id, system.load_1min) == (home.router.boot_id, home.router.load_1min)
    wan = await home.ask("router_wan")
    assert isinstance(wan, WanStatus)
    assert (wan.up, wan.protocol, wan.device) == (True, "dhcp", "eth0")
    assert (wan.gateway, wan.mac) == (home.router.wan_gateway, home.router.wan_mac)
    assert wan.dns_servers == tuple(home.router.dns_servers)
    lan = await home.ask("router_lan")
    assert isinstance(lan, LanStatus)
    assert lan.prefix == "192.168.1.1/24"
    assert isinstance(lan.ports, tuple)
    assert {one.name for one in lan.ports} == {"eth1", "eth2", "eth3", "eth4"}
    assert isinstance(lan.neighbours, tuple)
    assert len(lan.neighbours) == len(home.router.devices)
    assert isinstance(lan.leases, tuple)
    assert lan.leases
    log = await home.ask("router_log")
    assert isinstance(log, LogEvents)
    assert log.lines_read


async def test_a_home_that_dials_is_read_up_and_down(make: Make) -> None:
    """Without a session the description tells the way out."""
    home = make(f"{ID}/pppoe")
    wan = await home.ask("router_wan")
    assert isinstance(wan, WanStatus)
    assert (wan.up, wan.protocol, wan.mac) == (True, "pppoe", home.router.wan_mac)
    assert wan.addresses == (f"{home.router.wan_address}/32",)
    home.router.ppp_auth_ok = False
    wan = await home.ask("router_wan")
    assert isinstance(wan, WanStatus)
    assert (wan.up, wan.addresses, wan.gateway) == (False, (), None)


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({}, HttpOutcome.OK),
        ({"status": 503}, HttpOutcome.HTTP_ERROR),
        ({"refuses": True}, HttpOutcome.REFUSED),
        ({"resolves": False}, HttpOutcome.NAME_FAILED),
    ],
)
async def test_ways_out_are_read(make: Make, change: dict[str, int], outcome: HttpOutcome) -> None:
    """A ping and a page."""
    home = make(ID)
    target = home.world.reference
    ping = await home.ask("ping", target=target.address)
    assert isinstance(ping, PingCheck)
    assert ping.lost_ratio == 0
    for part, value in change.items():
        setattr(target, part, value)
    page = await home.ask("http", target=f"http://{target.name}/")
    assert isinstance(page, HttpCheck)
    assert page.outcome is outcome


def test_the_recorded_forms_are_read() -> None:
    """A session without a description, a VLAN of the home, a port that is switched off."""
    text = (
        f"== interfaces\n{INTERFACES}== routes\n"
        "default dev pppoe4 scope link\n== macs\n/sys/class/net/eth0/address 02:00:5e:00:00:01\n"
        "/sys/class/net/eth1/address 02:00:5e:00:00:02\n== servers\nnameserver 127.0.0.1\n"
        "== forwarding\n192.0.2.53 available via 'ppp pppoe4'\n== clients\nrc=0\n"
    )
    wan = read("router_wan", text)
    assert isinstance(wan, WanStatus)
    assert (wan.device, wan.protocol, wan.addresses) == ("pppoe4", "pppoe", ("203.0.113.9/32",))
    assert (wan.mac, wan.dns_servers) == ("02:00:5e:00:00:01", ("192.0.2.53",))
    lan = read(
        "router_lan",
        f"== interfaces\n{INTERFACES}== routes\ndefault dev pppoe4 scope link\n"
        "== port eth0\ncarrier=1\n== port eth1\ncarrier=1\nspeed=1000\nrc=0\n",
        f"{LEASES}rc=0\n",
        "192.168.10.43 dev eth1 lladdr 02:00:5e:00:00:43 REACHABLE\nrc=0\n",
    )
    assert isinstance(lan, LanStatus)
    assert lan.prefix == "192.168.10.1/24"
    assert isinstance(lan.ports, tuple)
    assert [(one.name, one.speed_bps) for one in lan.ports] == [("eth1", 1_000_000_000)]
    assert isinstance(lan.leases, tuple)
    assert [(one.mac, one.host) for one in lan.leases] == [
        ("02:00:5e:00:00:43", "laptop"),
        ("02:00:5e:00:00:44", ""),
    ]
    assert interfaces(INTERFACES, "x")["lo"].addresses == ("127.0.0.1/8", "::1/128")


def test_a_router_without_interfaces_or_a_way_out_says_so() -> None:
    """And no lease table is not an empty one."""
    with pytest.raises(UnreadableError, match="no interfaces"):
        read("router_wan", "== interfaces\n\n  Invalid command\n\nrc=0\n")
    inside = "eth1         192.168.10.1/24                   u/u  Local\n"
    with pytest.raises(UnreadableError, match="no interface leads"):
        read("router_wan", f"== interfaces\n{inside}rc=0\n")
    lan = read("router_lan", f"== interfaces\n{inside}rc=0\n", "rc=1\n", "rc=1\n")
    assert isinstance(lan, LanStatus)
    assert not isinstance(lan.leases, tuple)
    assert not isinstance(lan.neighbours, tuple)


async def test_it_is_told_from_others_by_its_model(make: Make) -> None:
    """A UniFi gateway is a variant; VyOS names no model."""
    home = make(ID)
    detect = load_router_driver(ID).detect
    assert detect is not None
    said, _ = await home.run(detect.commands[0].text)
    texts = {
        said: (True, None),
        "HW model:     UniFi-Gateway-3\nrc=0\n": (True, "UniFi Security Gateway"),
        "Version:          VyOS 1.3.0\nrc=0\n": (False, None),
    }
    for text, (known, variant) in texts.items():
        answers = (CommandAnswer(command=detect.commands[0], output=text, exit_status=0),)
        assert is_platform(detect, answers) is known
        assert variant_of(detect, answers) == variant
