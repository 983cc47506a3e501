"""Ports whose time says nothing: dark for long, since the node's start, or without any time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.sibling_facts import Siblings, SiblingState
from cpe_diag.domain.verdict import GroupKind
from cpe_diag.judge.decide import find
from cpe_diag.judge.outages import Outage, find_outages
from cpe_diag.judge.thresholds import DEFAULTS
from cpe_diag.testing import faults_outside as outside
from cpe_diag.testing.evidence_samples import dsl_home, with_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

NODE: Final = "an-1"
UNTOLD: Final = Missing(why=FailureKind.UNSUPPORTED)
DAY_S: Final = 86_400.0
MONTH_S: Final = 30 * DAY_S


def port(name: str, *groups: str, down: float | None = None) -> SiblingState:
    """Make a port: up since an hour, or down for so many seconds."""
    return SiblingState(
        port=name,
        admin_up=True,
        up=down is None,
        changed_ago_s=3_600.0 if down is None else down,
        down_cause=UNTOLD,
        groups=groups,
    )


def row(groups: Sequence[str], ups: int, downs: Sequence[float | None]) -> list[SiblingState]:
    """Make the ports of a group: so many up, one down for each age, None: without a time."""
    lit = [port(f"{groups[0]}:u{n}", *groups) for n in range(ups)]
    dark = [port(f"{groups[0]}:d{n}", *groups, down=age or 0.0) for n, age in enumerate(downs)]
    return lit + [
        replace(one, changed_ago_s=UNTOLD) if age is None else one
        for one, age in zip(dark, downs, strict=True)
    ]


def found(ports: Iterable[SiblingState], up_s: float | None = None) -> tuple[Outage, ...]:
    """Find outages of a node that has been up for so long."""
    return find_outages(ports, NODE, DEFAULTS, up_s)


def group_down(own: str, ports: Sequence[SiblingState]) -> bool | None:
    """Answer for one home of a sample that is out."""
    fact = Siblings(own=own, ports=tuple(ports), in_service=200, dated=True)
    case = with_value(outside.line_cut(dsl_home()), "siblings", "node", fact)
    return {one.id: one.answer for one in find(case)}["group_down"]


CARD_1: Final = row(["card 1"], 0, [None] * 24)
CARD_2: Final = row(["card 2"], 24, [])


def test_a_card_that_did_not_come_back_is_down_though_it_has_no_times() -> None:
    """After a restart ifLastChange is 0 for all of it, and the other card is dated."""
    (outage,) = found(CARD_1 + CARD_2, 600.0)
    assert (outage.kind, outage.name, outage.whole) == (GroupKind.CARD, "card 1", True)
    assert (len(outage.affected), outage.of, outage.since_s) == (24, 24, None)


@pytest.mark.parametrize("ports", [CARD_1 + CARD_2, CARD_1[:8] + CARD_2[:3]])
def test_a_home_of_that_card_gets_no_technician(ports: list[SiblingState]) -> None:
    """All are seen, or a sample."""
    assert group_down("card 1:d1", ports) is True


def test_a_card_that_did_not_come_back_and_has_times_is_down() -> None:
    """They all say that they changed when the node started."""
    (outage,) = found(row(["card 1"], 0, [595.0 + n / 8 for n in range(24)]) + CARD_2, 600.0)
    assert (outage.name, len(outage.affected)) == ("card 1", 24)


def test_a_splitter_with_and_without_times_is_down_as_a_whole() -> None:
    """Ten of ten, four of them dated."""
    ports = row(["splitter a", "pon 1"], 0, [60.0] * 4 + [None] * 6)
    (outage,) = found(ports + row(["splitter b", "pon 1"], 8, []))
    assert (outage.name, outage.kind) == ("splitter a", GroupKind.BRANCH)
    assert (len(outage.affected), outage.of, outage.since_s) == (10, 10, 60.0)


def test_members_without_a_time_explain_nothing_where_others_are_up() -> None:
    """Four that fell and six that may have been dark for ever, beside four that work."""
    assert found(row(["splitter a", "pon 1"], 4, [60.0] * 4 + [None] * 6)) == ()


@pytest.mark.parametrize("group", ["pon {}", "card {}"])
def test_homes_that_are_dark_since_the_node_started_are_no_outage(group: str) -> None:
    """Four of a hundred have been off since the restart; their times are one and the same."""
    ports = [
        one
        for card in range(10)
        for one in row([group.format(card)], 96, [5 * 3_600.0 + n / 10 for n in range(4)])
    ]
    assert found(ports, 5 * 3_600.0 + 2) == ()
    assert len(found(ports, 9 * 3_600.0)) == 1


def test_falls_of_long_ago_are_no_outage_though_at_one_moment() -> None:
    """Five of eight seasonal homes, a month ago."""
    ports = row(["splitter a", "pon 1"], 3, [MONTH_S + n for n in range(5)])
    assert found(ports + row(["splitter b", "pon 1"], 8, [])) == ()
    assert group_down("splitter a:d1", ports) is False


def test_unused_ports_of_a_node_without_topology_are_no_outage() -> None:
    """Thirteen ports of one card that nobody uses, all 117 days old."""
    unused = [port(f"x{n}", down=117 * DAY_S + n / 100) for n in range(13)]
    assert found([*unused, *(port(f"y{n}") for n in range(100))]) == ()


def test_a_group_that_is_dark_as_a_whole_is_down_however_old() -> None:
    """A branch that died a month ago is a branch all the same."""
    (outage,) = found(row(["pon 1", "card 1"], 0, [MONTH_S + n for n in range(9)]) + CARD_2)
    assert (outage.name, len(outage.affected)) == ("pon 1", 9)


def test_a_fresh_outage_beside_old_falls_is_found() -> None:
    """Six seasonal homes have been dark for a month when the five others fall."""
    ports = row(["splitter a", "pon 1"], 0, [60.0 + n for n in range(5)] + [MONTH_S] * 6)
    (outage,) = found(ports + row(["splitter b", "pon 1"], 8, []))
    assert (len(outage.affected), outage.of, outage.since_s) == (5, 5, 64.0)


def test_nobody_is_sent_to_a_home_whose_whole_branch_is_dark() -> None:
    """They fell at many times, and not one is up: nobody can tell, and that is no `no`."""
    ports = row(["splitter a", "pon 1"], 0, [DAY_S * n + 60 for n in range(6)])
    assert found(ports + CARD_2) == ()
    assert group_down("splitter a:d0", ports + CARD_2) is None
