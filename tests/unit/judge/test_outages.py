"""Which ports fell together: one home, a branch, a card, the node, or a street without power."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.ont_facts import OntDownCause
from cpe_diag.domain.sibling_facts import SiblingState
from cpe_diag.domain.verdict import GroupKind
from cpe_diag.judge.bursts import tail
from cpe_diag.judge.outages import Outage, find_outages, includes
from cpe_diag.judge.thresholds import DEFAULTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

NODE: Final = "olt-1"
UNTOLD: Final = Missing(why=FailureKind.UNSUPPORTED)
DAY_S: Final = 86_400.0
GASP: Final = OntDownCause.DYING_GASP
LOS: Final = OntDownCause.LOSS_OF_SIGNAL


def port(
    name: str, *groups: str, down: float | None = None, cause: OntDownCause | None = None
) -> SiblingState:
    """Make a port: up since a week, or down for so many seconds."""
    return SiblingState(
        port=name,
        admin_up=True,
        up=down is None,
        changed_ago_s=7 * DAY_S if down is None else down,
        down_cause=cause or UNTOLD,
        groups=groups,
    )


def pon(
    pon: int,
    ups: int,
    downs: Sequence[float] = (),
    *,
    card: int = 1,
    cause: OntDownCause | None = None,
) -> list[SiblingState]:
    """Make the ONTs of one PON: so many up, and one down for each age."""
    groups = (f"pon 0/{card}/{pon}", f"card 0/{card}")
    name = f"0/{card}/{pon}"
    up = [port(f"{name}:{n}", *groups) for n in range(ups)]
    return up + [
        port(f"{name}:{ups + n}", *groups, down=age, cause=cause) for n, age in enumerate(downs)
    ]


def found(ports: Iterable[SiblingState], **limits: float) -> tuple[Outage, ...]:
    """Find outages by the default thresholds, or with some of them changed."""
    return find_outages(ports, NODE, {**DEFAULTS, **limits})


def only(ports: Iterable[SiblingState]) -> Outage:
    """Give the one outage that there is."""
    outages = found(ports)
    assert len(outages) == 1
    return outages[0]


# --- the line between one home and the network


def test_five_of_five_are_a_network_fault() -> None:
    """The issue's own line: five in one group."""
    outage = only(pon(1, 0, [60, 61, 62, 62, 63]) + pon(2, 8))
    assert (outage.name, outage.kind, outage.whole) == ("pon 0/1/1", GroupKind.BRANCH, True)
    assert (len(outage.affected), outage.of, outage.since_s) == (5, 5, 63)


def test_four_of_four_are_premises() -> None:
    """One short of the line: four flats are no outage by themselves."""
    assert found(pon(1, 0, [60, 61, 62, 62]) + pon(2, 8)) == ()


def test_the_line_is_the_operators_to_draw() -> None:
    """`outage_least` is a threshold like any other, and `--least` sets it."""
    assert len(found(pon(1, 0, [60, 61, 62]) + pon(2, 8), outage_least=3)) == 1


def test_the_edge_of_the_window_belongs_to_it() -> None:
    """Exactly 300 s apart is together, a hundredth more is not."""
    ages = [100.0, 200.0, 250.0, 300.0, 400.0]
    assert len(found(pon(1, 0, ages) + pon(2, 30))) == 1
    late = [*ages[:-1], 400.01]
    assert found(pon(1, 0, late) + pon(2, 30)) == ()


def test_a_group_of_which_a_good_share_stayed_up_is_not_down() -> None:
    """Five of a hundred that switch off within five minutes are people going to bed."""
    assert found(pon(1, 95, [10, 60, 130, 200, 290])) == ()


def test_old_outages_of_empty_homes_never_count() -> None:
    """Nobody lives there: down for days, each since another day."""
    empty = [n * DAY_S + 7 for n in range(2, 30)]
    assert found(pon(1, 3, empty)) == ()
    outage = only(pon(1, 0, [*empty, 60, 60, 61, 61, 62]))
    assert (len(outage.affected), outage.of) == (5, 5)


def test_ports_that_the_operator_shut_never_count() -> None:
    """Ten unpaid bills at one moment are no fault."""
    shut = [replace(one, admin_up=False) for one in pon(1, 0, [60] * 10)]
    assert found(shut + pon(2, 5)) == ()


def test_a_dead_pon_is_found_days_later() -> None:
    """An outage does not become premises by being old: they all fell at the same moment."""
    assert len(only(pon(1, 0, [3 * DAY_S + n for n in range(9)]) + pon(2, 9)).affected) == 9


# --- the smallest group that explains all


def test_all_of_a_splitter_are_the_splitter_and_not_the_pon() -> None:
    """Half of the PON is lit: the crew goes to the splitter."""
    lit = [port(f"a{n}", "splitter 7", "pon 0/1/1", "card 0/1") for n in range(9)]
    dark = [port(f"b{n}", "splitter 8", "pon 0/1/1", "card 0/1", down=50 + n) for n in range(8)]
    assert only(lit + dark).name == "splitter 8"


def test_all_of_a_pon_are_the_pon_and_not_the_card() -> None:
    """The other PONs of the card are lit."""
    dark = pon(1, 0, [30.0 + n for n in range(20)])
    assert only(dark + pon(2, 20) + pon(3, 20)).name == "pon 0/1/1"


def test_onts_of_several_pons_of_a_card_are_the_card() -> None:
    """Whatever the PONs share has failed, and that is the card."""
    dark = [one for n in (1, 2, 3) for one in pon(n, 0, [40.0 + n] * 6)]
    outage = only(dark + pon(1, 20, card=2) + pon(2, 20, card=2))
    assert (outage.name, outage.kind) == ("card 0/1", GroupKind.CARD)


def test_several_cards_are_the_node() -> None:
    """Power or uplink of the node."""
    dark = [one for card in (1, 2, 3) for one in pon(1, 0, [40.0] * 6, card=card)]
    outage = only(dark)
    assert (outage.name, outage.kind, outage.whole) == (f"node {NODE}", GroupKind.NODE, True)


def test_two_pons_of_eight_are_a_part_of_the_card() -> None:
    """A card of which six PONs are lit is not down; the two that fell are one case."""
    dark = pon(1, 0, [40.0] * 6) + pon(2, 0, [41.0] * 6)
    lit = [one for n in range(3, 9) for one in pon(n, 12)]
    outage = only(dark + lit)
    assert outage.title == "pon 0/1/1, pon 0/1/2 of card 0/1"
    assert outage.kind is GroupKind.CARD
    assert (len(outage.affected), outage.of) == (12, 12)


def test_one_home_that_goes_dark_beside_a_dark_pon_is_not_part_of_it() -> None:
    """A neighbour PON's subscriber who switches off in the same minutes has his own fault."""
    dark = pon(1, 0, [100.0] * 10)
    outage = only(dark + pon(2, 20, [180.0]) + pon(3, 20))
    assert outage.name == "pon 0/1/1"
    assert len(outage.affected) == 10


def test_a_home_alone_on_its_pon_stays_with_the_outage_it_fell_in_when_others_are_lit() -> None:
    """Nobody else is there to say that its PON works; lit PONs far away say nothing of it."""
    dark = pon(1, 0, [100.0] * 6) + pon(2, 0, [102.0])
    assert only(dark).title == "card 0/1"
    outage = only(dark + pon(3, 2))
    assert (outage.title, len(outage.affected)) == ("pon 0/1/1, pon 0/1/2 of card 0/1", 7)
    outage = only(dark + pon(1, 2, card=3))
    assert (outage.title, len(outage.affected)) == ("card 0/1", 7)


def test_a_home_alone_on_its_pon_has_its_own_fault_where_others_like_it_are_lit() -> None:
    """Of twenty such homes one goes dark beside an outage by chance."""
    dark = pon(1, 0, [100.0] * 40) + pon(2, 0, [102.0])
    outage = only(dark + [one for n in range(3, 22) for one in pon(n, 1)])
    assert (outage.name, len(outage.affected)) == ("pon 0/1/1", 40)


def test_a_node_whose_only_card_is_lit_in_part_is_not_down() -> None:
    """Most of its homes are dark, and still it is one PON."""
    assert only(pon(1, 0, [60.0] * 7) + pon(2, 2)).title == "pon 0/1/1"


def test_two_outages_at_two_times_are_two() -> None:
    """A PON at ten o'clock and another card's PON at noon are two cases."""
    ports = pon(1, 0, [60.0] * 6) + pon(2, 9) + pon(1, 0, [7_200.0] * 7, card=2)
    ports += pon(2, 9, card=2)
    names = [outage.name for outage in found(ports)]
    assert names == ["pon 0/2/1", "pon 0/1/1"]


# --- loss of power


def test_dying_gasps_at_one_moment_are_a_power_cut() -> None:
    """The whole PON said goodbye: not a fibre."""
    outage = only(pon(1, 0, [60.0, 60.5, 61, 61, 62, 63], cause=GASP) + pon(2, 9))
    assert outage.power
    assert outage.name == "pon 0/1/1"


def test_some_lost_gasps_do_not_hide_a_power_cut() -> None:
    """A gasp is one short frame; some ONTs are only seen to be gone."""
    ports = pon(1, 0, [60.0] * 7, cause=GASP) + pon(2, 9)
    ports += [port(f"x{n}", "pon 0/1/1", "card 0/1", down=61, cause=LOS) for n in range(3)]
    outage = only(ports)
    assert outage.power
    assert len(outage.affected) == 10


def test_loss_of_signal_is_no_power_cut() -> None:
    """A cut fibre leaves no time for a last word."""
    assert not only(pon(1, 0, [60.0] * 8, cause=LOS) + pon(2, 9)).power


def test_dying_gasps_over_minutes_are_people_who_switch_off() -> None:
    """Each on its own: no street loses its power one house at a time."""
    assert found(pon(1, 0, [10.0, 70, 130, 200, 260], cause=GASP) + pon(2, 9)) == ()


def test_a_street_without_power_across_pons_is_one_group() -> None:
    """The street is no group of ours; a third of three PONs said goodbye within two seconds."""
    ports = [
        one for n in (1, 2, 3) for one in pon(n, 20, [600.0, 600.5, 601, 601, 602], cause=GASP)
    ]
    outage = only(ports)
    assert outage.power
    assert (outage.name, outage.whole, len(outage.affected)) == ("card 0/1", False, 15)
    assert (outage.title, outage.kind) == ("card 0/1 (a part of it)", GroupKind.BRANCH)


# --- without topology


def bare(
    ups: int, downs: Sequence[float], cause: OntDownCause | None = None
) -> list[SiblingState]:
    """Make ports of which nobody knows what they share."""
    up = [port(f"m{n:04}") for n in range(ups)]
    return up + [port(f"m{ups + n:04}", down=age, cause=cause) for n, age in enumerate(downs)]


def test_without_topology_falls_at_one_moment_are_an_outage() -> None:
    """Eight of three hundred modems within four seconds share something, whatever it is."""
    outage = only(bare(292, [90.0 + n / 2 for n in range(8)]))
    assert (outage.title, outage.kind) == (f"node {NODE} (a part of it)", GroupKind.NODE)
    assert len(outage.affected) == 8


def test_without_topology_falls_over_minutes_are_chance() -> None:
    """A thousand homes lose three in any five minutes by themselves."""
    assert found(bare(995, [10.0, 80, 150, 220, 290])) == ()


def test_a_restless_hour_hides_no_more_than_it_should() -> None:
    """Bedtime on a large node: ten falls a minute, and no five at one moment are a sign."""
    bedtime = [6.0 * n for n in range(500)]
    assert found(bare(500, bedtime)) == ()
    outages = found(bare(500, [*bedtime, *(100.0 + n / 100 for n in range(30))]))
    assert [len(outage.affected) >= 30 for outage in outages] == [True]


def test_two_shapes_at_one_moment_are_two_groups() -> None:
    """Same moment, other last word: power here, a fibre there."""
    ports = bare(600, [50.0] * 6, GASP) + [port(f"z{n}", down=50.0, cause=LOS) for n in range(7)]
    assert [(len(one.affected), one.power) for one in found(ports)] == [(7, False), (6, True)]


# --- missing and odd times


def test_a_member_without_a_time_is_not_counted_beside_one_that_is_up() -> None:
    """It may have been down for ever."""
    four = pon(1, 5, [60.0] * 4)
    undated = [port(f"x{n}", "pon 0/1/1", "card 0/1", down=1.0) for n in range(9)]
    undated = [replace(one, changed_ago_s=UNTOLD) for one in undated]
    assert found(four + undated + pon(2, 9)) == ()


def test_a_node_that_tells_no_times_needs_nearly_all() -> None:
    """Without any time only a group that is dark as a whole is an outage."""
    dark = pon(1, 0, [1.0] * 9) + pon(2, 9)
    outage = only(replace(one, changed_ago_s=UNTOLD) for one in dark)
    assert (outage.name, outage.since_s) == ("pon 0/1/1", None)
    half = pon(1, 4, [1.0] * 6) + pon(2, 9)
    assert found(replace(one, changed_ago_s=UNTOLD) for one in half) == ()


def test_the_subscriber_without_a_time_belongs_to_the_group_that_fell() -> None:
    """Its own time is missing, but all that it hangs on is dark."""
    outage = only(pon(1, 0, [60.0] * 6) + pon(2, 9))
    own = replace(pon(1, 0, [1.0])[0], port="0/1/1:77", changed_ago_s=UNTOLD)
    assert includes(outage, own, NODE, DEFAULTS)
    assert not includes(outage, replace(own, up=True), NODE, DEFAULTS)
    assert not includes(outage, replace(own, changed_ago_s=2 * DAY_S), NODE, DEFAULTS)
    assert not includes(outage, replace(own, groups=("pon 0/1/2", "card 0/1")), NODE, DEFAULTS)


def test_ages_beyond_the_wrap_of_uptime_are_ages_like_others() -> None:
    """497 days are 2^32 hundredths; a PON that fell before that is still one group."""
    assert len(only(pon(1, 0, [496.9 * DAY_S + n for n in range(6)]) + pon(2, 9)).affected) == 6


# --- what holds of all


AGES: Final = st.sampled_from(
    [5.0, 6.0, 60.0, 250.0, 304.99, 305.0, 9_000.0, 2 * DAY_S, 30 * DAY_S]
)
CAUSES: Final = st.sampled_from([None, GASP, LOS])
PLACES: Final = st.tuples(st.integers(1, 2), st.integers(1, 3))


@st.composite
def networks(draw: st.DrawFn) -> list[SiblingState]:
    """Draw up to forty ports on two cards with three PONs each."""
    places = draw(st.lists(PLACES, min_size=1, max_size=40))
    ports = []
    for n, (card, at) in enumerate(places):
        down = draw(st.one_of(st.none(), AGES))
        one = port(f"p{n}", f"pon 0/{card}/{at}", f"card 0/{card}", down=down, cause=draw(CAUSES))
        if draw(st.integers(0, 3)) == 0:
            one = replace(one, changed_ago_s=UNTOLD)
        ports.append(one)
    return ports


QUICK: Final = settings(max_examples=300, deadline=None, derandomize=True)


@QUICK
@given(ports=networks(), data=st.data())
def test_the_order_of_ports_does_not_matter(
    ports: list[SiblingState], data: st.DataObject
) -> None:
    """Nodes and inventories give them in any order."""
    assert found(data.draw(st.permutations(ports))) == found(ports)


@QUICK
@given(ports=networks(), others=st.integers(2, 12))
def test_unaffected_far_ports_never_turn_an_outage_into_premises(
    ports: list[SiblingState], others: int
) -> None:
    """That another card works says nothing about the one that is dark."""
    before = found(ports)
    far = [port(f"far{n}", "pon 0/9/1", "card 0/9") for n in range(others)]
    after = found(ports + far)
    held = {name for outage in after for name in outage.affected}
    for outage in before:
        assert set(outage.affected) <= held


@QUICK
@given(ports=networks())
def test_every_outage_is_at_least_five_that_fell_within_the_window(
    ports: list[SiblingState],
) -> None:
    """Whatever the network, an outage is what the thresholds say, and no port is in two."""
    by_name = {one.port: one for one in ports}
    seen: set[str] = set()
    for outage in found(ports):
        assert len(outage.affected) >= 5
        assert outage.of >= len(outage.affected)
        assert not seen & set(outage.affected)
        seen |= set(outage.affected)
        members = [by_name[name] for name in outage.affected]
        assert all(one.admin_up and not one.up for one in members)
        ages = [one.changed_ago_s for one in members if isinstance(one.changed_ago_s, float)]
        assert not ages or max(ages) - min(ages) <= 300.0


@QUICK
@given(ports=networks(), name=st.integers(0, 39))
def test_one_more_home_that_falls_with_them_never_ends_an_outage(
    ports: list[SiblingState], name: int
) -> None:
    """More evidence for an outage is never evidence against it."""
    chosen = ports[name % len(ports)]
    if not chosen.up:
        return
    before = found(ports)
    outage = next((one for one in before if one.whole and one.name in chosen.groups), None)
    if outage is None or outage.power or outage.since_s is None:
        return
    fallen = replace(chosen, up=False, changed_ago_s=outage.since_s, down_cause=LOS)
    after = found([fallen if one is chosen else one for one in ports])
    held = {port for one in after for port in one.affected}
    assert set(outage.affected) <= held


@pytest.mark.parametrize(
    ("least", "expected", "chance"),
    [(0, 0.0, 1.0), (1, 0.0, 0.0), (1, 1e-9, 1e-9), (5, 0.116, 1.6e-7), (5, 900.0, 1.0)],
)
def test_chances_of_coincidence(least: int, expected: float, chance: float) -> None:
    """The Poisson tail, from nothing to the usual."""
    assert tail(least, expected) == pytest.approx(chance, rel=0.1)
