"""What may be kept of a raw answer: an allow-list, applied at the moment of recording."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final, assert_never

from cpe_diag.driver_kit.parsers.log_lines import kept_line
from cpe_diag.driver_kit.router import RawForm, RouterDriver
from cpe_diag.driver_kit.secret_words import LEFT_OUT, without_secrets

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Set as AbstractSet

# uci show (OpenWrt, recording uci_wireless): config.section.option='value'; a section's own line
# ends with its type, which is no secret.
_UCI_OPTION: Final = re.compile(r"([\w@\[\]-]+(?:\.[\w@\[\]-]+)+)=('.*')")
_UCI_SECTION: Final = re.compile(r"[\w-]+\.[\w@\[\]-]+=[\w-]+")
# ubus's cli.c prints the whole call, arguments included, before the reason in brackets.
_UBUS_FAILED: Final = re.compile(r"Command failed:(?: ubus .*)?\s*\(?([A-Z][A-Za-z ]+)\)?")
# A ubus object such as hostapd.phy0-ap0; a bare word could be a password.
_NAME: Final = re.compile(r"[\w-]+(?:\.[\w@-]+)+|rc=\d+")


def redact_answer(driver: RouterDriver, label: str, text: str) -> str:
    """Keep of a raw answer what its driver allows.

    Args:
        driver: whose command it was.
        label: of the command.
        text: what the router said.

    Returns:
        The text without everything that is not allowed, or `[left out]` as a whole where the
        driver says nothing of this command.
    """
    form = driver.raw_forms.get(label)
    match form:
        case None:
            return LEFT_OUT if text else ""
        case RawForm.JSON:
            return _json(text, driver.allowed_keys)
        case RawForm.UCI:
            return _lines(text, lambda line: _uci(line, driver.allowed_keys))
        case RawForm.LOG:
            return _lines(text, kept_line)
        case RawForm.TEXT:
            return without_secrets(text)
        case _:
            assert_never(form)


def _lines(text: str, keep: Callable[[str], str]) -> str:
    return "\n".join(keep(line) for line in text.split("\n"))


def _json(text: str, allowed: AbstractSet[str]) -> str:
    decoder = json.JSONDecoder()
    kept: list[str] = []
    position = 0
    while position < len(text):
        start = text.find("{", position)
        before = text[position:] if start < 0 else text[position:start]
        kept.extend(_name(line) for line in before.splitlines() if line.strip())
        if start < 0:
            break
        try:
            value, position = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            kept.append(LEFT_OUT)
            break
        kept.append(json.dumps(_allowed(value, allowed, keep=False), indent=1))
    return "\n".join(kept)


def _allowed(value: object, allowed: AbstractSet[str], *, keep: bool) -> object:
    if isinstance(value, dict):
        return {
            without_secrets(key): _allowed(one, allowed, keep=key in allowed)
            for key, one in value.items()
        }
    if isinstance(value, list):
        return [_allowed(one, allowed, keep=keep) for one in value]
    if not keep:
        return LEFT_OUT
    return without_secrets(value) if isinstance(value, str) else value


def _name(line: str) -> str:
    failed = _UBUS_FAILED.fullmatch(line.strip())
    if failed:
        return f"Command failed: {failed[1]}"
    return line if _NAME.fullmatch(line.strip()) else LEFT_OUT


def _uci(line: str, allowed: AbstractSet[str]) -> str:
    option = _UCI_OPTION.fullmatch(line)
    if option is None:
        plain = not line or _UCI_SECTION.fullmatch(line) or _NAME.fullmatch(line)
        return line if plain else LEFT_OUT
    name = option[1].rpartition(".")[2]
    return line if name in allowed else f"{option[1]}={LEFT_OUT}"
