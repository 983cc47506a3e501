"""What a technician's laptop sees beyond its wire where something is wrong there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.field_load_facts import Direction, LoadTool
from cpe_diag.domain.field_path_facts import FieldNames, NobodysAnswer
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.path_facts import DnsOutcome
from cpe_diag.testing.evidence_samples import changed, with_value
from cpe_diag.testing.faults_on_site import LAN, WALL, nothing_beyond, well_at_the_wall
from cpe_diag.testing.field_samples import NONSENSE, OPERATORS_DNS, REFERENCE, load_run, told, ways

if TYPE_CHECKING:
    from cpe_diag.judge.question import CaseFile


def way_ends(case: CaseFile, place: str) -> CaseFile:
    """Every kind of packet comes as far as the operator's second router."""
    first = ("192.168.1.1",) if place == LAN else ()
    ended = ways(*first, "198.51.100.1", "198.51.100.129", reached=False)
    return with_value(nothing_beyond(case, place), "field_trace", place, ended)


def second_router(case: CaseFile, address: str = "192.168.0.1") -> CaseFile:
    """Behind the router comes another one."""
    way = ways("192.168.1.1", address, "198.51.100.1", REFERENCE)
    return with_value(case, "field_trace", LAN, way)


def names_taken(case: CaseFile, place: str, hop: int | None = 1) -> CaseFile:
    """Somebody answers in the name of an address where nobody listens."""
    taken = NobodysAnswer(server="192.0.2.99", answered=True, hop=hop, says="dnsmasq-2.89")
    return changed(case, "field_names", place, nobodys=taken)


def names_invented(case: CaseFile, place: str) -> CaseFile:
    """The operator's resolver has an address for everything."""
    search = told(NONSENSE, OPERATORS_DNS, DnsOutcome.ANSWERED, "198.51.100.200")
    return changed(case, "field_names", place, operator_nonsense=search)


def names_taken_behind_a_good_line(case: CaseFile) -> CaseFile:
    """The router sends questions to a resolver far away; at the wall port nobody takes them."""
    return names_taken(well_at_the_wall(case), LAN, hop=3)


def names_taken_at_both(case: CaseFile) -> CaseFile:
    """At the wall port somebody takes them, too."""
    return names_taken(names_taken_behind_a_good_line(case), WALL, hop=2)


def names_invented_behind_a_good_line(case: CaseFile) -> CaseFile:
    """Only behind the router the resolver has an address for everything."""
    return names_invented(well_at_the_wall(case), LAN)


def nothing_to_compare(case: CaseFile, place: str) -> CaseFile:
    """The other resolver is silent, and nobody's address is not named."""
    held = case.evidence.value(FieldNames, "field_names", place)
    if held is None:
        return case
    silent = told(NONSENSE, "192.0.2.53", DnsOutcome.TIMEOUT)
    return with_value(case, "field_names", place, replace(held, outside_nonsense=silent))


def walled(case: CaseFile, place: str, location: str) -> CaseFile:
    """Another page sends us there."""
    return sent_away(changed(case, "field_page", place, text_there=False), place, location)


def sent_away(case: CaseFile, place: str, location: str) -> CaseFile:
    """The page sends us there."""
    host = location.split("/")[2]
    return changed(case, "field_page", place, status=302, location=location, sent_to=host)


def nothing_expected(case: CaseFile, place: str) -> CaseFile:
    """Nobody says what the page is."""
    return changed(case, "field_page", place, expected_status=None, text_there=None)


def other_page(case: CaseFile, place: str) -> CaseFile:
    """Another page comes, and does not say from where."""
    return changed(case, "field_page", place, text_there=False)


def walled_behind_a_good_line(case: CaseFile) -> CaseFile:
    """At the wall port the page comes as it should; behind the router another one does."""
    return other_page(well_at_the_wall(case), LAN)


def walled_at_both(case: CaseFile) -> CaseFile:
    """Another page comes at the wall port, too."""
    return other_page(other_page(well_at_the_wall(case), LAN), WALL)


def slow(case: CaseFile, place: str) -> CaseFile:
    """A tenth of what was sold comes through."""
    runs = (load_run(Direction.DOWN, 4e6, 0.03), load_run(Direction.UP, 1e6, 0.03))
    return changed(case, "field_load", place, runs=runs)


def bloated(case: CaseFile, place: str) -> CaseFile:
    """While the line is full, packets wait half a second."""
    runs = (load_run(Direction.DOWN, 95e6, 0.03), load_run(Direction.UP, 95e6, 0.5))
    return changed(case, "field_load", place, runs=runs)


def bloated_by_one_tool(case: CaseFile, place: str) -> CaseFile:
    """Four connections fill the queue; the one of the tool that comes after them does not."""
    four = load_run(Direction.UP, 95e6, 0.5)
    one = replace(load_run(Direction.UP, 95e6, 0.03), tool=LoadTool.NDT7)
    return changed(case, "field_load", place, runs=(four, one))


def no_stream(case: CaseFile, place: str) -> CaseFile:
    """Nothing comes to the group."""
    silent = Missing(why=FailureKind.SILENT)
    nothing = {"datagrams": 0, "packets": 0, "first_after_s": silent}
    return changed(case, "field_stream", place, **nothing)


def broken_stream(case: CaseFile, place: str) -> CaseFile:
    """Of what comes, some is missing."""
    return changed(case, "field_stream", place, continuity_errors=50)
