"""What is chance and what is not, by exact tests."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpe_diag.judge.chance import as_many_by_chance, as_uneven_by_chance


@pytest.mark.parametrize(
    ("lost", "sent", "chance"),
    [(0, 100, 1.0), (1, 10, 0.0956), (1, 100, 0.634), (2, 8, 0.00269), (5, 100, 0.00343)],
)
def test_so_many_losses_by_chance(lost: int, sent: int, chance: float) -> None:
    """Against a share of 1 %, by the binomial law: 1 - 0.99^10 is 9.56 %."""
    assert as_many_by_chance(lost, sent, 0.01) == pytest.approx(chance, rel=0.01)


def test_fishers_lady_tasting_tea() -> None:
    """Fisher's own example (The Design of Experiments, 1935): all four cups right, 1 in 70."""
    assert as_uneven_by_chance(4, 4, 0, 4) == pytest.approx(1 / 70)
    assert as_uneven_by_chance(3, 4, 1, 4) == pytest.approx(17 / 70)


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_a_chance_is_a_probability_whatever_was_counted(
    more: int, well: int, less: int, also_well: int
) -> None:
    """Nothing lost, all lost, nothing sent: never an error, never outside of 0 and 1."""
    uneven = as_uneven_by_chance(more, more + well, less, less + also_well)
    assert 0.0 <= uneven <= 1.0 + 1e-9
    assert 0.0 <= as_many_by_chance(more, more + well, 0.01) <= 1.0
