"""One line for every fact of a laptop on site about the line under load, and of streams."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.domain.missing import Missing, known
from cpe_diag.report.duration import duration, rate

if TYPE_CHECKING:
    from cpe_diag.domain.field_jitter_facts import FieldJitter
    from cpe_diag.domain.field_load_facts import FieldLoad, LoadRun
    from cpe_diag.domain.field_stream_facts import FieldStream
    from cpe_diag.domain.field_use_facts import FieldUse
    from cpe_diag.domain.load_facts import PathQuality
    from cpe_diag.domain.missing import Maybe


def field_load(fact: FieldLoad) -> str:
    """Say what came through, and how long packets took meanwhile."""
    parts = [f"idle {_took(fact.idle)}", *(_run(one) for one in fact.runs), *fact.untried]
    return "; ".join(parts)


def field_jitter(fact: FieldJitter) -> str:
    """Say how far apart the round trips are, to whom."""
    near = known(fact.near)
    trains = (fact.far, *(() if near is None else (near,)))
    parts = [f"to {one.target} {_spread(one)}" for one in trains]
    return "; ".join([*parts, f"to itself {_spread(fact.own)}"])


def _spread(train: PathQuality) -> str:
    least, most = known(train.rtt_min_s), known(train.rtt_p95_s)
    if least is None or most is None:
        return "no answer"
    return f"{duration(least)} to {duration(most)} for 95 of 100"


def field_use(fact: FieldUse) -> str:
    """Say what passed the port at its busiest."""
    words = f"at most {rate(fact.in_bps)} came in and {rate(fact.out_bps)} went out"
    return f"{words} in {duration(fact.watched_s)}"


def field_stream(fact: FieldStream) -> str:
    """Say what came to the group."""
    where = f"{fact.group} port {fact.port}"
    words = f"{where}: {fact.packets} packets in {duration(fact.listened_s)}"
    parts = [words, f"{fact.continuity_errors} gaps"]
    if fact.foreign:
        parts.append(f"{fact.foreign} datagrams of something else")
    return ", ".join(parts)


def _run(run: LoadRun) -> str:
    words = f"{run.tool.value} {run.server} {run.direction.value} {rate(run.rate_bps)}"
    foreign = known(run.beside_bps)
    beside = f", {rate(foreign)} of something else passed beside it" if foreign else ""
    own = "" if isinstance(run.own, Missing) else f", to itself {_took(run.own)}"
    return f"{words} in {duration(run.took_s)}{beside}, meanwhile {_took(run.loaded)}{own}"


def _took(way: Maybe[PathQuality]) -> str:
    if isinstance(way, Missing):
        return f"not asked ({way.why.replace('_', ' ')})"
    middle = known(way.rtt_median_s)
    if middle is None:
        return "no answer"
    lost = f", {way.lost} of {way.sent} lost" if way.lost else ""
    return f"{duration(middle)}{lost}"
