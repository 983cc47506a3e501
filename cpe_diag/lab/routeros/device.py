"""One simulated MikroTik router: its menus, what is set there, and what is on air."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from cpe_diag.lab.routeros import tables
from cpe_diag.lab.routeros.running import Interpreter, RunError, Thing, shown

Path = tuple[str, ...]
Item = dict[str, str]

VERBS: Final = frozenset(
    ("print", "find", "get", "set", "add", "remove", "enable", "disable", "monitor", "unset")
)
BOOT_S: Final = 20.0
DAY_S: Final = 86_400
SECTORS_A_BOOT: Final = 120


@dataclass(slots=True, kw_only=True)
class Device:
    """A router.

    `now` gives seconds; it starts at `booted_at` and is away until `away_until`. `menus` hold the
    items of each menu, `copies` what `/system backup save` has kept. `known_names` are what its
    resolver answers; others do not exist, and without `upstream` nothing is answered.
    """

    now: Callable[[], float]
    package: str = "wifi"
    version: str = "7.16.1 (stable)"
    board: str = "hAP ax2"
    booted_at: float = 0.0
    away_until: float = 0.0
    boots: int = 1
    upstream: bool = True
    known_names: dict[str, str] = field(default_factory=dict)
    answering: set[str] = field(default_factory=set)
    menus: dict[Path, list[Item]] = field(default_factory=dict)
    copies: dict[str, dict[Path, list[Item]]] = field(default_factory=dict)
    moment: float | None = None
    """When the scheduler runs what is running; None: what runs was sent now."""
    ran: list[str] = field(default_factory=list)
    """Every script that came over SSH, for tests that look for secrets or repetitions."""

    def __post_init__(self) -> None:
        """Fill the menus of a router as it is sold, in a home."""
        if not self.menus:
            self.menus = tables.home(self.package)

    @property
    def powered(self) -> bool:
        """Whether it has started."""
        self.tick()
        return self.now() >= self.away_until

    def run(self, text: str) -> str:
        """Run a script as an exec channel does, and give what it prints."""
        self.tick()
        self.ran.append(text)
        return Interpreter(self).run(text)

    def tick(self) -> None:
        """Let the scheduler do what has become due."""
        for entry in list(self.menus[tables.SCHEDULER]):
            due = float(entry["next"])
            if entry.get("disabled") == "true" or self.now() < due:
                continue
            entry["next"] = str(due + float(entry["interval"]))
            self.moment = due
            Interpreter(self).run(entry["on-event"])
            self.moment = None

    def reboot(self) -> None:
        """Start anew: what is set stays."""
        self.boots += 1
        at = self.now() if self.moment is None else self.moment
        self.booted_at = self.away_until = at + BOOT_S

    def knows(self, words: list[str]) -> bool:
        """Whether a command's menu and verb are there."""
        path, verb, _ = self.place(words, ())
        known = path in self.menus and verb in VERBS
        return known or (*path, verb) in tables.COMMANDS

    def place(self, words: list[str], menu: Path) -> tuple[Path, str, list[str]]:
        """Tell a command's menu, its verb and what follows."""
        named = [part for part in words[0].split("/") if part] + words[1:]
        if not words[0].startswith("/"):
            return menu, named[0], list(named[1:])
        for count in range(len(named), 0, -1):
            path = tuple(named[:count])
            if path in tables.COMMANDS:
                return path[:-1], path[-1], named[count:]
            if path in self.menus and count < len(named):
                return path, named[count], named[count + 1 :]
        return tuple(named[:-1]), named[-1], []

    def resolve(self, name: str, server: str) -> str:
        """Resolve a name, as `:resolve` does."""
        del server
        if not self.upstream:
            raise RunError("failure: dns server failure")
        if name not in self.known_names:
            raise RunError("failure: dns name does not exist")
        return self.known_names[name]

    def command(
        self, path: Path, verb: str, values: list[Thing], given: dict[str, Thing], out: list[str]
    ) -> Thing:
        """Do one command of a menu."""
        special = tables.COMMANDS.get((*path, verb))
        if special is not None:
            special(self, given, out)
            return None
        items = self.menus[path]
        match verb:
            case "print":
                out.append(tables.printed(self, path, "terse" in values))
            case "find":
                conditions = {key: shown(value) for key, value in given.items()}
                return [one[".id"] for one in items if _meets(one, conditions)]
            case "get":
                return self._get(path, items, values)
            case "monitor":
                out.extend(
                    tables.monitored(self, path, one) for one in self._chosen(items, values)
                )
            case "add":
                self._add(path, given)
            case "unset":
                for one in self._chosen(items, values[:1]):
                    one.pop(shown(values[1]), None)
            case _:
                self._change(path, verb, values, given)
        return None

    @property
    def starts(self) -> int:
        """How often it has started."""
        return self.boots

    def _get(self, path: Path, items: list[Item], values: list[Thing]) -> Thing:
        if len(values) == 1:
            return tables.live(self, path, items[0]).get(shown(values[0]))
        chosen = self._chosen(items, values[:1])
        key = shown(values[-1])
        return chosen[0].get(key)

    def _chosen(self, items: list[Item], values: list[Thing]) -> list[Item]:
        wanted: list[str] = []
        for value in values:
            wanted += value if isinstance(value, list) else [shown(value)]
        chosen = [one for one in items if one[".id"] in wanted or one.get("name") in wanted]
        names = [one for one in values if isinstance(one, str) and one != "once"]
        if names and not chosen:
            raise RunError("no such item")
        return chosen

    def _add(self, path: Path, given: dict[str, Thing]) -> None:
        source = shown(given.pop("copy-from", None))
        held = next(
            (one for one in self.menus[path] if source in {one[".id"], one.get("name")}), {}
        )
        item = {**tables.DEFAULTS.get(path, {}), **held, **_texts(given)}
        if any(item.get("name") == one.get("name") for one in self.menus[path] if "name" in item):
            raise RunError("failure: item with this name already exists")
        item[".id"] = f"*{len(self.menus[path]) + 0x20:X}{self.boots}"
        if path == tables.SCHEDULER:
            item["started"] = str(self.now())
            self._schedule(item)
        tables.check(path, item)
        self.menus[path].append(item)

    def _change(self, path: Path, verb: str, values: list[Thing], given: dict[str, Thing]) -> None:
        chosen = self._chosen(self.menus[path], values)
        for one in chosen:
            match verb:
                case "remove":
                    self.menus[path].remove(one)
                case "enable" | "disable":
                    one["disabled"] = "false" if verb == "enable" else "true"
                case _:
                    tables.check(path, {**one, **_texts(given)})
                    one.update(_texts(given))
                    if path == tables.SCHEDULER and "interval" in given:
                        self._schedule(one)

    def _schedule(self, entry: Item) -> None:
        """Say when an entry runs next: whole intervals after it was made."""
        span, started = tables.span_s(entry["interval"]), float(entry["started"])
        runs = (self.now() - started) // span + 1
        entry["interval"], entry["next"] = str(span), str(started + runs * span)

    def save(self, name: str) -> None:
        """Keep a copy of all that is set, as a file."""
        plain = name.removesuffix(".backup")
        self.copies[plain] = copy.deepcopy(self.menus)
        files = self.menus[tables.FILES]
        files.append({"name": f"{plain}.backup", ".id": f"*{len(files) + 1:X}"})

    def load(self, name: str) -> None:
        """Go back to a copy, and start anew."""
        plain = name.removesuffix(".backup")
        files = self.menus[tables.FILES]
        if all(one["name"] != f"{plain}.backup" for one in files):
            raise RunError("failure: could not open backup file")
        self.menus = {**copy.deepcopy(self.copies[plain]), tables.FILES: files}
        self.reboot()


def _meets(item: Item, conditions: dict[str, str]) -> bool:
    words = {"yes": "true", "no": "false"}
    return all(
        item.get(key, "") == words.get(value, value) or item.get(key, "") == value
        for key, value in conditions.items()
    )


def _texts(given: dict[str, Thing]) -> Item:
    words = {"yes": "true", "no": "false"}
    texts = {key: shown(value) for key, value in given.items()}
    if "disabled" in texts:
        texts["disabled"] = words.get(texts["disabled"], texts["disabled"])
    return texts
