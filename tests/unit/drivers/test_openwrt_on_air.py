"""What hostapd could not tell in time is not known: no dark radio, and no empty room."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.wifi_facts import WifiStatus
from cpe_diag.driver_kit.load import load_router_driver
from cpe_diag.driver_kit.router import ReadingContext, UnreadableError
from cpe_diag.ports import CommandAnswer

DRIVER = load_router_driver("openwrt")
AT = datetime(2026, 11, 22, tzinfo=UTC)
WIRELESS = """{"radio0": {"up": true, "disabled": false, "config": {"band": "2g"},
  "interfaces": [{"section": "default_radio0", "ifname": "phy0-ap0",
                  "config": {"mode": "ap", "ssid": "Home", "network": ["lan"]}}]}}"""
TIMED_OUT = (
    "hostapd.phy0-ap0\n"
    "Command failed: ubus call hostapd.phy0-ap0 {method} (Request timed out)\n"
    "rc=0\n"
)


def _read(question: str, *texts: str) -> object:
    asked = DRIVER.questions[question]
    answers = tuple(
        CommandAnswer(command=command, output=text, exit_status=0)
        for command, text in zip(asked.commands, texts, strict=True)
    )
    return asked.reader(answers, ReadingContext(at=AT))


def test_a_status_that_timed_out_is_no_radio_off_the_air() -> None:
    """It would be read as a failed radio, and the router accused of it."""
    with pytest.raises(UnreadableError) as caught:
        _read("router_wifi", WIRELESS, TIMED_OUT.format(method="get_status"), "rc=0\n", "rc=0\n")
    assert caught.value.kind is FailureKind.DEVICE_ERROR
    assert "phy0-ap0" in caught.value.detail


def test_clients_that_could_not_be_listed_are_not_nobody() -> None:
    """It would be read as a device that is not there."""
    with pytest.raises(UnreadableError) as caught:
        _read("wifi_clients", TIMED_OUT.format(method="get_clients"), "rc=0\n")
    assert caught.value.kind is FailureKind.DEVICE_ERROR


def test_a_radio_without_an_access_point_is_off_the_air() -> None:
    """Where hostapd runs no access point at all, that is an answer."""
    fact = _read("router_wifi", WIRELESS, "rc=0\n", "rc=0\n", "rc=0\n")
    assert isinstance(fact, WifiStatus)
    assert [radio.on_air for radio in fact.radios] == [False]


def test_a_radio_that_does_not_say_whether_it_is_disabled_is_not_called_enabled() -> None:
    """Enabled and off the air is what accuses a router."""
    with pytest.raises(UnreadableError) as caught:
        _read(
            "router_wifi",
            WIRELESS.replace('"disabled": false, ', ""),
            "rc=0\n",
            "rc=0\n",
            "rc=0\n",
        )
    assert caught.value.kind is FailureKind.UNPARSEABLE


def test_a_radio_that_listens_for_radar_first_says_for_how_long() -> None:
    """It is silent for a minute by law, and no fault: nobody must restart it for that."""
    waiting = '{"status": "DFS", "dfs": {"cac_active": true, "cac_seconds_left": 42}}'
    fact = _read("router_wifi", WIRELESS, f"hostapd.phy0-ap0\n{waiting}\nrc=0\n", *["rc=0\n"] * 2)
    assert isinstance(fact, WifiStatus)
    assert [(radio.on_air, radio.radar_wait_s) for radio in fact.radios] == [(False, 42)]


def test_a_width_in_words_that_nobody_knows_is_no_20_mhz() -> None:
    """The next generation's word must not read as the narrowest channel."""
    later = WIRELESS.replace('"band": "2g"', '"band": "2g", "htmode": "UHT640"')
    fact = _read("router_wifi", later, "rc=0\n", "rc=0\n", "rc=0\n")
    assert isinstance(fact, WifiStatus)
    assert isinstance(fact.radios[0].width_mhz, Missing)
