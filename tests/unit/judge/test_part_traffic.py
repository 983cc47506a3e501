"""Rules about what spoils a part of the traffic only: whom they accuse, and whom not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.verdict import FaultDomain
from cpe_diag.judge.decide import decide, find
from cpe_diag.testing import faults_in_part as in_part
from cpe_diag.testing import load_samples as load
from cpe_diag.testing.evidence_samples import about, changed, ethernet_home

if TYPE_CHECKING:
    from cpe_diag.domain.findings import Finding
    from cpe_diag.judge.question import CaseFile

ETH: Final = ethernet_home()
UNSUPPORTED: Final = Missing(why=FailureKind.UNSUPPORTED)


def finding(case: CaseFile, rule: str) -> Finding:
    """Give one rule's answer."""
    return {found.id: found for found in find(case)}[rule]


@pytest.mark.parametrize(
    ("size", "received", "answer"),
    [
        (8028, 20, False),
        (1500, 20, False),
        (1500, 3, False),
        (1428, 20, True),
        (1428, 0, True),
        (1428, 2, None),
    ],
    ids=["pieces", "a whole frame", "some", "less than a frame", "small alone", "too few"],
)
def test_a_device_that_takes_no_pieces_and_whole_frames_is_well(
    size: int,
    received: int,
    answer: bool | None,  # noqa: FBT001 - a case
) -> None:
    """Many small devices put no fragments together; that spoils no page."""
    case = changed(
        load.measured(ETH), "rate_train", load.DEVICE, size_bytes=size, received=received
    )
    assert finding(case, "device_large_lost").answer is answer


def test_a_link_that_loses_packets_of_any_size_is_another_fault() -> None:
    """By chance it loses the few large ones too."""
    case = in_part.long_frames_lost(load.home_loss(ETH))
    case = load.lossy(case, 50, load.DEVICE)
    assert finding(case, "device_large_lost").answer is None


def test_a_device_that_answers_no_pings_accuses_nobody() -> None:
    """Many are set not to."""
    case = changed(in_part.small_alone(ETH), "rate_train", load.DEVICE, small_median_s=UNSUPPORTED)
    assert finding(case, "device_large_lost").answer is None


@pytest.mark.parametrize(
    ("tcp_s", "datagrams_s", "answer"),
    [(7440, 60, False), (300, 30, False), (60, 60, True), (7440, 5, True)],
)
def test_a_router_must_remember_what_is_kept_alive(
    tcp_s: int,
    datagrams_s: int,
    answer: bool,  # noqa: FBT001 - a case
) -> None:
    """Many routers forget sooner than RFC 5382 wants, and nobody notices."""
    case = in_part.quiet_forgotten(ETH, tcp_s, datagrams_s)
    assert finding(case, "router_forgets_connections").answer is answer


def test_a_router_that_keeps_its_times_back_accuses_nobody() -> None:
    """What was not read is not known."""
    kept = {"tcp_kept_s": UNSUPPORTED, "datagrams_kept_s": UNSUPPORTED}
    case = changed(ETH, "home_watch", "router", **kept)
    assert finding(case, "router_forgets_connections").answer is None


@pytest.mark.parametrize(
    ("surely", "port", "answer"), [(True, 443, True), (False, 443, None), (True, 80, False)]
)
def test_who_takes_plain_pages_alone_opens_no_secure_ones(
    surely: bool,  # noqa: FBT001 - a case
    port: int,
    answer: bool | None,  # noqa: FBT001 - a case
) -> None:
    """A cache or a filter of names in the router breaks no certificate."""
    case = in_part.secure_pages_taken(ETH, surely=surely, port=port)
    assert finding(case, "router_takes_secure_pages").answer is answer


@pytest.mark.parametrize("symptom", ["drops", "site_not_opening", "one_device_offline"])
def test_no_home_is_healthy_whose_router_forgets_what_is_quiet(symptom: str) -> None:
    """Pages come about all the same, so that everything else looks well."""
    told = decide(in_part.quiet_forgotten(about(ETH, symptom=symptom)), {})
    assert told.domain is not FaultDomain.NONE


@pytest.mark.parametrize(
    ("octets", "frames", "answer"),
    [(60_000_000, 40_000, True), (400_000, 6_000, True), (100_000, 60, False)],
    ids=["long frames", "short frames", "a quiet home"],
)
def test_who_shouts_is_found_by_octets_or_by_frames(
    octets: int,
    frames: int,
    answer: bool,  # noqa: FBT001 - a case
) -> None:
    """A radio's time is filled by either."""
    case = in_part.shouted_down(ETH, octets, frames)
    assert finding(case, "home_shouted_down").answer is answer
