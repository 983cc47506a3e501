"""A request to a ticket desk as a value; whoever sends it adds address and credential."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from urllib.parse import quote

from cpe_diag.report.codec import Json

JSON_TYPE: Final[Mapping[str, str]] = {
    "Accept": "application/json",
    "Content-Type": "application/json; charset=utf-8",
}


class CredentialPlace(StrEnum):
    """Where the sender puts the credential."""

    HEADER = "header"
    """Into `Authorization`."""
    BODY = "body"
    """Into the body, as `UserLogin` and `Password`: what Znuny's operations want."""
    QUERY_LOGIN = "query_login"
    """Into the query, as `UserLogin` and `Password`: the same for a GET, which has no body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskRequest:
    """One request. `path` begins with `/`, is quoted, and holds its query; `body` None: none."""

    method: str
    path: str
    body: Json
    headers: Mapping[str, str] = field(default_factory=lambda: JSON_TYPE)
    credential: CredentialPlace = CredentialPlace.HEADER


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """How an answer is written without writing it twice.

    First `look`, and read its answer with `desk_answers.found`; then `note` and `routing`, as far
    as they are not done. `look` None: the desk cannot be asked, and keeps itself from taking the
    same `Idempotency-Key` twice, or does not. `routing` may be sent again at any time.
    `note_routes`: the note takes the way of the ticket with it, and `routing` is for a ticket that
    has its note only.
    """

    look: DeskRequest | None
    note: DeskRequest
    routing: tuple[DeskRequest, ...]
    note_routes: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What is already done: `noted` the note is there, `routed` the ticket is where it belongs."""

    noted: bool
    routed: bool


def part(text: str) -> str:
    """Quote a part of a path; a part of dots only, which would climb, loses its meaning."""
    quoted = quote(text, safe="")
    return quoted if quoted.strip(".") else quoted.replace(".", "%252E")
