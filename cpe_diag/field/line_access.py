"""How a laptop asks for the service of a line: in which VLANs, and with which login."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from cpe_diag.domain.secret import Secret
from cpe_diag.domain.subscriber import AccessNode


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLogin:
    """A name, and who gives its password when it is needed."""

    user: str = field(repr=False)
    resolve: Callable[[], Secret] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineAccess:
    """`vlans` are asked in with a tag, the service's own first, at most four of them.

    `login` opens the line's session; None: none is opened. `router_mac` is the WAN address of the
    line's router, in its place a laptop asks where nobody answers its own; None: nobody knows it.
    `node` and `port` are the line's own, by the inventory.
    """

    vlans: tuple[int, ...] = ()
    login: SessionLogin | None = None
    router_mac: str | None = None
    node: AccessNode | None = None
    port: str | None = None
