"""The doors: what the engine and the probes need from the world, and the semantics they rely on.

Every door raises `MeasurementError` for what the network, the device or our own rights did to the
question, and nothing else; a bug propagates as itself. Doors that change something raise its kind
`ChangeError`, which also says whether the change may have happened. Deadlines are absolute, in
seconds of `Clock.monotonic`; a door returns or raises by its deadline. Cancellation passes
through.
The conformance checks in `cpe_diag.testing` hold each adapter and each fake to this.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, TypeAlias, TypeVar

from cpe_diag.domain.path_facts import HttpCheck
from cpe_diag.domain.site_facts import PartKind, Unfit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from contextlib import AbstractContextManager

    from cpe_diag.domain.action import JournalEntry
    from cpe_diag.domain.audit import AuditEvent
    from cpe_diag.domain.consent import Consent
    from cpe_diag.domain.deliveries import Sighting
    from cpe_diag.domain.dhcp_facts import DhcpServer
    from cpe_diag.domain.field_facts import PluggedInto
    from cpe_diag.domain.host_keys import ExpectedKey, PinnedKey
    from cpe_diag.domain.load_facts import PathQuality
    from cpe_diag.domain.path_facts import DnsCheck, PingCheck
    from cpe_diag.domain.postal_address import AddressAsked
    from cpe_diag.domain.run_journal import RunEntry
    from cpe_diag.domain.secret import Secret
    from cpe_diag.domain.subscriber import AccessNode, NodePort, Subscriber
    from cpe_diag.domain.trace import Exchange, RawAnswer

Oid: TypeAlias = str
"""A dotted object identifier without a leading dot, for example `1.3.6.1.2.1.1.3.0`."""

SnmpValue: TypeAlias = int | bytes | str | None
"""INTEGER, Counter, Gauge, TimeTicks as int; OCTET STRING as bytes; OBJECT IDENTIFIER and
IpAddress as str; None means that the agent says noSuchObject or noSuchInstance."""


Seen = TypeVar("Seen")


class Clock(Protocol):
    """Time, as an argument."""

    def now(self) -> datetime:
        """Give the time of day in UTC, aware."""

    def monotonic(self) -> float:
        """Give seconds that never go backwards."""

    async def sleep_until(self, when: float) -> None:
        """Wait until `monotonic()` reaches `when`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SnmpTable:
    """Rows of some columns: by index (what follows column and prefix), then by column.

    Rows stand in the order of their indexes; a row lacks the columns that have no value there.
    `is_whole`: every column was read to its end.
    """

    rows: Mapping[str, Mapping[Oid, SnmpValue]]
    is_whole: bool


class SnmpReader(Protocol):
    """Reads objects of one agent: an access node, or a cable modem.

    At most two requests are in flight at the agent.
    """

    @property
    def node(self) -> str:
        """The node's id, for sources and messages."""

    async def get(self, oids: Sequence[Oid], *, deadline: float) -> Mapping[Oid, SnmpValue]:
        """Read exact objects, in as few requests as fit safely into a packet.

        Args:
            oids: which objects; the answer holds exactly these.
            deadline: absolute, monotonic seconds.

        Returns:
            A value for every oid that was asked; None where the agent has no such object.

        Raises:
            MeasurementError: `snmp.get`: SILENT, REFUSED, AUTH_REFUSED (SNMPv3 says so; a v2c
                agent stays silent), DEVICE_ERROR (error-status), UNPARSEABLE, NOT_CONFIGURED.
        """

    async def next_rows(
        self, column: Oid, *, after: str, max_rows: int, deadline: float
    ) -> tuple[tuple[Oid, SnmpValue], ...]:
        """Read up to `max_rows` objects that follow `column.after`, by GETBULK.

        Args:
            column: the column; rows outside of it are not returned.
            after: an index within the column (dotted), or empty for its beginning.
            max_rows: a bound from 1 to 50; one request.
            deadline: absolute, monotonic seconds.

        Returns:
            Rows in order; fewer than `max_rows` means that the column has ended.

        Raises:
            MeasurementError: `snmp.getbulk`: as for `get`, and INCOMPLETE when the agent does
                not advance.
        """

    async def table(
        self, columns: Sequence[Oid], *, prefix: str, max_rows: int, deadline: float
    ) -> SnmpTable:
        """Read rows of several columns together, by GETBULK, in requests that fit a packet.

        Args:
            columns: which columns; at least one, and none twice.
            prefix: how the indexes of the rows begin (dotted), or empty for all rows.
            max_rows: a bound from 1 to 128 for the rows of the answer.
            deadline: absolute, monotonic seconds.

        Returns:
            The first `max_rows` rows.

        Raises:
            MeasurementError: `snmp.getbulk`: as for `next_rows`.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One literal command for a router's shell, quoted already by the driver's dialect.

    `label` names it in sources and traces; `limit_s` bounds it on the router itself;
    `beside_others` allows it to run at the same time as its neighbours in the batch (only for
    commands whose whole output is below 2,000 bytes).
    """

    text: str
    label: str
    limit_s: float = 10.0
    beside_others: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandAnswer:
    """What the router said: standard output and error in their order, and the exit status."""

    command: Command
    output: str
    exit_status: int


class RouterView(Protocol):
    """Asks a home router's shell; it cannot change anything by its type, only look.

    The connection is opened at the first question and kept for the run. Questions that are asked
    while it is being opened or is busy travel together in one batch.
    """

    @property
    def router(self) -> str:
        """The router's address, for sources and messages."""

    @property
    def overheard(self) -> str:
        """What the router said without being asked, or in place of an answer; often empty.

        It tells which platform it is, and is never shown to anybody.
        """

    async def connect(self, *, deadline: float) -> float:
        """Open the connection if it is not open yet.

        Args:
            deadline: absolute, monotonic seconds.

        Returns:
            Seconds that connecting and authenticating took (0.0 where it was open already).

        Raises:
            MeasurementError: `ssh.connect` (SILENT, REFUSED, UNREACHABLE, NOT_CONFIGURED),
                `ssh.handshake` (HUNG, CLOSED, HOST_KEY_CHANGED, ALGORITHM_MISMATCH,
                UNPARSEABLE), `ssh.authenticate` (AUTH_REFUSED, SILENT, CLOSED, UNPARSEABLE).
        """

    async def ask(
        self, commands: Sequence[Command], *, deadline: float
    ) -> tuple[CommandAnswer, ...]:
        """Run commands and give their answers in the same order.

        Args:
            commands: what to ask.
            deadline: absolute, monotonic seconds.

        Returns:
            One answer for each command; a refused or unknown command is an answer too, with its
            exit status (a command that exceeds its `limit_s` answers with status 124).

        Raises:
            MeasurementError: as for `connect`, and `ssh.exec`: SILENT, CLOSED, INCOMPLETE,
                UNPARSEABLE.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecAnswer:
    """What one command that changes something left: its two outputs apart, and its exit status.

    The outputs may hold secrets (a backup, a settings list), so they are not shown.
    """

    stdout: bytes = field(repr=False)
    stderr: bytes = field(repr=False)
    exit_status: int


class RouterControl(Protocol):
    """Runs commands that change one home router. Only those who perform changes hold one.

    Commands run one at a time, without a terminal, over one connection that is opened when it is
    needed; what they start detached survives it.
    """

    @property
    def router(self) -> str:
        """The router's address, for sources and messages."""

    async def exec_once(
        self, text: str, *, label: str, stdin: bytes = b"", limit_s: float, deadline: float
    ) -> ExecAnswer:
        """Run one command, once, never again by itself.

        Args:
            text: quoted already by the driver's dialect; it holds no secret. Without `stdin` a
                text of up to 7,000 bytes is sent as it is, for any platform that takes commands
                over SSH. Else the router must have a POSIX shell and `dd`: the text is run only
                after all of text and `stdin` has arrived there, so that a cut connection can
                neither run half a text nor set half a password.
            label: names it in the trace; it holds no secret.
            stdin: what the command reads from its standard input, exactly: secrets go here. At
                most 64 kB, without NUL bytes; empty means that the command reads nothing.
            limit_s: how long its answer may take after it was sent. The command itself is not
                stopped on the router.
            deadline: absolute, monotonic seconds, for connecting and all.

        Returns:
            The answer; any exit status is one.

        Raises:
            ChangeError: `may_have_happened` False: nothing was run: `credential.resolve`;
                `ssh.connect`, `ssh.handshake`, `ssh.authenticate` as for `RouterView.connect`;
                `ssh.exec` where the command was not sent whole. True: `ssh.exec` with SILENT,
                CLOSED, INCOMPLETE, UNPARSEABLE: it was sent, and nothing tells what came of it.
                After an error the connection is closed.
            ValueError: `stdin` is too long or holds a NUL byte, which is a bug.
        """

    async def exec_stream(
        self,
        text: str,
        *,
        label: str,
        pieces: Iterable[bytes],
        limit_s: float,
        deadline: float,
    ) -> ExecAnswer:
        """Run one command that reads something long, such as an image, while it comes.

        It runs from the beginning, and a cut connection ends its input early: it must only keep
        what it reads, and a later command must check that by size and digest.

        Args:
            text: at most 7,000 bytes; as for `exec_once` in all else.
            label: as for `exec_once`.
            pieces: for its standard input, in order; read in a thread.
            limit_s: as for `exec_once`, with the time that sending takes.
            deadline: absolute, monotonic seconds, for connecting and all.

        Returns:
            The answer; any exit status is one.

        Raises:
            ChangeError: as for `exec_once`; it may have happened as soon as it was sent at all.
            ValueError: the text is too long, which is a bug.
        """

    async def fresh(self, *, deadline: float) -> float:
        """Close the connection and open a new one: only that proves that the router lets us in.

        Args:
            deadline: absolute, monotonic seconds.

        Returns:
            Seconds that connecting and authenticating took.

        Raises:
            MeasurementError: as for `RouterView.connect`; nothing is remembered, so that it can
                be tried again while a router restarts. AUTH_REFUSED is a router that counts
                refused logins: do not repeat it.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class SetObject:
    """One object for a SET, and the value that it is to have.

    `type` is an SMI type: integer, unsigned, gauge, ticks, text, hex, object_id; `value` is
    written as text: a decimal number, text, hex digits, a dotted identifier.
    """

    oid: Oid
    type: str
    value: str


class PortControl(Protocol):
    """Sets objects of one access node. Only `engine.perform` and `engine.recover` hold one."""

    @property
    def node(self) -> str:
        """The node's id, for sources and messages."""

    async def set(self, objects: Sequence[SetObject], *, deadline: float) -> None:
        """Set objects in one SET request, which is sent once and never again.

        That it returns means that the agent took the values (noError); what stands on the node
        now, only a reading tells.

        Args:
            objects: at least one; exactly these, in this order.
            deadline: absolute, monotonic seconds.

        Raises:
            ChangeError: nothing was changed: `credential.resolve` (NOT_CONFIGURED), `snmp.set`
                with FORBIDDEN or DEVICE_ERROR (an error-status after which the agent has kept
                or restored every object, RFC 3416, section 4.2.5), AUTH_REFUSED, REFUSED,
                UNREACHABLE, and SILENT where the agent does not even let our writing credential
                read. It may have happened: `snmp.set` with SILENT, UNPARSEABLE, DEVICE_ERROR
                (genErr, undoFailed, tooBig).
            ValueError: a value is not of its type, which is a bug; nothing was sent.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class ShellLine:
    """One line for a node's command line, without its end of line.

    `expect` is a pattern of the question that the node may ask back, `send` the answer to it; both
    empty where it asks nothing.
    """

    text: str
    expect: str = ""
    send: str = ""


class NodeShell(Protocol):
    """Types lines at the interactive command line of one access node.

    Only `engine.perform` holds one. The connection is opened at the first line and kept.
    """

    @property
    def node(self) -> str:
        """The node's id, for sources and messages."""

    async def enter(self, line: ShellLine, *, deadline: float) -> str:
        """Type one line, once, answer its question where one is expected, and wait for the end.

        The line is entered only after the node has shown it behind its prompt, so that no line
        ever reaches a node that is still busy or asks something. Output that looks like the
        prompt does not end the answer: the end is proven by typing something random, which the
        node shows behind its prompt, and by an empty line, after which it shows the prompt anew.

        Args:
            line: what to type; printable characters only.
            deadline: absolute, monotonic seconds.

        Returns:
            What the node said, one line feed after each line; without the typed line, the prompt
            and empty lines.

        Raises:
            ChangeError: nothing was entered: `credential.resolve` (NOT_CONFIGURED); `ssh.connect`,
                `ssh.handshake`, `ssh.authenticate` as for `RouterView.connect`; `shell.enter`
                (NOT_CONFIGURED, SILENT, CLOSED, UNPARSEABLE: no prompt came, or the line did not
                appear behind it). DEVICE_ERROR: the node answered that it does not take the
                line. It may have happened: `shell.enter` with SILENT, CLOSED, UNPARSEABLE (a
                question that nobody expected, which was left unanswered). After an error the
                connection is closed.
            ValueError: a character of the line cannot be typed, which is a bug.
        """


class KeptCopies(Protocol):
    """Copies of a router's settings from before a change, encrypted, by the action's id."""

    def keep(self, action_id: str, content: bytes) -> None:
        """Keep a copy; it is on the disk when this returns.

        Raises:
            ActionError: it cannot be written.
        """

    def give(self, action_id: str) -> bytes:
        """Give a copy back.

        Raises:
            ActionError: there is none of this action, or it cannot be read or decrypted.
        """


class PasswordCourier(Protocol):
    """Brings a new password to the customer, once, past the staff."""

    async def hand_over(self, password: Secret, *, networks: Sequence[str]) -> None:
        """Give it to the customer.

        Args:
            password: the new one.
            networks: the names of the Wi-Fi networks that it is for.

        Raises:
            ActionError: it did not reach the customer, or nobody can tell.
        """


class PersonGuide(Protocol):
    """Leads the person at the phone through something that only hands can do."""

    async def hold_button(self, seconds: float) -> bool:
        """Have the reset button held for so long, with the time running down.

        Args:
            seconds: how long.

        Returns:
            Whether they have begun to: what came of it is told by the router and by nobody
            else. False: nobody is there, or they could not.
        """


class ActionJournal(Protocol):
    """The journal of one action: what was about to be done is on the disk before it is done."""

    def write(self, entry: JournalEntry) -> None:
        """Append an entry; it is on the disk when this returns.

        Raises:
            HoldLostError: somebody else may change the device now; nothing more may be sent.
            ActionError: it cannot be written (full disk, no right).
        """


class RunJournal(Protocol):
    """The journal of one run, for the one worker that has taken it up."""

    async def note(self, entries: Sequence[RunEntry], *, first: int, needed: bool = False) -> None:
        """Append entries, all of them or none; they are on the disk when this returns.

        Args:
            entries: what to append.
            first: the number of the first of them among all that this worker notes of the run,
                from 0. What was noted under a number is not appended again: whoever was told
                nothing, or StoreError, gives it once more.
            needed: what comes next depends on it, so a store that is away may be waited for.

        Raises:
            RunError: another worker has taken the run up, or it has ended: whoever hears this
                does nothing more for it.
            StoreError: nobody knows whether they are on the disk; what changes something is not
                begun then.
        """

    async def stop_asked(self) -> bool:
        """Say whether somebody wants the run cancelled; asked at each safe point.

        What was seen up to a second ago may be told. False also where the store cannot be read.
        """


class ConsentDesk(Protocol):
    """Knows which plans the customer has consented to. It answers at once, from our own store."""

    def require(
        self,
        *,
        subscriber: str,
        action: str,
        digest: str,
        at: datetime,
        change: str | None = None,
    ) -> Consent:
        """Give the consent that covers a plan. Whoever is refused notes it in the audit trail.

        Args:
            subscriber: whom the plan is about.
            action: what it does, for example `wifi.set_ssid`.
            digest: of the plan.
            at: the moment at which it is to be done (`Clock.now`).
            change: the id of a change that was written down, may have used its consent, and was
                not begun; None: it is a new one.

        Returns:
            The newest consent of this subscriber to this action with exactly this digest, which
            has neither expired nor been withdrawn.

        Raises:
            ConsentError: there is none; its `reason` is that of the consent that comes nearest.
            StoreError: the store cannot be read; without a known consent nothing is begun.
        """

    def use(self, consent_id: str, action_id: str) -> None:
        """Use a consent up for one change: the customer agreed to it once.

        Right before the first thing that changes something. Of several who try, on whatever
        machines, one succeeds; the same change may use its consent again.

        Raises:
            ConsentError: it was used for another change (`USED`), or withdrawn meanwhile.
            StoreError: the store cannot be written, or knows no such consent.
        """

    def withdrawn(self, consent_id: str) -> bool:
        """Say whether the customer has taken a consent back; asked at each safe point.

        A consent that only expired meanwhile covers what was begun under it.

        Raises:
            StoreError: the store cannot be read, or knows no such consent.
        """


class AuditTrail(Protocol):
    """The append-only record of who looked, asked, agreed and changed."""

    def note(self, *events: AuditEvent) -> None:
        """Append events, all of them or none; they are on the disk when this returns.

        Raises:
            StoreError: it cannot be written. A change that cannot be noted is not begun; one
                that had begun goes on to a safe end.
        """


class Prober(Protocol):
    """Finds out from where we stand whether an address answers."""

    async def ping(
        self, address: str, *, count: int, deadline: float, data_bytes: int | None = None
    ) -> PingCheck:
        """Send `count` ICMP echo requests, with so many bytes of data where that is named.

        Raises:
            MeasurementError: `icmp.echo`: MISSING_PRIVILEGE when we may not send ICMP,
                NOT_CONFIGURED when the configuration says that ICMP tells nothing here.
        """

    async def train(
        self, address: str, *, count: int, interval_s: float, deadline: float
    ) -> PathQuality:
        """Send `count` ICMP echo requests `interval_s` apart, without waiting for each other.

        Raises:
            MeasurementError: `icmp.echo`: as for `ping`.
        """

    async def tcp_connect(self, address: str, port: int, *, deadline: float) -> float:
        """Open and close a TCP connection.

        Returns:
            Seconds until the connection was accepted.

        Raises:
            MeasurementError: `tcp.connect`: SILENT, REFUSED, UNREACHABLE.
        """


class Resolver(Protocol):
    """Asks one resolver: the operator's, or another one that is independent of it."""

    async def resolve(self, name: str, *, deadline: float, ipv6: bool = False) -> DnsCheck:
        """Ask for the IPv4 (or IPv6) addresses of a name.

        A timeout or refusal is an outcome, not an error.

        Raises:
            MeasurementError: `dns.query`: NOT_CONFIGURED, MISSING_PRIVILEGE.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a page leads to; `host` None: to no place that a browser finds in the world."""

    url: str
    host: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePart:
    """Something that a page is made of, or names, and whether it works without it."""

    place: Place
    kind: PartKind
    needed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookie:
    """What a page gives its visitor to show again (RFC 6265); `value` None: it takes it back."""

    domain: str
    name: str
    value: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRead:
    """A page that was fetched and read: how it ended, and what it says. Its content is not kept.

    `onward` is where it sends its visitor at once, None: it does not. `words` are those by which
    `unfit` was told.
    """

    check: HttpCheck
    onward: Place | None
    unfit: Unfit
    words: str
    parts: tuple[PagePart, ...]
    cookies: tuple[Cookie, ...]


class HttpGetter(Protocol):
    """Fetches a page from where we stand, or from elsewhere."""

    async def get(self, url: str, *, address: str | None, deadline: float) -> HttpCheck:
        """Fetch `url` from `address` (already resolved), following no redirect.

        `address` None leaves it to whoever fetches for us to resolve the name.
        A server that is down or broken is an outcome, not an error.

        Raises:
            MeasurementError: `http.get`: NOT_CONFIGURED (no usable URL), DEPENDENCY (whoever
                should fetch it for us does not answer).
        """

    async def read(
        self, url: str, cookies: str, *, address: str | None, deadline: float
    ) -> PageRead:
        """Fetch `url` as `get` does and as a browser asks, and read what came.

        `cookies` are shown as they stand (RFC 6265, section 4.2.1), unless empty.

        Raises:
            MeasurementError: as `get`.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """A vantage outside of the operator's network; `name` says which, for sources.

    `resolver` and `http` None: there is none of the kind.
    """

    name: str
    resolver: Resolver | None
    http: HttpGetter | None


class DhcpAsker(Protocol):
    """Asks the operator's DHCP server whether it has an address for a subscriber; takes none."""

    async def ask(self, *, deadline: float) -> DhcpServer:
        """Ask for an address in the subscribers' subnet, as a relay would.

        A server that is silent, refuses or has nothing to offer is an outcome, not an error.

        Raises:
            MeasurementError: `dhcp.discover`: MISSING_PRIVILEGE, NOT_CONFIGURED, UNSUPPORTED (the
                server does not heed the subnet that we name), OUT_OF_TIME.
        """


class FieldPort(Protocol):
    """The laptop's own interface at the customer's: what is seen there, and where it is plugged.

    Nothing is taken of what is offered: no lease; a session is closed as soon as it is open. What
    is asked for twice is asked once.
    """

    @property
    def interface(self) -> str:
        """The system's name of the interface."""

    @property
    def plugged_into(self) -> PluggedInto:
        """Where its cable or radio ends."""

    async def see(self, fact: type[Seen], *, deadline: float) -> Seen:
        """Look for one of the facts of `domain.field_facts`.

        Args:
            fact: its type.
            deadline: absolute, monotonic seconds.

        Returns:
            What was seen; that nobody answers is an outcome, not an error.

        Raises:
            MeasurementError: `field.look`: MISSING_PRIVILEGE (raw frames are not allowed here;
                `next_step` is the command that allows it), NOT_CONFIGURED (no such interface),
                UNREACHABLE (it is down), UNSUPPORTED (not on this system), OUT_OF_TIME,
                DEVICE_ERROR; of a session also `credential.resolve`.
        """

    async def own_way(self, address: str | None, *, deadline: float) -> None:
        """See that what our process sends to an address leaves by this interface.

        Raises:
            MeasurementError: `field.look`: NOT_CONFIGURED (it leaves by another one, which
                `next_step` names; or the interface has no address), UNSUPPORTED, OUT_OF_TIME.
        """


class Recorder(Protocol):
    """Keeps the trace and the raw answers of a run; redaction happens here, at record time.

    It also knows what waited for what. Each task has *seen* the exchanges whose answers it had
    to have before it went on: `begin` notes them, `end` adds its own. A child task inherits what
    its parent has seen; `scope` brings back what the children saw. All methods are called from
    tasks of the run's event loop, never from a thread.

    A deliberate wait is an exchange too: `begin(WAIT, "clock", "sample interval")` and
    `end(exchange, round_trips=0)`, with `WAIT` from `cpe_diag.domain.trace`.
    """

    def begin(
        self, operation: str, target: str, label: str, *, after: frozenset[int] | None = None
    ) -> int:
        """Note that a question goes out now; gives the id of its exchange.

        A task that asks on behalf of others (one worker for one connection) passes `after`: the
        union of what the askers had seen when they asked; each asker then calls `join` with the
        id. Without it, what the current task has seen counts.
        """

    def end(self, exchange: int, *, round_trips: int = 1, failure: str | None = None) -> None:
        """Note that its answer is there, or that it failed."""

    def raw(self, exchange: int, *, device: str, question: str, text: str) -> None:
        """Keep what a device said; what is not on the allow-list of its driver is left out."""

    def seen(self) -> frozenset[int]:
        """Give the exchanges whose answers the current task has seen, without their causes."""

    def join(self, exchanges: Iterable[int]) -> None:
        """Note that the current task has now seen these answers too."""

    def scope(self) -> AbstractContextManager[None]:
        """On leaving, the current task has seen what all tasks begun inside have seen.

        Put it around a TaskGroup after which the same task asks something more.
        """

    def trace(self, *, start_s: float) -> tuple[Exchange, ...]:
        """Give all exchanges, in the order in which they began.

        Args:
            start_s: what the times are counted from, in seconds of `Clock.monotonic`.
        """

    def raw_answers(self) -> tuple[RawAnswer, ...]:
        """Give what devices said, in the order in which it came."""


class CredentialSource(Protocol):
    """Resolves references such as `env:NAME` or `file:PATH#KEY`."""

    def resolve(self, reference: str) -> Secret:
        """Give the secret.

        Raises:
            MeasurementError: `credential.resolve`: NOT_CONFIGURED, naming the reference.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """What was found out about a node (an index, a driver's id), and when (UTC)."""

    index: str
    at: datetime


class HostKeyPins(Protocol):
    """Keeps which SSH host key each router has shown; addresses carry `:port` where it is not 22.

    Every method is atomic towards other processes, and may be called from any thread.
    """

    def pinned(self, address: str) -> PinnedKey | None:
        """Give the pinned key, or None where there was no contact yet.

        Raises:
            StoreError: the pins cannot be read; without them nobody is logged in to.
        """

    def pin_first(self, address: str, key: str, *, at: datetime, because: str) -> PinnedKey:
        """Pin a key where none is pinned yet.

        Returns:
            What is pinned now: where another process was first, its key.

        Raises:
            StoreError: it cannot be written.
        """

    def expect_new_key(
        self, address: str, *, reason: str, until: datetime, at: datetime
    ) -> ExpectedKey:
        """Say that our own change gives a router a new key: it is accepted once, until then.

        For whoever resets a router or installs firmware; to be called before that is done.

        Args:
            address: of the router, as `RouterControl.router` says it.
            reason: which change, for example `router.factory_reset, action 4f1c`.
            until: no later than this a new key is accepted.
            at: now.

        Raises:
            StoreError: it cannot be written; then do not begin what would change the key.
        """

    def expected(self, address: str, *, at: datetime) -> ExpectedKey | None:
        """Say whether a new key is expected now.

        Raises:
            StoreError: the pins cannot be read.
        """

    def take_expected(
        self, address: str, key: str, *, at: datetime, replaced: str | None
    ) -> PinnedKey | None:
        """Pin the new key that was expected, and expect none any more.

        Args:
            address: of the router.
            key: that it has shown, over a connection that it let us log in on.
            at: now.
            replaced: the key that it had until now, None where nobody knows.

        Returns:
            The pin, or None where none is expected (any more).

        Raises:
            StoreError: it cannot be written.
        """


class PortMemory(Protocol):
    """Remembers beyond a run where ports were found, so that nodes are not searched again.

    What is remembered may be out of date: whoever uses it checks it. It holds no secret.
    """

    def recall(self, node: str, column: Oid, wanted: str) -> Remembered | None:
        """Give where `wanted` was found below `column`, or None where nobody remembers."""

    def keep(self, node: str, column: Oid, wanted: str, index: str, at: datetime) -> None:
        """Remember it; a memory that cannot be written forgets, and says nothing."""


class Inventory(Protocol):
    """The operator's list of subscribers and access nodes."""

    def subscriber(self, subscriber_id: str) -> Subscriber:
        """Find one subscriber.

        Raises:
            InventoryError: it is not there, or the inventory cannot be read.
            DefinitionError: its row or entry is wrong.
        """

    def ports_of_node(self, node_id: str) -> tuple[NodePort, ...]:
        """Give the ports of a node that the inventory knows; empty where it cannot tell.

        Raises:
            InventoryError: the inventory cannot be read.
        """

    def with_phone(self, digits: str) -> tuple[str, ...]:
        """Give the ids of subscribers who may have a number; empty where it holds no numbers.

        Args:
            digits: as `domain.phone.phone_digits` gives them.

        Raises:
            InventoryError: the inventory cannot be read.
            DefinitionError: a file of it is wrong.
        """

    def at_postal_address(self, asked: AddressAsked, most: int) -> tuple[str, ...]:
        """Give the ids of who may live at an address; empty where the inventory holds none.

        Args:
            asked: as `domain.postal_address.address_asked` gives it.
            most: how many are given at most, the best first (`addresses_found`).

        Raises:
            InventoryError: the inventory cannot be read.
            DefinitionError: a file of it is wrong.
        """

    def postal_address(self, subscriber_id: str) -> str | None:
        """Give where a subscriber lives, in one line; None where the inventory does not say.

        Raises:
            InventoryError: the inventory cannot be read.
            DefinitionError: a file of it is wrong.
        """

    def node(self, node_id: str) -> AccessNode:
        """Find one access node.

        Raises:
            InventoryError: it is not there, or the inventory cannot be read.
            DefinitionError: its row or entry is wrong.
        """

    def nodes(self) -> tuple[AccessNode, ...]:
        """Give all access nodes, in the order of the inventory; empty where it cannot list them.

        Raises:
            InventoryError: the inventory cannot be read.
            DefinitionError: a row or entry is wrong.
        """


class SeenDeliveries(Protocol):
    """What ticket desks have delivered, so that nothing is taken twice by a replay."""

    def sighted(
        self, desk: str, delivery: str, digest: str, *, now: datetime, until: datetime
    ) -> Sighting:
        """Say whether a delivery was seen before, and remember it, in one atomic step.

        Args:
            desk: whose delivery it is; desks know nothing of each other.
            delivery: the id that the sender gave it.
            digest: of its body.
            now: what was to be remembered until before this is forgotten.
            until: how long this one is to be remembered.

        Returns:
            OTHER where the digest was seen under another id; else SAME where the digest or the
            id was seen; else NEW.

        Raises:
            StoreError: it cannot be read or written; nothing was remembered.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """The doors of one run on one subscriber, opened lazily by their adapters.

    `modem` opens the agent of the subscriber's cable modem at an address; the same address gives
    the same reader. `elsewhere` None: the configuration names no vantage outside; `dhcp` None: it
    names no DHCP server; `field` None: we are not on site. `http_small` asks servers to send small
    packets only.
    """

    clock: Clock
    snmp: SnmpReader
    modem: Callable[[str], SnmpReader]
    router: RouterView
    prober: Prober
    resolver: Resolver
    http: HttpGetter
    http_small: HttpGetter
    recorder: Recorder
    elsewhere: Elsewhere | None = None
    dhcp: DhcpAsker | None = None
    field: FieldPort | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RouterDoors:
    """The doors of one change of a router."""

    clock: Clock
    control: RouterControl
    journal: ActionJournal
    copies: KeptCopies
    courier: PasswordCourier
    consent: ConsentDesk
    guide: PersonGuide


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlDoors:
    """The doors of one change: to look, to change, and to note what is about to be done."""

    clock: Clock
    snmp: SnmpReader
    control: PortControl
    shell: NodeShell
    journal: ActionJournal
