"""A playbook file that is wrong says everything that is wrong with it, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.failures import DefinitionError
from cpe_diag.domain.verdict import Destination
from cpe_diag.playbook.load import list_playbooks, load_playbook, playbook_files, read_playbook
from cpe_diag.playbook.model import (
    AllOf,
    AnswerCondition,
    AnyOf,
    AskStep,
    Choice,
    FactCondition,
    FindingCondition,
    InvestigateStep,
    JudgeStep,
    Not,
    Operator,
    ProbeStep,
    RouteStep,
    StopStep,
)
from cpe_diag.playbook.vocabulary import Vocabulary

if TYPE_CHECKING:
    from pathlib import Path

VOCABULARY = Vocabulary(
    probes=frozenset({"port_state", "router_wan"}), findings=frozenset({"port_down"})
)

HEAD = """\
playbook: mine
title: Mine
description: For a test.
symptom: no_internet
"""

EVERY_FORM = (
    HEAD
    + """\
steps:
  - ask: affected
    question: Which?
    choices: {all_devices: All, no: None of them}
    default: no
  - probe: port_state
  - id: second
    probe: [port_state, router_wan]
    limit: 1.5m
    when:
      all:
        - {fact: "port_status[port].oper", is: up}
        - any:
            - {answer: affected, is: no}
            - not: {finding: port_down, is: cannot_tell}
        - {fact: "line_quality[line].down.snr_margin_db", below: 6}
        - {fact: "router_wan[router]", known: false}
  - judge
  - judge:
    when: {finding: port_down, is: yes}
  - investigate: {until_confidence: 0.85, limit: 60s}
  - stop: Enough is known.
    when: {fact: "port_status[neighbour/13].oper_up", is_not: true}
  - route: second_line
    when: {fact: "ping[router>gateway].lost_ratio", above: 0.5}
  - route: verdict
"""
)


def write(folder: Path, text: str, name: str = "mine.yaml") -> Path:
    """Save a playbook file."""
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def faults_of(folder: Path, text: str) -> list[tuple[int | None, int | None, str]]:
    """Give place and message of every fault of a file."""
    with pytest.raises(DefinitionError) as caught:
        read_playbook(write(folder, text), VOCABULARY)
    return [(fault.line, fault.column, fault.message) for fault in caught.value.faults]


def test_every_form_of_step_and_condition_becomes_its_value(tmp_path: Path) -> None:
    """The README promises these forms; `no` stays a word, as YAML 1.2 has it."""
    playbook = read_playbook(write(tmp_path, EVERY_FORM), VOCABULARY)
    margin = FactCondition(
        fact="line_quality",
        subject="line",
        field="down.snr_margin_db",
        operator=Operator.BELOW,
        expected=6,
    )
    wan_known = FactCondition(
        fact="router_wan", subject="router", field="", operator=Operator.KNOWN, expected=None
    )
    oper_up = FactCondition(
        fact="port_status", subject="port", field="oper", operator=Operator.IS, expected="up"
    )
    neighbour = FactCondition(
        fact="port_status",
        subject="neighbour/13",
        field="oper_up",
        operator=Operator.IS_NOT,
        expected=True,
    )
    loss = FactCondition(
        fact="ping",
        subject="router>gateway",
        field="lost_ratio",
        operator=Operator.ABOVE,
        expected=0.5,
    )
    cannot_tell = FindingCondition(finding="port_down", answer="cannot_tell")
    either = AnyOf(
        parts=(AnswerCondition(question="affected", choice="no"), Not(part=cannot_tell))
    )
    assert playbook.steps == (
        AskStep(
            id="affected",
            when=None,
            question="Which?",
            choices=(Choice(id="all_devices", text="All"), Choice(id="no", text="None of them")),
            default="no",
        ),
        ProbeStep(id="probe_2", when=None, probes=("port_state",), limit_s=20.0),
        ProbeStep(
            id="second",
            when=AllOf(parts=(oper_up, either, margin, Not(part=wan_known))),
            probes=("port_state", "router_wan"),
            limit_s=90.0,
        ),
        JudgeStep(id="judge_4", when=None),
        JudgeStep(id="judge_5", when=FindingCondition(finding="port_down", answer="yes")),
        InvestigateStep(id="investigate_6", when=None, until_confidence=0.85, limit_s=60.0),
        StopStep(id="stop_7", when=neighbour, reason="Enough is known."),
        RouteStep(id="route_8", when=loss, to=Destination.SECOND_LINE),
        RouteStep(id="route_9", when=None, to=None),
    )


def test_a_file_with_many_faults_names_all_of_them_with_their_places(tmp_path: Path) -> None:
    """One run of the check is enough to mend a file; nobody plays ping-pong with it."""
    text = """\
playbook: other
title: Mine
description: For a test.
symptom: no_internet
steps:
  - ask: affected
    question: Which?
    choices: {a: All, b: One}
    default: c
  - probe: [port_stat]
    limit: 20
  - stop: x
    when: {answer: lights, is: a}
  - stop: x
    when: {answer: affected, is: d}
  - stop: x
    when: {fact: "port_state[port].oper", is: up}
  - stop: x
    when: {fact: "port_status[prt].oper", is: up}
  - stop: x
    when: {fact: "port_status[port].opr", is: up}
  - stop: x
    when: {fact: "port_status[port].oper", is: upp}
  - stop: x
    when: {fact: "port_status[port].admin_up", is: yes}
  - stop: x
    when: {fact: "port_status[port].oper", below: 6}
  - stop: x
    when: {finding: port_dwn, is: yes}
  - probe: router_wan
    id: affected
  - investigate: {until_confidence: 2, limit: soon}
  - route: verdikt
"""
    found = faults_of(tmp_path, text)
    assert [(line, column) for line, column, _ in found] == [
        (1, 11),
        (9, 14),
        (10, 13),
        (11, 12),
        (13, 20),
        (15, 34),
        (17, 18),
        (19, 18),
        (21, 18),
        (23, 48),
        (25, 52),
        (27, 51),
        (29, 21),
        (31, 9),
        (32, 37),
        (32, 47),
        (33, 12),
    ]
    words = [message for _, _, message in found]
    assert words[0] == "playbook: expected 'mine' as the file is named, found 'other'"
    assert words[1] == "there is no choice 'c'; there are a, b"
    assert words[2] == "there is no probe 'port_stat'; did you mean 'port_state'?"
    assert words[6] == "there is no fact 'port_state'; did you mean 'port_status'?"
    assert words[9] == "there is no word of oper: 'upp'; did you mean 'up'?"
    assert words[10] == "admin_up is true or false, and can never be the text 'yes'"
    assert words[12] == "there is no finding 'port_dwn'; did you mean 'port_down'?"
    assert words[13] == "the id 'affected' is taken by the step in line 6"


@pytest.mark.parametrize(
    ("steps", "place", "words"),
    [
        (
            (
                "  - {stop: x, when: {answer: later, is: a}}\n"
                "  - {ask: later, question: Q, choices: {a: A, b: B}, default: a}\n"
            ),
            (6, 30),
            "'later' is asked only later than here",
        ),
        (
            "  - {stop: x, when: {answer: later, is: a}}\n",
            (6, 30),
            "this playbook does not ask 'later'",
        ),
        (
            "  - route: verdict\n  - judge\n",
            (7, 5),
            "never reached: the step in line 6 ends the playbook",
        ),
        (
            '  - {stop: x, when: {fact: "learned_macs[port].entries", is: 2}}\n',
            (6, 62),
            "entries is a list or a group of fields and cannot be compared",
        ),
        (
            '  - {stop: x, when: {fact: "port_status[neighbour/*].oper", is: up}}\n',
            (6, 28),
            "port_status is never about 'neighbour/*'",
        ),
        (
            '  - {stop: x, when: {fact: "port_speed[port]", is: 5}}\n',
            (6, 28),
            "write which field of port_speed is meant: speed_bps, duplex",
        ),
        (
            '  - {stop: x, when: {fact: "port_speed[port].speed_bps", is: up}}\n',
            (6, 62),
            "speed_bps is a number, and can never be the text 'up'",
        ),
        ("  - prob: port_state\n", (6, 5), "the key 'prob' is not known; did you mean 'probe'?"),
        ("  - judg\n", (6, 5), "expected 'judge', found 'judg'"),
        ("  - probe: []\n", (6, 12), "steps[0].probe"),
    ],
)
def test_a_mistake_is_told_in_words_that_mend_it(
    tmp_path: Path, steps: str, place: tuple[int, int], words: str
) -> None:
    """Each of these reads as correct YAML and would otherwise fail in the middle of a call."""
    found = faults_of(tmp_path, f"{HEAD}steps:\n{steps}")
    assert [(line, column) for line, column, _ in found] == [place]
    assert words in found[0][2]


def test_broken_yaml_is_one_fault_with_its_place(tmp_path: Path) -> None:
    """No traceback of a parser reaches a person."""
    assert faults_of(tmp_path, "playbook: mine\nsteps: [\n")[0][0] == 3


def test_an_unknown_name_is_answered_with_the_near_ones() -> None:
    """Slips of the keyboard are the usual reason."""
    with pytest.raises(DefinitionError, match="did you mean no_internet"):
        load_playbook("no_internt", VOCABULARY)


def test_a_path_that_is_not_there_is_a_fault_of_that_file(tmp_path: Path) -> None:
    """Not a FileNotFoundError with a traceback."""
    with pytest.raises(DefinitionError, match=r"gone\.yaml: cannot be read"):
        load_playbook(str(tmp_path / "gone.yaml"), VOCABULARY)


def test_the_operators_own_playbook_takes_the_place_of_ours(tmp_path: Path) -> None:
    """No fork is needed to change one."""
    text = EVERY_FORM.replace("playbook: mine", "playbook: no_internet")
    write(tmp_path, text, "no_internet.yaml")
    found = load_playbook("no_internet", VOCABULARY, (tmp_path,))
    assert found.title == "Mine"
    assert set(playbook_files((tmp_path,))) == set(playbook_files())


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    """A slip in the configuration must not silently hide the operator's playbooks."""
    with pytest.raises(DefinitionError, match="there is no such folder"):
        playbook_files((tmp_path / "gone",))


def test_a_list_names_the_faults_of_all_files(tmp_path: Path) -> None:
    """`playbook check` without a name checks everything at once."""
    write(tmp_path, f"{HEAD}steps: []\n")
    write(tmp_path, "nothing", "other.yaml")
    with pytest.raises(DefinitionError) as caught:
        list_playbooks(VOCABULARY, (tmp_path,))
    files = {fault.file for fault in caught.value.faults}
    assert {str(tmp_path / "mine.yaml"), str(tmp_path / "other.yaml")} <= files
