"""Has a plan agreed to at the terminal, in the middle of a playbook."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import click

from cpe_diag.cli.change import confirmed, print_plan
from cpe_diag.domain.consent import IdentityCheck

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from cpe_diag.domain.router_plan import RouterPlan
    from cpe_diag.wiring.acting import Agree
    from cpe_diag.wiring.desk import Desk

LASTS: Final = timedelta(minutes=30)
BY_WORD: Final = (IdentityCheck.CALL_BACK, IdentityCheck.CODE_WORD, IdentityCheck.IN_PERSON)
"""Checks that whoever sits at the terminal makes themselves."""


def agreeing(ticket: str | None, paused: Callable[[], AbstractContextManager[None]]) -> Agree:
    """Give what has a plan agreed to.

    Args:
        ticket: of the run.
        paused: takes the live picture away while somebody is asked.

    Returns:
        Asks where somebody is there; else a consent that was recorded before has to cover it.
    """

    def agree(plan: RouterPlan, desk: Desk) -> str:
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            return ""
        with paused():
            print_plan(plan)
            if not _consented(plan, desk, ticket):
                return "the customer has not consented"
            return "" if confirmed() else "not confirmed"

    return agree


def _consented(plan: RouterPlan, desk: Desk, ticket: str | None) -> bool:
    """Record what the customer says; False: they said no."""
    from cpe_diag.cli.consent_record import spoken
    from cpe_diag.domain.failures import ConsentError
    from cpe_diag.store.consent_codes import Ask

    try:
        desk.consents.require(
            subscriber=plan.subscriber, action=plan.action, digest=plan.digest, at=desk.now()
        )
    except ConsentError:
        pass
    else:
        return True
    if not click.confirm("Has the customer agreed to exactly this?", default=False, err=True):
        return False
    given_by = click.prompt("Their name, as they say it", err=True)
    identity = click.prompt(
        "How you made sure who it is",
        type=click.Choice([one.value for one in BY_WORD]),
        err=True,
    )
    ask = Ask(
        subscriber=plan.subscriber,
        action=plan.action,
        digest=plan.digest,
        ticket=ticket,
        staff=desk.staff.name,
        at=desk.now(),
    )
    desk.consents.record(spoken(ask, str(given_by), IdentityCheck(str(identity)), LASTS))
    return True
