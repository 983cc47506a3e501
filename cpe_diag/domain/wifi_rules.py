"""What a Wi-Fi name and password may be, by the standard; checked before anything is sent.

A router may take less; its driver says so. No router may be given more: OpenWrt commits a
password of 7 characters with success and then switches the radio off.
"""

from __future__ import annotations

import re
from typing import Final

SSID_BYTES: Final = 32
"""IEEE 802.11-2020, section 9.4.2.2: an SSID has 0 to 32 octets; 0 is the wildcard."""

SHORTEST_PASSWORD: Final = 8
LONGEST_PASSWORD: Final = 63
"""IEEE 802.11-2020, annex J.4.1: a passphrase has 8 to 63 characters, each from 32 to 126."""

HEX_KEY: Final = re.compile(r"[0-9A-Fa-f]{64}")
"""IEEE 802.11-2020, annex J.4: a pre-shared key of 256 bits, as 64 hexadecimal digits."""

WEP: Final = re.compile("wep", re.IGNORECASE)
OPEN: Final = frozenset({"none", "open", "owe"})
WPA3: Final = re.compile("sae|wpa3|psk3", re.IGNORECASE)
"""In the platforms' words for networks that speak WPA3-Personal, alone or beside WPA2."""
ENTERPRISE: Final = re.compile(
    r"eap|radius|802\.?1x|\A(?:wpa[23]? ?)+(?:-mixed|-192)?(?:[+/](?:tkip|ccmp|aes|gcmp)\S*)*\Z",
    re.IGNORECASE,
)
"""In the words of those platforms whose passwords can be changed. hostapd.sh of OpenWrt's
netifd (wpa, wpa2, wpa3, wpa3-mixed and wpa3-192 without `psk` ask a server), where `key` is the
server's secret; ASUSWRT and DD-WRT say `wpa2` of the same, Keenetic of a network with a password,
which it does not let us change."""

_JOINER: Final = re.compile("(?<=[^\x00-\x7f])\u200d(?=[^\x00-\x7f])")
"""Unicode Standard, chapter 23: a zero width joiner makes one emoji of two."""


def ssid_fault(name: str) -> str | None:
    """Say what is wrong with a network's name.

    Args:
        name: as a person wrote it.

    Returns:
        Words, or None where it may be sent.
    """
    if not name:
        return "a network's name is not empty"
    try:
        length = len(name.encode("utf-8"))
    except UnicodeEncodeError:
        return "the name holds half a character (a lone surrogate)"
    if length > SSID_BYTES:
        return f"the name has {length} bytes in UTF-8; a network's name has at most {SSID_BYTES}"
    if not _JOINER.sub("", name).isprintable():
        return "the name holds a character that cannot be seen (a control or separator character)"
    if name != name.strip():
        return "the name begins or ends with a blank, which nobody sees when they type it"
    return None


def password_fault(password: str, encryption: str) -> str | None:
    """Say what is wrong with a password, without showing any of it.

    Args:
        password: the new one.
        encryption: the network's, in the platform's word (`psk2`, `sae-mixed`, `none`).

    Returns:
        Words, or None where it may be sent.
    """
    none = _has_no_password(encryption)
    if none is not None:
        return none
    if HEX_KEY.fullmatch(password):
        # hostapd.conf(5), wpa_psk and sae_password: SAE takes no key of 256 bits.
        return (
            "the network speaks WPA3, which knows no key of 64 hexadecimal digits, only passwords"
            if WPA3.search(encryption)
            else None
        )
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        return (
            f"the password has {len(password)} characters; it must have {SHORTEST_PASSWORD} to "
            f"{LONGEST_PASSWORD}, or be a key of 64 hexadecimal digits"
        )
    if any(not " " <= one <= "~" for one in password):
        return "the password holds a character outside of printable ASCII, which WPA2 forbids"
    return None


def _has_no_password(encryption: str) -> str | None:
    if encryption.lower() in OPEN:
        return "the network is open: it has no password"
    if WEP.search(encryption):
        return "the network speaks WEP, which protects nothing: it needs WPA2 or WPA3 first"
    if ENTERPRISE.search(encryption):
        return "the network asks a server who may join (802.1X): it has no password of its own"
    return None
