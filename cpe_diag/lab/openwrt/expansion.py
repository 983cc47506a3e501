"""Words -> the fields a command is called with: parameters, substitution, splitting, patterns."""

from __future__ import annotations

import ast
import fnmatch
import operator
import re
from dataclasses import dataclass, field
from glob import escape
from typing import TYPE_CHECKING, assert_never

from cpe_diag.lab.openwrt.syntax import (
    Arithmetic,
    Literal,
    Part,
    Substitution,
    Variable,
    Word,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cpe_diag.lab.openwrt.shell import Shell
    from cpe_diag.lab.openwrt.streams import Streams

# XCU 1.1.2.1: the arithmetic that is understood here.
OPERATIONS: Mapping[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.floordiv,
    ast.Mod: operator.mod,
}


@dataclass(slots=True)
class _Field:
    """A field under construction: its text, and its pattern with quoted parts escaped."""

    text: str = ""
    pattern: str = ""
    started: bool = False

    def add(self, text: str, *, quoted: bool) -> None:
        self.text += text
        self.pattern += escape(text) if quoted else text
        self.started = True


@dataclass(slots=True)
class _Fields:
    done: list[_Field] = field(default_factory=list)
    current: _Field = field(default_factory=_Field)

    def close(self) -> None:
        if self.current.started:
            self.done.append(self.current)
        self.current = _Field()

    def add_split(self, text: str) -> None:
        """Add unquoted text, split at blanks (XCU 2.6.5 with the usual IFS)."""
        pieces = text.split()
        if text[:1].isspace():
            self.close()
        for index, piece in enumerate(pieces):
            if index:
                self.close()
            self.current.add(piece, quoted=False)
        if pieces and text[-1:].isspace():
            self.close()


async def expand_words(shell: Shell, words: Sequence[Word], streams: Streams) -> list[str]:
    """Give the fields of `words`, with file name patterns resolved on the router's files."""
    fields = _Fields()
    for word in words:
        for part in word.parts:
            if isinstance(part, Variable) and part.name == "@" and part.quoted:
                for index, argument in enumerate(shell.arguments):
                    if index:
                        fields.close()
                    fields.current.add(argument, quoted=True)
                continue
            text = await _value(shell, part, streams)
            if isinstance(part, Literal):
                fields.current.add(text, quoted=part.quoted)
            elif isinstance(part, Arithmetic) or part.quoted:
                fields.current.add(text, quoted=True)
            else:
                fields.add_split(text)
        fields.close()
    result: list[str] = []
    for done in fields.done:
        matches = shell.machine.files.matching(done.pattern)
        result += matches or [done.text]
    return result


async def expand_text(shell: Shell, word: Word, streams: Streams) -> str:
    """Give one text, neither split nor matched: the value of an assignment, a file's name."""
    return "".join([await _value(shell, part, streams) for part in word.parts])


async def matches(shell: Shell, text: str, word: Word, streams: Streams) -> bool:
    """Say whether a text fits a pattern of `case`; what is quoted in it stands for itself."""
    pattern = _Field()
    for part in word.parts:
        quoted = part.quoted if not isinstance(part, Arithmetic) else True
        pattern.add(await _value(shell, part, streams), quoted=quoted)
    return fnmatch.fnmatchcase(text, pattern.pattern)


async def _value(shell: Shell, part: Part, streams: Streams) -> str:
    match part:
        case Literal():
            return part.text
        case Variable():
            return await _variable(shell, part, streams)
        case Substitution():
            return await shell.substitute(part.script, streams)
        case Arithmetic():
            return str(_arithmetic(shell, part.text))
        case _:
            assert_never(part)


def _parameter(shell: Shell, name: str) -> str | None:
    special = {
        "?": str(shell.status),
        "$": str(shell.machine.shell_pid),
        "!": str(shell.last_job),
        "#": str(len(shell.arguments)),
        "@": " ".join(shell.arguments),
        "*": " ".join(shell.arguments),
        "0": shell.name,
    }
    if name in special:
        return special[name]
    if name.isdigit():
        index = int(name) - 1
        return shell.arguments[index] if index < len(shell.arguments) else None
    return shell.variables.get(name)


async def _variable(shell: Shell, part: Variable, streams: Streams) -> str:
    value = _parameter(shell, part.name)
    if part.operator == "length":
        return str(len(value or ""))
    missing = value is None or (part.operator.startswith(":") and not value)
    operand = part.operand or Word(parts=())
    if part.operator.endswith("-"):
        return await expand_text(shell, operand, streams) if missing else value or ""
    if part.operator.endswith("+"):
        return "" if missing else await expand_text(shell, operand, streams)
    if part.operator:
        return _without(value or "", part.operator, await expand_text(shell, operand, streams))
    return value or ""


def _without(value: str, operator_text: str, pattern: str) -> str:
    """Take a beginning (`#`) or an end (`%`) that matches away: the shortest, or the longest."""
    expression = re.compile(fnmatch.translate(pattern))
    lengths = range(len(value) + 1)
    for length in reversed(lengths) if len(operator_text) > 1 else lengths:
        cut = len(value) - length
        piece, rest = (
            (value[:length], value[length:])
            if operator_text.startswith("#")
            else (value[cut:], value[:cut])
        )
        if expression.match(piece):
            return rest
    return value


def _arithmetic(shell: Shell, text: str) -> int:
    tree = ast.parse(text.replace("$", "").strip(), mode="eval")
    return _evaluate(shell, tree.body)


def _evaluate(shell: Shell, node: ast.expr) -> int:
    match node:
        case ast.Constant(value=int() as number):
            return number
        case ast.Name(id=name):
            return int(_parameter(shell, name) or 0)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_evaluate(shell, operand)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATIONS:
            return OPERATIONS[type(op)](_evaluate(shell, left), _evaluate(shell, right))
        case _:
            return 0
