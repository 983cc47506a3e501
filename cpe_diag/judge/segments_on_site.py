"""The way from a laptop on site: from its own cable to the pages, at each place where it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.field_facts import PluggedInto
from cpe_diag.domain.observations import Unobserved
from cpe_diag.judge.on_site import PLACES
from cpe_diag.judge.stretch import Stretch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.judge.question import CaseFile

WALL: Final = "wall"
HOME: Final = "home"
TITLES: Final = {WALL: "Wall port", HOME: "Home"}
OF: Final[Mapping[PluggedInto, str]] = {
    PluggedInto.WALL_PORT: WALL,
    PluggedInto.ROUTER_LAN: HOME,
    PluggedInto.WIFI: HOME,
}
STREAMS: Final = frozenset({"wall_stream", "home_stream"})


def _stretch(  # noqa: PLR0913 - a row of the table below
    place: str,
    name: str,
    bad: tuple[str, ...],
    degraded: tuple[str, ...] = (),
    good: tuple[str, ...] = (),
    *,
    optional: bool = False,
) -> Stretch:
    """Make a stretch; what each place has its own rule for stands without its place."""
    return Stretch(
        id=f"{place}_{name}",
        title=f"{TITLES[place]}: {name}",
        bad=tuple(_named(place, one) for one in bad),
        degraded=tuple(_named(place, one) for one in degraded),
        good=tuple(_named(place, one) for one in good),
        optional=optional,
    )


def _named(place: str, rule: str) -> str:
    own = rule.startswith((f"{WALL}_", f"{HOME}_"))
    return rule if own else f"{place}_{rule}"


ON_SITE: Final[tuple[Stretch, ...]] = (
    _stretch(
        WALL,
        "link",
        ("no_link",),
        ("half_duplex", "link_slow", "wall_other_port"),
        ("no_link",),
    ),
    _stretch(
        WALL,
        "address",
        (
            *("no_offer", "second_server", "wall_no_concentrator", "wall_other_vlan"),
            *("wall_answers_elsewhere", "offer_lacks", "address_taken"),
        ),
        ("dhcp6_silent",),
        ("no_offer", "wall_no_concentrator"),
    ),
    _stretch(
        WALL,
        "session",
        (
            *("wall_session_withheld", "wall_link_not_agreed", "wall_login_unanswered"),
            *("wall_login_refused", "wall_session_bare"),
        ),
        good=("wall_login_refused",),
        optional=True,
    ),
    _stretch(
        WALL,
        "gateway",
        ("gateway_silent", "gateway_twice", "answers_for_all", "loop"),
        good=("gateway_silent", "loop"),
    ),
    _stretch(
        WALL,
        "beyond",
        ("nothing_beyond",),
        (
            *("loses", "large_lost", "jitters", "bloated", "rate_low"),
            "way_ends_further",
        ),
        ("loses", "nothing_beyond", "large_lost"),
    ),
    _stretch(WALL, "names", ("names_taken", "names_invented"), good=("names_taken",)),
    _stretch(WALL, "pages", ("pages_fail", "walled"), good=("pages_fail",)),
    _stretch(
        WALL,
        "stream",
        ("stream_missing",),
        ("stream_broken",),
        ("stream_missing", "stream_broken"),
        optional=True,
    ),
    _stretch(
        HOME,
        "link",
        ("no_link",),
        ("half_duplex", "link_slow", "home_signal_weak", "home_air_busy"),
        ("no_link",),
    ),
    _stretch(
        HOME,
        "address",
        ("no_offer", "second_server", "offer_lacks", "address_taken"),
        ("dhcp6_silent", "home_second_server6", "home_second_router6"),
        ("no_offer",),
    ),
    _stretch(
        HOME,
        "gateway",
        ("gateway_silent", "gateway_twice", "answers_for_all", "loop"),
        good=("gateway_silent", "loop"),
    ),
    _stretch(
        HOME,
        "beyond",
        ("nothing_beyond", "home_without_session"),
        (
            *("loses", "large_lost", "jitters", "bloated", "rate_low"),
            *("way_ends_further", "home_second_router"),
        ),
        ("loses", "nothing_beyond", "large_lost"),
    ),
    _stretch(HOME, "names", ("names_taken", "names_invented"), good=("names_taken",)),
    _stretch(HOME, "pages", ("pages_fail", "walled"), good=("pages_fail",)),
    _stretch(
        HOME,
        "stream",
        ("stream_missing",),
        ("stream_broken",),
        ("stream_missing", "stream_broken"),
        optional=True,
    ),
)


def stretches_on_site(case: CaseFile) -> tuple[Stretch, ...]:
    """Give the stretches that a laptop sees.

    Args:
        case: in question.

    Returns:
        Those of each place where it is or was, of a stream only where one is named; none in a
        case from afar.
    """
    if case.symptom not in PLACES:
        return ()
    held = {OF[PLACES[case.symptom]]}
    held |= {of for place, of in OF.items() if _been(case, place)}
    return tuple(
        one
        for one in ON_SITE
        if one.id.partition("_")[0] in held and not (one.id in STREAMS and _no_stream(case))
    )


def _been(case: CaseFile, place: PluggedInto) -> bool:
    """Tell whether the laptop looked there."""
    link = case.evidence.get("field_link", place.value)
    if isinstance(link, Unobserved):
        return link.failure.kind is not FailureKind.NOT_APPLICABLE
    return link is not None


def _no_stream(case: CaseFile) -> bool:
    """Tell whether the configuration names no stream to join."""
    failures = (case.evidence.failure("field_stream", place.value) for place in OF)
    return any(one is not None and one.kind is FailureKind.NOT_CONFIGURED for one in failures)
