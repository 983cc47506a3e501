"""How likely so many losses are by chance; exact, from the binomial and hypergeometric laws."""

from __future__ import annotations

import math


def as_many_by_chance(lost: int, sent: int, share: float) -> float:
    """Give the chance of so many losses or more where each packet is lost with one chance.

    The exact binomial test (C. Clopper and E. Pearson, "The Use of Confidence or Fiducial Limits
    Illustrated in the Case of the Binomial", Biometrika 26, 1934): 1 of 10 lost is likely enough
    on a line that loses 1 % to accuse nobody, 4 of 40 is not.

    Args:
        lost: how many were lost.
        sent: how many were sent.
        share: the chance for each of them, between 0 and 1.

    Returns:
        A probability.
    """
    fewer = sum(
        math.comb(sent, count) * share**count * (1.0 - share) ** (sent - count)
        for count in range(lost)
    )
    return max(0.0, 1.0 - fewer)


def as_uneven_by_chance(more: int, of_more: int, less: int, of_less: int) -> float:
    """Give the chance that losses of two equally bad ways fall so unevenly, or more so.

    Fisher's exact test, one-sided (R. A. Fisher, "Statistical Methods for Research Workers",
    section 21.02).

    Args:
        more: lost on the way that is said to lose more.
        of_more: sent on it.
        less: lost on the other.
        of_less: sent on it.

    Returns:
        A probability.
    """
    lost, sent = more + less, of_more + of_less
    ways = math.comb(sent, lost)
    return sum(
        math.comb(of_more, count) * math.comb(of_less, lost - count) / ways
        for count in range(more, min(lost, of_more) + 1)
    )
