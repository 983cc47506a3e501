"""The playbooks that come with cpe_diag are found by their names and mean what they say."""

from __future__ import annotations

import pytest

from cpe_diag.domain.verdict import Destination
from cpe_diag.engine.plan import plan_step
from cpe_diag.playbook.load import load_playbook, playbook_files
from cpe_diag.playbook.model import ActStep, InvestigateStep, ProbeStep, RouteStep
from cpe_diag.playbook.vocabulary import Vocabulary
from cpe_diag.probes.catalogue import PROBES

COMPLAINTS = (
    "drops",
    "no_internet",
    "one_device_offline",
    "site_not_opening",
    "slow_internet",
    "wifi_trouble",
)
ON_SITE = ("at_wall_port", "in_home_network")
REPAIRS = (
    "change_wifi",
    "known_reset_20s",
    "reinstall_firmware",
    "reset_router",
    "wifi_off_on",
)
SHIPPED = tuple(sorted((*COMPLAINTS, *ON_SITE, *REPAIRS)))


@pytest.fixture
def vocabulary() -> Vocabulary:
    """All probes there are; no shipped playbook needs to name a finding."""
    return Vocabulary(probes=frozenset(probe.id for probe in PROBES), findings=frozenset())


def test_the_shipped_playbooks_are_found_without_configuration() -> None:
    """A fresh installation has them, whether from a wheel or from a checkout."""
    assert tuple(playbook_files()) == SHIPPED


@pytest.mark.parametrize("name", SHIPPED)
def test_each_shipped_playbook_is_without_a_fault(name: str, vocabulary: Vocabulary) -> None:
    """The real probes are its vocabulary, so a renamed probe is noticed here."""
    playbook = load_playbook(name, vocabulary)
    assert playbook.id == name
    assert playbook.symptom in {*COMPLAINTS, *ON_SITE}
    assert (playbook.symptom == name) is (name in {*COMPLAINTS, *ON_SITE})


@pytest.mark.parametrize("name", SHIPPED)
def test_no_shipped_playbook_leaves_it_to_a_later_step_to_bring_the_wifi_back(
    name: str, vocabulary: Vocabulary
) -> None:
    """Whoever dies between `off` and `on` leaves a home without Wi-Fi; `off_on` is one change."""
    steps = load_playbook(name, vocabulary).steps
    acts = [one for one in steps if isinstance(one, ActStep)]
    assert all(one.value == "off_on" for one in acts if one.action == "wifi.set_enabled")


@pytest.mark.parametrize("name", REPAIRS)
def test_each_repair_looks_before_it_acts_and_measures_again(
    name: str, vocabulary: Vocabulary
) -> None:
    """What was there before is evidence; what is there afterwards is the proof."""
    kinds = [type(step) for step in load_playbook(name, vocabulary).steps]
    first, last = kinds.index(ActStep), len(kinds) - 1 - kinds[::-1].index(ActStep)
    assert ProbeStep in kinds[:first]
    assert ProbeStep in kinds[last:]


@pytest.mark.parametrize("name", REPAIRS)
def test_no_repair_is_called_fixed_unless_a_change_was_proven(
    name: str, vocabulary: Vocabulary
) -> None:
    """A case that is closed on somebody's word comes back."""
    for step in load_playbook(name, vocabulary).steps:
        if isinstance(step, RouteStep) and step.to is Destination.FIXED:
            assert "proven" in repr(step.when)


@pytest.mark.parametrize("name", SHIPPED)
def test_each_shipped_playbook_ends_with_a_route(name: str, vocabulary: Vocabulary) -> None:
    """A case that is handed to nobody is lost."""
    assert isinstance(load_playbook(name, vocabulary).steps[-1], RouteStep)


@pytest.mark.parametrize("name", COMPLAINTS)
def test_each_shipped_playbook_reads_the_router_in_one_wave(
    name: str, vocabulary: Vocabulary
) -> None:
    """Questions of one wave share one exchange over SSH; a second wave costs a round trip."""
    unconditional = [
        step
        for step in load_playbook(name, vocabulary).steps
        if isinstance(step, ProbeStep) and step.when is None
    ]
    assert len(unconditional) == 1


@pytest.mark.parametrize("name", SHIPPED)
def test_each_shipped_playbook_stays_far_below_the_fifteen_minutes(
    name: str, vocabulary: Vocabulary
) -> None:
    """Second line has 15 minutes for the whole case, the measuring is the smallest part."""
    limits = [
        step.limit_s
        for step in load_playbook(name, vocabulary).steps
        if isinstance(step, ProbeStep | InvestigateStep)
    ]
    assert sum(limits) <= 180


@pytest.mark.parametrize("name", SHIPPED)
def test_each_shipped_playbook_names_what_its_probes_need(
    name: str, vocabulary: Vocabulary
) -> None:
    """Whoever reads the file sees everything that is asked, with nothing pulled in unseen."""
    for step in load_playbook(name, vocabulary).steps:
        if isinstance(step, ProbeStep):
            plan = plan_step(step.probes, catalogue=PROBES, done=(), now=0.0, until=1.0)
            assert {planned.probe.id for planned in plan.probes} == set(step.probes)
