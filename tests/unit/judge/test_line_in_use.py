"""What rests on packets that did not come accuses nobody where something else filled the line."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.field_load_facts import Direction
from cpe_diag.domain.field_session_facts import SessionEnd
from cpe_diag.domain.field_use_facts import FieldUse
from cpe_diag.domain.missing import NOT_ASKED, Missing
from cpe_diag.domain.path_facts import DnsOutcome, HttpOutcome
from cpe_diag.domain.verdict import FaultDomain
from cpe_diag.judge.decide import decide
from cpe_diag.judge.left_on_site import END_USE
from cpe_diag.judge.rule import Facts
from cpe_diag.judge.rules import RULES
from cpe_diag.judge.thresholds import limits
from cpe_diag.testing.evidence_samples import changed, never_asked, with_value
from cpe_diag.testing.faults_of_session import ended, inside_alone
from cpe_diag.testing.faults_on_site import LAN, WALL, loses, no_offer, on_site, unheard
from cpe_diag.testing.field_samples import INSIDE, NAMES, OPERATORS_DNS, PAGE, load_run, told
from tests.unit.judge.test_rules import PAIRS

if TYPE_CHECKING:
    from cpe_diag.judge.question import CaseFile

PLACES: Final = (WALL, LAN, "wifi")
BY_SILENCE: Final = frozenset(
    {
        *("wall_no_offer", "home_no_offer", "wall_no_concentrator", "wall_answers_elsewhere"),
        *("wall_gateway_silent", "home_gateway_silent", "wall_dhcp6_silent", "home_dhcp6_silent"),
        *("wall_nothing_beyond", "home_nothing_beyond", "home_without_session"),
        *("wall_pages_fail", "home_pages_fail", "wall_loses", "home_loses"),
        *("wall_large_lost", "home_large_lost", "wall_jitters", "home_jitters"),
        *("wall_way_ends_further", "home_way_ends_further"),
        *("wall_link_not_agreed", "wall_login_unanswered", "wall_session_bare"),
        *("wall_stream_missing", "home_stream_missing", "wall_stream_broken"),
        *("home_stream_broken", "wall_bloated", "home_bloated", "wall_rate_low", "home_rate_low"),
    }
)
"""Claims of a laptop on site that rest on what did not come, or came late."""
ON_SITE: Final = [(name, yes) for name, yes, _ in PAIRS if name.startswith(("wall_", "home_"))]
BY_ID: Final = {rule.id: rule for rule in RULES}
LIMITS: Final = limits({})
SILENT: Final = Missing(why=FailureKind.SILENT)
REFUSED: Final = Missing(why=FailureKind.REFUSED)


def sold(case: CaseFile, bps: int | Missing) -> CaseFile:
    """Let so much be sold in both directions."""
    service = replace(case.subscriber.service, down_bps=bps, up_bps=bps)
    return replace(case, subscriber=replace(case.subscriber, service=service))


def used(
    case: CaseFile, in_bps: float, out_bps: float = 0.0, sold_bps: int = 100_000_000
) -> CaseFile:
    """Let so much pass the laptop's own port, wherever it is."""
    use = FieldUse(watched_s=4.0, span_s=0.5, in_bps=in_bps, out_bps=out_bps)
    for place in PLACES:
        case = with_value(case, "field_use", place, use)
    return sold(case, sold_bps)


def answer(case: CaseFile, name: str) -> bool | None:
    """Give what a rule says."""
    return BY_ID[name].find(Facts(case=case, limits=LIMITS)).answer


def measured(in_bps: float, out_bps: float) -> CaseFile:
    """Give what was measured on a line of 5 Mbit/s while 9 Mbit/s were sent to the laptop."""
    beyond, case = f"{WALL}>reference", on_site(WALL)
    late = {"outcome": HttpOutcome.READ_TIMEOUT, "status": None, "took_s": 6.878}
    case = changed(case, "http", beyond, connected_s=1.061, received_bytes=NOT_ASKED, **late)
    case = changed(case, "path_quality", beyond, received=92, rtt_median_s=0.031)
    case = changed(case, "ping", f"{beyond}/full", received=1, rtt_avg_s=0.03)
    case = changed(case, "field_size", WALL, largest_bytes=None, lost_bytes=576)
    kinds = ("field_load", "field_stream", "field_vlans", "field_locked", "field_session")
    case = never_asked(case, *((kind, WALL) for kind in kinds))
    return used(case, in_bps, out_bps, 5_000_000)


def test_a_page_that_did_not_come_in_time_on_a_full_line_accuses_nobody() -> None:
    """Pings passed and the page did not: it was told as the operator's resolver or filter."""
    verdict = decide(measured(5_032_039.7, 288_004.0), {})
    assert verdict.domain is FaultDomain.UNDETERMINED
    assert verdict.next_action == END_USE
    assert "read timeout; meanwhile 5.03 Mbit/s came in and 288 kbit/s went" in verdict.summary


def test_the_same_page_on_a_line_that_nobody_used_is_the_networks() -> None:
    """Our own packets alone passed: who took the answer is behind the wall port."""
    verdict = decide(measured(52_000.0, 288_004.0), {})
    assert verdict.domain is FaultDomain.NETWORK
    assert {"wall_pages", "wall_lossy"} <= {verdict.cause, *(one.cause for one in verdict.also)}


@pytest.mark.parametrize(("name", "case"), ON_SITE, ids=[name for name, _ in ON_SITE])
@pytest.mark.parametrize(("in_bps", "out_bps"), [(96e6, 0.0), (0.0, 96e6)], ids=["in", "out"])
def test_what_rests_on_silence_tells_nothing_on_a_full_line_and_answers_tell_all_the_same(
    name: str, case: CaseFile, in_bps: float, out_bps: float
) -> None:
    """A full queue loses and delays packets; it invents none."""
    counts = None if name in BY_SILENCE else True
    assert (answer(case, name), answer(used(case, in_bps, out_bps), name)) == (True, counts)


@pytest.mark.parametrize("name", sorted(BY_SILENCE))
def test_little_traffic_beside_excuses_nothing(name: str) -> None:
    """A tenth of the line fills no queue: who is silent then is silent."""
    case = dict(ON_SITE)[name]
    assert answer(used(case, 10e6), name) is True


@pytest.mark.parametrize(
    ("outcome", "name", "counts"),
    [
        (HttpOutcome.REFUSED, DnsOutcome.ANSWERED, True),
        (HttpOutcome.HTTP_ERROR, DnsOutcome.ANSWERED, True),
        (HttpOutcome.CERTIFICATE, DnsOutcome.ANSWERED, True),
        (HttpOutcome.NAME_FAILED, DnsOutcome.SERVFAIL, True),
        (HttpOutcome.NAME_FAILED, DnsOutcome.TIMEOUT, None),
        (HttpOutcome.UNREACHABLE, DnsOutcome.ANSWERED, None),
        (HttpOutcome.TLS_FAILED, DnsOutcome.ANSWERED, None),
    ],
)
def test_a_page_that_somebody_refuses_fails_on_a_full_line_too(
    outcome: HttpOutcome, name: DnsOutcome, *, counts: bool | None
) -> None:
    """That answer came through the queue."""
    beyond = f"{WALL}>reference"
    case = changed(on_site(WALL), "http", beyond, outcome=outcome, status=None)
    case = changed(case, "dns", beyond, outcome=name)
    assert answer(used(case, 96e6), "wall_pages_fail") is counts


@pytest.mark.parametrize(
    ("changes", "counts"),
    [
        (
            {"names": replace(NAMES, operator=told("a", OPERATORS_DNS, DnsOutcome.TIMEOUT))},
            None,
        ),
        (
            {"names": replace(NAMES, operator=told("a", OPERATORS_DNS, DnsOutcome.SERVFAIL))},
            True,
        ),
        ({"connected_s": SILENT, "page": None}, None),
        ({"connected_s": REFUSED, "page": None}, True),
        ({"page": replace(PAGE, outcome=HttpOutcome.READ_TIMEOUT, status=None)}, None),
        ({"page": replace(PAGE, outcome=HttpOutcome.BROKEN, status=None)}, True),
        ({"page": replace(PAGE, status=503)}, True),
    ],
)
def test_the_same_holds_inside_a_session(changes: dict[str, Any], *, counts: bool | None) -> None:
    """What is asked inside it crosses the same queue."""
    case = inside_alone(on_site(WALL), **changes)
    assert answer(case, "wall_pages_fail") is True
    assert answer(used(case, 96e6), "wall_pages_fail") is counts


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        (
            {"train": replace(INSIDE.train, received=0), "connected_s": SILENT},
            "wall_nothing_beyond",
        ),
        ({"train": replace(INSIDE.train, received=INSIDE.train.sent // 2)}, "wall_loses"),
        ({"size": replace(INSIDE.size, largest_bytes=1400, lost_bytes=1401)}, "wall_large_lost"),
    ],
)
def test_losses_inside_a_session_on_a_full_line_tell_nothing(
    changes: dict[str, Any], name: str
) -> None:
    """Nor do those tell more than the same losses beside it."""
    case = inside_alone(on_site(WALL), **changes)
    assert (answer(case, name), answer(used(case, 96e6), name)) == (True, None)


def test_an_end_of_the_session_in_words_counts_on_a_full_line() -> None:
    """A queue says nothing."""
    case = ended(SessionEnd.NO_SESSION)(on_site(WALL))
    assert answer(used(case, 96e6), "wall_session_withheld") is True
    mute = changed(case, "field_session", WALL, says="")
    assert answer(used(mute, 96e6), "wall_session_withheld") is None


def test_silence_on_a_full_line_sends_nobody_for_the_routers_mac() -> None:
    """Whether the port is locked is no question before the line is free."""
    case = unheard(no_offer(on_site(WALL), WALL))
    verdict = decide(used(case, 96e6), {})
    assert (verdict.domain, verdict.next_action) == (FaultDomain.UNDETERMINED, END_USE)
    assert "a fault of the network" not in verdict.title


@pytest.mark.parametrize(
    ("in_bps", "down_bps", "counts"),
    [(2e6, None, None), (2e6, 95e6, True), (60e6, 95e6, None), (0.4e6, None, True)],
    ids=["unknown", "measured", "measured and full", "ours alone"],
)
def test_where_nobody_says_what_was_sold_the_line_is_what_it_was_measured_to_carry(
    in_bps: float, down_bps: float | None, *, counts: bool | None
) -> None:
    """The laptop's link of 1 Gbit/s is no measure of a line behind it."""
    case = sold(used(loses(on_site(WALL), WALL), in_bps), NOT_ASKED)
    if down_bps is None:
        case = never_asked(case, ("field_load", WALL))
    else:
        run = load_run(Direction.DOWN, down_bps, 0.03)
        case = changed(case, "field_load", WALL, runs=(run,))
    assert answer(case, "wall_loses") is counts


@pytest.mark.parametrize(("out_bps", "counts"), [(0.9e6, None), (0.4e6, True)])
def test_a_slow_way_up_is_filled_by_less(out_bps: float, *, counts: bool | None) -> None:
    """An upload of 0.9 Mbit/s fills what an ADSL line has of it."""
    case = used(loses(on_site(WALL), WALL), 0.0, out_bps, 1_000_000)
    assert answer(case, "wall_loses") is counts


@pytest.mark.parametrize("name", ["wall_stream_broken", "wall_bloated", "wall_rate_low"])
def test_what_a_full_line_has_set_aside_does_not_make_a_home_healthy(name: str) -> None:
    """It may be unknown where nobody has measured it; here it was seen, and does not tell."""
    case = used(dict(ON_SITE)[name], 96e6)
    assert answer(case, name) is None
    assert decide(case, {}).domain is FaultDomain.UNDETERMINED
