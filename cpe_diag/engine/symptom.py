"""Pure: has a change cleared the symptom? Two verdicts are compared, before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.missing import known
from cpe_diag.domain.port_facts import PortStatus
from cpe_diag.domain.verdict import FaultDomain

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence
    from cpe_diag.domain.setting_facts import CableTest
    from cpe_diag.domain.verdict import Verdict

OF_A_BINDING: Final = frozenset({"session_stale", "port_security_lock"})
"""Causes that what a node holds against a home makes, and that end when it is cleared."""

UNCLEAR: Final = frozenset({FaultDomain.UNDETERMINED})


def cleared(before: Verdict | None, after: Verdict) -> bool | None:
    """Say whether what was wrong before is gone.

    Args:
        before: the verdict before the change, None where nobody has measured then.
        after: the verdict now.

    Returns:
        True: no fault is left, or another one that was there before or is not the network's;
        False: the same fault, or a new one of the network; None: it cannot be told.
    """
    if after.domain is FaultDomain.NONE:
        return True
    if after.domain in UNCLEAR:
        return None
    if before is None or before.domain in UNCLEAR:
        return False if after.domain is FaultDomain.NETWORK else None
    was = {before.cause, *(one.cause for one in before.also)}
    left = {after.cause, *(one.cause for one in after.also)}
    if before.domain is not FaultDomain.NONE and before.cause in left:
        return False
    return after.domain is not FaultDomain.NETWORK or after.cause in was


def binding_ended(before: Verdict | None, after: Verdict) -> bool | None:
    """Say whether measuring shows that a binding of the node was cleared.

    Args:
        before: the verdict before the change, None where nobody has measured then.
        after: the verdict now.

    Returns:
        True where the home was held out before and is not now; None where it does not tell, for
        a home that was not held out cannot show it.
    """
    if before is None or before.cause not in OF_A_BINDING:
        return None
    return True if cleared(before, after) else None


def verdict_words(verdict: Verdict) -> str:
    """Say a verdict in a few words."""
    return f"{verdict.title} ({verdict.cause})" if verdict.cause else verdict.title


def changed_since(evidence: Evidence, acted_ago_s: float) -> bool | None:
    """Say whether the port's state has changed since a change was begun.

    Args:
        evidence: what was measured afterwards.
        acted_ago_s: how long ago the change was begun, in seconds.

    Returns:
        True where the node says so; None where it does not tell, for a port that was down before
        and is down now has not changed either.
    """
    status = evidence.value(PortStatus, "port_status", "port")
    ago_s = known(status.last_change_s) if status else None
    return True if ago_s is not None and ago_s < acted_ago_s else None


def port_is_shut(evidence: Evidence) -> bool | None:
    """Say whether the port is switched off and carries nothing; None where it is not known."""
    status = evidence.value(PortStatus, "port_status", "port")
    return None if status is None else not status.admin_up and not status.oper_up


def cable_words(test: CableTest) -> str:
    """Say the result of a cable test: each pair, and where its fault is."""
    pairs = (
        f"pair {one.pair} {one.state}"
        + (f" at {metres:g} m" if (metres := known(one.distance_m)) is not None else "")
        for one in test.pairs
    )
    return ", ".join(pairs) or "no pair was told"
