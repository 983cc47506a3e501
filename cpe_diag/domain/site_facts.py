"""Facts about the sites that a name leads to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from cpe_diag.domain.missing import NOT_ASKED, Maybe
from cpe_diag.domain.path_facts import HttpCheck, HttpOutcome

BY_CONFIGURATION: Final = "the configuration"


@dataclass(frozen=True, slots=True, kw_only=True)
class NameTruth:
    """Fact `name_truth`: what the operator's resolver says of a name, beside what is known of it.

    `told` are its addresses (none: it says that there are none), `known` those that `known_by`
    names: the configuration, or a resolver elsewhere. Where the two have none in common,
    `told_tls` and `known_tls` are how a page over TLS ended that was asked for by this name at the
    first address of each; Missing where they agree, and where there is no address.
    `told_plain` is how its plain page ended at the first address that was told.
    """

    name: str
    server: str
    told: tuple[str, ...]
    known: tuple[str, ...]
    known_by: str
    told_tls: Maybe[HttpOutcome]
    known_tls: Maybe[HttpOutcome]
    told_plain: Maybe[HttpOutcome] = NOT_ASKED

    @property
    def agrees(self) -> bool:
        """Whether at least one address is common to both."""
        return not set(self.told).isdisjoint(self.known)


class LookEnd(StrEnum):
    """Where one comes to who follows a site's redirects, as browsers do."""

    PAGE = "page"
    """A page that is no redirect, whatever its status."""
    CIRCLE = "circle"
    """The same place again and again, with the same cookies, or more than browsers follow."""
    NOWHERE = "nowhere"
    """A redirect without a place that a browser could go to from the internet."""
    FAILED = "failed"
    """A place of which no page comes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookStep:
    """One place on the way to a site's page, and how it was there."""

    url: str
    outcome: HttpOutcome
    status: int | None


class Unfit(StrEnum):
    """Why a page that came cannot be what its visitors want."""

    NOTHING = "nothing"
    """It can, as far as a program sees."""
    CANNOT_UNPACK = "cannot_unpack"
    """It is packed in another way than it says (RFC 9110, section 8.4)."""
    NO_PAGE = "no_page"
    """By its type (RFC 9110, section 8.3) browsers offer to store it, or show its source."""
    TELLS_ERROR = "tells_error"
    """Its title, or all of its few words, are those of an error or of an empty server."""


class PartKind(StrEnum):
    """What a page has to do with something else that it names."""

    PROGRAM = "program"
    """A script or a style sheet."""
    NAMED = "named"
    """A host of the same owner's that its script speaks with."""
    OTHER = "other"
    """A picture, a film, a frame."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePart:
    """Something that the page is made of or names: fetched once, twice where it failed.

    `needed`: without it the page does not show or do what it should. `elsewhere` is how it was
    outside of the operator's network; Missing where nobody asked there.
    """

    url: str
    kind: PartKind
    needed: bool
    outcome: HttpOutcome
    status: int | None
    elsewhere: Maybe[HttpOutcome] = NOT_ASKED


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteLook:
    """Fact `site_look`: where a site leads to by its redirects, and what its page is.

    `elsewhere` is how the last place was outside of the operator's network, where it failed here.
    `unfit` is Missing where no page was read; `words` are those by which it was told. `parts` are
    a few of what the page is made of. `page_bytes` is how long the last page is, Missing where
    none was read.
    """

    steps: tuple[LookStep, ...]
    end: LookEnd
    elsewhere: Maybe[HttpOutcome]
    unfit: Maybe[Unfit]
    words: str
    parts: tuple[SitePart, ...]
    page_bytes: Maybe[int] = NOT_ASKED


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFront:
    """One address of a site, and its page there."""

    address: str
    page: HttpCheck


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFronts:
    """Fact `site_fronts`: the page at each address that the site's name has, of both families."""

    fronts: tuple[SiteFront, ...]
