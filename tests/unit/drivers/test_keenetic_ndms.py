"""Keenetic's forms of writing, as python_ndms2_client has recorded them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.router_facts import LanStatus, RouterSystem, WanStatus
from cpe_diag.domain.wifi_facts import WifiClients
from cpe_diag.driver_kit.load import load_router_driver
from cpe_diag.driver_kit.parsers import ndms
from cpe_diag.driver_kit.router import ReadingContext, UnreadableError
from cpe_diag.driver_kit.router_detect import is_platform, variant_of
from cpe_diag.ports import CommandAnswer

AT = datetime(2026, 11, 26, 15, 0, tzinfo=UTC)
DRIVER = load_router_driver("keenetic_ndms")
STATIONS = """
          station:
                  mac: 60:FF:ff:ff:ff:ff
                   ap: WifiMaster0/AccessPoint0
        authenticated: yes
               txrate: 65
               rxrate: 54
                 rssi: -46

          station:
                  mac: a4:ff:ff:ff:ff:ff
                   ap: WifiMaster1/AccessPoint0
        authenticated: no
               txrate: 0
                 rssi: 0
"""
HOSTS = """
             host:
                  mac: 74:ff:ff:ff:ff:ff
                   ip: 192.0.2.18
             hostname: desktop
                 name: foxhome, server

            interface:
                       id: Bridge0
                     name: Home

              expires: 0
               active: yes

           mac-access, id = Bridge0: deny

             host:
                  mac: a4:ff:ff:ff:ff:ff
                   ip: 192.0.2.24
             hostname: Chromecast-Audio
          description: This is a very long description with newline
                       and colon: foo

              expires: 670979
               active: no
"""
INTERFACES = """\
Interface, name = "PPPoE0"
               id: PPPoE0
             type: PPPoE
             link: up
        connected: yes
          address: 198.51.100.7
             mask: 255.255.255.255
           uptime: 3600
              via: GigabitEthernet1

Interface, name = "GigabitEthernet1"
               id: GigabitEthernet1
             type: GigabitEthernet
             link: up
              mac: 02:00:5E:10:00:01

               port, name = 0:
                   id: port
                 link: down
"""
ROUTES = "0.0.0.0/0            198.51.100.254    PPPoE0                            0\n"


def read(question: str, *texts: str) -> object:
    """Read answers to a question."""
    commands = DRIVER.questions[question].commands
    answers = tuple(
        CommandAnswer(command=command, output=text, exit_status=0)
        for command, text in zip(commands, texts, strict=True)
    )
    return DRIVER.questions[question].reader(answers, ReadingContext(at=AT))


def test_stations_are_blocks_of_values() -> None:
    """A rate or level of zero is no measurement."""
    clients = read("wifi_clients", STATIONS)
    assert isinstance(clients, WifiClients)
    first, second = clients.clients
    assert (first.mac, first.signal_dbm, first.tx_rate_bps) == (
        "60:ff:ff:ff:ff:ff",
        -46,
        65_000_000,
    )
    assert (first.authorized, second.authorized) == (True, False)
    assert not isinstance(second.signal_dbm, int)


def test_hosts_with_inner_blocks_and_long_descriptions() -> None:
    """Only an address that expires was given by DHCP; whoever is away is stale."""
    lan = read("router_lan", INTERFACES, HOSTS)
    assert isinstance(lan, LanStatus)
    assert isinstance(lan.leases, tuple)
    assert [(one.host, one.expires_at_s - int(AT.timestamp())) for one in lan.leases] == [
        ("Chromecast-Audio", 670_979)
    ]
    assert isinstance(lan.neighbours, tuple)
    assert [one.state for one in lan.neighbours] == ["REACHABLE", "STALE"]


def test_a_session_over_a_port_has_the_ports_link_and_mac() -> None:
    """What is within an interface's block is not the interface's own."""
    wan = read("router_wan", INTERFACES, ROUTES, "")
    assert isinstance(wan, WanStatus)
    assert (wan.protocol, wan.device, wan.gateway) == ("pppoe", "PPPoE0", "198.51.100.254")
    assert (wan.carrier, wan.mac) == (True, "02:00:5e:10:00:01")
    assert wan.addresses == ("198.51.100.7/32",)


@pytest.mark.parametrize(
    "text",
    [
        "Command::Base error[7405602]: argument parse error.\n",
        "Core::Configurator error[1179653]: interface down: execute denied [cli].\n",
        'Network::Interface::Base error[6553609]: unable to find GuestWiF as "Network".\n',
    ],
)
def test_a_line_that_is_not_taken_is_unsupported(text: str) -> None:
    """In each of the recorded forms."""
    with pytest.raises(UnreadableError) as caught:
        read("wifi_clients", text)
    assert caught.value.kind is FailureKind.UNSUPPORTED


@pytest.mark.parametrize(
    ("maker", "variant"),
    [("Keenetic Ltd.", None), ("ZyXEL", "Zyxel Keenetic"), ("Netcraze LLC", "Netcraze")],
)
def test_a_keenetic_is_known_by_its_parts(maker: str, variant: str | None) -> None:
    """Under each of the names that it was sold by."""
    assert DRIVER.detect is not None
    text = f"\n          release: 1\n              ndm: \n     manufacturer: {maker}\n"
    (command,) = DRIVER.detect.commands
    answers = (CommandAnswer(command=command, output=text, exit_status=0),)
    assert is_platform(DRIVER.detect, answers)
    assert variant_of(DRIVER.detect, answers) == variant


def test_values_of_inner_levels_do_not_count() -> None:
    """`version` of a part is not the router's."""
    text = "   release: 5\n       ndw:\n        version: 4\n    title: 5.1\n"
    assert ndms.fields(text) == {"release": "5", "ndw": ""}


def test_a_router_that_does_not_show_its_files_has_no_boot_and_no_load() -> None:
    """Nothing is made up in their place."""
    version = "\n      release: 2.08\n        title: 2.08\n       device: Extra\n"
    system = (
        "   memtotal: 262144\n    memfree: 174144\n     uptime: 60\n"
        "  conntotal: 9\n   connfree: 5\n"
    )
    refused = "Command::Base error[7405600]: no such command: more.\n"
    texts = zip(
        DRIVER.questions["router_system"].commands,
        ((version, 0), (system, 0), (refused, 1), (refused, 1)),
        strict=True,
    )
    answers = tuple(
        CommandAnswer(command=command, output=output, exit_status=status)
        for command, (output, status) in texts
    )
    facts = DRIVER.questions["router_system"].reader(answers, ReadingContext(at=AT))
    assert isinstance(facts, RouterSystem)
    assert (facts.uptime_s, facts.conntrack_entries) == (60, 4)
    missing = Missing(why=FailureKind.UNSUPPORTED)
    assert (facts.boot_id, facts.load_1min) == (missing, missing)
