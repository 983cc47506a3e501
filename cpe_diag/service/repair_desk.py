"""What the handlers of repairs work with; the wiring puts it together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cpe_diag.domain.roles import Staff
from cpe_diag.domain.router_plan import RouterPlan
from cpe_diag.domain.secret import Secret
from cpe_diag.store.action_journal import ActionJournals
from cpe_diag.store.consents import StoredConsents
from cpe_diag.store.repairs import Repair, StoredRepairs
from cpe_diag.store.router_journal import RouterJournals


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairWish:
    """What somebody wants changed at a subscriber's home.

    `value` None: the action takes none, or the customer types it.
    """

    action: str
    subscriber: str
    ticket: str | None
    value: str | None
    staff: Staff


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairDesk:
    """The desk of one service.

    `may_approve` gives the names of the staff who may approve the plan of another. `plan` looks at
    the router and plans, as `plan_change` does; it raises ActionError also where too many are
    being planned. `do` does a repair that was taken up, in a thread of its own; `seal` closes a
    password, which `do` gets as it was closed. `link` is the address by which customers reach the
    page of a token, `{token}` in it; None: that by which staff have come. `send_link` has the
    operator's gateway send an address to what is on file of a subscriber, with the minutes that it
    counts; None: it cannot. It raises ActionError where they were sent too many, and ChangeError
    where it was not taken, or nobody knows.
    """

    repairs: StoredRepairs
    consents: StoredConsents
    journals: RouterJournals
    may_approve: Callable[[], frozenset[str]]
    port_journals: ActionJournals
    plan: Callable[[RepairWish], RouterPlan]
    do: Callable[[Repair, Staff, str], None]
    seal: Callable[[Secret], str]
    link: str | None
    send_link: Callable[[str, Secret, int], None] | None
