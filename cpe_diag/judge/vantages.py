"""A failure beside its control: expected, unexpected or unexplained.

The words are those of OONI's Web Connectivity (ooni/spec, ts-017, "Preliminary definitions"): a
failure is expected where the control fails as well, unexpected where the control is good, and
unexplained where there is no control.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.missing import known
from cpe_diag.domain.path_facts import HttpCheck, HttpOutcome

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import FactKey
    from cpe_diag.judge.rule import Facts

ANSWERED: Final = frozenset({HttpOutcome.OK, HttpOutcome.HTTP_ERROR})
# RFC 9110, section 15.6: 5xx means that the server knows that it has failed.
SERVER_ERROR: Final = 500


class Standing(StrEnum):
    """How a failure from one vantage stands beside another vantage."""

    EXPECTED = "expected"
    UNEXPECTED = "unexpected"
    UNEXPLAINED = "unexplained"


def standing(control: HttpCheck | None) -> Standing:
    """Say what a control makes of a failure.

    Args:
        control: the same page from the other vantage; None where nobody asked there.

    Returns:
        The standing of the failure.
    """
    if control is None:
        return Standing.UNEXPLAINED
    return Standing.UNEXPECTED if serves(control) else Standing.EXPECTED


def serves(page: HttpCheck) -> bool:
    """Tell whether a server does its work, whatever it thinks of the request."""
    return page.outcome in ANSWERED and (page.status or 0) < SERVER_ERROR


def page_words(page: HttpCheck) -> str:
    """Say how a page request ended, in figures."""
    took = known(page.took_s)
    status = f" {page.status}" if page.status is not None else ""
    shown = known(page.certificate)
    refused = f" ({shown.words})" if shown is not None else ""
    return f"{page.outcome}{status}{refused}" + (f" in {took:.2f} s" if took is not None else "")


def held(facts: Facts, *keys: FactKey) -> tuple[FactKey, ...]:
    """Give those of the facts that are known."""
    return tuple(key for key in keys if facts.fact(object, key) is not None)
