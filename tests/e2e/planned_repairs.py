"""Repairs that are planned, without a router that was looked at."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.router_plan import (
    ExpectedReading,
    Piece,
    PlannedCommand,
    Reads,
    RouterPlan,
    Way,
)
from cpe_diag.store.repairs import Repair, RepairState, new_repair_id

if TYPE_CHECKING:
    from http_service import HttpService


def _command(label: str, *pieces: Piece) -> PlannedCommand:
    return PlannedCommand(
        label=label, run=pieces, stdin=(), upload="", limit_s=10.0, goes_away=False
    )


PLAN: Final = RouterPlan(
    action="wifi.set_password",
    subscriber="sub-1",
    router="127.9.9.1:22",
    driver="openwrt_dropbear",
    model="Example AX",
    firmware="23.05.5",
    wished="",
    targets=("Home-1 (2.4 GHz)",),
    encryptions=("psk2",),
    way=Way.ARMED,
    backup=(),
    prepare=(),
    arm=(_command("arm", Piece(text="(sleep 120; revert) &")),),
    apply=(
        _command(
            "apply",
            Piece(text="uci set wireless.main.key="),
            Piece(text="", slot="password", quoting="posix"),
        ),
    ),
    keep=(_command("keep", Piece(text="rm /tmp/revert")),),
    back=(_command("back", Piece(text="uci revert wireless")),),
    state=(),
    check=(),
    expected=(ExpectedReading(reads=Reads.PASSWORD, subject="main", value="new", previous="old"),),
    secrets=("password",),
    payloads=(),
    window_s=120.0,
    reverts="the earlier settings",
    outage_s=20.0,
    source="a test",
    findings=(),
    accepted=(),
)


def planned(
    console: HttpService, case: str, *, plan: RouterPlan = PLAN, staff: str = "bert"
) -> Repair:
    """Keep a repair of a case as its planning would; no two have the same digest."""
    repair_id = new_repair_id()
    made = Repair(
        id=repair_id,
        case_id=case,
        subscriber="sub-1",
        ticket="T-0",
        staff=staff,
        action=plan.action,
        value=None,
        plan=replace(plan, source=f"test {repair_id}"),
        state=RepairState.PLANNED,
        words="",
        planned_at=datetime.now(UTC),
    )
    console.served.repairs.repairs.add(made)
    return made
