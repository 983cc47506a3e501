"""A platform's incident is kept after the verdict, and told with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import yaml

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.incident import PlatformIncident
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.verdict import FaultDomain
from cpe_diag.judge.decide import decide
from cpe_diag.report.incident_words import incident_lines
from cpe_diag.testing import faults_at_home as at_home
from cpe_diag.testing import faults_outside as outside
from cpe_diag.testing.clock import FakeClock
from cpe_diag.testing.evidence_samples import dsl_home, ethernet_home
from cpe_diag.wiring.config import Config, read
from cpe_diag.wiring.incidents import note_incident, stored_incidents
from cpe_diag.wiring.keeping import keeping

if TYPE_CHECKING:
    from pathlib import Path

    from cpe_diag.domain.missing import Maybe
    from cpe_diag.judge.question import CaseFile
    from cpe_diag.testing.postgres_server import PostgresServer

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Give a configuration with a store of its own."""
    (tmp_path / "config.yaml").write_text("store: {path: case.db}\n")
    return read(tmp_path / "config.yaml", "a test")


def note(
    config: Config, case: CaseFile, minutes: float = 0, case_id: str | None = None
) -> Maybe[PlatformIncident]:
    """Judge a case and keep its incident."""
    return note_incident(config, case, decide(case, {}), AT + timedelta(minutes=minutes), case_id)


def test_the_second_case_of_a_platform_is_told_as_a_known_incident(config: Config) -> None:
    """The second agent reports nothing anew, and the second customer waits for no call."""
    first = note(config, outside.platform_down(ethernet_home("site_not_opening")))
    assert incident_lines(first) == (
        "platform.example (platform_down): seen by this subscriber first, at 2026-03-01 12:00 UTC",
    )
    other = outside.platform_down(dsl_home("site_not_opening"))
    other = replace(other, subscriber=replace(other.subscriber, id="another"))
    (line,) = incident_lines(note(config, other, minutes=20))
    assert line.startswith("known incident since 2026-03-01 12:00 UTC: platform.example (")
    assert line.endswith("2 subscribers; reported once is enough")


def test_a_platform_that_fails_beside_something_else_counts_too(config: Config) -> None:
    """It is found in a home with a fault of its own; the site fails all the same."""
    home = at_home.wifi_off(outside.platform_down(ethernet_home("wifi_trouble")))
    found = note(config, home)
    assert isinstance(found, PlatformIncident)
    assert found.cause == "platform_down"


def test_a_worker_keeps_incidents_with_one_connection_at_a_time(config: Config) -> None:
    """Runs of one outage end together: each that waited for a second one would hold the first."""
    with keeping(config) as kept:
        for minutes, case_of in ((0, outside.card_outage), (10, lambda case: case)):
            for who in ("one", "two"):
                note(kept, _behind(case_of(ethernet_home()), who), minutes, f"case-{who}")
    (over,) = stored_incidents(config).every()
    assert over.cleared_at == AT + timedelta(minutes=10)


def test_what_is_no_platforms_fault_opens_no_incident(config: Config) -> None:
    """A healthy site must not be marked by a home that has no line."""
    found = note(config, outside.port_shut(ethernet_home("no_internet")))
    assert isinstance(found, Missing)
    assert incident_lines(found) == ()


def test_a_store_that_cannot_be_used_costs_the_incident_and_not_the_verdict(
    tmp_path: Path,
) -> None:
    """The case goes on; only that others have it too is not known."""
    (tmp_path / "case.db").mkdir()
    (tmp_path / "config.yaml").write_text("store: {path: case.db}\n")
    found = note(
        read(tmp_path / "config.yaml", "a test"),
        outside.platform_down(ethernet_home("site_not_opening")),
    )
    assert found == Missing(why=FailureKind.DEPENDENCY)


def _behind(case: CaseFile, who: str) -> CaseFile:
    return replace(case, subscriber=replace(case.subscriber, id=who))


def test_a_run_that_finds_a_group_down_keeps_which_ports_it_takes(config: Config) -> None:
    """The next ticket of one of them is answered without a run."""
    note(config, outside.splitter_outage(ethernet_home()))
    (incident,) = stored_incidents(config).every()
    (reach,) = incident.reaches
    assert (reach.group, reach.whole) == ("splitter 12", True)
    assert set(reach.down) == {"1/12", *(f"1/12:{n}" for n in (2, 3, 4, 5))}
    assert "1/12:33" in reach.up
    assert incident.takes("1/12:6", ("splitter 12", "pon 1/12", "card 1"), AT)
    assert not incident.takes("1/12:35", ("splitter 13", "pon 1/12", "card 1"), AT)


def test_a_node_that_does_not_answer_takes_all_its_ports(config: Config) -> None:
    """Nobody can count them, and whatever hangs on it is out."""
    note(config, outside.node_outage(ethernet_home()))
    (incident,) = stored_incidents(config).every()
    assert incident.takes("anything", (), AT)


def test_an_outage_clears_where_ports_are_up_again_whatever_else_is_wrong_at_home(
    config: Config,
) -> None:
    """Two homes whose routers have not come back would hold all others' tickets for a day."""
    for who in ("one", "two"):
        note(config, _behind(outside.card_outage(ethernet_home()), who), case_id=f"case-{who}")
    for who in ("one", "two"):
        other = _behind(outside.auth_refused(ethernet_home()), who)
        assert decide(other, {}).domain is not FaultDomain.NONE
        note(config, other, minutes=10)
    (over,) = stored_incidents(config).every()
    assert over.cleared_at == AT + timedelta(minutes=10)


def test_a_site_does_not_clear_because_a_port_is_up(config: Config) -> None:
    """The port was up all the time."""
    for who in ("one", "two"):
        case = outside.platform_down(ethernet_home("site_not_opening"))
        note(config, _behind(case, who), case_id=f"case-{who}")
    for who in ("one", "two"):
        note(config, _behind(outside.auth_refused(ethernet_home()), who), minutes=10)
    (still,) = stored_incidents(config).every()
    assert still.cleared_at is None


def test_an_incident_clears_when_two_who_met_it_are_seen_to_be_well(config: Config) -> None:
    """Of a platform only who asks for it can tell."""

    def home(who: str, symptom: str = "site_not_opening") -> CaseFile:
        case = ethernet_home(symptom)
        return replace(case, subscriber=replace(case.subscriber, id=who))

    for who in ("one", "two"):
        note(config, outside.platform_down(home(who)), case_id=f"case-{who}")
    for who in ("one", "two"):
        other = replace(home(who, "no_internet"), platform_host=None)
        assert decide(other, {}).domain is FaultDomain.NONE
        note(config, other, minutes=5)
    (still,) = stored_incidents(config).every()
    assert still.cleared_at is None
    for who in ("one", "two"):
        note(config, home(who), minutes=10)
    (over,) = stored_incidents(config).every()
    assert over.cleared_at == AT + timedelta(minutes=10)


@pytest.mark.parametrize("ahead", [timedelta(hours=2), timedelta(hours=-2)])
def test_what_a_machine_with_a_wrong_clock_has_met_is_kept_by_the_clock_of_the_store(
    postgres: PostgresServer, ahead: timedelta, tmp_path: Path
) -> None:
    """Else an outage would be known for two hours longer, or not at all."""
    clock = FakeClock(at=datetime.now(UTC) + ahead)
    keys = tmp_path / "keys.yaml"
    keys.write_text(yaml.safe_dump({"url": postgres.database(), "audit": "5a" * 32}))
    keys.chmod(0o600)
    words = {"url": f"file:{keys}#url", "audit_key": f"file:{keys}#audit"}
    (tmp_path / "config.yaml").write_text(yaml.safe_dump({"store": words}))
    team = read(tmp_path / "config.yaml", "a test")
    case = outside.platform_down(ethernet_home("site_not_opening"))
    begun = clock.now() - timedelta(minutes=3)
    note_incident(team, case, decide(case, {}), begun, clock=clock)
    (incident,) = stored_incidents(team).every()
    age = datetime.now(UTC) - incident.last_at
    assert timedelta(minutes=3) <= age < timedelta(hours=1)
