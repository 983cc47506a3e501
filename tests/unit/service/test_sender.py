"""Letters are tried again where it makes sense, given up where it does not, and never doubled."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest
from send_letters import AT, REFERENCE, desks, ended_run, send_all, taken_up
from ticket_desk import TOKEN, TicketDesk, ticket_desk

from cpe_diag.domain.letter import Letter, LetterKind, LetterState, NewLetter
from cpe_diag.domain.secret import Secret
from cpe_diag.service.apprise_pager import ApprisePager
from cpe_diag.service.call_way import CallWay
from cpe_diag.service.delivery import Delivered, Delivery, IsOurs, TryLater, Undeliverable, Way
from cpe_diag.service.desk_way import DeskWay
from cpe_diag.service.event_way import EventWay
from cpe_diag.service.http_exchange import new_client
from cpe_diag.service.hub_hosts import HubHosts
from cpe_diag.service.letters import call_letters, event_letter
from cpe_diag.service.occasion import Occasion
from cpe_diag.service.on_call import Notification, OnCall
from cpe_diag.service.sender import MAYBE_WAIT, Sender, wait_after
from cpe_diag.service.ticket_hours import Hours
from cpe_diag.service.ticket_rules import Priority
from cpe_diag.service.tickets_config import PersonConfig, TicketsConfig
from cpe_diag.store.case_store import CaseStore
from cpe_diag.store.outbox import StoredOutbox, put
from cpe_diag.testing.clock import FakeClock

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

PERSON = PersonConfig(
    on_call=OnCall(name="Ann", zone="UTC", quiet=Hours(start=time(22), end=time(7))),
    send="env:ANN",
)
WARNING = Notification(
    about="c-1",
    occasion=Occasion.WARNING,
    priority=Priority.PARTIAL,
    title="Case c-1: 5 min left",
    body="",
)


async def ours() -> bool:
    """Say that the letter is still the sender's."""
    return True


@pytest.fixture
def desk() -> Iterator[TicketDesk]:
    """Keep a desk."""
    with ticket_desk() as running:
        yield running


@pytest.fixture
def store(tmp_path: Path) -> CaseStore:
    """Give a store in which a run has ended."""
    store = CaseStore.at(tmp_path / "case.db")
    ended_run(store)
    return store


def clock(later: timedelta = timedelta()) -> FakeClock:
    """Give a clock that stands."""
    return FakeClock(at=AT + later, jumps=False)


def only(store: CaseStore) -> tuple[LetterState, str, timedelta]:
    """Say what became of the letter, why, and after how long it is tried again."""
    (kept,) = StoredOutbox(store).letters()
    return kept.state, kept.words, kept.not_before - AT


def test_waits_grow_to_an_hour_and_are_spread() -> None:
    """A desk that comes back is not met by everybody at once."""
    assert [wait_after(n, 1.0).total_seconds() for n in (1, 2, 3, 40)] == [5, 10, 20, 3600]
    assert wait_after(1, 0.0) == timedelta(seconds=2.5)


async def test_a_desk_that_fails_is_tried_again_and_what_it_kept_is_found(
    store: CaseStore, desk: TicketDesk
) -> None:
    """An answer of 500 does not say that nothing was done."""
    desk.answers, desk.noted_anyway = [500], True
    assert await send_all(store, desk.url, clock()) == 1
    assert only(store) == (LetterState.WAITING, "PUT /api/v1/tickets/81: 500", MAYBE_WAIT)
    assert await send_all(store, desk.url, clock()) == 0
    await send_all(store, desk.url, clock(MAYBE_WAIT))
    assert (only(store)[0], desk.count(REFERENCE)) == (LetterState.SENT, 1)
    assert desk.requests == {"look": 1, "write": 1}


async def test_no_answer_at_all_may_be_a_note(store: CaseStore, desk: TicketDesk) -> None:
    """A connection that breaks after the desk has done it."""
    desk.answers, desk.noted_anyway = [0], True
    await send_all(store, desk.url, clock())
    assert only(store)[1:] == (
        "PUT /api/v1/tickets/81: no answer (RemoteProtocolError)",
        MAYBE_WAIT,
    )
    await send_all(store, desk.url, clock(MAYBE_WAIT))
    assert (only(store)[0], desk.count(REFERENCE)) == (LetterState.SENT, 1)


async def test_a_desk_that_is_not_there_is_tried_for_a_day_and_then_the_letter_is_dead(
    store: CaseStore,
) -> None:
    """Nobody waits for ever for a desk that was switched off."""
    later, tries = timedelta(), 0
    while only(store)[0] is LetterState.WAITING:
        later = only(store)[2]
        tries += await send_all(store, "http://127.0.0.1:1", clock(later))
    state, words, _ = only(store)
    assert (state, tries) == (LetterState.DEAD, 32)
    assert words == "GET /api/v1/ticket_articles/by_ticket/81: no connection (ConnectError)"
    assert timedelta(hours=18) < later < timedelta(hours=30)


@pytest.mark.parametrize(("status", "state"), [(422, "dead"), (404, "dead"), (429, "waiting")])
async def test_what_is_refused_for_good_is_dead_at_once(
    store: CaseStore, desk: TicketDesk, status: int, state: str
) -> None:
    """A ticket that is gone does not come back; a desk that is busy does."""
    desk.answers = [status]
    await send_all(store, desk.url, clock())
    assert only(store)[:2] == (state, f"PUT /api/v1/tickets/81: {status}")


async def test_a_letter_of_another_sender_is_not_sent(desk: TicketDesk, store: CaseStore) -> None:
    """A sender that stood still looks at its claim before it writes."""
    (kept,) = StoredOutbox(store).letters()

    async def not_ours() -> bool:
        return False

    async with new_client() as client:
        way = DeskWay(desks(desk.url), lambda _reference: Secret(TOKEN), client)
        assert isinstance(await way.deliver(kept, not_ours), TryLater)
    assert desk.requests == {}


async def test_a_desk_that_nobody_has_configured_is_told_nothing(store: CaseStore) -> None:
    """A desk's name is not its address."""
    (kept,) = StoredOutbox(store).letters()
    async with new_client() as client:
        way = DeskWay({}, lambda _reference: Secret(TOKEN), client)
        assert await way.deliver(kept, ours) == Undeliverable(
            words="the configuration names no answer for main"
        )


async def test_the_sender_goes_on_until_it_is_stopped(store: CaseStore, desk: TicketDesk) -> None:
    """It is a task of the worker."""
    async with new_client() as client:
        way = DeskWay(desks(desk.url), lambda _reference: Secret(TOKEN), client)
        sender = Sender(StoredOutbox(store), {LetterKind.NOTE: way}, clock(), name="a")
        await sender.run(lambda: desk.count(REFERENCE) > 0)
    assert (desk.count(REFERENCE), only(store)[0]) == (1, LetterState.SENT)


class FakePager:
    """Keeps what it is to say."""

    def __init__(self) -> None:
        """Nothing was said."""
        self.said: list[tuple[str, str]] = []

    async def call(self, address: Secret, title: str, body: str) -> Delivery:
        """See `Pager`."""
        self.said.append((address.reveal(), title + body))
        return Delivered()


async def called(store: CaseStore, pager: FakePager, at: datetime) -> None:
    """Call whom there is to call."""
    now = FakeClock(at=at, jumps=False)
    way = CallWay({"Ann": PERSON}, lambda _reference: Secret("mailto://x"), pager, now)
    sender = Sender(StoredOutbox(store), {LetterKind.NOTIFICATION: way}, now, name="a")
    while await sender.once():
        pass


async def test_a_desk_that_hangs_keeps_nobody_from_being_called(store: CaseStore) -> None:
    """Of a hundred notes that each wait 20 s for a desk, the page would come half an hour late."""
    pager, answered = FakePager(), asyncio.Event()

    class HangingWay:
        async def deliver(self, letter: Letter, is_ours: IsOurs) -> Delivery:
            """See `Way`."""
            assert letter.kind is LetterKind.NOTE
            await answered.wait()
            assert await is_ours()
            return Delivered()

    def stopped() -> bool:
        if pager.said:
            answered.set()
        return bool(pager.said)

    with store.writing() as connection:
        put(connection, call_letters(TicketsConfig(on_call={"Ann": PERSON}), WARNING, AT), AT)
    call = CallWay({"Ann": PERSON}, lambda _reference: Secret("mailto://x"), pager, clock())
    ways: dict[LetterKind, Way] = {LetterKind.NOTE: HangingWay(), LetterKind.NOTIFICATION: call}
    async with asyncio.timeout(20):
        await Sender(StoredOutbox(store), ways, clock(), name="a").run(stopped)
    assert pager.said == [("mailto://x", "Case c-1: 5 min left")]


class CountingOutbox(StoredOutbox):
    """An outbox that counts how often it is asked what is due."""

    asked = 0

    def due(
        self, at: datetime, kinds: Iterable[LetterKind] = (), *, each: int = 50
    ) -> tuple[Letter, ...]:
        """See `StoredOutbox`."""
        self.asked += 1
        return super().due(at, kinds, each=each)


class QuickWay:
    """A way on which everything arrives."""

    def __init__(self) -> None:
        """Nothing was sent yet."""
        self.sent: list[str] = []

    async def deliver(self, letter: Letter, is_ours: IsOurs) -> Delivery:
        """See `Way`."""
        assert await is_ours()
        self.sent.append(letter.key)
        return Delivered()


async def test_what_is_due_is_asked_once_for_many_letters_of_all_kinds(tmp_path: Path) -> None:
    """And again at once where the next letter of a lane waits for the one before."""
    store, way = CaseStore.at(tmp_path / "case.db"), QuickWay()
    kinds = (LetterKind.NOTE, LetterKind.EVENT)
    letters = [
        NewLetter(key=f"{number}", kind=kinds[number % 2], target="", lane=lane, document={})
        for number in range(22)
        for lane in (f"{number % 20}",)
    ]
    with store.writing() as connection:
        put(connection, letters, AT)
    outbox = CountingOutbox(store)
    async with asyncio.timeout(20):
        ways = dict.fromkeys(LetterKind, way)
        await Sender(outbox, ways, clock(), name="a").run(lambda: len(way.sent) == 22)
    assert sorted(way.sent) == sorted(one.key for one in letters)
    for kind, last in enumerate(("20", "21")):  # each kind sends at its own speed
        assert [one for one in way.sent if int(one) % 2 == kind][-1] == last
    assert outbox.asked <= 4


async def test_quiet_hours_are_kept_also_by_a_letter_that_was_late(tmp_path: Path) -> None:
    """A sender that was down until midnight wakes nobody."""
    store, pager = CaseStore.at(tmp_path / "case.db"), FakePager()
    config = TicketsConfig(on_call={"Ann": PERSON})
    evening = datetime(2026, 11, 26, 21, 0, tzinfo=UTC)
    for _ in range(2):
        with store.writing() as connection:
            put(connection, call_letters(config, WARNING, evening), evening)
    assert len(StoredOutbox(store).letters()) == 1
    await called(store, pager, evening + timedelta(hours=3))
    assert pager.said == []
    (kept,) = StoredOutbox(store).letters()
    assert (kept.not_before, kept.words) == (evening + timedelta(hours=10), "quiet hours")
    await called(store, pager, kept.not_before)
    assert pager.said == [("mailto://x", "Case c-1: 5 min left")]


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # of Apprise
async def test_apprise_calls_a_webhook_and_keeps_its_address_for_itself(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The address is a secret; a wrong one is said to be wrong, not shown."""
    caplog.set_level(logging.DEBUG)
    got: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length")
        )
        got.append(await reader.readexactly(length))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        address = Secret(f"json://user:hidden-word@127.0.0.1:{port}/hook")
        assert await ApprisePager().call(address, "Case c-1", "5 min left") == Delivered()
    assert b"Case c-1" in got[0]
    wrong = await ApprisePager().call(Secret("hidden-word"), "Case c-1", "")
    assert wrong == Undeliverable(words="it is no address that Apprise understands")
    gone = await ApprisePager().call(address, "Case c-1", "")
    assert isinstance(gone, TryLater)
    assert "hidden-word" not in caplog.text


async def test_an_event_goes_to_its_hub_with_its_id() -> None:
    """The listener knows it again."""
    heads: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    kept = taken_up(event_letter("hub-1", {"eventId": "e-1", "event": {}}, None))
    async with server, new_client() as client:
        hubs = {"hub-1": f"http://127.0.0.1:{port}/listener"}
        named = HubHosts(frozenset({"127.0.0.1"}))
        assert await EventWay(hubs.__getitem__, client, named).deliver(kept, ours) == Delivered()
        left = await EventWay(lambda _hub: None, client, named).deliver(kept, ours)
    assert left == Undeliverable(words="the hub hub-1 has left")
    assert b"POST /listener " in heads[0]
    assert b'"event hub-1 e-1"' in heads[0]
