"""The router's configuration as `uci` sees it: committed, staged, and the words for both.

Behaviour and refusals: recordings bad2, bad3, uci_network, uci_wifi_changes (OpenWrt 24.10).
"""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass

from cpe_diag.lab.home_state import HomeRouter

Value = str | list[str]
Section = dict[str, Value]
Config = dict[str, Section]

# libuci: names of sections without a name (`cfg` and six hex digits, or given by position).
ANONYMOUS = re.compile(r"cfg[0-9a-f]{6}|@.+\[\d+\]")

# libuci: `@type[index]`, counted over all sections of the type, from the end if negative.
BY_POSITION = re.compile(r"@([^\[\]]+)\[(-?\d+)\]")

NAME = re.compile(r"[A-Za-z0-9_]+")

# libuci, uci_errstr; the program's exit status is 1 for each.
NOT_FOUND = "Entry not found"
INVALID = "Invalid argument"


class UciError(Exception):
    """What `uci` prints after its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """`config.section.option` as far as it was given."""

    config: str
    section: str | None = None
    option: str | None = None


@dataclass(frozen=True, slots=True)
class Uci:
    """Reads and changes the configuration of one router."""

    router: HomeRouter
    plain_names: bool = False
    """Sections without a name are shown by the one that libuci made (`-X`)."""

    def configs(self) -> list[str]:
        """Give the names of all configurations."""
        return sorted(self.router.uci)

    def effective(self, config: str) -> Config:
        """Give a configuration with what is staged.

        Raises:
            UciError: there is none of this name.
        """
        if config not in self.router.uci:
            raise UciError(NOT_FOUND)
        return self.router.uci_staged.get(config, self.router.uci[config])

    def parse(self, text: str) -> Path:
        """Take `config[.section[.option]]` apart, and resolve a section given by position.

        Raises:
            UciError: it has another form, or the position holds nothing.
        """
        match = re.fullmatch(
            r"([^.@\[\]]+)(?:\.(@[^\[\]]+\[-?\d+\]|[^.\[\]]+))?(?:\.([^.]+))?", text
        )
        if match is None:
            raise UciError(INVALID)
        config, section, option = match.groups()
        if section is not None and (position := BY_POSITION.fullmatch(section)) is not None:
            section = self._at(config, position.group(1), int(position.group(2)))
        return Path(config=config, section=section, option=option)

    def _at(self, config: str, kind: str, index: int) -> str:
        names = [
            name for name, body in self.effective(config).items() if body.get(".type") == kind
        ]
        try:
            return names[index]
        except IndexError:
            raise UciError(NOT_FOUND) from None

    def get(self, path: Path) -> Value:
        """Give an option's value, or a section's type.

        Raises:
            UciError: it is not there.
        """
        section = self.effective(path.config).get(path.section or "")
        if section is None:
            raise UciError(NOT_FOUND)
        value = section.get(path.option or ".type")
        if value is None:
            raise UciError(NOT_FOUND)
        return value

    def set(self, path: Path, value: str) -> None:
        """Stage an option, or a section of type `value` when no option is named.

        Raises:
            UciError: no such configuration, or no such section.
        """
        staged = self._staged(path.config)
        if path.section is None:
            raise UciError(INVALID)
        if path.option is None:
            staged.setdefault(path.section, {})[".type"] = value
            return
        if path.section not in staged or not NAME.fullmatch(path.option):
            raise UciError(INVALID)
        if value:
            staged[path.section][path.option] = value
        else:
            staged[path.section].pop(path.option, None)

    def add(self, config: str, kind: str) -> str:
        """Stage a section without a name and give the name that libuci makes for it."""
        staged = self._staged(config)
        name = f"cfg{len(staged) + 1:02x}{sum(kind.encode()) % 0x10000:04x}"
        staged[name] = {".type": kind}
        return name

    def add_list(self, path: Path, value: str) -> None:
        """Stage one more value of a list.

        Raises:
            UciError: no such section.
        """
        section = self._section(path)
        current = section.get(path.option or "", [])
        values = [current] if isinstance(current, str) else list(current)
        section[path.option or ""] = [*values, value]

    def del_list(self, path: Path, value: str) -> None:
        """Stage a list without `value`.

        Raises:
            UciError: no such section.
        """
        section = self._section(path)
        current = section.get(path.option or "", [])
        values = [current] if isinstance(current, str) else list(current)
        section[path.option or ""] = [item for item in values if item != value]

    def delete(self, path: Path) -> None:
        """Stage the removal of an option or a section.

        Raises:
            UciError: it is not there.
        """
        self.get(path)
        staged = self._staged(path.config)
        if path.option is None:
            del staged[path.section or ""]
        else:
            del staged[path.section or ""][path.option]

    def commit(self, config: str) -> None:
        """Make what is staged the committed configuration."""
        self.effective(config)
        if config in self.router.uci_staged:
            self.router.uci[config] = self.router.uci_staged.pop(config)

    def revert(self, path: Path) -> None:
        """Forget what is staged for a configuration, a section or an option."""
        committed = self.router.uci.get(path.config)
        staged = self.router.uci_staged.get(path.config)
        if committed is None:
            raise UciError(NOT_FOUND)
        if staged is None:
            return
        if path.section is None:
            del self.router.uci_staged[path.config]
        elif path.section not in committed:
            staged.pop(path.section, None)
        elif path.option is None or path.section not in staged:
            staged[path.section] = deepcopy(committed[path.section])
        elif path.option in committed[path.section]:
            staged[path.section][path.option] = committed[path.section][path.option]
        else:
            staged[path.section].pop(path.option, None)

    def changes(self, config: str) -> list[str]:
        """Give what is staged, one line per change, as `uci changes` prints it."""
        committed = self.router.uci.get(config, {})
        staged = self.router.uci_staged.get(config, committed)
        lines = [f"-{config}.{name}" for name in committed if name not in staged]
        for name, body in staged.items():
            before = committed.get(name, {})
            for option, value in body.items():
                if before.get(option) != value:
                    key = f"{config}.{name}" + ("" if option == ".type" else f".{option}")
                    lines.append(f"{key}={quoted(value)}")
            lines += [f"-{config}.{name}.{option}" for option in before if option not in body]
        return lines

    def show(self, path: Path) -> list[str]:
        """Give the lines of `uci show`.

        Raises:
            UciError: there is nothing of this name.
        """
        config = self.effective(path.config)
        if path.option is not None:
            value = self.get(path)
            return [f"{path.config}.{path.section}.{path.option}={quoted(value)}"]
        if path.section is not None:
            self.get(path)
            names = [path.section]
        else:
            names = list(config)
        lines = []
        for name in names:
            shown = name if self.plain_names else _label(config, name)
            label = f"{path.config}.{shown}"
            lines.append(f"{label}={config[name].get('.type', '')}")
            lines += [
                f"{label}.{option}={quoted(value)}"
                for option, value in config[name].items()
                if not option.startswith(".")
            ]
        return lines

    def export(self, config: str, *, staged: bool = True) -> list[str]:
        """Give the configuration as its file would say it; the file itself has nothing staged."""
        lines: list[str] = []
        sections = self.effective(config) if staged else self.router.uci[config]
        for name, body in sections.items():
            title = "" if ANONYMOUS.fullmatch(name) else f" '{name}'"
            lines.append(f"config {body.get('.type', '')}{title}")
            for option, value in body.items():
                if option.startswith("."):
                    continue
                if isinstance(value, str):
                    lines.append(f"\toption {option} {quoted(value)}")
                else:
                    lines += [f"\tlist {option} {quoted(item)}" for item in value]
            lines.append("")
        return lines

    def _staged(self, config: str) -> Config:
        if config not in self.router.uci:
            raise UciError(NOT_FOUND)
        if config not in self.router.uci_staged:
            self.router.uci_staged[config] = deepcopy(self.router.uci[config])
        return self.router.uci_staged[config]

    def _section(self, path: Path) -> Section:
        staged = self._staged(path.config)
        if path.section not in staged or path.option is None:
            raise UciError(INVALID)
        return staged[path.section]


def quoted(value: Value) -> str:
    """Give a value as `uci show` does: in single quotes, as a shell would need it."""
    if isinstance(value, str):
        return "'" + value.replace("'", "'\\''") + "'"
    return " ".join(quoted(item) for item in value)


def _label(config: Config, name: str) -> str:
    if not ANONYMOUS.fullmatch(name):
        return name
    kind = config[name].get(".type", "")
    same = [other for other, body in config.items() if body.get(".type") == kind]
    return f"@{kind}[{same.index(name)}]"
