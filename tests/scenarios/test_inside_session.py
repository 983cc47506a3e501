"""On a line of sessions the laptop asks inside the one that it opens: well, and with faults."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.field_path_facts import NobodysAnswer
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.path_facts import DnsOutcome, HttpOutcome
from cpe_diag.domain.verdict import FaultDomain
from cpe_diag.judge.decide import decide
from cpe_diag.testing.faults_of_session import inside_alone, without_login
from cpe_diag.testing.faults_on_site import WALL, on_site
from cpe_diag.testing.field_samples import (
    INSIDE,
    NAMES,
    NONSENSE,
    OPERATORS_DNS,
    PAGE,
    REFERENCE,
    told,
    ways,
)

if TYPE_CHECKING:
    from cpe_diag.domain.verdict import Verdict

SILENT: Final = Missing(why=FailureKind.SILENT)
NONE_BACK: Final = replace(INSIDE.train, received=0)
BLACK_HOLE: Final = replace(INSIDE.size, largest_bytes=1400, lost_bytes=1401)
UNKNOWN_NAME: Final = told("reference.example", OPERATORS_DNS, DnsOutcome.TIMEOUT)
INVENTED: Final = told(NONSENSE, OPERATORS_DNS, DnsOutcome.ANSWERED, REFERENCE)
TAKEN: Final = NobodysAnswer(server="192.0.2.99", answered=True, hop=None, says="")
PORTAL: Final = replace(
    PAGE,
    status=302,
    location="http://192.0.2.1/login",
    sent_to="192.0.2.1",
    text_there=False,
)
ENDS: Final = ways("198.51.100.1", "100.64.0.1", reached=False)


def judged(**changes: Any) -> Verdict:  # noqa: ANN401 - parts of a fact
    """Judge a line of sessions of which only the inside of one is known."""
    return decide(inside_alone(on_site(WALL), **changes), {})


def test_a_healthy_line_of_sessions_is_called_healthy() -> None:
    """The laptop takes no address on it: what it knows, it knows from inside the session."""
    verdict = judged()
    assert (verdict.domain, verdict.cause) == (FaultDomain.NONE, "no_fault")
    assert "field_session[wall_port]" in {
        str(one) for f in verdict.evidence_for for one in f.rests_on
    }


@pytest.mark.parametrize(
    ("changes", "cause", "words"),
    [
        (
            {"train": NONE_BACK, "connected_s": SILENT, "page": None, "trace": ways()},
            "wall_cut_off",
            "answers no ping",
        ),
        (
            {"train": NONE_BACK, "connected_s": SILENT, "page": None, "trace": ENDS},
            "wall_way_ends",
            "ends behind hop 2 (100.64.0.1)",
        ),
        ({"train": replace(INSIDE.train, received=14)}, "wall_lossy", "6 of 20 packets"),
        ({"size": BLACK_HOLE}, "wall_small_only", "1400 bytes, one of 1401 is lost"),
        ({"connected_s": SILENT}, "wall_pages", "takes no connection"),
        ({"page": replace(PAGE, outcome=HttpOutcome.READ_TIMEOUT)}, "wall_pages", "read timeout"),
        ({"page": replace(PAGE, status=503)}, "wall_pages", "gives 503"),
        ({"page": PORTAL}, "wall_walled_in", "sends us to http://192.0.2.1/login"),
        ({"names": replace(NAMES, operator=UNKNOWN_NAME)}, "wall_pages", "timeout"),
        (
            {"names": replace(NAMES, operator_nonsense=INVENTED)},
            "wall_invented_names",
            "there is no such name",
        ),
        ({"names": replace(NAMES, nobodys=TAKEN)}, "wall_names_by_another", "in the name of"),
    ],
)
def test_each_fault_inside_a_session_is_the_operators(
    changes: dict[str, Any], cause: str, words: str
) -> None:
    """No router is there that could be it."""
    verdict = judged(**changes)
    assert (verdict.domain, verdict.cause) == (FaultDomain.NETWORK, cause)
    assert words in verdict.summary


def test_a_session_that_the_other_end_ends_is_no_silent_network() -> None:
    """What nobody answered any more was asked of nobody: the concentrator itself is named."""
    verdict = judged(train=NONE_BACK, connected_s=SILENT, page=None, trace=None, ended=True)
    assert (verdict.domain, verdict.cause) == (FaultDomain.NETWORK, "wall_session_breaks")
    assert "bras-1 (02:00:5e:30:00:ff) opens a session, and ends it itself" in verdict.summary


def test_a_smaller_packet_that_somebody_tells_of_is_no_fault() -> None:
    """RFC 1191: whoever sends learns of it."""
    size = replace(BLACK_HOLE, told_bytes=1400, told_by="198.51.100.1")
    assert judged(size=size).cause == "no_fault"


def test_without_a_login_it_is_said_what_is_known_and_how_to_go_on() -> None:
    """A concentrator answers; that is no verdict on the line, and more than nothing."""
    verdict = decide(without_login(on_site(WALL)), {})
    assert verdict.domain is FaultDomain.UNDETERMINED
    assert verdict.title == "The line answers at the wall port; its session was not tried"
    assert "bras-1 (02:00:5e:30:00:ff) offers sessions; none was opened" in verdict.summary
    assert verdict.next_action.startswith("Name the line's login")
