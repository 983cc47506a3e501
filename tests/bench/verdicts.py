"""How often verdicts are right: every fault of the labs, really caused, in random order.

`make bench-verdicts`, or `python tests/bench/verdicts.py --help`. Into `bench-results/verdicts/`
it writes `outcomes.jsonl` (a line for each case), `figures.txt`, the pictures, and a bundle for
each run with the truth in it, for `cpe-diag judge replay`.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from pathlib import Path
from queue import Queue
from typing import TYPE_CHECKING, Final

sys.path += [str(Path(__file__).parents[1] / name) for name in ("e2e", "lab_wifi")]

from verdict_ask import NoVerdictError, ask, from_line, no_verdict, to_line
from verdict_cases import Outcome
from verdict_guest import guest_cases, guest_lab
from verdict_labs import Lab, home_cases, home_lab, simulator, simulator_cases
from verdict_report import report

from cpe_diag.judge.truth import told_by
from cpe_diag.lab.home.fault_halves import Half
from cpe_diag.lab.home.needs import HomeLabError

if TYPE_CHECKING:
    from verdict_cases import Case, Told

RESULTS: Final = Path("bench-results/verdicts")
PLAN: Final = "plan.json"
"""What every folder of results holds, from its beginning."""
AGENT: Final = (sys.executable, "-m", "cpe_diag")
HALVES: Final = tuple(half.value for half in Half)
LABS: Final = ("home", "guest", "simulator")
CASES_OF: Final = {"home": home_cases, "guest": guest_cases, "simulator": simulator_cases}


def main() -> None:
    """Cause, ask, count."""
    wish = _wish()
    if not wish.again:
        _run_all(wish)
    outcomes = [
        from_line(line)
        for line in (wish.to / "outcomes.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    report(outcomes, wish.to)


def _wish() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10_000))
    parser.add_argument("--lab", action="append", choices=LABS, help="default: all")
    parser.add_argument("--half", choices=HALVES, help="default: all")
    parser.add_argument("--only", help="cases whose id has one of these in it: a,b")
    parser.add_argument("--copies", type=int, default=1, help="homes side by side")
    parser.add_argument("--once", action="store_true", help="do not measure everything as well")
    parser.add_argument("--again", action="store_true", help="only count what is there anew")
    parser.add_argument("--to", type=Path, default=RESULTS, help="folder of the results")
    return parser.parse_args()


def _run_all(wish: argparse.Namespace) -> None:
    only = (wish.only or "").split(",")
    cases = [
        case
        for lab in wish.lab or LABS
        for case in CASES_OF[lab]()
        if wish.half in {None, case.half} and any(one in case.id for one in only)
    ]
    random.Random(wish.seed).shuffle(cases)  # noqa: S311 - an order, and no secret
    print(f"seed {wish.seed}: {len(cases)} cases in random order")  # noqa: T201
    if wish.to.exists() and any(wish.to.iterdir()) and not (wish.to / PLAN).exists():
        sys.exit(f"{wish.to} holds no results of this bench, and will not be emptied for them")
    shutil.rmtree(wish.to, ignore_errors=True)
    (wish.to / "bundles").mkdir(parents=True)
    (wish.to / PLAN).write_text(
        json.dumps({"seed": wish.seed, "cases": len(cases)}), encoding="utf-8"
    )
    with ExitStack() as labs:
        free: dict[str, Queue[Lab]] = {name: Queue() for name in LABS}
        wanted = {case.lab for case in cases}
        if "home" in wanted:
            for number in range(wish.copies):
                free["home"].put(labs.enter_context(home_lab(f"verdicts{number}")))
        if "guest" in wanted:
            free["guest"].put(labs.enter_context(guest_lab("verdicts_guest")))
        if "simulator" in wanted:
            folder = wish.to.resolve() / "simulator"
            free["simulator"].put(labs.enter_context(simulator(folder, AGENT)))
        with (
            (wish.to / "outcomes.jsonl").open("w", encoding="utf-8") as lines,
            ExitStack() as pools,
        ):

            def one(number: int, case: Case) -> str | None:
                lab = free[case.lab].get()
                try:
                    return _outcome(lab, case, wish.to / "bundles" / f"{number:03}", wish.once)
                except HomeLabError as error:
                    print(f"NOT CAUSED {case.lab} {case.id}: {error}", flush=True)  # noqa: T201
                    return None
                finally:
                    free[case.lab].put(lab)

            # Each lab has its own workers: none of them stands in a queue before another lab.
            workers = {
                name: pools.enter_context(ThreadPoolExecutor(max(1, free[name].qsize())))
                for name in wanted
            }
            asked = [
                workers[case.lab].submit(one, number, case) for number, case in enumerate(cases)
            ]
            for done in as_completed(asked):
                line = done.result()
                if line is not None:
                    lines.write(f"{line}\n")
                    lines.flush()


def _outcome(lab: Lab, case: Case, bundle: Path, once: bool) -> str:  # noqa: FBT001
    lab.cause(case)
    try:
        told = _told(lab, case, bundle, everything=False)
        everything = None
        if not once:
            beside = bundle.with_name(f"{bundle.name}-everything")
            everything = _told(lab, case, beside, everything=True)
    finally:
        lab.end(case)
    outcome = Outcome(case=case, told=told, everything=everything)
    _print(outcome)
    return to_line(outcome)


def _told(lab: Lab, case: Case, bundle: Path, *, everything: bool) -> Told:
    try:
        return ask(lab.agent(case), case, bundle, everything=everything)
    except NoVerdictError as error:
        print(f"NO VERDICT {error}", flush=True)  # noqa: T201
        return no_verdict()


def _print(outcome: Outcome) -> None:
    case, told = outcome.case, outcome.told
    right = any(told.cause in told_by(cause) for _, cause in case.truths)
    mark = "  " if right else ("??" if told.domain == "undetermined" else "NO")
    beside = outcome.everything
    more = f"; everything: {beside.cause} {beside.took_s:.1f} s" if beside else ""
    print(  # noqa: T201
        f"{mark} {case.lab} {case.id} [{case.half}]: {told.domain}/{told.cause}"
        f" {told.confidence:.2f} in {told.took_s:.1f} s{more}",
        flush=True,
    )


if __name__ == "__main__":
    main()
