"""Facts about the sites that a name leads to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cpe_diag.domain.missing import Maybe
from cpe_diag.domain.path_facts import HttpOutcome

BY_CONFIGURATION: Final = "the configuration"


@dataclass(frozen=True, slots=True, kw_only=True)
class NameTruth:
    """Fact `name_truth`: what the operator's resolver says of a name, beside what is known of it.

    `told` are its addresses (none: it says that there are none), `known` those that `known_by`
    names: the configuration, or a resolver elsewhere. Where the two have none in common,
    `told_tls` and `known_tls` are how a page over TLS ended that was asked for by this name at the
    first address of each; Missing where they agree, and where there is no address.
    """

    name: str
    server: str
    told: tuple[str, ...]
    known: tuple[str, ...]
    known_by: str
    told_tls: Maybe[HttpOutcome]
    known_tls: Maybe[HttpOutcome]

    @property
    def agrees(self) -> bool:
        """Whether at least one address is common to both."""
        return not set(self.told).isdisjoint(self.known)
