"""In which forms a value is written where a router reads it; each gives exactly one word or line.

A form refuses what it cannot carry (ValueError) instead of changing it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.driver_kit import routeros_script, typed_words, vyatta_config
from cpe_diag.driver_kit.posix_shell import quote as posix_word

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def plain_line(text: str) -> str:
    r"""Write a value as a line of its own, for `read -r` or `cat`.

    Args:
        text: without line feeds and NUL.

    Returns:
        The text.

    Raises:
        ValueError: it would end the line.
    """
    if any(mark in text for mark in "\n\r\0"):
        msg = "a line cannot hold a line feed"
        raise ValueError(msg)
    return text


def uci_word(text: str) -> str:
    """Write a value as one word for `uci batch`, which reads words as a shell does.

    Args:
        text: without line feeds and NUL.

    Returns:
        It in single quotes. Source: recording uci_wifi_changes of OpenWrt 24.10, part F.

    Raises:
        ValueError: it would end the line.
    """
    return posix_word(plain_line(text))


QUOTINGS: Final[Mapping[str, Callable[[str], str]]] = {
    "plain": plain_line,
    "posix": posix_word,
    "uci": uci_word,
    "routeros": routeros_script.quote,
    "edgeos": vyatta_config.quote,
    "ndms": typed_words.ndms_word,
    "huawei_wap": typed_words.huawei_wap_word,
    "zyxel": typed_words.zyxel_word,
}
"""By the name that driver files use in `quote:`."""
