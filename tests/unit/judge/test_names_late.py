"""A router that waits for each name is told from a slow line, a slow resolver and a dead IPv6."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.path_facts import HttpOutcome
from cpe_diag.domain.verdict import FaultDomain
from cpe_diag.judge.decide import decide, find
from cpe_diag.testing import faults_of_world as beyond
from cpe_diag.testing import load_samples as load
from cpe_diag.testing.evidence_samples import changed, ethernet_home, never_asked, unobserved

if TYPE_CHECKING:
    from cpe_diag.judge.question import CaseFile

HOME: Final = beyond.world(load.measured(ethernet_home("slow_internet")))
RESOLVER: Final = ("dns", "operator>reference")
BY_IPV6: Final = ("http", "router>reference/ipv6")


def _late(case: CaseFile, *, tries_too: bool = False) -> CaseFile:
    """Each place comes 2.3 s later by name; `tries_too`: by address as well."""
    case = beyond.named_late(case)
    for host in beyond.PLACES if tries_too else ():
        for number in range(beyond.TRIES):
            subject = f"router>world/{host}/{number + 1}"
            case = changed(case, "http", subject, took_s=2.36)
    return case


def _told(case: CaseFile, rule: str) -> tuple[bool | None, str]:
    return next((one.answer, one.because) for one in find(case) if one.id == rule)


def test_a_router_that_waits_for_each_name_is_told() -> None:
    """By address the same places come at once, and our side's resolver answers at once."""
    assert _told(_late(HOME), "router_names_late")[0] is True
    verdict = decide(_late(HOME), {})
    assert (verdict.domain, verdict.cause) == (FaultDomain.ROUTER, "router_dns_slow")


@pytest.mark.parametrize(
    ("fact", "fields", "answer"),
    [
        (RESOLVER, {"took_s": 2.3}, None),
        (BY_IPV6, {"outcome": HttpOutcome.CONNECT_TIMEOUT, "status": None}, None),
        (("http", f"router>world/{beyond.PLACES[0]}"), {"took_s": 0.2}, False),
    ],
    ids=[
        "the operator's resolver is late",
        "a dead IPv6 is tried first",
        "one name comes at once",
    ],
)
def test_what_is_late_for_another_reason_accuses_no_router(
    fact: tuple[str, str], fields: dict[str, Any], *, answer: bool | None
) -> None:
    """Each of them makes pages late that are asked for by name."""
    case = _late(HOME)
    assert _told(case, "router_names_late")[0] is True
    assert _told(changed(case, *fact, **fields), "router_names_late")[0] is answer


def test_places_that_are_late_by_address_too_say_nothing_of_names() -> None:
    """A busy line makes everything late."""
    assert _told(_late(HOME, tries_too=True), "router_names_late")[0] is False


@pytest.mark.parametrize(("took_s", "answer"), [(2.4, None), (4.0, None), (4.7, True)])
def test_a_download_that_waited_for_its_name_says_nothing_of_the_line(
    took_s: float, *, answer: bool | None
) -> None:
    """The wait is taken off; of what is left after a long one nothing is said."""
    slow = changed(
        _late(HOME), "load_test", "router>reference", took_s=took_s, line_bytes=4_000_000
    )
    slow = changed(slow, "load_test", "router>reference", received_bytes=4_000_000)
    assert _told(slow, "access_rate_low")[0] is answer


def test_the_rate_of_a_line_is_of_the_time_that_the_file_took() -> None:
    """4 s less 2.3 s that the name took."""
    slow = changed(_late(HOME), "load_test", "router>reference", took_s=5.3, line_bytes=3_750_000)
    slow = changed(slow, "load_test", "router>reference", received_bytes=3_750_000)
    answer, because = _told(slow, "access_rate_low")
    assert (answer, "10 Mbit/s of" in because) == (True, True), because


def test_questions_that_are_lost_on_their_way_accuse_no_router() -> None:
    """Each of them is asked again after a second or two."""
    assert _told(beyond.named_late(HOME, lost=6), "router_names_late")[0] is None
    unasked = never_asked(
        _late(HOME), *(("dns", f"router>operator_resolver/again/{n + 1}") for n in range(20))
    )
    assert _told(unasked, "router_names_late")[0] is None


def test_a_router_whose_ipv6_nobody_has_looked_at_is_not_accused_and_one_without_it_is() -> None:
    """A dead IPv6 that is tried first looks the same."""
    late = _late(HOME)
    assert _told(never_asked(late, BY_IPV6), "router_names_late")[0] is None
    without = unobserved(late, *BY_IPV6, FailureKind.NOT_APPLICABLE)
    assert _told(without, "router_names_late")[0] is True
