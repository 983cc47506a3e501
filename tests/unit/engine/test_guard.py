"""The guard: each reason to refuse, each with its own words, and what may be accepted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cpe_diag.domain.action import ActionRecord, EntryKind, JournalEntry, PlannedSet
from cpe_diag.domain.agreement import GuardState
from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.subscriber import AccessNode, NodePort, Technology
from cpe_diag.driver_kit.action_spec import ActionSpec, CliStep, SetStep
from cpe_diag.driver_kit.load import load_access_driver
from cpe_diag.driver_kit.port_index import PortIndex
from cpe_diag.driver_kit.port_names import locate
from cpe_diag.engine.forwarding import MacsOnPort
from cpe_diag.engine.guard import CHECKS, guard
from cpe_diag.engine.guard_case import GuardCase
from cpe_diag.engine.plan_action import Where, action_of, plan_action
from cpe_diag.engine.same_port import addresses_alone
from cpe_diag.engine.survey import PortSurvey
from cpe_diag.testing.run_samples import sample_subscriber

CLEAR, REFUSED, UNKNOWN = GuardState.CLEAR, GuardState.REFUSED, GuardState.UNKNOWN
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DRIVER = load_access_driver("generic_dsl")
GAP = Missing(why=FailureKind.UNSUPPORTED)
ADMIN = "1.3.6.1.2.1.2.2.1.7.1012"
HOME = MacsOnPort(
    macs=("02:00:5e:10:00:01",), complete=True, router_here=True, router_elsewhere=None
)
SURVEY = PortSurvey(
    present={ADMIN: 1},
    system_name="an-vdsl.example",
    object_id="1.3.6.1.4.1.32473.2.1",
    description="a node",
    alias="sub-1012",
    if_type=251,
    ont_serial=GAP,
    macs=HOME,
    neighbours=(),
)
MANY = MacsOnPort(
    macs=tuple(f"02:00:5e:10:00:{n:02x}" for n in range(9)),
    complete=True,
    router_here=False,
    router_elsewhere=None,
)
NODE = replace(
    sample_subscriber().node or AccessNode(id="", snmp=None, driver=None),  # type: ignore[arg-type]  # the sample has one
    system_name="AN-VDSL.example",
    uplinks=("ifindex:2001",),
)
OLT_PORT = PortIndex(
    name="0/1/3:4",
    parts={"if_index": "4194312960", "onu": "4"},
    words={"slot": "1", "port": "3", "onu": "4"},
    groups=("pon 0/1/3",),
)


def case(present: int | None = 1, action: str = "port.restart", **other: Any) -> GuardCase:  # noqa: ANN401 - any part of the case
    """Make a case in which nothing stands in the way, and change parts of it."""
    spec = other.pop("spec", None) or action_of(DRIVER, action)
    port = other.pop("port", None) or locate(DRIVER, "0/1/12")
    wished = "up" if action == "port.set_admin" else None
    plan = plan_action(
        spec,
        DRIVER,
        Where(subscriber="sub-1012", node="an-vdsl", address="192.0.2.10:161", port=port),
        wished=wished,
        present={ADMIN: present},
    )
    made = GuardCase(
        spec=spec,
        plan=plan,
        survey=SURVEY,
        subscriber=sample_subscriber(),
        node=NODE,
        port=port,
        node_ports=(
            NodePort(port="0/1/12", in_service=True, subscriber="sub-1012"),
            NodePort(port="0/1/13", in_service=True, subscriber="sub-1013"),
        ),
        driver=DRIVER,
        fitting=None,
        unfinished=(),
        done_already=None,
        now=NOW,
        most_macs=8.0,
    )
    return replace(made, **other)


def seen(**parts: object) -> PortSurvey:
    """Change parts of what was seen."""
    return replace(SURVEY, **parts)  # type: ignore[arg-type]  # by name


def finding(name: str, one: GuardCase) -> tuple[GuardState, str]:
    """Give one finding, and hold all others to being clear."""
    found = {held.id: held for held in guard(one)}
    others = [held for held in found.values() if held.id != name and held.state is not CLEAR]
    assert not others
    return found[name].state, found[name].because


def test_nothing_stands_in_the_way_of_an_ordinary_home() -> None:
    """A guard that always objects would be switched off."""
    findings = guard(case())
    assert [one.id for one in findings] == [name for name, _check in CHECKS]
    assert {one.state for one in findings} == {CLEAR}
    assert all(one.because for one in findings)


@pytest.mark.parametrize(
    ("name", "state", "words", "parts"),
    [
        ("node_name", REFUSED, "calls itself 'an-eth'", {"survey": seen(system_name="an-eth")}),
        ("node_name", UNKNOWN, "does not tell", {"survey": seen(system_name=GAP)}),
        (
            "node_name",
            UNKNOWN,
            "does not say what node an-vdsl calls itself; it calls itself 'an-vdsl.example'",
            {"node": replace(NODE, system_name=None)},
        ),
        (
            "node_type",
            REFUSED,
            "none of driver generic_dsl",
            {"driver": replace(DRIVER, sys_object_ids=("1.3.6.1.4.1.9",))},
        ),
        ("node_type", UNKNOWN, "sysObjectID", {"survey": seen(object_id=GAP)}),
        (
            "node_type",
            UNKNOWN,
            "is of driver other",
            {"fitting": replace(DRIVER, id="other")},
        ),
        (
            "node_type",
            REFUSED,
            "is not for vdsl2",
            {"driver": replace(DRIVER, technologies=("gpon",))},
        ),
        (
            "port_uplink",
            REFUSED,
            "names 0/1/12 as an uplink",
            {"node": replace(NODE, uplinks=("0/1/12",))},
        ),
        (
            "port_uplink",
            REFUSED,
            "names ifindex:1012 as an uplink",
            {"node": replace(NODE, uplinks=("ifindex:1012",))},
        ),
        ("port_uplink", UNKNOWN, "ifAlias is 'to core'", {"survey": seen(alias="to core")}),
        ("port_uplink", UNKNOWN, "ieee8023adLag", {"survey": seen(if_type=161)}),
        ("port_uplink", UNKNOWN, "neighbour agg-1", {"survey": seen(neighbours=("agg-1",))}),
        (
            "port_uplink",
            UNKNOWN,
            "names no uplinks",
            {
                "node": replace(NODE, uplinks=()),
                "survey": seen(macs=replace(HOME, router_here=False)),
            },
        ),
        (
            "port_subscribers",
            REFUSED,
            "reaches sub-2222 too",
            {
                "node_ports": (
                    NodePort(port="0/1/12", in_service=True, subscriber="sub-1012"),
                    NodePort(port="ifindex:1012", in_service=True, subscriber="sub-2222"),
                )
            },
        ),
        (
            "port_subscribers",
            UNKNOWN,
            "does not say whose",
            {
                "node_ports": (
                    NodePort(port="0/1/12", in_service=True),
                    NodePort(port="ifindex:1012", in_service=True),
                )
            },
        ),
        ("port_subscribers", UNKNOWN, "do not name this one", {"node_ports": ()}),
        ("port_macs", REFUSED, "9 MAC addresses", {"survey": seen(macs=MANY)}),
        ("port_macs", UNKNOWN, "does not tell", {"survey": seen(macs=GAP)}),
        (
            "port_macs",
            UNKNOWN,
            "not all were read",
            {"survey": seen(macs=replace(HOME, complete=False))},
        ),
        (
            "router_mac",
            REFUSED,
            "is learned on ifIndex 1040",
            {
                "survey": seen(
                    macs=replace(HOME, router_here=False, router_elsewhere="ifIndex 1040")
                )
            },
        ),
        ("port_alias", REFUSED, "names sub-1013", {"survey": seen(alias="line of sub-1013")}),
        ("stays_as_it_is", REFUSED, "is 2 now and would be 1", {"present": 2}),
        ("way_back", UNKNOWN, "there is no way back", {"present": None}),
        ("unfinished", REFUSED, "port recover abc", {"unfinished": ("abc",)}),
    ],
    ids=str,
)
def test_each_reason_refuses_with_its_own_words(
    name: str, state: GuardState, words: str, parts: dict[str, Any]
) -> None:
    """Whoever is refused must know what to put right."""
    said, because = finding(name, case(**parts))
    assert said is state
    assert words in because


def test_no_uplinks_in_the_inventory_are_no_matter_where_the_router_is_seen() -> None:
    """A port on which the subscriber's own router is learned is no uplink."""
    assert finding("port_uplink", case(node=replace(NODE, uplinks=())))[0] is CLEAR


def test_a_set_admin_opens_a_shut_port() -> None:
    """What can be taken back may change things."""
    assert finding("stays_as_it_is", case(2, action="port.set_admin"))[0] is CLEAR


class TestSharedPon:
    """One ONT must never be restarted by shutting the port of 64."""

    gpon = replace(
        sample_subscriber(), technology=Technology.GPON, port="0/1/3:4", ont_serial="HWTC1A2B3C4D"
    )
    driver = replace(
        DRIVER,
        technologies=("gpon",),
        port_naming=load_access_driver("huawei_smartax").port_naming,
    )
    survey = replace(SURVEY, macs=GAP, ont_serial="48575443-1A2B3C4D")
    trigger = ActionSpec(
        id="ont.reset",
        steps=(
            SetStep(
                oid="1.3.6.1.4.1.32473.2.{if_index}.{onu}", type="integer", value=1, read=False
            ),
        ),
        read_back=(),
        values={},
        value_range=None,
        value_text=False,
        outage_s=60.0,
        undo="none",
        source="MADE-UP-MIB madeUp",
    )

    def one(self, spec: ActionSpec, serial: object = "HWTC1A2B3C4D") -> GuardCase:
        """Make the case of an ONT."""
        return case(
            spec=spec,
            port=OLT_PORT,
            subscriber=self.gpon,
            driver=self.driver,
            survey=replace(self.survey, ont_serial=serial),  # type: ignore[arg-type]  # by name
            node_ports=(NodePort(port="0/1/3:4", in_service=True, subscriber="sub-1012"),),
        )

    def test_an_object_of_the_ont_is_not_shared(self) -> None:
        """The ONT's own row."""
        assert finding("shared_port", self.one(self.trigger))[0] is CLEAR

    def test_an_object_of_the_pon_port_is(self) -> None:
        """Switching off the PON port cuts off everybody behind it."""
        step = SetStep(oid="1.3.6.1.2.1.2.2.1.7.{if_index}", type="integer", value=2, read=True)
        found = {held.id: held for held in guard(self.one(replace(self.trigger, steps=(step,))))}
        assert found["shared_port"].state is REFUSED
        assert "shares with others" in found["shared_port"].because

    @pytest.mark.parametrize(
        ("lines", "state"),
        [
            (("interface gpon 0/{slot}", "ont reset {port} {onu}"), CLEAR),
            (("interface gpon 0/{slot}", "shutdown {port}"), REFUSED),
        ],
    )
    def test_command_lines_must_name_the_ont(
        self, lines: tuple[str, ...], state: GuardState
    ) -> None:
        """A line without the ONT's number is about the port."""
        steps = tuple(CliStep(line=line, expect="", send="") for line in lines)
        found = {held.id: held for held in guard(self.one(replace(self.trigger, steps=steps)))}
        assert found["shared_port"].state is state

    @pytest.mark.parametrize(
        ("serial", "state", "words"),
        [
            ("485754431A2B3C4D", CLEAR, "as the inventory says"),
            ("HWTC00000001", REFUSED, "the inventory expects HWTC1A2B3C4D"),
            (GAP, UNKNOWN, "does not tell"),
        ],
    )
    def test_another_ont_than_the_inventorys_is_refused(
        self, serial: object, state: GuardState, words: str
    ) -> None:
        """Exchanged ONTs and moved fibres are everyday."""
        said, because = finding("ont_serial", self.one(self.trigger, serial))
        assert said is state
        assert words in because

    def test_two_subscribers_of_one_ont_are_found(self) -> None:
        """Two entries for the same rows."""
        one = self.one(self.trigger)
        both = (*one.node_ports, NodePort(port="0/1/3:4", in_service=True, subscriber="sub-9"))
        assert finding("port_subscribers", replace(one, node_ports=both))[0] is REFUSED


def test_what_is_unknown_refuses_until_it_is_accepted_by_its_id() -> None:
    """And what is refused is never accepted."""
    one = case(node=replace(NODE, system_name=None), unfinished=("abc",))
    plan = replace(one.plan, findings=guard(one))
    assert [held.id for held in plan.objections] == ["node_name", "unfinished"]
    accepted = replace(plan, accepted=("node_name", "unfinished"))
    assert [held.id for held in accepted.objections] == ["unfinished"]
    assert any(isinstance(step, PlannedSet) for step in plan.steps)


ONTS = {
    "huawei_smartax": ("0/1/3:4", "0/1/3 HWTC1A2B3C4D"),
    "zte_c300": ("gpon-onu_1/2/3:4", "1/2/3 ZTEG1A2B3C4D"),
    "zte_c600": ("1/2/3:4",),
    "bdcom_gp3600": ("GPON0/1:4",),
    "eltex_ltp": ("1/ELTX1A2B3C4D",),
    "cdata_fd": ("0/0/1 CDAT1A2B3C4D", "0/0/1 row:4711"),
    "fiberhome_an5516": ("1/2/3",),
    "docsis_cisco": ("02:00:5e:00:00:01", "node-7 02:00:5e:00:00:01"),
}


@pytest.mark.parametrize(
    ("driver_id", "name"), [(one, name) for one, names in ONTS.items() for name in names]
)
def test_every_change_of_an_ont_or_modem_addresses_it_alone(driver_id: str, name: str) -> None:
    """In every shipped driver, whatever parts its index has and however it is named."""
    driver = load_access_driver(driver_id)
    technology = "docsis" if driver_id.startswith("docsis") else "gpon"
    port = locate(driver, name, technology)
    for lookup in driver.lookups:
        port = port.with_part(lookup.gives, "5")
    changes = [spec.fitting(port) for spec in driver.actions.values()]
    held = [spec for spec in changes if spec.fits(port)]
    assert held
    for spec in held:
        assert addresses_alone(spec, driver, port, technology), spec.id
    step = SetStep(oid="1.3.6.1.2.1.2.2.1.7.{pon}", type="integer", value=2, read=True)
    shared = replace(held[0], steps=(step,))
    assert not addresses_alone(shared, driver, port, technology)


@pytest.mark.parametrize(
    ("names", "state"),
    [
        (("XE-0/1/0x", "uplink zero"), REFUSED),
        (("0/1/12",), CLEAR),
        ((), UNKNOWN),
    ],
)
def test_an_uplink_by_a_name_of_its_own_is_held_to_what_the_node_calls_our_port(
    names: tuple[str, ...], state: GuardState
) -> None:
    """Uplinks seldom follow the subscribers' scheme; a node that is silent clears nothing."""
    one = case(node=replace(NODE, uplinks=("xe-0/1/0x",)), survey=seen(names=names))
    assert finding("port_uplink", one)[0] is state


@pytest.mark.parametrize(
    ("names", "state"),
    [(("uplink 7",), REFUSED), (("0/1/12",), UNKNOWN), ((), UNKNOWN)],
)
def test_a_neighbour_whose_port_cannot_be_located_is_never_cleared(
    names: tuple[str, ...], state: GuardState
) -> None:
    """It may be the same port by a name that the node does not use."""
    one = case(survey=seen(names=names))
    other = NodePort(port="Uplink 7", in_service=True, subscriber="sub-9")
    both = replace(one, node_ports=(*one.node_ports, other))
    assert finding("port_subscribers", both)[0] is state


def test_an_ont_in_writing_that_cannot_be_compared_is_neither_refused_nor_cleared() -> None:
    """A label of the maker against a serial number of G.984.3 says nothing."""
    subscriber = replace(sample_subscriber(), technology=Technology.GPON, ont_serial="label 77")
    one = case(subscriber=subscriber, survey=seen(ont_serial="HWTC1A2B3C4D"))
    found = {held.id: held for held in guard(one)}
    assert found["ont_serial"].state is UNKNOWN


def test_what_was_done_just_now_is_done_again_only_on_somebodys_word() -> None:
    """Whoever asks may be a caller that died before it heard of the end, and tries again."""
    one = case()
    end = JournalEntry(kind=EntryKind.END, at=NOW, words="it helped", said="proven")
    done = ActionRecord(
        id="a1b2",
        begun_at=NOW - timedelta(seconds=190),
        plan=one.plan,
        ticket=None,
        symptom="",
        entries=(end,),
    )
    state, words = finding("repeated", replace(one, done_already=done))
    assert state is UNKNOWN
    for part in ("change a1b2", "begun 3 min ago", "ended as proven (it helped)"):
        assert part in words


def test_consent_to_one_repetition_is_none_to_the_next() -> None:
    """Otherwise the same digest would restart a port as often as somebody retries."""
    plan = replace(case().plan, accepted=("repeated",), repeats="a1b2")
    assert plan.digest != replace(plan, repeats="c3d4").digest
