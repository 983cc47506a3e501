"""nvram over the lab's state: what is set is in memory until it is committed.

The wireless settings are those of the home, under other names; whatever else is set is kept as it
is. `nvram set` changes the copy in memory, `nvram commit` writes it, and a start reads what was
written (nvram.c and nvram_linux.c of asuswrt-merlin.ng and of DD-WRT).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cpe_diag.lab.openwrt.machine import Machine
from cpe_diag.lab.openwrt.uci import Config, Section

if TYPE_CHECKING:
    from cpe_diag.lab.home_state import HomeRouter

OTHERS = "nvram"
"""Where variables lie that are no setting of the home."""


def same(value: str, _section: Section) -> str:
    """Spell a value as the home does."""
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A variable of a network (or of a radio) that says what the home keeps in an option.

    `shown` goes from the home's word, and its section, to the variable's; `kept` goes back.
    """

    option: str
    of_radio: bool = False
    shown: Callable[[str, Section], str] = same
    kept: Callable[[str], str] = str


def of_table(table: Mapping[str, str], option: str) -> Word:
    """Make a word that is spelt by a table, from the home's words to the variable's."""
    back = {theirs: ours for ours, theirs in table.items()}
    return Word(
        option=option,
        shown=lambda value, _section: table.get(value, value),
        kept=lambda value: back.get(value, value),
    )


WORDS: Mapping[str, Word] = {
    "ssid": Word(option="ssid"),
    "wpa_psk": Word(option="key"),
    "closed": Word(option="hidden", shown=lambda value, _section: value or "0"),
}
"""Variables of a network that all firmwares have, by what follows `wlN_` or `wlN.M_`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nvram:
    """The variables of one firmware."""

    words: Mapping[str, Word]
    made: Callable[[Machine], Mapping[str, str]]
    """Variables that the firmware sets itself."""

    def get(self, machine: Machine, name: str) -> str | None:
        """Give a variable as it is in memory; None: it is not set."""
        place = self._place(name)
        if place is not None:
            section_name, word = place
            section = effective(machine.router, "wireless").get(section_name)
            if section is None:
                return None
            value = section.get(word.option, "")
            return word.shown(value if isinstance(value, str) else " ".join(value), section)
        kept = effective(machine.router, OTHERS).get(OTHERS, {}).get(name)
        if isinstance(kept, str):
            return kept
        return self.made(machine).get(name)

    def set(self, machine: Machine, name: str, value: str) -> None:
        """Set a variable in memory."""
        machine.loaded_wifi()
        place = self._place(name)
        if place is None:
            staged(machine.router, OTHERS).setdefault(OTHERS, {})[name] = value
            return
        section_name, word = place
        wireless = staged(machine.router, "wireless")
        if section_name in wireless:
            wireless[section_name][word.option] = word.kept(value)

    def commit(self, machine: Machine) -> None:
        """Write what is in memory."""
        router = machine.router
        for config in tuple(router.uci_staged):
            router.uci[config] = router.uci_staged.pop(config)
        machine.committed_here()

    def _place(self, name: str) -> tuple[str, Word] | None:
        """Find the section and the word of `wl0_ssid` (a radio's own network) or `wl0.1_ssid`."""
        prefix, _, rest = name.partition("_")
        unit, dot, _ = prefix.removeprefix("wl").partition(".")
        word = self.words.get(rest)
        if not prefix.startswith("wl") or not unit.isdigit() or word is None:
            return None
        if word.of_radio:
            return None if dot else (f"radio{unit}", word)
        return (f"guest_radio{unit}" if dot else f"default_radio{unit}"), word


def effective(router: HomeRouter, config: str) -> Config:
    """Give settings as they are in memory."""
    return router.uci_staged.get(config, router.uci.get(config, {}))


def staged(router: HomeRouter, config: str) -> Config:
    """Give settings in memory, to be changed there."""
    if config not in router.uci_staged:
        router.uci_staged[config] = deepcopy(router.uci.get(config, {}))
    return router.uci_staged[config]
