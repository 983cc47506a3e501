"""How long to wait for an SNMP agent before asking again."""

from __future__ import annotations

from typing import Final

FIRST_TRY_S: Final = 1.0  # RFC 6298, section 2.1
LEAST_TRY_S: Final = 1.0  # RFC 6298, section 2.4
LONGEST_TRY_S: Final = 8.0
"""No try waits longer; an agent that takes more is asked again, in case the request was lost."""

SMOOTHED_SHARE: Final = 1 / 8  # RFC 6298, section 2.3: alpha
VARIATION_SHARE: Final = 1 / 4  # RFC 6298, section 2.3: beta
VARIATIONS_WAITED: Final = 4  # RFC 6298, section 2.3: K


class Pace:
    """The retransmission timer of RFC 6298 for one agent."""

    def __init__(self) -> None:
        """Know nothing of the agent yet."""
        self._smoothed_s: float | None = None
        self._variation_s = 0.0

    def answered(self, took_s: float) -> None:
        """Learn from an answer to a first try.

        Answers to repeated requests are not counted: they may belong to either request.

        Args:
            took_s: from request to answer, in seconds.
        """
        if self._smoothed_s is None:
            self._smoothed_s = took_s
            self._variation_s = took_s / 2
            return
        off_s = abs(self._smoothed_s - took_s)
        self._variation_s += VARIATION_SHARE * (off_s - self._variation_s)
        self._smoothed_s += SMOOTHED_SHARE * (took_s - self._smoothed_s)

    def try_s(self, silences: int) -> float:
        """Give how long the next try waits.

        Args:
            silences: how many tries of this request stayed unanswered; each doubles the wait.

        Returns:
            Seconds, at least `LEAST_TRY_S`, at most `LONGEST_TRY_S`.
        """
        base_s = FIRST_TRY_S
        if self._smoothed_s is not None:
            expected_s = self._smoothed_s + VARIATIONS_WAITED * self._variation_s
            base_s = max(LEAST_TRY_S, expected_s)
        return float(min(LONGEST_TRY_S, base_s * 2**silences))
