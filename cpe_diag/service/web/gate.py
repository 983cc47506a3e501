"""Who is let in: turns, tokens and roles; every refusal is a line of the audit trail."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.audit import AuditEvent, AuditKind
from cpe_diag.domain.roles import PermissionState, Role, permitted
from cpe_diag.report.plain import harmless
from cpe_diag.service.refused import Refused
from cpe_diag.service.web.buckets import Buckets, Rate, whose
from cpe_diag.service.web.call import Caller, Reply
from cpe_diag.service.web.looks import looks_of

if TYPE_CHECKING:
    from datetime import datetime

    from cpe_diag.service.web.call import Call
    from cpe_diag.service.web.looks import Look
    from cpe_diag.service.web.operation import Operation
    from cpe_diag.service.web.served import Served

NOBODY: Final = Caller(name="-", role=Role.VIEWER)

UNKNOWN: Final = Refused(status=401, reason="no valid token: Authorization: Bearer TOKEN")
"""The same words whatever is wrong."""

WRONG_TOKENS: Final = Rate(per_s=1.0, burst=20.0)
"""How often one address may show a wrong token."""

NOTED: Final = Rate(per_s=2.0, burst=200.0)
"""How many refusals get a line of their own; more than that are counted in the next line."""


class Gate:
    """The gate of one service."""

    def __init__(self, served: Served, rate: Rate) -> None:
        """Begin with full buckets; `rate` is of each address, before its token is read."""
        self._served = served
        self._turns = Buckets(rate)
        self._wrong = Buckets(WRONG_TOKENS)
        self._lines = Buckets(NOTED)
        self._unnoted = 0

    def turn(self, address: str) -> Refused | None:
        """Take one of an address's turns."""
        if self._turns.wait_s(whose(address), time.monotonic()):
            return Refused(status=429, reason="too many requests; wait a second")
        return None

    def known(self, operation: Operation, header: str, address: str) -> Caller | Refused:
        """Say who asks.

        Args:
            operation: what is asked.
            header: `Authorization`.
            address: of the caller.

        Returns:
            The caller; 401 without a token that counts, 429 where this address has shown too
            many wrong ones.

        Raises:
            StoreError: the store cannot be read.
        """
        if operation.right is None:
            return NOBODY
        asks = whose(address)
        if self._wrong.wait_s(asks, time.monotonic(), takes=0.0):
            return Refused(status=429, reason="too many wrong tokens; wait a second")
        scheme, _, shown = header.strip().partition(" ")
        at = self._served.clock.now()
        token = (
            self._served.tokens.shown(shown.strip(), at) if scheme.lower() == "bearer" else None
        )
        if token is None:
            self._wrong.wait_s(asks, time.monotonic())
            return UNKNOWN
        return Caller(name=token.name, role=token.role, made_by=token.made_by)

    def may(self, operation: Operation, caller: Caller) -> Refused | None:
        """Say whether a caller's role may: 403 where it may not."""
        if operation.right is None:
            return None
        permission = permitted(self._served.rights, caller.role, operation.right)
        if permission.state is PermissionState.ALLOWED:
            return None
        words = f"the role {caller.role} may not do {operation.right}"
        return Refused(status=403, reason=words)

    def handled(self, operation: Operation, call: Call) -> Reply | Refused:
        """Ask a handler, and note it: an order before it is done, a look with what it shows.

        Raises:
            StoreError: it cannot be noted; then nothing is done or shown.
            CpeDiagError: as the handler.
        """
        if operation.right is None:
            return operation.handler(self._served, call)
        if operation.method != "GET":
            self._note(operation, call, looks_of(operation, call, None))
            return operation.handler(self._served, call)
        reply = operation.handler(self._served, call)
        body = reply.body if isinstance(reply, Reply) else None
        self._note(operation, call, looks_of(operation, call, body))
        return reply

    def _note(self, operation: Operation, call: Call, looks: tuple[Look, ...]) -> None:
        if not looks:
            return
        self._served.audit.note(
            *(
                AuditEvent(
                    kind=AuditKind.LOOK,
                    at=call.at,
                    staff=call.caller.staff.name,
                    words=f"over HTTP: {harmless(one.words)}",
                    subscriber=one.subscriber,
                    ticket=one.ticket,
                    action=operation.right,
                )
                for one in looks
            )
        )

    def refused(self, operation: str, caller: Caller, refusal: Refused, at: datetime) -> None:
        """Note a refusal; where there are too many of them, how many were not noted.

        Raises:
            StoreError: it cannot be noted.
        """
        if self._lines.wait_s("", time.monotonic()):
            self._unnoted += 1
            return
        left, self._unnoted = self._unnoted, 0
        more = f" (and {left} refusals before this were too many for a line each)" if left else ""
        self._served.audit.note(
            AuditEvent(
                kind=AuditKind.REFUSAL,
                at=at,
                staff=caller.staff.name,
                words=f"over HTTP: {operation}: {refusal.status} {harmless(refusal.reason)}{more}",
            )
        )
