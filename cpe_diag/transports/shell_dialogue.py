"""One interactive command line, line by line, so that no answer is taken for another's.

An interactive shell has no exit status and no end of answer, only prompts, and an answer may hold
what looks like one. So each line is framed:

1. The line is typed, and entered only once the node has shown it behind its prompt: a node that
   is busy or asks something does not get it.
2. When something like a prompt stands at the end, random letters are typed. A node that is still
   busy shows them later, or in the middle of its answer; a node at its prompt behind the prompt.
3. The letters are taken back and an empty line is entered: the prompt comes anew. A terminal
   that echoes while a command runs has shown the letters behind a false prompt, but not this.

The letters are none that a pager or a question understands (y, n, q, a, digits, space).
"""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import ChangeError, Failure, FailureKind
from cpe_diag.transports.netmiko_session import QUIET_S, WAIT_S
from cpe_diag.transports.terminal_text import PAGER, PROMPT, QUESTION, Screen, rejection, said

if TYPE_CHECKING:
    from cpe_diag.ports import ShellLine
    from cpe_diag.transports.netmiko_session import WaitingChannel

ENTER: Final = "shell.enter"
RETURN: Final = "\n"
LETTERS: Final = "zxvkjw"
LENGTH: Final = 12
TAKE_BACK: Final = ("\b", "\x7f")
"""BS and DEL: which of them takes a character back differs between nodes."""
TAKEN_BACK_S: Final = 1.0
MOST_LINES: Final = 20_000


class Dialogue:
    """A prepared command line of one node."""

    def __init__(self, channel: WaitingChannel, *, name: str, where: str) -> None:
        """Talk through `channel`; every prompt of the node holds `name`."""
        self._channel = channel
        self._name = name
        self._where = where
        self._screen = Screen()
        self._prompt = ""
        self.entered = False
        """The present line was entered: it may have happened."""
        self.usable = True
        """The next line can be typed."""

    def enter(self, line: ShellLine) -> str:
        """Type one line and give its answer; see `NodeShell.enter`.

        Raises:
            ChangeError: as `NodeShell.enter` says.
            ReadException: the node has closed the session.
        """
        output = self.answer(line)
        refusal = rejection(output)
        if refusal is not None:
            raise self._failed(
                FailureKind.DEVICE_ERROR, f"does not take {line.text!r}: {refusal}", maybe=False
            )
        return output

    @property
    def shown(self) -> str:
        """What stands on the terminal now, for whoever wants to know what the node is."""
        return "\n".join(self._screen.lines)

    def answer(self, line: ShellLine) -> str:
        """Type one line and give its answer, whatever it says.

        Raises:
            ChangeError: the line was not shown, or the node did not come back to its prompt.
            ReadException: the node has closed the session.
        """
        self.entered = False
        self._find_prompt()
        self._type(line)
        first = len(self._screen.lines)
        self.entered = True
        self._channel.send(RETURN)
        prompt = self._end_of_answer(line)
        self._prove_end(prompt)
        return said(self._answer(first, prompt))

    def _find_prompt(self) -> None:
        """Have the node at its prompt, with nothing typed behind it."""
        if self._prompt:
            return
        self._channel.send(RETURN)
        while not (self._listen(QUIET_S * 4) == b"" and self._is_prompt(self._screen.last)):
            self._in_time("shows no prompt")
        self._prompt = self._screen.last

    def _type(self, line: ShellLine) -> None:
        """Type a line and see it behind the prompt."""
        self._screen = Screen()
        self._screen.write(self._prompt.encode())
        self._channel.send(line.text)
        wanted = f"{self._prompt}{line.text}".rstrip()
        while self._screen.last.rstrip() != wanted:
            if not self._listen(WAIT_S) and self._left() <= 0:
                shown = self._screen.last[-80:]
                detail = f"shows {shown!r} where {line.text!r} was typed; it was not entered"
                raise self._failed(FailureKind.UNPARSEABLE, detail, maybe=False)

    def _end_of_answer(self, line: ShellLine) -> str:
        """Read until the letters stand behind a prompt; gives the prompt."""
        letters, asked = "", False
        while True:
            self._settle()
            last = self._screen.last
            if letters and last.endswith(letters) and self._is_prompt(last[: -len(letters)]):
                prompt = last[: -len(letters)]
                self._take_back(letters, prompt)
                return prompt
            if PAGER.search(last):
                self._channel.send(" ")
                letters = self._spoiled(letters)
            elif line.expect and not asked and re.search(line.expect, last):
                asked = True
                self._channel.send(line.send + RETURN)
            elif QUESTION.search(last):
                detail = f"asks {last.strip()[-120:]!r}, which nobody expected; left unanswered"
                raise self._failed(FailureKind.UNPARSEABLE, detail, maybe=True)
            elif not letters and self._is_prompt(last):
                letters = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
                self._channel.send(letters)
            else:
                self._listen(WAIT_S)
            self._in_time("has not come back to its prompt")

    def _spoiled(self, letters: str) -> str:
        """Take back letters of which a pager may have taken some."""
        if letters:
            self._channel.send(TAKE_BACK[0] * len(letters))
        return ""

    def _take_back(self, letters: str, prompt: str) -> None:
        for key in TAKE_BACK:
            self._channel.send(key * len(letters))
            waited = 0.0
            while waited < TAKEN_BACK_S and self._left() > 0:
                if self._screen.last.rstrip() == prompt.rstrip():
                    return
                if not self._listen(QUIET_S):
                    waited += QUIET_S
        self.usable = False

    def _prove_end(self, prompt: str) -> None:
        """Enter an empty line, and see the prompt anew."""
        if not self.usable:
            return  # the letters cannot be taken back: nothing is entered any more
        line = len(self._screen.lines)
        self._channel.send(RETURN)
        while True:
            self._settle()
            last = self._screen.last
            if len(self._screen.lines) > line and last.rstrip() == prompt.rstrip():
                self._prompt = last
                return
            if PAGER.search(last):
                self._channel.send(" ")
            else:
                self._listen(WAIT_S)
            self._in_time("has not come back to its prompt")

    def _answer(self, first: int, prompt: str) -> list[str]:
        """Give the lines between the typed line and the prompt at which the letters were.

        What came after the letters belongs to it too, where they stood behind a false prompt.
        """
        lines = self._screen.lines[first:-1]
        if self.usable and lines and lines[-1].rstrip() == prompt.rstrip():
            lines = lines[:-1]
        return lines

    def _is_prompt(self, text: str) -> bool:
        return self._name in text and PROMPT.match(text) is not None

    def _settle(self) -> None:
        """Read until the node is quiet for a moment."""
        while self._listen(QUIET_S) and self._left() > 0:
            pass

    def _listen(self, within_s: float) -> bytes:
        data = self._channel.receive(within_s)
        self._screen.write(data)
        if len(self._screen.lines) > MOST_LINES:
            detail = f"said more than {MOST_LINES} lines"
            raise self._failed(FailureKind.UNPARSEABLE, detail, maybe=self.entered)
        return data

    def _left(self) -> float:
        return self._channel.left()

    def _in_time(self, detail: str) -> None:
        if self._left() <= 0:
            shown = self._screen.last.strip()[-80:]
            words = f"{detail} in time; its last line is {shown!r}"
            raise self._failed(FailureKind.SILENT, words, maybe=self.entered)

    def _failed(self, kind: FailureKind, detail: str, *, maybe: bool) -> ChangeError:
        self.usable = False
        failure = Failure(kind=kind, where=self._where, detail=detail)
        return ChangeError(failure, ENTER, may_have_happened=maybe)
