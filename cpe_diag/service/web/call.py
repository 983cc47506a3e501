"""A request and its answer as values: what handlers see of HTTP."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from cpe_diag.domain.roles import Role, Staff, token_name
from cpe_diag.report.codec import Json
from cpe_diag.service.refused import Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks: a member of staff who is signed in, or a token.

    `made_by` has made the token; None: a member of staff. A token may be called like one.
    """

    name: str
    role: Role
    made_by: str | None = None

    @property
    def is_person(self) -> bool:
        """Whether a member of staff is signed in."""
        return self.made_by is None

    @property
    def staff(self) -> Staff:
        """Whoever asks as they stand in plans, consents and the audit trail."""
        if self.made_by is None:
            return Staff(name=self.name, role=self.role)
        behind = frozenset({self.name, self.made_by})
        return Staff(name=token_name(self.name), role=self.role, behind=behind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request that was let in.

    `path` holds the parts of the path that the operation names, `query` the parameters (several
    of a name with commas between them), `headers` names in lower case, `data` the body where the
    operation has one in JSON. `at` is UTC. `trace` names the span of the request (`traceparent` of
    W3C Trace Context); empty: there is none.
    """

    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    data: Mapping[str, object]
    caller: Caller
    at: datetime
    trace: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer. `body` None: none.

    `goes_on` is work that may take longer than the sender waits: where it is done in time its
    answer goes out, else this one, and the work goes on.
    """

    status: int = 200
    body: Json = None
    headers: Mapping[str, str] = field(default_factory=dict)
    goes_on: Callable[[], Reply | Refused] | None = None
