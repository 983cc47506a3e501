"""How a change ends: with an outcome in its journal, or left open for whoever recovers it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from cpe_diag.domain.action import ActionEnd, ActionOutcome, EntryKind, JournalEntry

if TYPE_CHECKING:
    from cpe_diag.domain.action import PerformedStep, Proof, Reading
    from cpe_diag.ports import Clock


class Notes(Protocol):
    """What a change has noted so far. `trouble` is what the journal did not take any more."""

    steps: list[PerformedStep]
    trouble: str

    def note(self, entry: JournalEntry) -> None:
        """Write an entry."""

    def tell(self, words: str, read: tuple[Reading, ...] = ()) -> None:
        """Note what was read or measured."""


class Ending:
    """One change from its beginning to its outcome."""

    def __init__(  # noqa: PLR0913 - what an outcome is made of
        self,
        action_id: str,
        digest: str,
        symptom: str,
        notes: Notes,
        clock: Clock,
        *,
        recovered_by: str,
    ) -> None:
        """Begin now.

        Args:
            action_id: names the change in its journal.
            digest: of its plan.
            symptom: what was wrong before, in words.
            notes: of the change.
            clock: for how long it took.
            recovered_by: the command that ends what is left open, without the id.
        """
        self.action_id = action_id
        self.symptom = symptom
        self.read: tuple[Reading, ...] = ()
        """What was read last of what the plan expects; empty before the change."""
        self._digest = digest
        self._notes = notes
        self._clock = clock
        self._recovered_by = recovered_by
        self._started_at, self._start_s = clock.now(), clock.monotonic()

    def left_open(self, words: str, proof: Proof | None = None) -> ActionOutcome:
        """Tell an outcome that nobody knows, and leave the journal without an end."""
        words = f"{words}; it is unfinished: {self._recovered_by} {self.action_id}"
        self._notes.tell(words, self.read)
        return self._outcome(ActionEnd.UNKNOWN, words, proof)

    def end(self, end: ActionEnd, words: str, proof: Proof | None = None) -> ActionOutcome:
        """Note the outcome, which ends the journal."""
        at = self._clock.now()
        ended = JournalEntry(
            kind=EntryKind.END, at=at, words=words, said=end.value, read=self.read
        )
        self._notes.note(ended)
        return self._outcome(end, words, proof)

    def _outcome(self, end: ActionEnd, words: str, proof: Proof | None) -> ActionOutcome:
        after = f"; now: {proof.words}" if proof else ""
        if self._notes.trouble:
            words = f"{words}; the journal is not complete: {self._notes.trouble}"
        return ActionOutcome(
            id=self.action_id,
            digest=self._digest,
            end=end,
            words=words,
            symptom=f"before: {self.symptom}{after}",
            steps=tuple(self._notes.steps),
            started_at=self._started_at,
            took_s=self._clock.monotonic() - self._start_s,
        )
