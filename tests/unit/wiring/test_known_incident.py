"""Claims about which tickets are answered with an incident that is known, and which are not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
import yaml

from cpe_diag.domain.incident import KNOWN_FOR, IncidentKind, Reach
from cpe_diag.domain.run_journal import RunState
from cpe_diag.judge.causes import CAUSES
from cpe_diag.service.submit import Order
from cpe_diag.store.incidents import Sighting
from cpe_diag.store.run_rows import RunOutcome
from cpe_diag.store.runs import StoredRuns
from cpe_diag.wiring.config import Config, read
from cpe_diag.wiring.desk import case_store
from cpe_diag.wiring.incidents import stored_incidents
from cpe_diag.wiring.known_incident import OF_EVERYBODY, known_incident
from cpe_diag.wiring.orders import orders_of
from cpe_diag.wiring.runs import RunWish, prepare

if TYPE_CHECKING:
    from cpe_diag.domain.incident import Incident

AT: Final = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
LATER: Final = AT + timedelta(minutes=2)
SITE: Final = "www.example.net"

PORTS: Final = {
    "a": "0/1/0:1",
    "b": "0/1/0:2",
    "same-splitter": "0/1/0:3",
    "other-splitter": "0/1/0:40",
    "other-pon": "0/1/1:1",
    "other-card": "0/2/0:1",
    "no-scheme": "who knows",
}
SPLITTERS: Final = {"a": "A", "b": "A", "same-splitter": "A", "other-splitter": "B"}


def _inventory(node: dict[str, object]) -> dict[str, object]:
    held: list[dict[str, object]] = [
        {
            "id": name,
            "node": "olt",
            "port": port,
            "technology": "gpon",
            **({"splitter": SPLITTERS[name]} if name in SPLITTERS else {}),
        }
        for name, port in PORTS.items()
    ]
    held.append({"id": "elsewhere", "node": "olt-2", "port": "0/1/0:3", "technology": "gpon"})
    return {
        "nodes": {
            "olt": {"address": "192.0.2.1"} | node,
            "olt-2": {"address": "192.0.2.2", "driver": "huawei_smartax"},
        },
        "subscribers": held,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A configuration with a store of its own."""

    config: Config
    folder: Path

    def known(
        self,
        who: str,
        *,
        playbook: str = "no_internet",
        platform: str | None = None,
        at: datetime = LATER,
    ) -> Incident | None:
        """Give what a ticket of somebody is answered with."""
        wish = RunWish(playbook=playbook, subscriber=who, ticket=f"T-{who}", platform=platform)
        runs = StoredRuns(case_store(self.config))
        return known_incident(prepare(self.config, wish), runs, at)

    def meets(self, sighting: Sighting, *, at: datetime = AT) -> None:
        """Let the runs of two subscribers meet an incident."""
        for who in ("a", "b"):
            one = replace(sighting, subscriber=who, case_id=f"case-{who}")
            stored_incidents(self.config).seen(one, at=at)

    def said_nothing_of_the_driver(self) -> None:
        """Take the node's driver out of the inventory."""
        words = yaml.safe_dump(_inventory({}))
        (self.folder / "inventory.yaml").write_text(words, encoding="utf-8")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Give a place in which nothing has been met."""
    words = yaml.safe_dump(_inventory({"driver": "huawei_smartax"}))
    (tmp_path / "inventory.yaml").write_text(words, encoding="utf-8")
    document = {
        "inventory": {"kind": "file", "path": "inventory.yaml"},
        "store": {"path": "case.db"},
    }
    file = tmp_path / "config.yaml"
    file.write_text(yaml.safe_dump(document), encoding="utf-8")
    return Place(config=read(file, str(file)), folder=tmp_path)


def reach(
    group: str, *parts: str, whole: bool = True, up: tuple[str, ...] = (), at: datetime = AT
) -> Reach:
    """Give what a run has seen of an outage of the node."""
    down = (PORTS["a"], PORTS["b"])
    return Reach(node="olt", group=group, whole=whole, parts=parts, down=down, up=up, at=at)


def outage(seen: Reach, kind: IncidentKind = IncidentKind.BRANCH) -> Sighting:
    """Give a sighting of an outage."""
    return Sighting(
        kind=kind,
        place=f"olt/{seen.group.replace(' ', '-')}",
        cause="splitter_outage",
        title="It is down",
        subscriber="",
        destination="network_operations",
        reach=seen,
    )


def site(cause: str = "platform_down") -> Sighting:
    """Give a sighting of a site that fails."""
    none = outage(reach(""))
    return replace(none, kind=IncidentKind.PLATFORM, place=SITE, cause=cause, reach=None)


EVERYBODY: Final = frozenset(PORTS) - {"no-scheme"}


@pytest.mark.parametrize(
    ("kind", "seen", "out"),
    [
        (IncidentKind.BRANCH, reach("splitter A"), {"a", "b", "same-splitter"}),
        (IncidentKind.BRANCH, reach("pon 0/1/0"), {"a", "b", "same-splitter", "other-splitter"}),
        (IncidentKind.CARD, reach("card 0/1"), EVERYBODY - {"other-card"}),
        (
            IncidentKind.CARD,
            reach("card 0/1", "pon 0/1/1", whole=False),
            {"a", "b", "other-pon"},
        ),
        (IncidentKind.BRANCH, reach("card 0/1", whole=False), {"a", "b"}),
        (IncidentKind.NODE, reach("node olt"), EVERYBODY | {"no-scheme"}),
        (
            IncidentKind.NODE,
            reach("node olt", "card 0/1", "card 0/2", whole=False),
            EVERYBODY,
        ),
        (
            IncidentKind.AREA,
            reach("card 0/1", "splitter B", "pon 0/1/1", whole=False),
            {"a", "b", "other-splitter", "other-pon"},
        ),
    ],
)
def test_a_further_ticket_is_answered_where_its_port_hangs_on_what_fell(
    place: Place, kind: IncidentKind, seen: Reach, out: set[str]
) -> None:
    """Of a splitter, a PON, a card and a node; whoever hangs elsewhere is measured."""
    place.meets(outage(seen, kind))
    assert {who for who in PORTS if place.known(who) is not None} == out
    assert place.known("elsewhere") is None


def test_a_port_that_was_seen_to_be_up_is_measured_whatever_fell_around_it(place: Place) -> None:
    """The latest look at a port counts, and one look does not undo what another has seen."""
    place.meets(outage(reach("card 0/1", up=(PORTS["other-pon"],))))
    place.meets(outage(reach("card 0/1", at=LATER)), at=LATER)
    assert place.known("other-pon") is None
    assert place.known("same-splitter") is not None
    down_since = replace(reach("card 0/1", at=LATER), down=(PORTS["other-pon"],))
    place.meets(outage(down_since), at=LATER)
    assert place.known("other-pon") is not None


@pytest.mark.parametrize(
    "playbook",
    ["slow_internet", "drops", "wifi_trouble", "one_device_offline", "site_not_opening"],
)
def test_a_complaint_that_an_outage_does_not_make_is_measured(place: Place, playbook: str) -> None:
    """Whoever is out has nothing that is slow; a fault of his own would be found by nobody."""
    place.meets(outage(reach("node olt"), IncidentKind.NODE))
    assert place.known("same-splitter", playbook=playbook) is None


def test_an_order_that_is_to_change_something_is_no_complaint(place: Place) -> None:
    """Somebody wants the router restarted; an answer would leave it undone, silently."""
    place.meets(outage(reach("node olt"), IncidentKind.NODE))
    assert place.known("same-splitter", playbook="reset_router") is None


def test_a_site_that_fails_for_everybody_is_known_where_the_ticket_names_it(place: Place) -> None:
    """The same complaint and the same site; which site the configuration has is a guess."""
    place.meets(site())
    who, complaint = "other-card", "site_not_opening"
    assert place.known(who, playbook=complaint, platform=SITE) is not None
    assert place.known(who, playbook=complaint, platform=SITE.upper()) is not None
    assert place.known(who, playbook=complaint, platform="another.example") is None
    assert place.known(who, playbook=complaint) is None
    assert place.known(who, playbook="no_internet", platform=SITE) is None


def test_a_site_that_fails_for_some_is_measured(place: Place) -> None:
    """Somebody else may meet another of its machines."""
    place.meets(site("platform_front_down"))
    assert place.known("other-card", playbook="site_not_opening", platform=SITE) is None


def test_it_is_known_only_while_runs_have_met_it_lately_and_nobody_is_well(place: Place) -> None:
    """When the first of them measures well, the next ticket is measured too."""
    place.meets(outage(reach("pon 0/1/0")))
    assert place.known("same-splitter", at=AT + KNOWN_FOR) is not None
    assert place.known("same-splitter", at=AT + KNOWN_FOR + timedelta(seconds=1)) is None
    stored_incidents(place.config).measured_well("a", LATER, tells=lambda _: True)
    assert place.known("same-splitter") is None


def test_one_that_only_one_subscriber_has_met_answers_nobody(place: Place) -> None:
    """It may be his own fault that looks like others'."""
    one = replace(outage(reach("pon 0/1/0")), subscriber="a", case_id="case-a")
    stored_incidents(place.config).seen(one, at=AT)
    assert place.known("same-splitter") is None


def test_who_was_measured_since_and_found_elsewhere_at_fault_is_measured_again(
    place: Place,
) -> None:
    """What a run has seen at his own port weighs more than what hangs beside it."""
    began = datetime.now(UTC)
    place.meets(outage(reach("pon 0/1/0", at=began)), at=began)
    store = case_store(place.config)
    order = Order(playbook="no_internet", subscriber="same-splitter")
    row = orders_of(place.config, store).submit(order).run
    runs = StoredRuns(store)
    assert place.known("same-splitter", at=began) is not None
    taken = runs.claim(row.id, worker="w", at=began, lease=timedelta(minutes=1))
    outcome = RunOutcome(
        state=RunState.FINISHED,
        destination="field_technician",
        words="the line is cut",
        domain="network",
        cause="line_cut",
        confidence=0.9,
    )
    runs.end(row.id, taken.attempt, outcome, at=began)
    assert place.known("same-splitter", at=began) is None
    assert place.known("other-splitter", at=began) is not None


def test_without_a_driver_only_what_the_inventory_and_the_runs_tell_is_known(
    place: Place,
) -> None:
    """No standard MIB reads a PON: where a port hangs is then known by its splitter alone."""
    place.said_nothing_of_the_driver()
    place.meets(outage(reach("pon 0/1/0")))
    assert place.known("a") is not None
    assert place.known("same-splitter") is None
    place.meets(outage(reach("splitter A")))
    assert place.known("same-splitter") is not None


def test_every_cause_of_a_site_that_is_named_is_one_of_the_judges() -> None:
    """A cause that was renamed answers nobody any more, silently."""
    assert {one.id for one in CAUSES} >= OF_EVERYBODY
