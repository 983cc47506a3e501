"""Radios and networks of routers that keep their settings in nvram and have Broadcom's `wl`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Maybe, Missing
from cpe_diag.domain.wifi_facts import Radio, WifiNetwork, WifiStatus
from cpe_diag.driver_kit.parsers.answers import unparseable, whole_text
from cpe_diag.driver_kit.parsers.broadcom_wl import BssStatus, bss_statuses, refuse_without_wl
from cpe_diag.driver_kit.parsers.fields import UNSUPPORTED
from cpe_diag.driver_kit.parsers.sections import sections, variables

if TYPE_CHECKING:
    from cpe_diag.ports import CommandAnswer

NO_VALUE: Final = Missing(why=FailureKind.NOT_MEASURED)

Values = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class NvramWords:
    """What differs between firmwares in how nvram says a thing.

    `encryption` names the variable; `bands` are the words of `nband`; `serves` says whether a
    radio has networks of its own (one in client mode has not, and is left out); `is_used` says
    whether a network is more than a place that is kept for one.
    """

    serves: Callable[[Values], bool]
    is_enabled: Callable[[Values], bool]
    is_used: Callable[[str, Values], bool]
    purpose: Callable[[str, Values], Maybe[str]]
    encryption: str
    bands: Mapping[str, str]


def wifi_status(answer: CommandAnswer, words: NvramWords) -> WifiStatus:
    """Read `== radio wlN IFNAME` and `== network wlN.M IFNAME`, each with what is set and on air.

    A radio's part has its variables and `isup=`; a network's has its variables, `bss=` and the
    answer of `wl status`.

    Args:
        answer: of the driver's command.
        words: of the firmware.

    Returns:
        What is set from nvram, what is on air from the radio's own driver.

    Raises:
        UnreadableError: cut, no `wl`, or parts of another form.
    """
    text, status = whole_text(answer)
    refuse_without_wl(text, status)
    radios: list[Radio] = []
    networks: list[WifiNetwork] = []
    is_up = serves = False
    for head, body in sections(text):
        kind, name, interface = (*head.split(" "), "", "")[:3]
        values = variables(body)
        if kind == "radio":
            # The list of `wl` commands: isup is the driver's state, 0 down and 1 up.
            is_up, serves = values.get("isup") == "1", words.serves(values)
            radios.extend([_radio(name, values, words)] if serves else [])
        elif kind == "network" and not serves:
            continue
        elif kind == "network":
            live = _live(body, values) if is_up else None
            if live is not None and not radios[-1].on_air:
                radios[-1] = _on_air(radios[-1], live)
            if words.is_used(name, values):
                networks.append(_network(name, interface, radios[-1], values, live, words))
        else:
            raise unparseable(answer.command.label, f"a part named {head!r}")
    return WifiStatus(radios=tuple(radios), networks=tuple(networks))


def _radio(name: str, values: Values, words: NvramWords) -> Radio:
    """Give a radio as it is set; whether it is on air its networks tell."""
    return Radio(
        name=name,
        band=words.bands.get(values.get("nband", ""), UNSUPPORTED),
        enabled=words.is_enabled(values),
        on_air=False,
        channel=NO_VALUE,
        width_mhz=NO_VALUE,
        tx_power_dbm=UNSUPPORTED,
        noise_dbm=NO_VALUE,
        busy_percent=NO_VALUE,
        settings=name,
    )


def _on_air(radio: Radio, live: BssStatus) -> Radio:
    return replace(
        radio,
        band=radio.band if isinstance(radio.band, str) else live.band,
        on_air=True,
        channel=live.channel,
        width_mhz=live.width_mhz,
        noise_dbm=live.noise_dbm,
        busy_percent=live.busy_percent,
    )


def _live(body: str, values: Values) -> BssStatus | None:
    """Give what is on air of a network; `wl status` of one that is down has no SSID."""
    found = bss_statuses(body)
    return found[0] if found and values.get("bss", "up") == "up" else None


def _network(  # noqa: PLR0913, PLR0917 - one part of an answer, with what stood before it
    name: str,
    interface: str,
    radio: Radio,
    values: Values,
    live: BssStatus | None,
    words: NvramWords,
) -> WifiNetwork:
    return WifiNetwork(
        interface=interface,
        radio=radio.name,
        ssid=live.ssid if live else values.get("ssid", ""),
        purpose=words.purpose(name, values),
        encryption=values.get(words.encryption, UNSUPPORTED),
        on_air=live is not None,
        settings=name,
        band=radio.band,
        hidden=values["closed"] == "1" if "closed" in values else UNSUPPORTED,
    )
