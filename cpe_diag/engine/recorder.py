"""The trace of a run in memory: what was asked, what waited for what, what devices said."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from cpe_diag.domain.trace import Exchange, RawAnswer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from cpe_diag.ports import Clock

Redact: TypeAlias = "Callable[[str, str, str], str]"
"""(device, question, text) -> what of the text may be kept."""

UNFINISHED: Final = "unfinished"
"""The `failure` of an exchange that was still open when the trace was read."""


@dataclass(frozen=True, slots=True)
class _View:
    """What one task has seen of one recorder, and the scopes that it stands in."""

    recorder: RunRecorder
    seen: frozenset[int]
    scopes: tuple[list[int], ...]


_VIEW: Final[ContextVar[_View | None]] = ContextVar("cpe_diag_seen", default=None)
"""A context variable, because a child task inherits it and cannot change its parent's."""


@dataclass(slots=True)
class _Entry:
    """One exchange as it goes; `before` are all that it waited for, directly or not."""

    operation: str
    target: str
    label: str
    started_s: float
    waited_for: frozenset[int]
    before: frozenset[int]
    ended_s: float | None = None
    round_trips: int = 0
    failure: str | None = None


class RunRecorder:
    """The Recorder of one run: begin and end of every exchange, with its causes.

    An exchange waited for what its task had seen when it began. At `end` the task has seen this
    exchange, which stands for all that it waited for itself. Two exchanges that were begun
    before either ended do not wait for each other, in one task or in several.
    """

    def __init__(self, clock: Clock, *, redact: Redact | None = None) -> None:
        """Count on `clock`; keep of raw answers what `redact` leaves, without it nothing."""
        self._clock = clock
        self._redact = redact
        self._entries: list[_Entry] = []
        self._raw: list[RawAnswer] = []

    def begin(
        self, operation: str, target: str, label: str, *, after: frozenset[int] | None = None
    ) -> int:
        """Note that a question goes out now.

        Args:
            operation: in the words of the transport, such as `snmp.get`.
            target: device or address.
            label: what is asked.
            after: what it waited for, where that is not what the current task has seen.

        Returns:
            The id of the exchange; ids count from 1.
        """
        waited_for = self.seen() if after is None else self._leaves(after)
        self._entries.append(
            _Entry(
                operation,
                target,
                label,
                self._clock.monotonic(),
                waited_for,
                waited_for.union(*(self._entry(one).before for one in waited_for)),
            )
        )
        return len(self._entries)

    def end(self, exchange: int, *, round_trips: int = 1, failure: str | None = None) -> None:
        """Note that the answer is there, or that it failed: either way it was waited for."""
        entry = self._entry(exchange)
        entry.ended_s = self._clock.monotonic()
        entry.round_trips = round_trips
        entry.failure = failure
        self.join((exchange,))

    def raw(self, exchange: int, *, device: str, question: str, text: str) -> None:
        """Keep what the redaction leaves of an answer."""
        if self._redact is None:
            return
        kept = self._redact(device, question, text)
        self._raw.append(RawAnswer(exchange=exchange, device=device, question=question, text=kept))

    def seen(self) -> frozenset[int]:
        """Give the exchanges that the current task has seen, without those behind them."""
        return self._view().seen

    def join(self, exchanges: Iterable[int]) -> None:
        """Note that the current task has now seen these answers too."""
        new = frozenset(exchanges)
        view = self._view()
        for scope in view.scopes:
            scope.extend(new)
        _VIEW.set(_View(self, self._leaves(view.seen | new), view.scopes))

    @contextmanager
    def scope(self) -> Iterator[None]:
        """On leaving, the current task has seen what all tasks begun inside have seen."""
        outer = self._view()
        ended: list[int] = []
        _VIEW.set(_View(self, outer.seen, (*outer.scopes, ended)))
        try:
            yield
        finally:
            seen = self._leaves(self._view().seen.union(ended))
            _VIEW.set(_View(self, seen, outer.scopes))

    def trace(self, *, start_s: float) -> tuple[Exchange, ...]:
        """Give all exchanges in the order of their begin; an open one has failed `unfinished`.

        Args:
            start_s: what the times are counted from, in seconds of the clock.

        Returns:
            The exchanges.
        """
        now = self._clock.monotonic()
        return tuple(
            Exchange(
                id=number,
                operation=entry.operation,
                target=entry.target,
                label=entry.label,
                started_s=entry.started_s - start_s,
                ended_s=(now if entry.ended_s is None else entry.ended_s) - start_s,
                round_trips=entry.round_trips,
                waited_for=tuple(sorted(entry.waited_for)),
                failure=UNFINISHED if entry.ended_s is None else entry.failure,
            )
            for number, entry in enumerate(self._entries, start=1)
        )

    def raw_answers(self) -> tuple[RawAnswer, ...]:
        """Give what was kept of the answers, in the order in which they came."""
        return tuple(self._raw)

    def _entry(self, exchange: int) -> _Entry:
        return self._entries[exchange - 1]

    def _view(self) -> _View:
        view = _VIEW.get()
        return view if view is not None and view.recorder is self else _View(self, frozenset(), ())

    def _leaves(self, exchanges: frozenset[int]) -> frozenset[int]:
        """Leave out those that another of them has waited for already."""
        return exchanges.difference(*(self._entry(one).before for one in exchanges))
