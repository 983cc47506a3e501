"""What a shell script is made of, after parsing: words, commands, lists.

The grammar is the part of IEEE Std 1003.1-2017, XCU chapter 2 (Shell Command Language), that
batch scripts to routers use.
"""

from __future__ import annotations

from dataclasses import dataclass, field


class ScriptError(Exception):
    """The script is not one: `unexpected` is the token that did not fit, as ash names it."""

    def __init__(self, unexpected: str) -> None:
        """Carry the token."""
        super().__init__(f"syntax error: unexpected {unexpected}")
        self.unexpected = unexpected


@dataclass(frozen=True, slots=True, kw_only=True)
class Literal:
    """Text that stands for itself; quoted text is neither split nor expanded."""

    text: str
    quoted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """`$name` or `${name}`; `operator` is of XCU 2.6.2, `length` or empty."""

    name: str
    quoted: bool
    operator: str = ""
    operand: Word | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Substitution:
    """`$(...)`: the output of a script in place."""

    script: Script
    quoted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Arithmetic:
    """`$((...))`: whole numbers, with `+ - * / %` and parentheses."""

    text: str


Part = Literal | Variable | Substitution | Arithmetic


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One word before expansion."""

    parts: tuple[Part, ...]

    @property
    def plain(self) -> str | None:
        """The word's text if it is unquoted literal text (a possible keyword), else None."""
        if len(self.parts) != 1:
            return None
        part = self.parts[0]
        return part.text if isinstance(part, Literal) and not part.quoted else None


@dataclass(slots=True, kw_only=True)
class Heredoc:
    """The text after `<<`; the scanner fills `parts` when it comes to the line's end."""

    delimiter: str
    quoted: bool
    strip_tabs: bool
    parts: list[Part] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect:
    """`fd` goes to or comes from `target`; operators `<`, `>`, `>>`, `>&`, `<&`, `<<`."""

    fd: int
    operator: str
    target: Word | Heredoc


@dataclass(frozen=True, slots=True, kw_only=True)
class Simple:
    """A simple command: assignments, then words."""

    assignments: tuple[tuple[str, Word], ...]
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """`{ ...; }`, in this shell."""

    body: Script


@dataclass(frozen=True, slots=True, kw_only=True)
class Subshell:
    """`( ... )`, in a copy of this shell."""

    body: Script


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """`if`, `elif`, `else`, `fi`."""

    branches: tuple[tuple[Script, Script], ...]
    otherwise: Script | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """`case word in pattern|pattern) ...;; esac`."""

    word: Word
    branches: tuple[tuple[tuple[Word, ...], Script], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ForLoop:
    """`for name in words; do ...; done`."""

    name: str
    words: tuple[Word, ...]
    body: Script


@dataclass(frozen=True, slots=True, kw_only=True)
class WhileLoop:
    """`while ...; do ...; done`; `until` when `negated`."""

    condition: Script
    body: Script
    negated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """`name() command`."""

    name: str
    body: Command


Kind = Simple | Group | Subshell | Condition | Choice | ForLoop | WhileLoop | Function


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command of any kind and its redirections, in order."""

    kind: Kind
    redirects: tuple[Redirect, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """Commands whose outputs feed the next; `negated` by a leading `!`."""

    commands: tuple[Command, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AndOr:
    """Pipelines joined by `&&` and `||`; the first one's operator is empty."""

    items: tuple[tuple[str, Pipeline], ...]
    background: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """Lists one after the other."""

    items: tuple[AndOr, ...]
