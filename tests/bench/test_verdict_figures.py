"""The figures that are published of verdicts count what they say they count."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import verdict_ask
from verdict_ask import from_line, to_line
from verdict_cases import Case, Outcome, Told, Truth
from verdict_figures import Share, domain_matrix, figures
from verdict_labs import HomeLab

from cpe_diag.lab.home import faults, network
from cpe_diag.lab.home.needs import HomeLabError

if TYPE_CHECKING:
    from pathlib import Path

DESTINATIONS = {"line_cut": "field_technician", "nat_missing": "second_line"}


def outcome(
    *truths: Truth,
    told: tuple[str, str],
    also: tuple[str, ...] = (),
    confidence: float = 0.8,
    destination: str = "second_line",
) -> Outcome:
    """Make an outcome by hand."""
    said = Told(
        domain=told[0],
        cause=told[1],
        confidence=confidence,
        also=also,
        candidates=(),
        destination=destination,
        took_s=1.0,
        command_s=1.5,
        questions=7,
    )
    case = Case(lab="home", id="one", title="one", truths=truths, half="tuning", words=("run",))
    return Outcome(case=case, told=said, everything=said)


NAT = ("router", "nat_missing")
CUT = ("network", "line_cut")
FINE = ("none", "no_fault")
OPEN = ("undetermined", "undetermined")


def test_abstaining_is_neither_right_nor_a_false_alarm() -> None:
    """Else silence would look like skill, or honesty like an error."""
    told = figures([outcome(NAT, told=OPEN), outcome(FINE, told=OPEN)], DESTINATIONS)
    assert told.domain_right == Share(count=0, of=1)
    assert told.abstained == Share(count=1, of=1)
    assert told.healthy_called_faulty == Share(count=0, of=1)


def test_a_healthy_home_that_is_accused_is_counted_as_such_and_not_as_a_fault() -> None:
    """No healthy home may be called faulty: the figure must see one that is."""
    told = figures([outcome(FINE, told=NAT)], DESTINATIONS)
    assert told.healthy_called_faulty == Share(count=1, of=1)
    assert told.domain_right.of == 0


def test_a_technician_is_sent_in_vain_where_no_true_cause_needs_one() -> None:
    """A technician who finds nothing costs a morning."""
    vain = outcome(NAT, told=CUT, destination="field_technician")
    needed = outcome(NAT, CUT, told=CUT, destination="field_technician")
    assert figures([vain, needed], DESTINATIONS).wrong_dispatches == Share(count=1, of=2)


def test_of_two_faults_both_are_named_only_where_both_are() -> None:
    """One of two is half the truth."""
    both = outcome(NAT, CUT, told=NAT, also=("line_cut",))
    one = outcome(NAT, CUT, told=CUT)
    wrong = outcome(NAT, CUT, told=("platform", "platform_down"))
    told = figures([both, one, wrong], DESTINATIONS)
    assert told.pair_first_right == Share(count=2, of=3)
    assert told.pair_both == Share(count=1, of=3)
    assert told.pair_wrong == Share(count=1, of=3)


def test_the_brier_score_is_the_mean_square_of_what_was_claimed_too_much() -> None:
    """0.8 sure and right, 0.6 sure and wrong: (0.04 + 0.36) / 2."""
    told = figures([outcome(NAT, told=NAT), outcome(NAT, told=CUT, confidence=0.6)], DESTINATIONS)
    assert told.brier is not None
    assert abs(told.brier - 0.2) < 1e-9


def test_the_matrix_has_the_true_domain_down_and_the_told_one_across() -> None:
    """Read the other way round it would accuse the wrong side."""
    rows = domain_matrix([outcome(NAT, told=CUT), outcome(FINE, told=FINE)])
    assert rows[1][0] == 1
    assert rows[4][4] == 1
    assert sum(map(sum, rows)) == 2


def test_an_outcome_comes_back_from_its_line() -> None:
    """Counting again must count the same."""
    held = outcome(NAT, CUT, told=NAT, also=("line_cut",))
    assert from_line(to_line(held)) == held


def test_an_agent_that_never_ends_has_given_no_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would else end the bench, and an hour of figures with it."""
    monkeypatch.setattr(verdict_ask, "LIMIT_S", 0.2)
    case = Case(lab="home", id="one", title="", truths=(NAT,), half="tuning", words=("30",))
    with pytest.raises(verdict_ask.NoVerdictError):
        verdict_ask.ask(("sh", "-c", "exec sleep 30"), case, tmp_path / "b", everything=False)


def test_a_fault_that_cannot_be_set_leaves_nothing_to_the_next_case(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Half of it would be judged as somebody else's truth."""
    built: list[str] = []

    def fail(name: str, fault_id: str) -> None:
        built.append(f"{fault_id} half set")
        raise HomeLabError(name)

    monkeypatch.setattr(faults, "set_fault", fail)
    monkeypatch.setattr(network, "down", lambda _: built.append("down"))
    monkeypatch.setattr(network, "up", lambda _: built.append("up"))
    case = Case(lab="home", id="one", title="", truths=(NAT,), half="tuning", words=())
    with pytest.raises(HomeLabError):
        HomeLab("x").cause(case)
    assert built[-2:] == ["down", "up"]
