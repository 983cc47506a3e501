"""Sends what an outbox holds to a desk: `python send_letters.py STORE DESK SECONDS-LATER`."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from ticket_desk import TOKEN

from cpe_diag.domain.letter import Letter, LetterKind, LetterState, NewLetter
from cpe_diag.domain.run_journal import RunState
from cpe_diag.domain.secret import Secret
from cpe_diag.report.codec import encode
from cpe_diag.service.answer import Answer, external_id, note
from cpe_diag.service.desk_way import DeskWay
from cpe_diag.service.http_exchange import new_client
from cpe_diag.service.outgoing import OutgoingDesk, Route
from cpe_diag.service.sender import LEASE, Sender
from cpe_diag.service.ticket_paths import PRESETS, Algorithm, DeskKind
from cpe_diag.service.tickets_config import AnswerConfig, CheckConfig, DeskConfig
from cpe_diag.store.case_store import CaseStore
from cpe_diag.store.outbox import StoredOutbox
from cpe_diag.store.run_rows import NewRun, RunOutcome
from cpe_diag.store.runs import StoredRuns
from cpe_diag.testing.clock import FakeClock

AT = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


REFERENCE = external_id("run1", "verdict")


def letter() -> NewLetter:
    """Give the note of a run."""
    answer = Answer(
        ticket_id="81",
        external_id=REFERENCE,
        subject="Diagnosis",
        note=note("It is the line.", case_link=None, reference=REFERENCE),
        public=False,
        route=Route(group="NOC"),
    )
    document: Any = encode(answer)
    return NewLetter(
        key=f"note main 81 {REFERENCE}",
        kind=LetterKind.NOTE,
        target="main",
        lane="note main 81",
        document=document,
    )


def taken_up(new: NewLetter) -> Letter:
    """Give a letter as its sender has it, who tries it once and for the last time."""
    return Letter(
        number=1,
        key=new.key,
        kind=new.kind,
        target=new.target,
        lane=new.lane,
        case_id=new.case_id,
        subscriber=new.subscriber,
        document=new.document,
        state=LetterState.WAITING,
        made_at=AT,
        not_before=AT,
        tries=1,
        tries_left=1,
        sender="a",
        lease_until=AT,
        words="",
        ended_at=None,
    )


def ended_run(store: CaseStore) -> None:
    """End a run whose desk has to be told."""
    runs = StoredRuns(store)
    new = NewRun(id="run1", playbook="no_internet", subscriber="sub-1", ticket="81", wish={})
    row = runs.begin(new, worker="a", at=AT, lease=LEASE)
    outcome = RunOutcome(
        state=RunState.FINISHED,
        destination="network_operations",
        words="the line",
        tells=lambda _: (letter(),),
    )
    runs.end("run1", row.attempt, outcome, at=AT)


def desks(url: str) -> dict[str, DeskConfig]:
    """Give the desk `main` at an address."""
    answer = AnswerConfig(
        url=url,
        credential="env:DESK",
        public=False,
        routes={},
        desk=OutgoingDesk(kind=DeskKind.ZAMMAD),
    )
    check = CheckConfig(
        kind="hmac",
        secrets=("env:HOOK",),
        user="",
        header="",
        algorithm=Algorithm.SHA1,
        prefix="",
    )
    desk = DeskConfig(
        name="main",
        kind=DeskKind.ZAMMAD,
        check=check,
        paths=PRESETS[DeskKind.ZAMMAD],
        delivery_header="",
        max_age_s=60.0,
        answer=answer,
    )
    return {"main": desk}


async def send_all(store: CaseStore, url: str, clock: FakeClock) -> int:
    """Send until nothing is due; gives how many letters were tried.

    What the clock is past AT has passed for the store as well.
    """
    store.steady = replace(store.steady, ahead=clock.now() - AT)
    tried = 0
    async with new_client() as client:
        way = DeskWay(desks(url), lambda _reference: Secret(TOKEN), client)
        sender = Sender(
            StoredOutbox(store), {LetterKind.NOTE: way}, clock, name="a sender", share=lambda: 1.0
        )
        while await sender.once():
            tried += 1
    return tried


if __name__ == "__main__":
    later = FakeClock(at=AT + timedelta(seconds=float(sys.argv[3])), jumps=False)
    asyncio.run(send_all(CaseStore.behind(Secret(sys.argv[1])), sys.argv[2], later))
