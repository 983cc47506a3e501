"""How long a judgement takes, on the shipped tables and on larger ones: `make bench-judge`.

The larger tables are the shipped ones with copies of themselves: the copy of a rule asks the
same again, and the copy of a cause rests on the copies of its findings where there are any.
"""

from __future__ import annotations

import statistics
import sys
import time
from dataclasses import replace
from itertools import cycle, islice
from typing import TYPE_CHECKING, Final

from cpe_diag.judge.decide import decide
from cpe_diag.judge.seen import SHIPPED, Tables
from cpe_diag.testing import access_homes as access
from cpe_diag.testing import faults_at_home as at_home
from cpe_diag.testing import faults_outside as outside
from cpe_diag.testing.evidence_samples import dsl_home, ethernet_home, only
from cpe_diag.wiring.knowledge import facts_by_probe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.domain.evidence import FactKey
    from cpe_diag.judge.cause import Cause
    from cpe_diag.judge.question import CaseFile

GOAL_MS: Final = 5.0
CAUSES: Final = 100
FINDINGS: Final = 200
ROUNDS: Final = 60


def cases() -> tuple[CaseFile, ...]:
    """Give homes in which little, much and everything has to be weighed."""
    shut = outside.port_shut(dsl_home())
    return (
        ethernet_home(),
        dsl_home("slow_internet"),
        shut,
        outside.line_noise(dsl_home("slow_internet")),
        outside.node_outage(ethernet_home()),
        at_home.wifi_off(outside.platform_down(ethernet_home("wifi_trouble"))),
        access.optical_low(access.pon_home("drops")),
        only(shut, ("port_status", "port")),
        only(ethernet_home()),
    )


def enlarged(causes: int, findings: int) -> Tables:
    """Give tables of at least these sizes.

    Args:
        causes: how many.
        findings: how many, one for each rule.

    Returns:
        The shipped tables, and copies up to there.
    """
    more = max(0, findings - len(SHIPPED.rules))
    rules = [replace(rule, id=f"{rule.id}.") for rule in islice(cycle(SHIPPED.rules), more)]
    rules = [replace(rule, id=f"{rule.id}{at}") for at, rule in enumerate(rules)]
    copies = {rule.id.split(".")[0]: rule.id for rule in rules}
    further = [
        _copy(cause, at, copies)
        for at, cause in enumerate(
            islice(cycle(SHIPPED.causes), max(0, causes - len(SHIPPED.causes)))
        )
    ]
    return Tables(rules=(*SHIPPED.rules, *rules), causes=(*SHIPPED.causes, *further))


def _copy(cause: Cause, at: int, copies: Mapping[str, str]) -> Cause:
    def name(finding: str) -> str:
        return copies.get(finding, finding)

    return replace(
        cause,
        id=f"{cause.id}.{at}",
        needs=tuple(replace(one, finding=name(one.finding)) for one in cause.needs),
        supports=tuple(replace(one, finding=name(one.finding)) for one in cause.supports),
        against=tuple(replace(one, finding=name(one.finding)) for one in cause.against),
        explains=tuple(map(name, cause.explains)),
    )


def milliseconds(
    tables: Tables, catalogue: Mapping[str, tuple[FactKey, ...]], rounds: int = ROUNDS
) -> list[float]:
    """Measure the processor's time of judgements, one after the other, after one of each.

    Args:
        tables: by what.
        catalogue: what could still be asked.
        rounds: how often each case is judged.

    Returns:
        One number for each judgement.
    """
    some = cases()
    for case in some:
        decide(case, catalogue, tables)
    took = []
    for case in some * rounds:
        began = time.process_time_ns()
        decide(case, catalogue, tables)
        took.append((time.process_time_ns() - began) / 1e6)
    return took


def main() -> int:
    """Print; the status is 1 where the goal is missed."""
    catalogue = facts_by_probe()
    slow = False
    for title, tables in (("shipped", SHIPPED), ("enlarged", enlarged(CAUSES, FINDINGS))):
        took = milliseconds(tables, catalogue)
        middle, worst = statistics.median(took), statistics.quantiles(took, n=20)[-1]
        slow |= middle > GOAL_MS
        print(  # noqa: T201
            f"{title}: {len(tables.causes)} causes, {len(tables.rules)} findings:"
            f" median {middle:.2f} ms, 95 % within {worst:.2f} ms;"
            f" the goal of {GOAL_MS:g} ms is {GOAL_MS / middle:.1f} times that"
        )
    return int(slow)


if __name__ == "__main__":
    sys.exit(main())
