"""Words and numbers in which facts are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from cpe_diag.domain.evidence import Evidence, FactKey
from cpe_diag.domain.facts import FACT_KINDS
from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.findings import Finding
from cpe_diag.domain.line_facts import LineQuality
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.port_facts import LearnedMacs, OperStatus, PortStatus
from cpe_diag.domain.verdict import Destination, FaultDomain, SegmentState
from cpe_diag.report.as_json import run_as_json
from cpe_diag.report.duration import age, duration, percent, rate, size
from cpe_diag.report.fact_text import fact_text
from cpe_diag.report.plain import ascii_only, harmless
from cpe_diag.report.why import gaps
from cpe_diag.report.words import (
    DESTINATION_WORDS,
    DOMAIN_WORDS,
    HEADLINES,
    REPAIRED_NEXT,
    REPAIRED_TELL,
    STATE_WORDS,
    beyond_title,
    kept_next_words,
    sureness,
)
from cpe_diag.testing.run_samples import FACTS, START, sample_evidence, sample_run
from cpe_diag.testing.verdict_samples import network_verdict

if TYPE_CHECKING:
    from enum import StrEnum


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-1, "0 s"),
        (0, "0 s"),
        (0.0314, "31 ms"),
        (2.44, "2.4 s"),
        (9.0, "9 s"),
        (12.4, "12 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (119, "1 min"),
        (7199, "1 h"),
        (3 * 86_400 + 1, "3 d"),
    ],
)
def test_a_duration_is_one_number_and_its_unit(seconds: float, words: str) -> None:
    """Nobody on the phone divides 93784 seconds."""
    assert duration(seconds) == words


def test_ages_are_told_as_ago() -> None:
    """How old a fact is decides whether it still counts."""
    assert [age(0.5), age(12.9), age(200)] == ["now", "12 s ago", "3 min ago"]


def test_rates_and_sizes_have_their_own_prefixes() -> None:
    """Data rates count in powers of ten, memory in powers of two."""
    assert [rate(900), rate(48_230_000), rate(1e9)] == ["900 bit/s", "48.2 Mbit/s", "1 Gbit/s"]
    assert [size(512), size(268_435_456)] == ["512 B", "256 MiB"]


@pytest.mark.parametrize(
    ("share", "words"),
    [(0, "0 %"), (0.001, "below 1 %"), (0.5, "50 %"), (0.999, "above 99 %"), (1, "100 %")],
)
def test_a_share_is_never_rounded_to_certainty(share: float, words: str) -> None:
    """UNDETERMINED is never rounded up, and 99.9 % is not 100 %."""
    assert percent(share) == words


def test_every_kind_of_fact_has_words() -> None:
    """A new kind of fact without words would end a report with a traceback."""
    assert {key.kind for key in FACTS} == {kind.id for kind in FACT_KINDS}
    assert all(fact_text(value) for value in FACTS.values())
    with pytest.raises(TypeError, match="is no fact"):
        fact_text(object())


def test_a_missing_field_is_left_out_and_never_a_zero() -> None:
    """Law 2: a sentinel never becomes a number."""
    line = FACTS[FactKey("line_quality", "line")]
    assert isinstance(line, LineQuality)
    missing = Missing(why=FailureKind.UNSUPPORTED)
    bare = replace(
        line,
        in_sync=True,
        loss_of_signal=missing,
        errors=replace(line.errors, errored_s=missing, full_inits=missing),
        full_inits_previous_day=missing,
        down=replace(line.down, rate_bps=missing),
    )
    assert fact_text(bare) == "VDSL2 in sync"


def test_a_shut_port_is_not_called_down() -> None:
    """Shut by us and dead by itself are two different tickets."""
    port = FACTS[FactKey("port_status", "port")]
    assert isinstance(port, PortStatus)
    assert fact_text(port).startswith("port 0/1/12 down")
    assert "shut by the operator" in fact_text(replace(port, admin_up=False))
    assert "lower layer down" in fact_text(replace(port, oper=OperStatus.LOWER_LAYER_DOWN))


def test_nothing_learned_is_said_in_words() -> None:
    """An empty list is an answer."""
    assert fact_text(LearnedMacs(entries=())) == "no MAC learned on the port"


def test_control_characters_and_direction_marks_become_visible() -> None:
    """Text from a device is data, never a command to the terminal."""
    assert harmless("a\x1b[31mb\u202ec\x9bd\ne\u200b") == "a?[31mb?c?d e?"
    assert ascii_only("größe → 5 GHz…") == "grosse -> 5 GHz..."


@pytest.mark.parametrize(
    ("words", "members"),
    [
        (DOMAIN_WORDS, FaultDomain),
        (HEADLINES, FaultDomain),
        (DESTINATION_WORDS, Destination),
        (STATE_WORDS, SegmentState),
    ],
    ids=["domains", "headlines", "destinations", "states"],
)
def test_every_member_has_its_own_words(words: dict[str, str], members: type[StrEnum]) -> None:
    """Two outcomes in the same words would be one outcome."""
    assert set(words) == set(members)
    assert len(set(words.values())) == len(words)


def test_an_undecided_verdict_is_never_called_likely() -> None:
    """UNDETERMINED is never rounded up."""
    undecided = replace(network_verdict(), domain=FaultDomain.UNDETERMINED, confidence=0.6)
    assert sureness(undecided) == "not enough to decide (60 %)"
    assert sureness(network_verdict()) == "almost certain (93 %)"


def test_the_summary_does_not_repeat_the_title() -> None:
    """The first lines are all that is read."""
    verdict = network_verdict()
    repeating = replace(verdict, summary=f"{verdict.title}: the node hears no signal.")
    assert beyond_title(repeating) == "The node hears no signal."
    assert beyond_title(replace(verdict, summary=verdict.title + ".")) == ""
    assert beyond_title(verdict) == verdict.summary


def test_what_is_not_known_is_gathered_by_its_reason() -> None:
    """One dead router is one line, not thirty."""
    router = FactKey("reachability", "router")
    page = FactKey("http", "router>reference")
    asked_later = (FactKey("answer", "since"), FactKey("answer", "lights"))
    findings = [
        Finding(id=str(i), answer=None, because="", rests_on=(), missing=missing)
        for i, missing in enumerate([(router,), (router, asked_later[0]), (page, *asked_later)])
    ]
    found = gaps(findings, sample_evidence(), START + timedelta(seconds=14))
    assert [gap.keys for gap in found] == [(router,), asked_later, (page,)]
    assert [gap.since for gap in found] == ["11 s ago", "", "11 s ago"]
    assert found[0].words.startswith(
        "may not send ICMP (missing privilege, on our own side); next"
    )
    assert gaps(findings[:1], Evidence(), START)[0].words == "nobody has asked"


def test_what_was_kept_of_a_repaired_case_is_told_as_repaired() -> None:
    """Pages and reports read what was kept: the verdict of before would send a technician."""
    held: dict[str, Any] = {**run_as_json(sample_run())}
    verdict = held["verdict"]
    assert kept_next_words(held) == (verdict["next_action"], verdict["tell_customer"])
    assert kept_next_words({**held, "destination": "fixed"}) == (REPAIRED_NEXT, REPAIRED_TELL)
    well = {**held, "destination": "fixed", "verdict": {**verdict, "destination": "fixed"}}
    assert kept_next_words(well)[0] == verdict["next_action"]
