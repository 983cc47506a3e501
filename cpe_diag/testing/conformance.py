"""Checks that hold any implementation of a door to the semantics written in `cpe_diag.ports`.

The fakes pass them, the real doors pass them against the lab, and so does a door of yours. Each
check raises AssertionError with what was expected. Call them from tests, for example::

    async def test_the_reader_is_a_reader() -> None:
        await check_snmp_reader(reader, clock, known={SYS_NAME: b"an-1"}, absent=NO_SUCH, rows=...)

`slack_s` is how late a door may be after its deadline: 0 in the time of a FakeClock; beside real
sockets what a busy machine needs to come back.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from cpe_diag.domain.dhcp_facts import DhcpOutcome
from cpe_diag.domain.failures import FailureKind, InventoryError, MeasurementError
from cpe_diag.domain.missing import known
from cpe_diag.domain.path_facts import DnsOutcome, HttpOutcome
from cpe_diag.domain.trace import WAIT

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from cpe_diag.ports import (
        Clock,
        Command,
        CredentialSource,
        DhcpAsker,
        HttpGetter,
        Inventory,
        Oid,
        Prober,
        Recorder,
        Resolver,
        RouterView,
        SnmpReader,
        SnmpValue,
    )

PLENTY_S = 30.0
"""A deadline that no answer of a healthy door comes near to."""


def hold(claim: bool, expected: str) -> None:  # noqa: FBT001 - reads as an assertion
    """Raise AssertionError with what was expected, unless the claim holds."""
    if not claim:
        raise AssertionError(expected)


async def check_fails(  # noqa: PLR0913 - what to ask and what is right there
    question: Awaitable[object],
    clock: Clock,
    *,
    kinds: Sequence[FailureKind],
    operations: Sequence[str],
    deadline: float,
    slack_s: float,
) -> MeasurementError:
    """Hold a question that cannot be answered to how it may fail.

    Args:
        question: a call of a door, not awaited yet.
        clock: the same as the door's.
        kinds: which failures are right here.
        operations: in which phases.
        deadline: the one that the question was given.
        slack_s: how late it may be.

    Returns:
        The error, for a closer look.
    """
    try:
        answer = await question
    except MeasurementError as error:
        late_s = clock.monotonic() - deadline
        hold(late_s <= slack_s, f"a failure by the deadline, not {late_s:.3f} s after it")
        hold(error.failure.kind in kinds, f"a failure of {[*kinds]}, not {error.failure}")
        hold(error.operation in operations, f"in {[*operations]}, not {error.operation}")
        hold(bool(error.failure.where and error.failure.detail), "words: where and what")
        return error
    raise AssertionError(f"a MeasurementError of {[*kinds]}, not the answer {answer!r}")


async def check_clock(clock: Clock) -> None:
    """Time of day is aware UTC; seconds never go backwards; a wait is never too short."""
    hold(clock.now().utcoffset() == timedelta(0), "an aware time of day in UTC")
    before = clock.monotonic()
    await clock.sleep_until(before - 1.0)
    hold(clock.monotonic() >= before, "seconds that never go backwards")
    when = clock.monotonic() + 0.02
    await clock.sleep_until(when)
    hold(clock.monotonic() >= when, "a wait until the moment, not shorter")
    waiting = asyncio.create_task(clock.sleep_until(clock.monotonic() + 3600.0))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])
    hold(waiting.cancelled(), "a wait that can be cancelled")


async def check_snmp_reader(  # noqa: PLR0913 - one part for each kind of answer
    reader: SnmpReader,
    clock: Clock,
    *,
    known: Mapping[Oid, SnmpValue],
    absent: Oid,
    column: Oid,
    rows: Sequence[tuple[Oid, SnmpValue]],
) -> None:
    """Every asked oid is answered and no other; rows come in order, bounded, within the column.

    Args:
        reader: a reader of an agent that answers.
        clock: the same as the reader's.
        known: objects with values that do not change, in any order; more than fit one packet is
            a good test.
        absent: an object that the agent does not have.
        column: a column of the agent with at least three rows.
        rows: all rows of the column, with values that do not change.
    """

    def deadline() -> float:
        return clock.monotonic() + PLENTY_S

    hold(bool(reader.node), "the id of the node")
    answers = await reader.get([*known, absent], deadline=deadline())
    hold(set(answers) == {*known, absent}, f"exactly the asked oids, not {sorted(answers)}")
    for oid, value in known.items():
        hold(answers[oid] == value, f"{oid} = {value!r}, not {answers[oid]!r}")
    hold(answers[absent] is None, f"None for {absent}, not {answers[absent]!r}")
    hold(not await reader.get([], deadline=deadline()), "no answers where nothing is asked")

    many = len(rows) + 1
    whole = await reader.next_rows(column, after="", max_rows=min(many, 50), deadline=deadline())
    hold(list(whole) == list(rows[:50]), f"the rows of the column in order, not {whole}")
    two = await reader.next_rows(column, after="", max_rows=2, deadline=deadline())
    hold(list(two) == list(rows[:2]), f"the first two rows and no more, not {two}")
    first = rows[0][0].removeprefix(f"{column}.")
    after = await reader.next_rows(column, after=first, max_rows=1, deadline=deadline())
    hold(list(after) == list(rows[1:2]), f"the row after {first}, not {after}")
    last = rows[-1][0].removeprefix(f"{column}.")
    end = await reader.next_rows(column, after=last, max_rows=5, deadline=deadline())
    hold(not end, f"no row outside of the column, not {end}")

    await _check_table(reader, column, rows, deadline())

    both = await asyncio.gather(
        *(reader.get([oid], deadline=deadline()) for oid in known for _ in range(3))
    )
    for answer in both:
        for oid, value in answer.items():
            hold(value == known[oid], f"{oid} = {known[oid]!r} beside others, not {value!r}")


async def _check_table(
    reader: SnmpReader, column: Oid, rows: Sequence[tuple[Oid, SnmpValue]], deadline: float
) -> None:
    """Columns are read together by index, bounded, below a prefix; the end of each is known."""
    indexed = {oid.removeprefix(f"{column}."): {column: value} for oid, value in rows}
    nowhere = f"{column}.4294967295.4294967295"
    whole = await reader.table([column, nowhere], prefix="", max_rows=128, deadline=deadline)
    hold(whole.is_whole, "a table that was read to its end")
    hold(dict(whole.rows) == indexed, f"the rows by index and column, not {whole.rows}")
    hold(list(whole.rows) == list(indexed), f"rows in the order of the agent, not {whole.rows}")
    two = await reader.table([column], prefix="", max_rows=2, deadline=deadline)
    hold(list(two.rows) == list(indexed)[:2], f"the first two rows and no more, not {two.rows}")
    hold(not two.is_whole, "a table that has more rows than were asked for")
    above, _, last = column.rpartition(".")
    below = await reader.table([above], prefix=last, max_rows=128, deadline=deadline)
    hold(list(below.rows) == list(indexed), f"the rows below the prefix, not {below.rows}")


async def check_snmp_silence(
    reader: SnmpReader, clock: Clock, *, oid: Oid, limit_s: float, slack_s: float
) -> None:
    """An agent that says nothing is SILENT by the deadline, for every question.

    Args:
        reader: a reader of an address where nobody answers.
        clock: the same as the reader's.
        oid: any object.
        limit_s: how long to wait.
        slack_s: how late the failure may be.
    """
    questions: Mapping[str, Callable[[float], Awaitable[object]]] = {
        "snmp.get": lambda until: reader.get([oid], deadline=until),
        "snmp.getbulk": lambda until: reader.next_rows(oid, after="", max_rows=5, deadline=until),
        "snmp.getbulk of columns": lambda until: reader.table(
            [oid], prefix="", max_rows=5, deadline=until
        ),
    }
    for operation, ask in questions.items():
        deadline = clock.monotonic() + limit_s
        await check_fails(
            ask(deadline),
            clock,
            kinds=[FailureKind.SILENT],
            operations=[operation.split(maxsplit=1)[0]],
            deadline=deadline,
            slack_s=slack_s,
        )


async def check_router_view(
    view: RouterView, clock: Clock, *, answers: Sequence[tuple[Command, str, int]]
) -> None:
    """The connection is opened once; answers come in the order of the questions, each its own.

    Args:
        view: a router that answers and is not connected yet.
        clock: the same as the view's.
        answers: at least two commands with their whole output and exit status, which do not
            change; one with a status other than 0 is a good test.
    """
    hold(bool(view.router), "the address of the router")
    deadline = clock.monotonic() + PLENTY_S
    hold(await view.connect(deadline=deadline) >= 0.0, "how long connecting took")
    hold(await view.connect(deadline=deadline) == 0.0, "0.0 where it is open already")
    hold(await view.ask([], deadline=deadline) == (), "no answers where nothing is asked")
    commands = [command for command, _, _ in answers]
    expected = [(command.label, output, status) for command, output, status in answers]
    told = await view.ask(commands, deadline=deadline)
    found = [(one.command.label, one.output, one.exit_status) for one in told]
    hold(found == expected, f"the answers in the order of the questions, not {found}")
    one_by_one = await asyncio.gather(
        *(view.ask([command], deadline=deadline) for command in reversed(commands))
    )
    found = [(one.command.label, one.output, one.exit_status) for (one,) in reversed(one_by_one)]
    hold(found == expected, f"each asker its own answer, not {found}")


async def check_router_failure(  # noqa: PLR0913 - what to ask and what is right there
    view: RouterView,
    clock: Clock,
    *,
    command: Command,
    kinds: Sequence[FailureKind],
    operations: Sequence[str],
    limit_s: float,
    slack_s: float,
) -> None:
    """A router that cannot be asked fails by the deadline, for everybody who asks at once.

    Args:
        view: a router that is silent, hangs, refuses us, or answers garbage.
        clock: the same as the view's.
        command: any command.
        kinds: which failures are right here.
        operations: in which phases, such as `ssh.handshake`.
        limit_s: how long to wait.
        slack_s: how late the failure may be.
    """
    deadline = clock.monotonic() + limit_s
    await asyncio.gather(
        *(
            check_fails(
                view.ask([command], deadline=deadline),
                clock,
                kinds=kinds,
                operations=operations,
                deadline=deadline,
                slack_s=slack_s,
            )
            for _ in range(2)
        )
    )


async def check_prober(  # noqa: PLR0913 - one address for each case
    prober: Prober,
    clock: Clock,
    *,
    accepting: tuple[str, int],
    refusing: tuple[str, int],
    silent: tuple[str, int] | None,
    limit_s: float,
    slack_s: float,
) -> None:
    """An open port, a closed port and a silent one are told apart.

    Args:
        prober: the door.
        clock: the same as the prober's.
        accepting: address and port of a listening server.
        refusing: address and port where nothing listens.
        silent: address and port that drop everything, or None where there is none.
        limit_s: how long to wait for the silent one.
        slack_s: how late the failure may be.
    """
    deadline = clock.monotonic() + PLENTY_S
    took = await prober.tcp_connect(*accepting, deadline=deadline)
    hold(0.0 <= took < PLENTY_S, f"the seconds until it was accepted, not {took}")
    operations = ["tcp.connect"]
    await check_fails(
        prober.tcp_connect(*refusing, deadline=deadline),
        clock,
        kinds=[FailureKind.REFUSED],
        operations=operations,
        deadline=deadline,
        slack_s=slack_s,
    )
    if silent is not None:
        deadline = clock.monotonic() + limit_s
        await check_fails(
            prober.tcp_connect(*silent, deadline=deadline),
            clock,
            kinds=[FailureKind.SILENT],
            operations=operations,
            deadline=deadline,
            slack_s=slack_s,
        )


async def check_resolver(
    resolver: Resolver, clock: Clock, *, known: tuple[str, Sequence[str]], unknown: str
) -> None:
    """A name has its addresses; a name that does not exist is an outcome, not an error.

    Args:
        resolver: the door, with a server that answers.
        clock: the same as the resolver's.
        known: a name and its IPv4 addresses, in any order.
        unknown: a name that does not exist.
    """
    deadline = clock.monotonic() + PLENTY_S
    name, addresses = known
    check = await resolver.resolve(name, deadline=deadline)
    hold(check.outcome is DnsOutcome.ANSWERED, f"an answer for {name}, not {check}")
    hold(sorted(check.addresses) == sorted(addresses), f"{addresses}, not {check.addresses}")
    nothing = await resolver.resolve(unknown, deadline=deadline)
    hold(nothing.outcome is DnsOutcome.NXDOMAIN, f"nxdomain for {unknown}, not {nothing}")
    hold(nothing.addresses == (), "no address of a name that does not exist")


async def check_dhcp_asker(
    offering: DhcpAsker, empty: DhcpAsker, silent: DhcpAsker, clock: Clock, *, slack_s: float
) -> None:
    """An offer, a server without an address and a silent one are three outcomes, in time.

    Args:
        offering: the door to a server that has an address.
        empty: to one that is there and has none.
        silent: to one that answers nothing.
        clock: the same as the doors'.
        slack_s: how late an outcome may be.
    """
    told = await offering.ask(deadline=clock.monotonic() + PLENTY_S)
    hold(told.outcome is DhcpOutcome.OFFERED, f"an offer, not {told}")
    hold(told.offered is not None, "the address that was offered")
    hold(known(told.took_s) is not None, "the time to the offer")
    for door, outcome in ((empty, DhcpOutcome.NO_OFFER), (silent, DhcpOutcome.SILENT)):
        deadline = clock.monotonic() + PLENTY_S
        told = await door.ask(deadline=deadline)
        hold(told.outcome is outcome, f"{outcome}, not {told}")
        hold(told.offered is None, "no address where none was offered")
        hold(clock.monotonic() <= deadline + slack_s, "an outcome by the deadline")


async def check_http_getter(
    getter: HttpGetter,
    clock: Clock,
    *,
    page: tuple[str, str, int],
    refusing: tuple[str, str],
) -> None:
    """A page has its status; a server that is not there is an outcome, not an error.

    Args:
        getter: the door.
        clock: the same as the getter's.
        page: URL, address of its server, and the status that it gives.
        refusing: a URL and an address where nothing listens.
    """
    deadline = clock.monotonic() + PLENTY_S
    url, address, status = page
    check = await getter.get(url, address=address, deadline=deadline)
    hold(check.status == status, f"status {status}, not {check}")
    fine = check.outcome in {HttpOutcome.OK, HttpOutcome.HTTP_ERROR}
    hold(fine, f"an outcome by the status, not {check.outcome}")
    read = await getter.read(url, "seen=1", address=address, deadline=deadline)
    hold(read.check.status == status, f"status {status} for who reads it, not {read.check}")
    hold(read.onward is None, "no way on from a page")
    url, address = refusing
    check = await getter.get(url, address=address, deadline=deadline)
    hold(check.outcome is HttpOutcome.REFUSED, f"refused, not {check}")
    hold(check.status is None, "no status where nobody answered")


async def check_recorder(recorder: Recorder) -> None:
    """Exchanges are kept in their order, with what really waited for what.

    Args:
        recorder: a fresh one, to which nothing has been told yet.
    """

    async def ask(label: str) -> int:
        exchange = recorder.begin("test.ask", "nowhere", label)
        await asyncio.sleep(0)
        recorder.end(exchange)
        return exchange

    first = await ask("first")
    with recorder.scope():
        left, right = await asyncio.gather(
            asyncio.create_task(ask("left")), asyncio.create_task(ask("right"))
        )
    hold(recorder.seen() == {left, right}, "after a scope: what its tasks have seen")
    wait = recorder.begin(WAIT, "clock", "on purpose")
    recorder.end(wait, round_trips=0, failure="cut")
    other = recorder.begin("test.ask", "nowhere", "for another", after=frozenset({first}))
    recorder.end(other)
    trace = recorder.trace(start_s=0.0)
    hold(
        [one.label for one in trace] == ["first", "left", "right", "on purpose", "for another"],
        "all exchanges in the order of their begin",
    )
    causes = [set(one.waited_for) for one in trace]
    hold(
        causes == [set(), {first}, {first}, {left, right}, {first}],
        f"what each waited for, not {causes}",
    )
    hold(trace[3].failure == "cut", "the failure that was told")
    hold(all(one.ended_s >= one.started_s for one in trace), "no end before its begin")


def check_inventory(inventory: Inventory, *, known: str, unknown: str) -> None:
    """A subscriber is found by its id; one that is not there is an InventoryError with the id."""
    hold(inventory.subscriber(known).id == known, f"the subscriber {known}")
    try:
        inventory.subscriber(unknown)
    except InventoryError as error:
        hold(unknown in str(error), f"the id {unknown} in the message, not {error}")
    else:
        raise AssertionError(f"an InventoryError for {unknown}")
    node = inventory.subscriber(known).node
    if node is not None:
        names = [port.port for port in inventory.ports_of_node(node.id)]
        hold(len(names) == len(set(names)), "each port of the node once")
        hold(inventory.node(node.id) == node, f"the node {node.id}, as its subscriber has it")
        listed = {one.id: one for one in inventory.nodes()}
        hold(listed.get(node.id, node) == node, f"the node {node.id} among all nodes")
        hold(len(listed) == len(inventory.nodes()), "each node once")
    hold(inventory.ports_of_node("no-such-node") == (), "no ports of an unknown node")
    try:
        inventory.node("no-such-node")
    except InventoryError as error:
        hold("no-such-node" in str(error), f"the id of the node in the message, not {error}")
    else:
        raise AssertionError("an InventoryError for an unknown node")


def check_credential_source(source: CredentialSource, *, known: str, unknown: str) -> None:
    """A reference gives a secret that does not show itself; an unknown one is named."""
    secret = source.resolve(known)
    hold(bool(secret.reveal()), "the secret")
    hold(secret.reveal() not in f"{secret} {secret!r}", "a secret that does not show itself")
    try:
        source.resolve(unknown)
    except MeasurementError as error:
        hold(error.failure.kind is FailureKind.NOT_CONFIGURED, f"not_configured, not {error}")
        hold(error.operation == "credential.resolve", f"credential.resolve, not {error}")
        hold(unknown in str(error), f"the reference {unknown} in the message, not {error}")
    else:
        raise AssertionError(f"a MeasurementError for {unknown}")
