"""The ports beside a sample home's, and which of them go down with it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.sibling_facts import Siblings, SiblingState

if TYPE_CHECKING:
    from collections.abc import Collection

    from cpe_diag.domain.ont_facts import OntDownCause

OWN: Final = "1/12"
SPLITTER: Final = "splitter 12"
PON: Final = "pon 1/12"
CARD: Final = "card 1"
EVERYBODY: Final = "node"
NOT_SAID: Final = Missing(why=FailureKind.UNSUPPORTED)

_PLACES: Final = (
    (OWN, (SPLITTER, PON, CARD)),
    *((f"1/12:{n}", (SPLITTER, PON, CARD)) for n in (2, 3, 4, 5)),
    *((f"1/12:{n}", ("splitter 13", PON, CARD)) for n in (33, 34)),
    *((f"1/{n}", (f"pon 1/{n}", CARD)) for n in (13, 14)),
    *((f"{n}/12", (f"pon {n}/12", f"card {n}")) for n in (2, 3)),
)
"""As a probe chooses them: four of the smallest group, and two witnesses of each larger one."""


def well() -> Siblings:
    """Give the siblings of a home on a quiet evening: one empty home, all others up."""
    ports = tuple(
        SiblingState(
            port=name,
            admin_up=True,
            up=True,
            changed_ago_s=86_400.0 * (3 + at),
            down_cause=NOT_SAID,
            groups=groups,
        )
        for at, (name, groups) in enumerate(_PLACES)
    )
    empty = replace(ports[-1], port="4/12", up=False, groups=("pon 4/12", "card 4"))
    return Siblings(own=OWN, ports=(*ports[:-1], empty), in_service=740, dated=True)


def fell(
    siblings: Siblings,
    group: str,
    *,
    ago_s: float = 120.0,
    cause: OntDownCause | None = None,
    but: Collection[str] = (),
) -> Siblings:
    """Let all ports of a group go down within a few seconds.

    Args:
        siblings: before.
        group: one of the names above, or a port's own name.
        ago_s: when the first of them fell.
        cause: what the node says of it.
        but: ports that stay as they are.

    Returns:
        The siblings after it.
    """
    return replace(
        siblings,
        ports=tuple(
            replace(
                one,
                up=False,
                changed_ago_s=ago_s - at / 4,
                down_cause=NOT_SAID if cause is None else cause,
            )
            if one.up and one.port not in but and _in(one, group)
            else one
            for at, one in enumerate(siblings.ports)
        ),
    )


def undated(siblings: Siblings, most: int | None = None) -> Siblings:
    """Take the times from ports that are down, or from the last so many of them.

    Args:
        siblings: before.
        most: how many, None: all.

    Returns:
        The siblings without these times.
    """
    down = [one.port for one in siblings.ports if not one.up]
    hidden = set(down if most is None else down[len(down) - most :])
    ports = (
        replace(one, changed_ago_s=NOT_SAID) if one.port in hidden else one
        for one in siblings.ports
    )
    return replace(siblings, ports=tuple(ports))


def half_dated(siblings: Siblings) -> Siblings:
    """Take the times from the last four ports that are down."""
    return undated(siblings, 4)


def seasonal(siblings: Siblings, ago_s: float) -> Siblings:
    """Let five of the PON's seven homes, ours too, be dark since one moment long ago."""
    dark = {OWN, "1/12:2", "1/12:3", "1/12:4", "1/12:33"}
    ports = (
        replace(one, up=False, changed_ago_s=ago_s) if one.port in dark else one
        for one in siblings.ports
    )
    return replace(siblings, ports=tuple(ports))


def _in(one: SiblingState, group: str) -> bool:
    return group in {EVERYBODY, one.port, *one.groups}
