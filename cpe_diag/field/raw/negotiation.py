"""How two ends of PPP agree on options (RFC 1661, sections 4 and 5): LCP and IPCP alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.field.raw.ppp import ACK, ASK, NAK, REJECT, control, options, read_options

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cpe_diag.field.raw.ppp import Control, Option

    Weigh = Callable[[int, bytes], bytes | None]


class Negotiation:
    """What we want and what the other end wants, until both are taken."""

    def __init__(self, wanted: dict[int, bytes], *, weigh: Weigh, adopt: Weigh) -> None:
        """Begin with nothing agreed.

        Args:
            wanted: our options by kind.
            weigh: what we say to an option of the other end: the same value takes it, another
                value is proposed in its place, None refuses it.
            adopt: what we want of an option after the other end has proposed a value; None: not
                that option any more.
        """
        self.wanted = wanted
        self.theirs: dict[int, bytes] = {}
        self._weigh = weigh
        self._adopt = adopt
        self._identifier = 0
        self.ours_taken = False
        self.theirs_taken = False

    @property
    def agreed(self) -> bool:
        """Whether both ends have taken what the other wants."""
        return self.ours_taken and self.theirs_taken

    def ask(self) -> bytes:
        """Write our question anew; an answer to an earlier one does not count any more."""
        self._identifier += 1
        return control(ASK, self._identifier, options(self.wanted.items()))

    def take(self, told: Control) -> Iterator[bytes]:
        """Read a Configure packet, and give what is to be said to it.

        Raises:
            ValueError: the length of an option is false.
        """
        if told.code == ASK:
            yield self._answer(told)
        elif told.identifier != self._identifier or self.ours_taken:
            return
        elif told.code == ACK:
            self.ours_taken = told.data == options(self.wanted.items())
        elif told.code in {NAK, REJECT}:
            for kind, value in read_options(told.data):
                self._change(kind, value if told.code == NAK else None)
            yield self.ask()

    def _change(self, kind: int, value: bytes | None) -> None:
        if kind not in self.wanted:
            return
        next_value = None if value is None else self._adopt(kind, value)
        if next_value is None:
            del self.wanted[kind]
        else:
            self.wanted[kind] = next_value

    def _answer(self, told: Control) -> bytes:
        """Take all, or say which options are refused, or what we propose in their place."""
        asked = read_options(told.data)
        said = [(kind, value, self._weigh(kind, value)) for kind, value in asked]
        refused: list[Option] = [(kind, value) for kind, value, ours in said if ours is None]
        if refused:
            return control(REJECT, told.identifier, options(refused))
        proposed = [(kind, ours) for kind, value, ours in said if ours not in {None, value}]
        if proposed:
            return control(
                NAK, told.identifier, options((kind, ours) for kind, ours in proposed if ours)
            )
        self.theirs, self.theirs_taken = dict(asked), True
        return control(ACK, told.identifier, told.data)
