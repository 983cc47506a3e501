"""Text of a shell script -> words and operators, with the shell's quoting rules."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from cpe_diag.lab.openwrt.syntax import (
    Arithmetic,
    Heredoc,
    Literal,
    Part,
    Script,
    ScriptError,
    Substitution,
    Variable,
    Word,
)

# XCU 2.10.2 (operators) without here-strings; longest first.
OPERATORS = ("<<-", "&&", "||", ";;", "<<", ">>", "<&", ">&", "&", "|", ";", "(", ")", "<", ">")

_OPERATOR = re.compile("|".join(map(re.escape, OPERATORS)))
_BLANKS = re.compile(r"(?:[ \t\r]|\\\n|#[^\n]*)*")

# XCU 2.5: special parameters, positional parameters, names.
PARAMETER = re.compile(r"[?$!#@*0-9]|[A-Za-z_][A-Za-z0-9_]*")

# XCU 2.2.3: within double quotes a backslash escapes only these.
ESCAPED_IN_DOUBLE_QUOTES = '$`"\\\n'

END_OF_WORD = " \t\n;&|<>()"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """An operator (a newline is one), a word, or the end (operator empty, no word)."""

    operator: str = ""
    word: Word | None = None


@dataclass(slots=True)
class Scanner:
    """A place in a script's text; `parse_nested` parses what stands in `$(...)`."""

    text: str
    parse_nested: Callable[[Scanner], Script]
    position: int = 0
    heredocs: list[Heredoc] = field(default_factory=list)
    ahead: tuple[int, Token, int] | None = None
    """Where a token was looked at in advance, what it is, and where it ends."""

    def peek(self) -> Token:
        """Give the next token without moving (but over the here-documents before it)."""
        self._skip_blanks()
        start = self.position
        token = self.next()
        if token.operator == "\n":
            self.position -= 1
            return token
        self.ahead = (start, token, self.position)
        self.position = start
        return token

    def next(self) -> Token:
        """Give the next token and move behind it."""
        self._skip_blanks()
        if self.ahead is not None and self.ahead[0] == self.position:
            _, token, self.position = self.ahead
            return token
        if self.position >= len(self.text):
            return Token()
        if self.text[self.position] == "\n":
            self.position += 1
            self._read_heredocs()
            return Token(operator="\n")
        operator = _OPERATOR.match(self.text, self.position)
        if operator is not None:
            self.position = operator.end()
            return Token(operator=operator[0])
        return Token(word=self._word())

    def fd_before_redirect(self) -> int | None:
        """Take a digit that stands directly before `<` or `>`, and give it."""
        self._skip_blanks()
        match = re.compile(r"([0-9])(?=[<>])").match(self.text, self.position)
        if match is None:
            return None
        self.position = match.end()
        return int(match.group(1))

    def _skip_blanks(self) -> None:
        blanks = _BLANKS.match(self.text, self.position)
        if blanks is not None:
            self.position = blanks.end()

    def _word(self) -> Word:
        parts: list[Part] = []
        while self.position < len(self.text):
            character = self.text[self.position]
            if character in END_OF_WORD:
                break
            if character == "'":
                end = self._find("'", self.position + 1)
                parts.append(Literal(text=self.text[self.position + 1 : end], quoted=True))
                self.position = end + 1
            elif character == '"':
                self.position += 1
                self._until_double_quote(parts)
            elif character == "\\":
                parts.append(
                    Literal(text=self.text[self.position + 1 : self.position + 2], quoted=True)
                )
                self.position += 2
            elif character in "$`":
                parts.append(self._expansion(quoted=False))
            else:
                start = self.position
                while self.position < len(self.text) and (
                    self.text[self.position] not in END_OF_WORD + "'\"\\$`"
                ):
                    self.position += 1
                parts.append(Literal(text=self.text[start : self.position], quoted=False))
        return Word(parts=tuple(parts))

    def _find(self, character: str, start: int) -> int:
        end = self.text.find(character, start)
        if end < 0:
            raise ScriptError("end of file")
        return end

    def _until_double_quote(self, parts: list[Part]) -> None:
        literal = ""
        while True:
            if self.position >= len(self.text):
                raise ScriptError("end of file")
            character = self.text[self.position]
            if character == '"':
                self.position += 1
                parts.append(Literal(text=literal, quoted=True))
                return
            if character == "\\" and self.text[self.position + 1 : self.position + 2] in (
                ESCAPED_IN_DOUBLE_QUOTES
            ):
                escaped = self.text[self.position + 1 : self.position + 2]
                literal += "" if escaped == "\n" else escaped
                self.position += 2
            elif character in "$`":
                parts.append(Literal(text=literal, quoted=True))
                literal = ""
                parts.append(self._expansion(quoted=True))
            else:
                literal += character
                self.position += 1

    def _expansion(self, *, quoted: bool) -> Part:
        text = self.text
        if text[self.position] == "`":
            end = self._find("`", self.position + 1)
            inner = re.sub(r"\\([$`\\])", r"\1", text[self.position + 1 : end])
            self.position = end + 1
            nested = Scanner(inner, self.parse_nested)
            return Substitution(script=self.parse_nested(nested), quoted=quoted)
        if text.startswith("$((", self.position):
            end = text.find("))", self.position)
            if end < 0:
                raise ScriptError("end of file")
            expression = text[self.position + 3 : end]
            self.position = end + 2
            return Arithmetic(text=expression)
        if text.startswith("$(", self.position):
            self.position += 2
            script = self.parse_nested(self)
            if self.next().operator != ")":
                raise ScriptError("end of file")
            return Substitution(script=script, quoted=quoted)
        if text.startswith("${", self.position):
            return self._braced(quoted=quoted)
        match = PARAMETER.match(text, self.position + 1)
        if match is None:
            self.position += 1
            return Literal(text="$", quoted=True)
        self.position = match.end()
        return Variable(name=match.group(0), quoted=quoted)

    def _braced(self, *, quoted: bool) -> Part:
        self.position += 2
        if self.text.startswith("#", self.position) and not self.text.startswith(
            "#}", self.position
        ):
            end = self._find("}", self.position)
            name = self.text[self.position + 1 : end]
            self.position = end + 1
            return Variable(name=name, quoted=quoted, operator="length")
        match = PARAMETER.match(self.text, self.position)
        if match is None:
            raise ScriptError('"}"')
        self.position = match.end()
        end = self._find("}", self.position)
        rest = self.text[self.position : end]
        self.position = end + 1
        if not rest:
            return Variable(name=match.group(0), quoted=quoted)
        for operator in (":-", "-", ":+", "+", "##", "#", "%%", "%"):
            if rest.startswith(operator):
                inner = Scanner(
                    '"' + rest.removeprefix(operator).strip('"') + '"', self.parse_nested
                )
                operand = inner.next().word
                return Variable(
                    name=match.group(0), quoted=quoted, operator=operator, operand=operand
                )
        raise ScriptError('"${"')

    def add_heredoc(self, delimiter: Word, *, strip_tabs: bool) -> Heredoc:
        """Remember a `<<`; its `parts` are filled when the line ends."""
        text = "".join(part.text for part in delimiter.parts if isinstance(part, Literal))
        quoted = any(isinstance(part, Literal) and part.quoted for part in delimiter.parts)
        pending = Heredoc(delimiter=text, quoted=quoted, strip_tabs=strip_tabs)
        self.heredocs.append(pending)
        return pending

    def _read_heredocs(self) -> None:
        for pending in self.heredocs:
            lines: list[str] = []
            while self.position < len(self.text):
                end = self.text.find("\n", self.position)
                end = len(self.text) if end < 0 else end
                line = self.text[self.position : end]
                self.position = end + 1
                line = line.lstrip("\t") if pending.strip_tabs else line
                if line == pending.delimiter:
                    break
                lines.append(line + "\n")
            body = "".join(lines)
            if pending.quoted:
                pending.parts.append(Literal(text=body, quoted=True))
            else:
                inner = Scanner(body.replace('"', '\\"') + '"', self.parse_nested)
                inner._until_double_quote(pending.parts)
        self.heredocs.clear()
