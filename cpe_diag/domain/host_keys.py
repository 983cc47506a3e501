"""SSH host keys of routers: which are trusted, which was pinned when, which is expected next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class KeyPolicy(StrEnum):
    """Which host key is trusted of a router for which nobody has listed one."""

    STRICT = "strict"
    """None: only what the inventory or the file of known hosts lists."""
    KNOWN = "known"
    """On first contact one of the fleet's keys; it is pinned, and from then on only that one."""
    FIRST_USE = "first_use"
    """On first contact any; it is pinned, and from then on only that one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PinnedKey:
    """The key of one address, in known_hosts form (`ssh-ed25519 AAAA...`).

    `because` says in words why it was pinned. `announced`: our own change brought it; `replaced`
    is then what was trusted before (a key or `SHA256:...`), None where nothing was.
    """

    address: str
    key: str
    since: datetime
    because: str
    announced: bool = False
    replaced: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedKey:
    """One new key is expected at an address, until a moment, for a reason."""

    address: str
    reason: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyNote:
    """What was done with the key of an address, in words, and when."""

    address: str
    at: datetime
    words: str
