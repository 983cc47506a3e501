"""One operation of the HTTP interface, as a value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from cpe_diag.service.json_body import MOST_BYTES
from cpe_diag.service.refused import Refused
from cpe_diag.service.web.call import Call, Reply
from cpe_diag.service.web.served import Served

if TYPE_CHECKING:
    from cpe_diag.service.tmf_schema import Api

Handler: TypeAlias = Callable[[Served, Call], Reply | Refused]

Schema: TypeAlias = "tuple[Api, str] | Mapping[str, Any]"
"""A definition of TM Forum, or a schema of our own."""

LOOK: Final = "look.subscriber"
LOOK_OUTAGE: Final = "look.outage"
ORDER: Final = "run.order"
HUB: Final = "hub.register"

LIST_PARAMETERS: Final = ("offset", "limit", "fields")


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation.

    `right` is the action that the caller's role must have; None: there is no token. `by_desk`:
    the desk's own check stands for a token. `body` is what is sent, `gives` what a good answer
    of `status` holds, None nothing. `query` are parameters beside LIST_PARAMETERS. `most` of it
    are answered at the same time; None: as many as come.
    """

    id: str
    method: str
    path: str
    tag: str
    summary: str
    handler: Handler
    right: str | None
    by_desk: bool = False
    status: int = 200
    body: Schema | None = None
    gives: Schema | None = None
    is_list: bool = False
    query: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    refuses: tuple[int, ...] = ()
    most_bytes: int = MOST_BYTES
    most: int | None = None
