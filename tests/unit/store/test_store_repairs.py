"""Repairs in the store: a link counts once and for a while, and a password leaves no trace."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from cpe_diag.domain.failures import RunError
from cpe_diag.domain.router_plan import RouterPlan, Way
from cpe_diag.domain.secret import Secret
from cpe_diag.store.case_store import CaseStore
from cpe_diag.store.personal import erase, held_about, prune
from cpe_diag.store.processes import this_process
from cpe_diag.store.repair_tables import REPAIRS
from cpe_diag.store.repairs import (
    LINK_LASTS,
    TYPED_LASTS,
    Repair,
    RepairState,
    StoredRepairs,
    UnreadableRepair,
    UnreadableRepairError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PLAN = RouterPlan(
    action="wifi.set_password",
    subscriber="sub-1",
    router="192.0.2.1:22",
    driver="openwrt_dropbear",
    model="",
    firmware="",
    wished="",
    targets=("Home",),
    encryptions=("psk2",),
    way=Way.ARMED,
    backup=(),
    prepare=(),
    arm=(),
    apply=(),
    keep=(),
    back=(),
    state=(),
    check=(),
    expected=(),
    secrets=("password",),
    payloads=(),
    window_s=120.0,
    reverts="",
    outage_s=20.0,
    source="a test",
    findings=(),
    accepted=(),
)
REPAIR = Repair(
    id="a1",
    case_id="c1",
    subscriber="sub-1",
    ticket=None,
    staff="bert",
    action=PLAN.action,
    value=None,
    plan=PLAN,
    state=RepairState.PLANNED,
    words="",
    planned_at=NOW,
)


@pytest.fixture
def store(store_url: str) -> Iterator[CaseStore]:
    """Give a store of each kind with one repair."""
    made = CaseStore.behind(Secret(store_url))
    StoredRepairs(made).add(REPAIR)
    yield made
    made.close()


def passed(store: CaseStore, at: datetime) -> datetime:
    """Let it be so late, by the store's clock too."""
    store.steady = replace(store.steady, ahead=at - NOW)
    return at


def _offered(repairs: StoredRepairs, at: datetime = NOW) -> str:
    token = repairs.offer_link("a1", at)
    assert token is not None
    return token.reveal()


def test_a_repair_is_read_as_it_was_planned(store: CaseStore) -> None:
    """To the last character of its plan."""
    repairs = StoredRepairs(store)
    assert repairs.repair("a1") == REPAIR
    assert repairs.of_case("c1") == (REPAIR,)
    assert repairs.of_case("c2") == ()
    with pytest.raises(RunError, match="no repair"):
        repairs.repair("a2")


@pytest.mark.parametrize(
    ("column", "written", "state", "words"),
    [
        ("plan", '{"action": "wifi.set_password"}', RepairState.PLANNED, "plan it anew"),
        ("plan", "cut off, in the midd", RepairState.RUNNING, "cpe-diag router recover a2"),
        ("plan", "[]", RepairState.ENDED, "nothing need be done"),
        ("state", "paused", RepairState.RUNNING, "cpe-diag router recover a2"),
    ],
)
def test_a_repair_that_another_version_has_written_hides_no_other(
    store: CaseStore, column: str, written: str, state: RepairState, words: str
) -> None:
    """It is listed, with what to do; nobody can begin it, and its link is none."""
    repairs = StoredRepairs(store)
    repairs.add(replace(REPAIR, id="a2", planned_at=NOW + timedelta(minutes=1)))
    token = repairs.offer_link("a2", NOW)
    assert token is not None
    changed = {"state": state.value} | {column: written}
    with store.writing() as connection:
        connection.execute(update(REPAIRS).where(REPAIRS.c.id == "a2").values(changed))
    other, readable = repairs.of_case("c1")
    assert readable == REPAIR
    assert isinstance(other, UnreadableRepair)
    assert (other.id, other.action, other.staff) == ("a2", REPAIR.action, REPAIR.staff)
    assert words in other.problem
    with pytest.raises(UnreadableRepairError, match=words):
        repairs.repair("a2")
    assert repairs.of_link(token.reveal(), NOW) is None


def test_a_link_counts_once_and_for_a_while(store: CaseStore) -> None:
    """To look at it uses nothing up; a new one ends the one before; none is in the store."""
    repairs = StoredRepairs(store)
    first, token = _offered(repairs), _offered(repairs)
    assert repairs.of_link(first, NOW) is None
    for _ in range(2):
        found = repairs.of_link(token, NOW)
        assert found is not None
        assert found.link_until == NOW + LINK_LASTS
    for at in (NOW + LINK_LASTS, NOW):  # also where a clock was set back
        passed(store, NOW + LINK_LASTS)
        assert repairs.of_link(token, at) is None
        assert not repairs.type_password(token, "sealed", at)
    passed(store, NOW)
    assert not repairs.type_password(first, "sealed", NOW)
    with store.reading() as connection:
        assert token not in str(connection.execute(select(REPAIRS)).all())
    assert repairs.type_password(token, "sealed", NOW)
    assert not repairs.type_password(token, "another", NOW)
    assert repairs.of_link(token, NOW) is None
    assert repairs.repair("a1").typed_at == NOW


def test_a_repair_is_begun_once_and_its_password_is_gone(store: CaseStore) -> None:
    """Two who press the button at once change the router once."""
    repairs = StoredRepairs(store)
    repairs.type_password(_offered(repairs), "sealed", NOW)
    token = _offered(repairs)
    assert repairs.begin("a1", process=this_process(), at=NOW) == "sealed"
    assert repairs.begin("a1", process=this_process(), at=NOW) is None
    assert repairs.offer_link("a1", NOW) is None
    assert not repairs.type_password(token, "late", NOW)
    with store.reading() as connection:
        assert "sealed" not in str(connection.execute(select(REPAIRS.c.sealed)).all())
    running = repairs.repair("a1")
    assert (running.state, running.begun_at, running.is_lost) == (RepairState.RUNNING, NOW, False)
    repairs.end("a1", "it took effect", NOW + timedelta(seconds=30))
    ended = repairs.repair("a1")
    assert (ended.state, ended.words) == (RepairState.ENDED, "it took effect")


def test_a_password_that_nobody_uses_is_dropped(store: CaseStore) -> None:
    """After an hour; then the customer types it again."""
    repairs = StoredRepairs(store)
    repairs.type_password(_offered(repairs), "sealed", NOW)
    late = passed(store, NOW + TYPED_LASTS - timedelta(minutes=1))
    assert repairs.forget_typed(late) == 0
    assert repairs.repair("a1").typed_at == NOW
    passed(store, NOW + TYPED_LASTS)
    assert repairs.forget_typed(NOW) == 1  # a clock that was set back keeps none for longer
    assert repairs.repair("a1").typed_at is None
    assert repairs.begin("a1", process=this_process(), at=NOW + TYPED_LASTS) == ""


def test_a_repair_whose_process_has_died_is_lost(store: CaseStore) -> None:
    """Nobody waits for its end."""
    repairs = StoredRepairs(store)
    parts = this_process().split("/")
    repairs.begin("a1", process="/".join([*parts[:4], "1"]), at=NOW)
    assert repairs.repair("a1").is_lost


def test_repairs_are_given_out_erased_and_grow_old(store: CaseStore) -> None:
    """As all that is held about a subscriber; what opens a seal is given to nobody."""
    repairs = StoredRepairs(store)
    repairs.type_password(_offered(repairs), "c2VhbGVk", NOW)
    held = held_about(store, "sub-1")["repairs"]
    assert [one["id"] for one in held] == ["a1"]
    assert "c2VhbGVk" not in str(held)
    with store.writing() as connection:
        prune(connection, NOW)
    assert repairs.of_case("c1") != ()
    with store.writing() as connection:
        prune(connection, NOW + timedelta(seconds=1))
    assert repairs.of_case("c1") == ()
    repairs.add(REPAIR)
    with store.writing() as connection:
        erase(connection, "sub-1")
    assert repairs.of_case("c1") == ()
