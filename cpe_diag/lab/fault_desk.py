"""Sets and clears faults so that clearing is the exact inverse of setting.

A fault is a list of changes. Each change names a place in the world and makes its new value from
the old one. The desk remembers for each place the value without any fault and the changes that
lie on it, so faults may overlap on one subscriber, or on what several share, and be cleared in
any order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from cpe_diag.lab.counting import count_all
from cpe_diag.lab.home_state import HomeRouter

if TYPE_CHECKING:
    from collections.abc import Hashable

    from cpe_diag.lab.world import World


class Place(Protocol):
    """Somewhere in the world that holds a value."""

    def key(self) -> Hashable:
        """Tell this place apart from every other."""

    def get(self) -> object:
        """Give the present value."""

    def put(self, value: object) -> None:
        """Set the value."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of one of the world's objects."""

    owner: object
    name: str

    def key(self) -> Hashable:
        """Tell this place apart from every other."""
        return id(self.owner), self.name

    def get(self) -> object:
        """Give the present value."""
        value: object = getattr(self.owner, self.name)
        return value

    def put(self, value: object) -> None:
        """Set the value."""
        setattr(self.owner, self.name, value)


@dataclass(frozen=True, slots=True)
class UciOption:
    """An option of a router's committed configuration; None is no such option."""

    router: HomeRouter
    config: str
    section: str
    option: str

    def key(self) -> Hashable:
        """Tell this place apart from every other."""
        return self.router.subscriber, self.config, self.section, self.option

    def get(self) -> object:
        """Give the present value."""
        return self.router.uci.get(self.config, {}).get(self.section, {}).get(self.option)

    def put(self, value: object) -> None:
        """Set the value, or remove the option."""
        section = self.router.uci[self.config][self.section]
        if isinstance(value, str):
            section[self.option] = value
        elif isinstance(value, list):
            section[self.option] = [str(item) for item in value]
        else:
            section.pop(self.option, None)


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of a router's log: present or not."""

    router: HomeRouter
    at: float
    line: str

    def key(self) -> Hashable:
        """Tell this place apart from every other."""
        return self.router.subscriber, self.at, self.line

    def get(self) -> object:
        """Tell whether the line is there."""
        return (self.at, self.line) in self.router.log_extra

    def put(self, value: object) -> None:
        """Add or remove the line."""
        present = (self.at, self.line) in self.router.log_extra
        if value and not present:
            self.router.log_extra.append((self.at, self.line))
        elif present and not value:
            self.router.log_extra.remove((self.at, self.line))


Make = Callable[[object], object]


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a fault: where, and how the new value comes from the old one."""

    place: Place
    make: Make


def to(owner: object, **values: object) -> list[Change]:
    """Make changes that set fields of one object.

    Args:
        owner: one of the world's objects.
        values: the new value of each field.
    """
    return [Change(Field(owner, name), _always(value)) for name, value in values.items()]


def more(owner: object, **added: float) -> list[Change]:
    """Make changes that add to numbers of one object.

    Args:
        owner: one of the world's objects.
        added: what is added to each field.
    """
    return [Change(Field(owner, name), _plus(amount)) for name, amount in added.items()]


def _plus(amount: float) -> Make:
    def make(old: object) -> object:
        if not isinstance(old, int | float):
            msg = f"only to a number can {amount} be added, not to {old!r}"
            raise TypeError(msg)
        return old + amount

    return make


def _always(value: object) -> Make:
    return lambda _old: value


@dataclass(slots=True)
class _Held:
    """A place that faults have changed: its value without them, and their changes in order."""

    place: Place
    base: object
    makes: list[tuple[tuple[str, str], Make]] = field(default_factory=list)

    def value(self) -> object:
        value = self.base
        for _owner, make in self.makes:
            value = make(value)
        return value


class FaultDesk:
    """Holds which faults are set, and puts everything back."""

    def __init__(self, world: World) -> None:
        """Start with no fault."""
        self._world = world
        self._held: dict[Hashable, _Held] = {}

    def set(self, subscriber: str, fault: str, changes: list[Change]) -> None:
        """Apply a fault's changes; a fault that is set already stays as it is.

        Args:
            subscriber: on whom.
            fault: its id.
            changes: what it does.
        """
        if fault in self._world.faults.get(subscriber, set()):
            return
        count_all(self._world)
        for change in changes:
            key = change.place.key()
            held = self._held.get(key)
            if held is None:
                held = self._held[key] = _Held(change.place, change.place.get())
            held.makes.append(((subscriber, fault), change.make))
            held.place.put(held.value())
        self._world.faults.setdefault(subscriber, set()).add(fault)

    def clear(self, subscriber: str, fault: str) -> None:
        """Take a fault back; a value that somebody else has changed meanwhile stays."""
        count_all(self._world)
        for key, held in list(self._held.items()):
            rest = [item for item in held.makes if item[0] != (subscriber, fault)]
            if len(rest) == len(held.makes):
                continue
            untouched = held.place.get() == held.value()
            held.makes = rest
            if untouched:
                held.place.put(held.value())
            if not rest:
                del self._held[key]
        faults = self._world.faults.get(subscriber, set())
        faults.discard(fault)
        if not faults:
            self._world.faults.pop(subscriber, None)
