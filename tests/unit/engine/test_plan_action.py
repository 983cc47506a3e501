"""A plan says exactly what would be sent, and nothing wrong gets as far as a node."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cpe_diag.domain.action import ActionPlan, PlannedLine, PlannedSet, PlannedWait
from cpe_diag.domain.agreement import GuardFinding, GuardState
from cpe_diag.domain.failures import ActionError, WishError
from cpe_diag.driver_kit.action_spec import ActionSpec, CliStep, ReadBack, SetStep
from cpe_diag.driver_kit.load import load_access_driver
from cpe_diag.driver_kit.port_index import PortIndex, interface
from cpe_diag.engine.plan_action import Where, action_of, objects_to_read, plan_action
from cpe_diag.engine.raw_value import raw_value, wished_value
from cpe_diag.report.codec import encode
from cpe_diag.report.decoding import decode

ADMIN = "1.3.6.1.2.1.2.2.1.7.7"
IFMIB = load_access_driver("generic_ifmib")
DSL = load_access_driver("generic_dsl")
SPEC = ActionSpec(
    id="ont.reset",
    steps=(),
    read_back=(),
    values={},
    value_range=None,
    value_text=False,
    outage_s=120.0,
    undo="none",
    source="MADE-UP-MIB madeUp, no document",
)
OLT_PORT = PortIndex(
    name="0/1/3:4",
    parts={"if_index": "4194312960", "onu": "4"},
    words={"frame": "0", "slot": "1", "port": "3", "onu": "4"},
    groups=("pon 0/1/3",),
)


def where(port: PortIndex) -> Where:
    """Give a place."""
    return Where(subscriber="sub-1", node="an-1", address="192.0.2.10:161", port=port)


def restart(present: int | None = 1) -> ActionPlan:
    """Plan a restart of port 7."""
    spec = action_of(IFMIB, "port.restart")
    return plan_action(spec, IFMIB, where(interface(7)), wished=None, present={ADMIN: present})


def test_a_restart_is_two_sets_and_a_wait_with_the_port_open_as_way_back() -> None:
    """Broken off in the middle, the port has to be opened whatever happens."""
    plan = restart()
    down, wait, up = plan.steps
    assert down == PlannedSet(
        oid=ADMIN,
        object="IF-MIB ifAdminStatus",
        type="integer",
        value="2",
        readable=True,
        previous="1",
    )
    assert wait == PlannedWait(wait_s=3.0)
    assert isinstance(up, PlannedSet)
    assert up.value == "1"
    assert [one.value for one in plan.way_back if isinstance(one, PlannedSet)] == ["1"]
    assert not plan.taken_back
    assert [(one.oid, one.value) for one in plan.read_back] == [(ADMIN, "1")]


def test_a_setting_is_taken_back_and_read_back_by_itself() -> None:
    """A driver that says nothing of it gets the last value of each object."""
    spec = action_of(IFMIB, "port.set_vlan")
    port = interface(7).with_part("base_port", "7")
    pvid = "1.3.6.1.2.1.17.7.1.4.5.1.1.7"
    plan = plan_action(spec, IFMIB, where(port), wished="107", present={pvid: 999})
    assert [(one.oid, one.value, one.previous) for one in plan.read_back] == [(pvid, "107", "999")]
    (back,) = plan.way_back
    assert isinstance(back, PlannedSet)
    assert (back.oid, back.type, back.value) == (pvid, "gauge", "999")
    assert plan.taken_back
    assert not plan.stands_already
    same = plan_action(spec, IFMIB, where(port), wished="999", present={pvid: 999})
    assert same.stands_already


@pytest.mark.parametrize(
    ("action", "wished", "words"),
    [
        ("port.restart", "now", "takes no value"),
        ("port.set_admin", None, "one of up, down"),
        ("port.set_admin", "dwn", "did you mean .down"),
        ("port.set_vlan", "0", "from 1 to 4094"),
        ("port.set_vlan", "4095", "from 1 to 4094"),
        ("port.set_vlan", "1e2", "from 1 to 4094"),
        ("port.set_vlan", "١٢", "from 1 to 4094"),
        ("line.set_profile", "", "a name of 1 to 255"),
        ("line.set_profile", "a\nb", "a name of 1 to 255"),
    ],
)
def test_a_wrong_wish_is_refused_before_anything_is_sent(
    action: str, wished: str | None, words: str
) -> None:
    """A typing error must not become a SET."""
    with pytest.raises(WishError, match=words):
        wished_value(action_of(DSL, action), wished)


def test_what_a_driver_cannot_do_has_its_own_reason() -> None:
    """The reason stands in the driver's file."""
    with pytest.raises(WishError, match="no standard MIB has a cable test"):
        action_of(IFMIB, "port.test_cable")


def test_a_part_that_nobody_can_fill_is_named() -> None:
    """An object with a hole in it is no object."""
    spec = action_of(IFMIB, "port.set_vlan")
    with pytest.raises(ActionError, match=r"\{base_port\}, which port ifindex:7 does not give"):
        objects_to_read(spec, interface(7))


@pytest.mark.parametrize("value", [None, b"up"])
def test_without_a_previous_value_there_is_no_way_back_and_it_says_so(
    value: bytes | None,
) -> None:
    """A value of another type than a SET needs cannot be put back either."""
    spec = action_of(IFMIB, "port.set_admin")
    plan = plan_action(spec, IFMIB, where(interface(7)), wished="up", present={ADMIN: value})
    assert plan.way_back == ()
    assert "has no value now that is known" in plan.no_way_back


def test_command_lines_are_filled_with_the_words_of_the_port() -> None:
    """Words of its name, and parts that only the node has told."""
    steps = (
        CliStep(line="interface gpon {frame}/{slot}", expect="", send=""),
        CliStep(line="ont reset {port} {onu}", expect=r"\[n\]:", send="y"),
    )
    plan = plan_action(replace(SPEC, steps=steps), IFMIB, where(OLT_PORT), wished=None, present={})
    assert [one.line for one in plan.steps if isinstance(one, PlannedLine)] == [
        "interface gpon 0/1",
        "ont reset 3 4",
    ]
    assert "not undone" in plan.no_way_back


@pytest.mark.parametrize("word", ["", "1; reboot", "a b", "$(x)", "1\n2"])
def test_a_word_that_cannot_be_typed_safely_is_refused(word: str) -> None:
    """One word must stay one word at the node's command line."""
    port = replace(OLT_PORT, words={"port": word}, parts={})
    spec = replace(SPEC, steps=(CliStep(line="shut {port}", expect="", send=""),))
    with pytest.raises(ActionError, match="of the command line"):
        plan_action(spec, IFMIB, where(port), wished=None, present={})


def test_command_lines_with_a_value_go_back_by_what_is_read() -> None:
    """The object tells the value in the same words."""
    spec = replace(
        SPEC,
        id="port.set_vlan",
        steps=(CliStep(line="port vlan {value} {port}", expect="", send=""),),
        read_back=(ReadBack(oid="1.3.6.1.4.1.32473.1.{onu}", value="{value}"),),
        value_range=(1, 4094),
        undo="previous",
    )
    oid = "1.3.6.1.4.1.32473.1.4"
    plan = plan_action(spec, IFMIB, where(OLT_PORT), wished="7", present={oid: 12})
    (back,) = plan.way_back
    assert isinstance(back, PlannedLine)
    assert back.line == "port vlan 12 3"
    unread = plan_action(spec, IFMIB, where(OLT_PORT), wished="7", present={oid: None})
    assert unread.way_back == ()


def test_triggers_have_no_previous_value() -> None:
    """Nobody can see by reading whether an ONT was told to restart."""
    step = SetStep(oid="1.3.6.1.4.1.32473.2.{if_index}.{onu}", type="integer", value=1, read=False)
    plan = plan_action(
        replace(SPEC, steps=(step,)), IFMIB, where(OLT_PORT), wished=None, present={}
    )
    assert objects_to_read(replace(SPEC, steps=(step,)), OLT_PORT) == ()
    assert plan.read_back == ()
    assert "cannot be read" in plan.no_way_back


def test_previous_text_that_is_no_utf8_is_put_back_octet_by_octet() -> None:
    """A profile's name in another alphabet is not lost."""
    held = raw_value(b"\xff\xfe", "text")
    assert held is not None
    assert (held.type, held.text) == ("hex", "fffe")


class TestDigest:
    """Consent is to a digest."""

    def test_the_same_plan_has_the_same_digest(self) -> None:
        """However often it is made."""
        assert restart().digest == restart().digest

    @pytest.mark.parametrize(
        "change",
        [
            {"port": "0/1/8"},
            {"node": "an-2"},
            {"address": "192.0.2.11:161"},
            {"subscriber": "sub-2"},
            {"steps": ()},
            {"way_back": ()},
            {"read_back": ()},
            {"outage_s": 61.0},
            {"wished": "up"},
            {"accepted": ("node_name",)},
            {"taken_back": True},
            {"findings": (GuardFinding(id="x", state=GuardState.UNKNOWN, because=""),)},
        ],
        ids=str,
    )
    def test_anything_that_changes_voids_it(self, change: dict[str, object]) -> None:
        """One changed octet is another plan."""
        plan = restart()
        assert replace(plan, **change).digest != plan.digest  # type: ignore[arg-type]  # by name

    def test_another_value_on_the_node_is_another_plan(self) -> None:
        """The way back would be another one."""
        assert restart(2).digest != restart(1).digest

    def test_what_the_node_calls_the_port_does_not_count(self) -> None:
        """It tells two names as one port, and nothing of it is sent."""
        assert replace(restart(), place=("if_index=7",)).digest == restart().digest

    def test_the_words_of_a_finding_do_not_count(self) -> None:
        """How many MACs were learned may differ between two looks."""
        first, second = (
            replace(
                restart(),
                findings=(GuardFinding(id="a", state=GuardState.CLEAR, because=words),),
            )
            for words in ("2 learned", "3 learned")
        )
        assert first.digest == second.digest

    def test_it_survives_the_journal(self) -> None:
        """What is read from the disk is what was agreed to."""
        plan = restart()
        assert decode(ActionPlan, encode(plan)) == plan
        assert decode(ActionPlan, encode(plan)).digest == plan.digest
