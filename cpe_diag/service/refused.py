"""Why a request is not taken, as a value: a status of HTTP and words that help the sender."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """`status` is that of the answer (RFC 9110); `reason` holds no secret and nothing sent."""

    status: int
    reason: str
