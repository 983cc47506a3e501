"""What an access node says in its own way, or in counters that begin again, accuses nobody."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cpe_diag.domain.docsis_facts import CableModem
from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.judge.decide import find
from cpe_diag.testing.access_homes import coax_home, pon_home
from cpe_diag.testing.evidence_samples import changed, ethernet_home
from cpe_diag.testing.faults_outside import port_flapping

if TYPE_CHECKING:
    from cpe_diag.judge.question import CaseFile

NOT_THERE = Missing(why=FailureKind.UNSUPPORTED)


def _answer(case: CaseFile, rule: str) -> bool | None:
    return next(finding for finding in find(case) if finding.id == rule).answer


def _with_serials(inventory: str, node: str) -> CaseFile:
    case = changed(pon_home(), "ont_state", "ont", serial=node)
    return replace(case, subscriber=replace(case.subscriber, ont_serial=inventory))


def test_the_same_ont_in_another_spelling_is_not_called_exchanged() -> None:
    """Some OLTs write the vendor code in letters, some in hex."""
    case = _with_serials("485754431A2B3C4D", "HWTC1A2B3C4D")
    assert _answer(case, "ont_not_accepted") is False


def test_another_ont_is_called_exchanged() -> None:
    """The one digit that differs is the finding."""
    case = _with_serials("485754431A2B3C4E", "HWTC1A2B3C4D")
    assert _answer(case, "ont_not_accepted") is True


def test_good_codewords_that_began_again_do_not_make_a_channel_look_lost() -> None:
    """A channel's counters are 32 bits wide: after a day the good ones are few, the lost not."""
    case = coax_home()
    modem = case.evidence.value(CableModem, "cable_modem", "cmts")
    assert modem is not None
    wrapped = replace(modem.upstreams[0], unerrored=900, corrected=0, uncorrectable=50_000)
    case = changed(case, "cable_modem", "cmts", upstreams=(wrapped,))
    assert _answer(case, "upstream_codewords_lost") is False


def test_without_the_64_bit_counts_the_question_stays_open() -> None:
    """A share needs all three."""
    case = changed(coax_home(), "cable_modem", "cmts", unerrored=NOT_THERE)
    assert _answer(case, "upstream_codewords_lost") is None


def test_a_link_that_comes_and_goes_while_its_router_starts_accuses_no_line() -> None:
    """A router resets its own sockets more than once then."""
    case = port_flapping(ethernet_home("drops"))
    assert _answer(case, "port_flaps") is True
    young = changed(case, "router_system", "router", uptime_s=40.0)
    assert _answer(young, "port_flaps") is None
