"""Rules that map tickets to playbooks: what fits, in which order, and what is wrong in a file."""

from __future__ import annotations

import time as clock
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cpe_diag.domain.failures import DefinitionError
from cpe_diag.playbook.load import list_playbooks
from cpe_diag.service.ticket import Ticket
from cpe_diag.service.ticket_hours import Hours
from cpe_diag.service.ticket_rules import (
    Conditions,
    Priority,
    Rule,
    TicketRules,
    chosen,
    fitting,
)
from cpe_diag.service.ticket_rules_file import SHIPPED, read_ticket_rules
from cpe_diag.wiring.knowledge import vocabulary

if TYPE_CHECKING:
    from pathlib import Path

    from cpe_diag.playbook.model import Playbook

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday


@pytest.fixture(scope="module")
def playbooks() -> tuple[Playbook, ...]:
    """Give the shipped playbooks."""
    return list_playbooks(vocabulary())


def ticket(text: str = "", **fields: object) -> Ticket:
    """Make a ticket of a Monday noon."""
    values: dict[str, object] = {"created_at": NOON, "title": "", **fields}
    return Ticket(desk="main", id="1", number="1", text=text, **values)  # type: ignore[arg-type]  # by name


def rule(name: str = "only", **parts: object) -> TicketRules:
    """Make rules of one rule with these conditions."""
    when = Conditions(**parts)  # type: ignore[arg-type]  # by name
    one = Rule(id=name, when=when, playbook="no_internet")
    return TicketRules(file="mine.yaml", zone="Etc/UTC", rules=(one,))


def fits(rules: TicketRules, one: Ticket) -> bool:
    """Say whether any rule fits."""
    return chosen(rules, one) is not None


def read(tmp_path: Path, text: str, playbooks: tuple[Playbook, ...]) -> TicketRules:
    """Read rules from text."""
    file = tmp_path / "mine.yaml"
    file.write_text(text, encoding="utf-8")
    return read_ticket_rules(file, playbooks)


def faults(tmp_path: Path, text: str, playbooks: tuple[Playbook, ...]) -> list[str]:
    """Give the faults of a file, without its folder."""
    with pytest.raises(DefinitionError) as caught:
        read(tmp_path, text, playbooks)
    return [str(one).removeprefix(f"{tmp_path}/") for one in caught.value.faults]


def test_the_shipped_rules_are_right(playbooks: tuple[Playbook, ...]) -> None:
    """They are the example that an operator starts from."""
    rules = read_ticket_rules(SHIPPED, playbooks)
    assert chosen(rules, ticket("There is NO  internet\nsince noon")) == rules.rules[-1]
    assert chosen(rules, ticket("please send the invoice")) == rules.rules[0]


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("no internet", "we have No\n  INTERNET!", True),
        ("net", "the internet", False),
        ("inter*", "the internet is slow", True),
        ("*net", "the internet is slow", True),
        ("i*n*t", "internet", True),
        ("los", "losing", False),
        ("los", "LOS is red", True),
        ("größe*", "die GRÖSSEN", True),
        ("a.c", "abc", False),
        ("(", "a ( b", True),
    ],
)
def test_words_are_whole_words_in_any_case(pattern: str, text: str, expected: bool) -> None:  # noqa: FBT001 - a table
    """`los` in `losing` would send every lost password to the fibre people."""
    assert fits(rule(text=(pattern,)), ticket(text)) is expected
    assert fits(rule(text=(pattern,)), ticket("", title=text)) is expected


def test_a_field_is_compared_as_a_whole() -> None:
    """`internet` is another category than `internet/business`; a star says that both are meant."""
    assert not fits(rule(categories=("internet",)), ticket(category="internet/business"))
    assert fits(rule(categories=("internet*",)), ticket(category="Internet/Business"))
    assert fits(rule(services=("a", "b")), ticket(service="B"))
    assert not fits(rule(desks=("other",)), ticket())


def test_every_part_must_hold_and_words_can_rule_out() -> None:
    """`slow` together with `nothing works` is no slow line."""
    rules = rule(text=("slow",), not_text=("nothing works",), categories=("fault",))
    assert fits(rules, ticket("slow", category="fault"))
    assert not fits(rules, ticket("slow", category="other"))
    assert not fits(rules, ticket("slow, now nothing works", category="fault"))


@pytest.mark.parametrize(
    ("hour", "expected"), [(22, True), (23, True), (5, True), (6, False), (12, False)]
)
def test_hours_go_past_midnight(hour: int, expected: bool) -> None:  # noqa: FBT001 - a table
    """The night shift's rule holds for the whole night."""
    rules = rule(hours=Hours(start=time(22), end=time(6)))
    assert fits(rules, ticket(created_at=NOON.replace(hour=hour))) is expected


def test_a_day_is_that_on_which_the_hours_start() -> None:
    """The small hours of Tuesday belong to Monday's night shift."""
    rules = rule(hours=Hours(start=time(22), end=time(6), days=frozenset({"mon"})))
    assert fits(rules, ticket(created_at=NOON.replace(hour=23)))
    assert fits(rules, ticket(created_at=NOON.replace(day=3, hour=5)))
    assert not fits(rules, ticket(created_at=NOON.replace(hour=5)))


def test_hours_are_those_of_the_zone() -> None:
    """Noon in UTC is evening in Vladivostok."""
    hours = Hours(start=time(21), end=time(23))
    one = Rule(id="late", when=Conditions(hours=hours), playbook="drops")
    assert fits(TicketRules(file="x", zone="Asia/Vladivostok", rules=(one,)), ticket())


def test_a_ticket_without_a_time_fits_no_rule_about_time() -> None:
    """Nobody knows whether it was night."""
    rules = rule(hours=Hours(start=time(0), end=time(23, 59)))
    assert not fits(rules, ticket(created_at=None))


def test_the_first_rule_counts_and_the_others_are_told() -> None:
    """Two rules that fit are no conflict: the order of the file decides."""
    first = Rule(id="first", when=Conditions(), playbook=None, because="people")
    second = Rule(id="second", when=Conditions(), playbook="drops")
    rules = TicketRules(file="x", zone="Etc/UTC", rules=(first, second))
    assert chosen(rules, ticket()) is first
    assert [one.id for one in fitting(rules, ticket())] == ["first", "second"]


def test_a_hostile_text_makes_no_pattern_slow() -> None:
    """Stars and a long word would otherwise take longer than the universe has."""
    rules = rule(text=("a*a*a*a*a*b",), categories=("*a*a*a*a*a*b",))
    began = clock.monotonic()
    assert not fits(rules, ticket("a" * 20_000, category="a" * 500))
    assert not fits(rule(text=("a*a*a*a*a*b",)), ticket("a" * 20_000))
    assert clock.monotonic() - began < 2


def test_everything_that_a_file_can_say_is_read(
    tmp_path: Path, playbooks: tuple[Playbook, ...]
) -> None:
    """Each key reaches the rule."""
    rules = read(
        tmp_path,
        """\
zone: Europe/Berlin
rules:
  - rule: all_of_it
    when:
      category: fault
      service: [fibre, "dsl*"]
      desk: main
      text: a
      not_text: b
      time: {from: "22:00", to: "06:30", days: [mon, sun]}
    playbook: no_internet
    priority: total_loss
    delay: 1.5m
    retry_offline: 2
    answers: {affected: all_devices}
  - rule: rest
    leave: for people
""",
        playbooks,
    )
    hours = Hours(start=time(22), end=time(6, 30), days=frozenset({"mon", "sun"}))
    assert rules.rules == (
        Rule(
            id="all_of_it",
            when=Conditions(
                categories=("fault",),
                services=("fibre", "dsl*"),
                desks=("main",),
                text=("a",),
                not_text=("b",),
                hours=hours,
            ),
            playbook="no_internet",
            priority=Priority.TOTAL_LOSS,
            delay_s=90.0,
            retry_offline=2,
            answers={"affected": "all_devices"},
        ),
        Rule(id="rest", when=Conditions(), playbook=None, because="for people"),
    )
    assert rules.rules[1].when.always


def test_every_fault_is_told_with_its_line(
    tmp_path: Path, playbooks: tuple[Playbook, ...]
) -> None:
    """Whoever writes rules mends all of them at once."""
    text = """\
zone: Europe/Berlinn
rules:
  - rule: one
    when: {text: a}
    playbook: no_internt
  - rule: one
    when: {text: a}
    playbook: no_internet
    answers: {afected: all_devices, router_lights: green}
  - rule: both
    when: {text: a}
    playbook: drops
    leave: why
  - rule: none
    when: {text: a}
    leave: why
    delay: 5m
    retry_offline: 1
  - rule: rest
    leave: why
  - rule: late
    playbook: drops
"""
    assert faults(tmp_path, text, playbooks) == [
        "mine.yaml:1:7: zone: there is no time zone 'Europe/Berlinn'",
        (
            "mine.yaml:5:15: rules[0].playbook: there is no playbook 'no_internt'; did you"
            " mean 'no_internet'?"
        ),
        "mine.yaml:6:11: rules[1].rule: 'one' is here twice; the first is in line 3",
        "mine.yaml:9:15: answers: no_internet does not ask 'afected'; did you mean 'affected'?",
        "mine.yaml:9:52: answers.router_lights: expected one of on, off, unknown, found 'green'",
        "mine.yaml:10:5: rules[2]: expected either `playbook` or `leave`",
        "mine.yaml:17:5: rules[3].delay: nothing is run here",
        "mine.yaml:18:5: rules[3].retry_offline: nothing is run here",
        "mine.yaml:21:5: rules[5]: never reached: the rule before it fits every ticket",
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("rules: []\nzone: Etc/UTC\n", 1),
        ("zone: Etc/UTC\nrules:\n  - rule: A\n    playbook: drops\n", 3),
        ("zone: Etc/UTC\nrules:\n  - rule: a\n    when: {tekst: a}\n    playbook: drops\n", 4),
        ("zone: Etc/UTC\nrules:\n  - rule: a\n    playbook: drops\n    delay: soon\n", 5),
        ("zone: /etc/passwd\nrules:\n  - rule: a\n    playbook: drops\n", 1),
        ("zone: ../../x\nrules:\n  - rule: a\n    playbook: drops\n", 1),
        ('zone: ""\nrules:\n  - rule: a\n    playbook: drops\n', 1),
    ],
)
def test_a_wrong_shape_is_told_at_its_line(
    tmp_path: Path, playbooks: tuple[Playbook, ...], text: str, line: int
) -> None:
    """A slip in a key is no rule that never fits."""
    assert faults(tmp_path, text, playbooks)[0].startswith(f"mine.yaml:{line}:")


@given(text=st.text(max_size=300))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_a_file_holds_only_our_error_is_raised(
    tmp_path: Path, playbooks: tuple[Playbook, ...], text: str
) -> None:
    """A file of rules is edited by people."""
    file = tmp_path / "any.yaml"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(DefinitionError):
        read_ticket_rules(file, playbooks)


@settings(deadline=None)
@given(pattern=st.text(min_size=1, max_size=30), text=st.text(max_size=200))
def test_any_pattern_meets_any_text(pattern: str, text: str) -> None:
    """Patterns are words, whatever signs they hold."""
    rules = rule(text=(pattern,), categories=(pattern,))
    assert fits(rules, ticket(text, category=text)) in {True, False}
