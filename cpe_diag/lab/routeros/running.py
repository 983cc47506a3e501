"""Runs RouterOS's scripting language on a device: what it prints, and how it fails."""

from __future__ import annotations

import operator as operators
from dataclasses import dataclass, field
from itertools import takewhile
from typing import TYPE_CHECKING, Final, TypeAlias

from cpe_diag.lab.routeros.syntax import (
    Block,
    Inner,
    Name,
    Reader,
    ScriptError,
    Statement,
    Sum,
    Text,
    Value,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cpe_diag.lab.routeros.device import Device


class RunError(Exception):
    """A command failed; RouterOS prints the words and ends the script, unless they are caught."""


@dataclass(frozen=True, slots=True)
class Code:
    """What `:parse` gives."""

    statements: tuple[Statement, ...]


Thing: TypeAlias = "str | int | bool | list[str] | Code | None"

ON_ERROR: Final = "on-error"


@dataclass(slots=True)
class Scope:
    """Variables of one block; inner blocks see the outer ones."""

    outer: Scope | None = None
    held: dict[str, Thing] = field(default_factory=dict)

    def find(self, name: str) -> Scope | None:
        """Give the scope that holds a variable."""
        if name in self.held:
            return self
        return None if self.outer is None else self.outer.find(name)


class Interpreter:
    """Runs one script."""

    def __init__(self, device: Device) -> None:
        """Run on a device."""
        self._device = device
        self.output: list[str] = []

    def run(self, text: str) -> str:
        """Run a script as an exec channel does.

        Args:
            text: of the script.

        Returns:
            All that it printed, the failure's words at the end where it failed.
        """
        try:
            self._all(self._read(text), Scope())
        except ScriptError as fault:
            return f"{fault}\r\n"
        except RunError as fault:
            self.output.append(f"{fault}\n")
        return "".join(self.output).replace("\n", "\r\n")

    def _read(self, text: str) -> tuple[Statement, ...]:
        statements = Reader(text).script()
        for one in statements:
            self._check(one)
        return statements

    def _check(self, statement: Statement) -> None:
        """Refuse commands that there are not, as RouterOS does before it runs anything."""
        for value in (*statement.words, *(value for _, value in statement.named)):
            self._check_value(value)
        if statement.call or not statement.words or isinstance(statement.words[0], Block):
            return
        words = _leading(statement)
        if words and words[0].startswith("/") and not self._device.knows(words):
            raise ScriptError(f"bad command name {words[0].strip('/')} (line 1 column 2)")

    def _check_value(self, value: Value) -> None:
        match value:
            case Inner(statement):
                self._check(statement)
            case Block(statements):
                for one in statements:
                    self._check(one)
            case Sum(_, left, right):
                self._check_value(left)
                self._check_value(right)
            case _:
                pass

    def _all(self, statements: tuple[Statement, ...], scope: Scope) -> None:
        for one in statements:
            self._do(one, scope)

    def _do(  # noqa: C901, PLR0912 - one case for each command of the language
        self, statement: Statement, scope: Scope, menu: tuple[str, ...] = ()
    ) -> Thing:
        named = dict(statement.named)
        if statement.call:
            return self._call(statement, scope)
        first = statement.words[0] if statement.words else Text(())
        if isinstance(first, Block):
            self._all(first.statements, Scope(scope))
            return None
        word = _literal(first)
        if not word.startswith(":"):
            return self._command(statement, scope, menu)
        values = statement.words[1:]
        match word:
            case ":local":
                scope.held[_literal(values[0])] = (
                    self._value(values[1], scope) if len(values) > 1 else None
                )
            case ":set":
                name = _literal(values[0])
                (scope.find(name) or scope).held[name] = self._value(values[1], scope)
            case ":put":
                self.output.append(f"{shown(self._value(values[0], scope))}\n")
            case ":do":
                self._try(values[0], named.get(ON_ERROR), scope)
            case ":if":
                holds = self._value(values[0], scope) in {True, "true"}
                chosen = named.get("do" if holds else "else")
                if isinstance(chosen, Block):
                    self._all(chosen.statements, Scope(scope))
            case ":while":
                self._while(values[0], named["do"], scope)
            case ":foreach":
                self._each(_literal(values[0]), named, scope)
            case ":error":
                raise RunError(shown(self._value(values[0], scope)))
            case ":delay":
                pass
            case _:
                return self._function(word, values, named, scope)
        return None

    def _function(
        self, word: str, values: tuple[Value, ...], named: dict[str, Value], scope: Scope
    ) -> Thing:
        value = self._value(values[0], scope)
        match word:
            case ":parse":
                try:
                    return Code(self._read(shown(value)))
                except ScriptError as fault:
                    raise RunError(str(fault)) from fault
            case ":len":
                return (
                    0 if value is None else len(value if isinstance(value, list) else shown(value))
                )
            case ":tostr":
                return shown(value)
            case ":find" | ":pick":
                return _within(word, shown(value), [self._value(one, scope) for one in values[1:]])
            case ":tonum":
                return int(shown(value))
            case ":resolve":
                server = self._value(named["server"], scope) if "server" in named else None
                return self._device.resolve(shown(value), shown(server))
            case _:
                raise RunError(f"bad command name {word}")

    def _try(self, block: Value, caught: Value | None, scope: Scope) -> None:
        if not isinstance(block, Block):
            raise RunError("invalid value for argument command")
        try:
            self._all(block.statements, Scope(scope))
        except RunError:
            if not isinstance(caught, Block):
                raise
            self._all(caught.statements, Scope(scope))

    def _while(self, condition: Value, block: Value, scope: Scope) -> None:
        if not isinstance(block, Block):
            raise RunError("invalid value for argument do")
        while self._value(condition, scope) in {True, "true"}:
            self._all(block.statements, Scope(scope))

    def _each(self, name: str, named: dict[str, Value], scope: Scope) -> None:
        values = self._value(named["in"], scope)
        block = named["do"]
        if isinstance(values, list) and isinstance(block, Block):
            for one in values:
                self._all(block.statements, Scope(scope, {name: one}))

    def _call(self, statement: Statement, scope: Scope) -> Thing:
        holder = scope.find(statement.call)
        code = None if holder is None else holder.held[statement.call]
        if not isinstance(code, Code):
            return code
        given = {name: self._value(value, scope) for name, value in statement.named}
        self._all(code.statements, Scope(None, given))
        return None

    def _command(self, statement: Statement, scope: Scope, menu: tuple[str, ...]) -> Thing:
        leading = _leading(statement)
        path, verb, rest = self._device.place(leading, menu)
        following = statement.words[len(leading) - len(rest) :]
        values = [self._value(one, scope, path) for one in following]
        given = {name: self._value(value, scope, path) for name, value in statement.named}
        return self._device.command(path, verb, values, given, self.output)

    def _value(self, value: Value, scope: Scope, menu: tuple[str, ...] = ()) -> Thing:
        match value:
            case Text(parts):
                return "".join(
                    one if isinstance(one, str) else shown(self._value(one, scope))
                    for one in parts
                )
            case Name(name):
                holder = scope.find(name)
                return None if holder is None else holder.held[name]
            case Inner(statement):
                return self._do(statement, scope, menu)
            case Block():
                return Code(value.statements)
            case Sum(operator, left, right):
                return _reckoned(operator, self._value(left, scope), self._value(right, scope))


def shown(value: Thing) -> str:
    """Write a value as `:put` does."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case list():
            return ";".join(value)
        case Code():
            return "(code)"
        case _:
            return str(value)


def _within(word: str, text: str, given: list[Thing]) -> Thing:
    """Do `:find TEXT PART` and `:pick TEXT FIRST END`."""
    if word == ":find":
        at = text.find(shown(given[0]))
        return None if at < 0 else at
    first, end = (int(shown(one)) for one in given)
    return text[first:end]


def _leading(statement: Statement) -> list[str]:
    """Give the words at a statement's beginning that are written out."""
    words = takewhile(lambda one: isinstance(one, Text), statement.words)
    return [_literal(one) for one in words]


def _literal(value: Value) -> str:
    match value:
        case Text(parts):
            return "".join(one for one in parts if isinstance(one, str))
        case _:
            return ""


def _reckoned(operator: str, left: Thing, right: Thing) -> Thing:
    match operator:
        case ".":
            return shown(left) + shown(right)
        case "=" | "!=":
            return (shown(left) == shown(right)) is (operator == "=")
        case "and" | "or":
            sides = (shown(left) == "true", shown(right) == "true")
            return all(sides) if operator == "and" else any(sides)
        case _:
            return _NUMBERS[operator](int(shown(left)), int(shown(right)))


_NUMBERS: Final[Mapping[str, Callable[[int, int], int | bool]]] = {
    "+": operators.add,
    "-": operators.sub,
    "*": operators.mul,
    "<": operators.lt,
    ">": operators.gt,
}
