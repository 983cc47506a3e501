"""What the bench of the judge measures is what it says."""

from __future__ import annotations

from judge import CAUSES, FINDINGS, cases, enlarged, milliseconds

from cpe_diag.judge.decide import decide
from cpe_diag.judge.seen import SHIPPED


def test_enlarged_tables_have_the_size_that_is_printed() -> None:
    """A bench of smaller tables would flatter us."""
    tables = enlarged(CAUSES, FINDINGS)
    assert len(tables.causes) >= CAUSES
    assert len(tables.rules) >= FINDINGS
    assert len({rule.id for rule in tables.rules}) == len(tables.rules)
    assert len({cause.id for cause in tables.causes}) == len(tables.causes)


def test_tables_that_are_large_already_stay_as_they_are() -> None:
    """One day they will be."""
    assert enlarged(1, 1) == SHIPPED


def test_every_case_is_really_judged_by_them() -> None:
    """Copies of causes that could never be believed would cost nothing."""
    tables = enlarged(3 * len(SHIPPED.causes), 3 * len(SHIPPED.rules))
    told = [decide(case, {}, tables) for case in cases()]
    assert sum(len(one.also) > 0 or one.cause == "undetermined" for one in told) > 1
    assert len(milliseconds(SHIPPED, {}, rounds=1)) == len(cases())
