"""Facts about what the home router does with the home's packets, and what is known of that."""

from __future__ import annotations

from dataclasses import dataclass

from cpe_diag.domain.missing import Maybe


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarding:
    """Fact `router_forwarding`: what the router's kernel and its rules do with the home's packets.

    `ipv4` and `ipv6` are the kernel's switches. `translates` is whether the rules surely replace
    the home's addresses on the way out. `blocked_by` is the rule that surely ends every new
    connection from the home, in the router's words; None: the rules surely let them pass. What
    the rules do under conditions that nobody can see from outside is Missing.
    """

    ipv4: Maybe[bool]
    ipv6: Maybe[bool]
    translates: Maybe[bool]
    blocked_by: Maybe[str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmwareIssue:
    """Fact `firmware_issue`: a known issue that surely concerns the router, and the complaint.

    `id` and `title` are the issue's, `source` says who found it out, `because` why it concerns
    this router.
    """

    id: str
    title: str
    source: str
    because: str
