"""What a laptop opens the line's session with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from cpe_diag.domain.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLogin:
    """A name, and who gives its password when it is needed."""

    user: str = field(repr=False)
    resolve: Callable[[], Secret] = field(repr=False)
