"""The WAP command line's forms, as ntc-templates and public transcripts have them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.router_facts import LanStatus, RouterSystem, WanStatus
from cpe_diag.driver_kit.load import load_router_driver
from cpe_diag.driver_kit.router import ReadingContext, UnreadableError
from cpe_diag.ports import CommandAnswer

DRIVER = load_router_driver("huawei_ont")
AT = datetime(2024, 8, 3, 1, 7, 41, tzinfo=UTC)
DEVICE = "ModelName        = HG8310M\nUpTime           = 0 day(s) 01:44:25\n\nsuccess!\n"
VERSION = "main software version     = V3R017C00S100\n\nsuccess!\n"


def read(question: str, *texts: str) -> object:
    """Read answers to one question."""
    asked = DRIVER.questions[question]
    answers = tuple(
        CommandAnswer(command=command, output=text, exit_status=0)
        for command, text in zip(asked.commands, texts, strict=True)
    )
    return asked.reader(answers, ReadingContext(at=AT))


@pytest.mark.parametrize(
    ("clock", "offset"),
    [
        ("2024-08-02 19:07:41-06:00", 0.0),
        ("2024-08-03 03:07:51+02:00", 10.0),
        ("2024-08-03 01:07:41", Missing(why=FailureKind.UNSUPPORTED)),
        ("1970-01-01 00:00:00", -AT.timestamp()),
        ("2024-99-03 01:07:41", Missing(why=FailureKind.UNSUPPORTED)),
    ],
)
def test_a_clock_is_compared_where_its_zone_is_told(clock: str, offset: object) -> None:
    """Or where it was never set at all."""
    system = read("router_system", DEVICE, VERSION, f"CurTime  = {clock}\n\nsuccess!\n")
    assert isinstance(system, RouterSystem)
    assert system.clock_offset_s == offset
    assert (system.model, system.uptime_s) == ("HG8310M", 6265)


def test_an_answer_without_its_end_is_cut() -> None:
    """`success!` is the last line of every whole answer."""
    with pytest.raises(UnreadableError) as caught:
        read("router_system", DEVICE.replace("success!", ""), VERSION, "success!\n")
    assert caught.value.kind is FailureKind.INCOMPLETE


def test_the_way_out_is_the_default_route_of_the_main_table() -> None:
    """Other tables, other networks and blackholes are not."""
    routes = (
        "default via 203.0.113.1 dev wan3 table 102 \n"
        "blackhole default table 200  metric 150 \n"
        "default via 198.51.100.1 dev wan2  metric 10 \n"
        "198.51.100.0/24 dev wan2 scope link  src 198.51.100.9 \n"
        "192.168.100.0/24 dev br0 scope link  src 192.168.100.1 \n"
        "default dev ppp257  metric 1024 \n"
    )
    wan = read("router_wan", "success!\n", routes, "success!\n")
    assert isinstance(wan, WanStatus)
    assert (wan.device, wan.protocol, wan.gateway) == ("wan2", "ipoe", "198.51.100.1")
    assert wan.addresses == ("198.51.100.9/24",)
    lan = read("router_lan", "success!\n", routes, "", "Total: 0\nsuccess!\n")
    assert isinstance(lan, LanStatus)
    assert (lan.prefix, lan.leases, lan.neighbours) == ("192.168.100.1/24", (), ())


def test_clients_without_a_radio_and_networks_without_a_channel_are_refused() -> None:
    """Nothing is guessed."""
    networks = f"SSID Index :1\nSSID :a\nChannel :6\nStatus :Up\n{'-' * 52}\nsuccess!\n"
    with pytest.raises(UnreadableError):
        read("wifi_clients", networks, "success!\n")
    with pytest.raises(UnreadableError):
        read("router_wifi", networks.replace(":6", ":auto"))
    with pytest.raises(UnreadableError):
        read("router_wifi", "SSID number:8\nsuccess!\n")
