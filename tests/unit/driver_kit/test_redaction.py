"""What is kept of a raw answer, when a router puts secrets where nobody expects them."""

from __future__ import annotations

import json

import pytest

from cpe_diag.driver_kit.load import load_router_driver
from cpe_diag.driver_kit.parsers.log_lines import classify
from cpe_diag.driver_kit.redaction import redact_answer
from cpe_diag.driver_kit.secret_words import LEFT_OUT

DRIVER = load_router_driver("openwrt")
DATE = "Mon Nov 23 00:00:00 2026"
MISMATCH = (
    f"{DATE} daemon.notice hostapd: phy0-ap0: AP-STA-POSSIBLE-PSK-MISMATCH 02:00:00:00:00:01"
)


@pytest.mark.parametrize(
    "line",
    [
        "daemon.debug pppd[4]: sent [PAP AuthReq id=0x1 user=<topsecret> pwd <topsecret>]",
        "daemon.debug hostapd: WPA: PMK - hexdump(len=32): topsecret",
        "daemon.debug hostapd: phy0-ap0: key topsecret",
        "user.notice root: uci set wireless.@wifi-iface[0].key topsecret",
        "cron.info crond[9]: USER root cmd wget http://admin:topsecret@192.0.2.1/",
        "authpriv.warn dropbear[7]: Bad password attempt for 'topsecret'",
        "topsecret",
    ],
)
def test_a_log_line_that_no_pattern_knows_keeps_its_head_only(line: str) -> None:
    """No list of words finds every secret that a program may write into a log."""
    kept = redact_answer(DRIVER, "logread", f"{DATE} {line}\n{line}\nrc=0\n")
    assert "topsecret" not in kept
    assert kept.endswith("rc=0\n")


def test_a_log_line_that_a_pattern_knows_is_kept_as_far_as_the_pattern() -> None:
    """A person must be able to see again what the log was read for, and no more than that."""
    kept = redact_answer(DRIVER, "logread", f"{MISMATCH} psk topsecret\nrc=0\n")
    assert kept == f"{MISMATCH}\nrc=0\n"
    assert classify([MISMATCH]) == classify([f"{MISMATCH} psk topsecret"]) == classify([kept])


def test_an_allowed_key_does_not_carry_a_secret_within_its_value() -> None:
    """Keys are ours to allow; values are the router's to fill."""
    answer = {"model": "x psk=topsecret", "http://u:topsecret@h/": {"status": ["key: topsecret"]}}
    kept = redact_answer(DRIVER, "ubus call system board", json.dumps(answer))
    assert "topsecret" not in kept
    assert kept.count(LEFT_OUT) == 3


@pytest.mark.parametrize("label", ["ubus call hostapd.* get_status", "uci show dhcp.lan"])
def test_a_bare_word_is_no_name_of_an_object(label: str) -> None:
    """It could be the password that a script has echoed."""
    kept = redact_answer(DRIVER, label, "topsecret\nhostapd.phy0-ap0\nrc=0\n")
    assert "topsecret" not in kept
    assert "hostapd.phy0-ap0" in kept
