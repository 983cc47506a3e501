"""Pure: what stands on a terminal after a node has written to it, and what that means.

Nodes go back over what they have written: a line editor takes characters back, a pager wipes its
own line. So text is read as a terminal would show it, not as it came.
"""

from __future__ import annotations

import codecs
import re
from typing import Final

# ECMA-48, section 8.3: control sequences; CUB (D) and CUF (C) move, EL (K) erases, others are
# colour and the like.
_CONTROL: Final = re.compile(r"\x1b\[([0-9;?]*)([@-~])")
_UNFINISHED: Final = re.compile(r"\x1b(\[[0-9;?]*)?\Z")
_ESCAPE: Final = re.compile(r"\x1b(?!\[).")

PROMPT: Final = re.compile(r"\S.*[>#\]$%] ?\Z|[>#$] ?\Z")
"""How a prompt ends: user and privileged mode, VRP's system view, a shell."""

# `---- More ( Press 'Q' to break ) ----` (Huawei SmartAX), `--More--` (ZTE ZXR10 in NOC Project,
# sa/profiles/ZTE/ZXR10), `More: <space>` (Eltex), `CTRL+C ESC q Quit SPACE n Next Page ... a All`
# (D-Link in NOC Project, sa/profiles/DLink/DxS).
PAGER: Final = re.compile(
    r"-{2,4} ?More ?(\(.*\))?[ -]*\Z|\AMore: <space>.*\Z|\A\s*Press any key to continue.*\Z"
    r"|\A\s*CTRL\+C.+a All ?\Z",
    re.IGNORECASE,
)
QUESTION: Final = re.compile(r"[\[(] ?y(es)? ?[/|] ?no? ?[\])].*[:?\]] ?\Z|\}:\Z", re.IGNORECASE)
"""A question that wants an answer: `(y/n)[n]:`, `[Y/N]:`, and SmartAX's `{ <cr>||<K> }:`."""

# `% Unknown command, the error locates at '^'` and `Failure: ...` (Huawei SmartAX), `% Invalid
# input detected` (ZTE ZXR10 in NOC Project), `%Error 20202: ...` beside `%Info ...`, which is
# none (ZTE C600), `Error: Unrecognized command` (Huawei VRP), `Next possible completions:` and
# `Fail!` (D-Link in NOC Project), `invalid token` (Nokia ISAM in public programs).
REJECTION: Final = re.compile(
    r"\A\s*(% [A-Z]|%Error|Failure: |Error: |Fail!|invalid token"
    r"|(Available commands|Next possible completions|Ambiguous token):)"
)


class Screen:
    """Lines as a terminal shows them; the last one is where the cursor stands."""

    def __init__(self) -> None:
        """Start empty."""
        self.lines: list[str] = [""]
        self._column = 0
        self._rest = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")

    @property
    def last(self) -> str:
        """The line with the cursor, up to the cursor."""
        return self.lines[-1][: self._column]

    def write(self, data: bytes) -> None:
        """Show what the node has sent; it may end in the middle of anything.

        Args:
            data: octets, UTF-8 where they are no ASCII.
        """
        text = self._rest + self._decoder.decode(data)
        unfinished = _UNFINISHED.search(text)
        self._rest = unfinished[0] if unfinished else ""
        if unfinished:
            text = text[: unfinished.start()]
        at = 0
        while at < len(text):
            control = _CONTROL.match(text, at)
            escape = control or _ESCAPE.match(text, at)
            if control:
                self._control(control[1], control[2])
            elif not escape:
                self._show(text[at])
            at = escape.end() if escape else at + 1

    def _control(self, number: str, command: str) -> None:
        count = int(number) if number.isdigit() else 1
        if command == "D":
            self._column = max(0, self._column - count)
        elif command == "C":
            self._column += count
        elif command == "K" and number in {"", "0"}:
            self.lines[-1] = self.lines[-1][: self._column]

    def _show(self, char: str) -> None:
        match char:
            case "\n":
                self.lines.append("")
                self._column = 0
            case "\r":
                self._column = 0
            case "\b":
                self._column = max(0, self._column - 1)
            case _ if char.isprintable() or char == "\t":
                line = self.lines[-1].ljust(self._column)
                self.lines[-1] = line[: self._column] + char + line[self._column + 1 :]
                self._column += 1
            case _:
                pass  # bell, NUL and the like


def said(lines: list[str]) -> str:
    """Give what a node has said, without the pager's lines and without empty lines.

    A terminal that echoes while a command runs shows our own empty line among the node's.

    Args:
        lines: of a screen, between the typed line and the prompt.

    Returns:
        The text, one line feed after each line; empty where it said nothing.
    """
    kept = (line.rstrip() for line in lines)
    return "".join(f"{line}\n" for line in kept if line and not PAGER.search(line))


def rejection(output: str) -> str | None:
    """Give the line with which a node says that it does not take a command, or None."""
    return next((line.strip() for line in output.splitlines() if REJECTION.match(line)), None)
