"""Names and passwords of Wi-Fi are held to the standard before anything is sent."""

from __future__ import annotations

import pytest

from cpe_diag.domain.wifi_rules import password_fault, ssid_fault

WPA3_WORDS = ("sae", "sae+ccmp", "sae-mixed", "psk2sae", "wpa2+wpa3", "wpa3-psk", "psk2 psk3")
"""Of several platforms: a phone that prefers WPA3 would be cut off by a bare key."""

ENTERPRISE_WORDS = ("wpa", "wpa2", "wpa2+ccmp", "wpa3", "wpa3-mixed", "wpa3-192", "wpawpa2")
"""A network that asks a server: its `key` is that server's secret."""


@pytest.mark.parametrize(
    "name",
    [
        "a",
        "x" * 32,
        "Café \"x\" $HOME 'q' `id`",
        "日本語テスト",
        "🙂" * 8,
        "; rm -rf / #",
        "a b",
        "👩\u200d💻",
        "❤\ufe0f",
    ],
)
def test_every_name_that_the_standard_allows_may_be_sent(name: str) -> None:
    """Quotes, dollars, emoji: the dialects carry them."""
    assert ssid_fault(name) is None


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "not empty"),
        ("x" * 33, "33 bytes"),
        ("🙂" * 9, "36 bytes"),
        ("a\nb", "cannot be seen"),
        ("a\0b", "cannot be seen"),
        ("\u200bx", "cannot be seen"),
        ("a\u200db", "cannot be seen"),
        ("👩\u200d", "cannot be seen"),
        (" a", "blank"),
        ("\ud800", "half a character"),
    ],
)
def test_a_name_that_nobody_could_use_is_refused_with_words(name: str, words: str) -> None:
    """32 bytes, not 32 characters."""
    assert words in (ssid_fault(name) or "")


@pytest.mark.parametrize(
    ("password", "encryption"),
    [
        ("12345678", "psk2"),
        ("x" * 63, "psk2"),
        ("a" * 64, "psk2"),
        ("AbCdEf09" * 8, "psk-mixed"),
        (" !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", "psk2"),
        ("x" * 63, "sae"),
        ("12345678", "sae-mixed"),
        *(("12345678", word) for word in ("WPA-PSK", "wpa2-psk,wpa3-psk", "psk-mixed+tkip+aes")),
    ],
)
def test_every_password_that_the_standard_allows_may_be_sent(
    password: str, encryption: str
) -> None:
    """8 to 63 of printable ASCII, or 64 hexadecimal digits."""
    assert password_fault(password, encryption) is None


@pytest.mark.parametrize(
    ("password", "encryption", "words"),
    [
        ("1234567", "psk2", "7 characters"),
        ("", "psk2", "0 characters"),
        ("x" * 64, "psk2", "64 characters"),
        ("pässword", "psk2", "printable ASCII"),
        ("pass\tword", "psk2", "printable ASCII"),
        *(("a" * 64, word, "64 hexadecimal") for word in WPA3_WORDS),
        ("12345678", "wpa2-eap", "802.1X"),
        ("12345678", "radius", "802.1X"),
        *(("12345678", word, "802.1X") for word in ENTERPRISE_WORDS),
        ("12345678", "none", "open"),
        ("12345678", "wep", "WEP"),
    ],
)
def test_a_password_that_a_router_would_choke_on_is_refused_unseen(
    password: str, encryption: str, words: str
) -> None:
    """OpenWrt takes 7 characters with success and switches the radio off."""
    told = password_fault(password, encryption) or ""
    assert words in told
    assert not password or password not in told
