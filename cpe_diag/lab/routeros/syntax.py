"""Reads RouterOS's scripting language: text -> statements. As much of it as our drivers use.

Source: MikroTik's Scripting manual (lines, commands, strings and escapes, expressions).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, TypeAlias

from cpe_diag.driver_kit.routeros_script import unquote


class ScriptError(Exception):
    """The text is no script; RouterOS runs nothing of it."""


@dataclass(frozen=True, slots=True)
class Text:
    """A string, of literal pieces and variables."""

    parts: tuple[str | Name, ...]


@dataclass(frozen=True, slots=True)
class Name:
    """A variable: `$name`."""

    name: str


@dataclass(frozen=True, slots=True)
class Inner:
    """A command in brackets, for its value."""

    statement: Statement


@dataclass(frozen=True, slots=True)
class Sum:
    """Two values and an operator between them."""

    operator: str
    left: Value
    right: Value


@dataclass(frozen=True, slots=True)
class Block:
    """Statements in braces."""

    statements: tuple[Statement, ...]


Value: TypeAlias = Text | Name | Inner | Sum | Block


@dataclass(frozen=True, slots=True)
class Statement:
    """A command: its words, and what they are given; `named` are written `name=value`.

    `call` is the variable that holds the code, for `$name ...`; empty for a command.
    """

    call: str
    words: tuple[Value, ...]
    named: tuple[tuple[str, Value], ...]


_BARE: Final = re.compile(r"[^\s;\[\](){}\"$=]+")
_NAME: Final = re.compile(r"[A-Za-z0-9_]+")
_KEY: Final = re.compile(r"[A-Za-z][A-Za-z0-9.-]*(?==)")
# From the weakest to the strongest.
_OPERATORS: Final = (("and", "or"), ("!=", "=", "<", ">"), (".",), ("+", "-"), ("*",))


class Reader:
    """Reads one text, from left to right."""

    def __init__(self, text: str) -> None:
        """Begin at the beginning."""
        self._text = text
        self._at = 0

    def script(self) -> tuple[Statement, ...]:
        """Read all of it."""
        found = self._statements("")
        if self._at < len(self._text):
            raise self._fault()
        return found

    def _statements(self, end: str) -> tuple[Statement, ...]:
        found: list[Statement] = []
        while True:
            self._skip(" \t\r\n;")
            if self._at >= len(self._text) or self._peek() == end:
                return tuple(found)
            if self._peek() == "{":
                found.append(Statement("", (self._block(),), ()))
            else:
                found.append(self._statement(end))

    def _statement(self, end: str) -> Statement:
        call = ""
        if self._peek() == "$":
            call = self._variable().name
        words: list[Value] = []
        named: list[tuple[str, Value]] = []
        while True:
            self._skip(" \t")
            if self._at >= len(self._text) or self._peek() in f";\r\n{end}":
                return Statement(call, tuple(words), tuple(named))
            key = _KEY.match(self._text, self._at)
            if key:
                self._at = key.end() + 1
                named.append((key[0], self._value()))
            else:
                words.append(self._value())

    def _value(self) -> Value:  # noqa: PLR0911 - one return for each kind
        match self._peek():
            case '"':
                return self._string()
            case "$":
                return self._variable()
            case "[":
                return self._inner()
            case "(":
                return self._expression()
            case "{":
                return self._block()
        bare = _BARE.match(self._text, self._at)
        if bare is None:
            if self._peek() in " \t;\r\n])}" or self._at >= len(self._text):
                return Text(())
            raise self._fault()
        self._at = bare.end()
        return Text((bare[0],))

    def _string(self) -> Text:
        parts: list[str | Name] = []
        literal = ""
        self._at += 1
        while self._peek() != '"':
            if self._at >= len(self._text):
                raise self._fault()
            match self._peek():
                case "\\":
                    literal += self._text[self._at : self._at + 2]
                    self._at += 2
                case "$":
                    parts += [unquote(literal), self._variable()]
                    literal = ""
                case other:
                    literal += other
                    self._at += 1
        self._at += 1
        return Text((*parts, unquote(literal)))

    def _variable(self) -> Name:
        name = _NAME.match(self._text, self._at + 1)
        if name is None:
            raise self._fault()
        self._at = name.end()
        return Name(name[0])

    def _inner(self) -> Inner:
        self._at += 1
        self._skip(" \t")
        statement = self._statement("]")
        self._expect("]")
        return Inner(statement)

    def _block(self) -> Block:
        self._at += 1
        statements = self._statements("}")
        self._expect("}")
        return Block(statements)

    def _expression(self) -> Value:
        self._expect("(")
        value = self._sum(0)
        self._skip(" \t")
        self._expect(")")
        return value

    def _sum(self, level: int) -> Value:
        if level == len(_OPERATORS):
            self._skip(" \t")
            return self._value()
        left = self._sum(level + 1)
        while True:
            self._skip(" \t")
            operator = next(
                (one for one in _OPERATORS[level] if self._text.startswith(one, self._at)), None
            )
            if operator is None:
                return left
            self._at += len(operator)
            left = Sum(operator, left, self._sum(level + 1))

    def _peek(self) -> str:
        return self._text[self._at] if self._at < len(self._text) else "\0"

    def _skip(self, marks: str) -> None:
        while self._at < len(self._text) and self._text[self._at] in marks:
            self._at += 1

    def _expect(self, mark: str) -> None:
        if self._peek() != mark:
            raise self._fault()
        self._at += 1

    def _fault(self) -> ScriptError:
        return ScriptError(f"syntax error (line 1 column {self._at + 1})")
