"""How a measurement can fail, who is to blame for it, and the one tree of errors.

The tree:

    CpeDiagError                     everything a command may show to a person
    +-- DefinitionError              a file of ours or the operator's is wrong: all faults at once
    +-- InventoryError               the subscriber is unknown, or the inventory cannot be read
    |   +-- UnknownSubscriberError   the inventory was read and has no such subscriber
    +-- MeasurementError             one question to one device got no usable answer
    |   +-- ChangeError              the same of a change, and whether it may have happened
    +-- ActionError                  a change cannot be planned, or may not be begun
    |   +-- HoldLostError            somebody else may change the device now: stop at once
    |   +-- WishError                nobody can do that: no such action there, or a wrong value
    |   +-- GuardError               the guard refuses it; carries the plan with the findings
    +-- ConsentError                 the customer has not consented to exactly this
    +-- RightsError                  whoever wants it may not do it, or not alone
    +-- SignInError                  a provider has not proven who somebody is
    |   +-- ProviderAwayError        it cannot be asked, or its documents are wrong
    +-- StoreError                   the case store cannot be used
    |   +-- StoreAwayError           not just now: waiting may mend it
    +-- RunError                     there is no such run, it has ended, or it is another's now
    |   +-- NoSuchRunError           the case store has none of this name
    +-- BundleError                  a bundle cannot be written or read
    +-- PackError                    a laptop's pack cannot be made, or may not be used
    +-- LabError, NoLabError         the simulated network cannot run, or is not up (cpe_diag.lab)
    +-- LabRefusedError              the simulated network knows no such subscriber or fault
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_diag.domain.action import ActionPlan
    from cpe_diag.domain.router_plan import RouterPlan


class Blame(StrEnum):
    """On whose side a failure to measure lies."""

    AGENT = "agent"
    """Our own process, configuration or privilege: never evidence about the subscriber."""
    PATH = "path"
    """Somewhere between us and the device: it stayed silent or could not be reached."""
    DEVICE = "device"
    """The device answered, but not usefully."""
    ACCESS = "access"
    """The device answered and refused us: wrong credentials, or a changed host key."""


class FailureKind(StrEnum):
    """The closed vocabulary of ways in which a question can stay unanswered."""

    REFUSED = "refused"
    """The other side refused the connection (TCP reset, ICMP unreachable)."""
    SILENT = "silent"
    """No answer before the deadline."""
    UNREACHABLE = "unreachable"
    """The network said that there is no way (no route, host unreachable)."""
    HUNG = "hung"
    """It accepted the connection and then said nothing more."""
    CLOSED = "closed"
    """The connection ended in the middle of the answer."""
    AUTH_REFUSED = "auth_refused"
    """User, password, key, community or SNMPv3 user was not accepted."""
    HOST_KEY_CHANGED = "host_key_changed"
    """The SSH host key is not the one that is pinned."""
    HOST_KEY_UNKNOWN = "host_key_unknown"
    """Nobody has said which SSH host key this device has, so it was not logged in to."""
    ALGORITHM_MISMATCH = "algorithm_mismatch"
    """No SSH algorithm in common; older equipment may need legacy ones switched on."""
    FORBIDDEN = "forbidden"
    """Logged in, but this one question may not be asked (ubus permission denied, noAccess)."""
    UNSUPPORTED = "unsupported"
    """The device does not know this object, command or table."""
    NOT_MEASURED = "not_measured"
    """The device knows the object and says itself that it has no value (a MIB sentinel)."""
    UNPARSEABLE = "unparseable"
    """It answered with something that is not what its driver describes."""
    INCOMPLETE = "incomplete"
    """The answer was cut, or a bounded read ended before the whole was seen."""
    DEVICE_ERROR = "device_error"
    """The device reported an error of its own (genErr, a crashing command)."""
    MISSING_PRIVILEGE = "missing_privilege"
    """Our process may not do this, for example open a raw socket."""
    NOT_CONFIGURED = "not_configured"
    """The inventory or configuration does not say what is needed to ask."""
    DEPENDENCY = "dependency"
    """Another fact that this question needs could not be observed."""
    OUT_OF_TIME = "out_of_time"
    """The run's own budget ended before the question was asked or answered."""
    NOT_APPLICABLE = "not_applicable"
    """The question does not arise: a subscriber on Ethernet has no DSL line."""
    WRONG_PLATFORM = "wrong_platform"
    """The device is not of the platform that the inventory names."""
    NOT_ASKED = "not_asked"
    """The driver does not ask for it, or did not yet when this was saved."""
    NOT_AWAITED = "not_awaited"
    """The verdict stood, no answer could have changed it, so that nobody waited for this one."""


BLAME_OF: dict[FailureKind, Blame] = {
    FailureKind.REFUSED: Blame.DEVICE,
    FailureKind.SILENT: Blame.PATH,
    FailureKind.UNREACHABLE: Blame.PATH,
    FailureKind.HUNG: Blame.DEVICE,
    FailureKind.CLOSED: Blame.DEVICE,
    FailureKind.AUTH_REFUSED: Blame.ACCESS,
    FailureKind.HOST_KEY_CHANGED: Blame.ACCESS,
    FailureKind.HOST_KEY_UNKNOWN: Blame.ACCESS,
    FailureKind.ALGORITHM_MISMATCH: Blame.ACCESS,
    FailureKind.FORBIDDEN: Blame.ACCESS,
    FailureKind.UNSUPPORTED: Blame.DEVICE,
    FailureKind.NOT_MEASURED: Blame.DEVICE,
    FailureKind.UNPARSEABLE: Blame.DEVICE,
    FailureKind.INCOMPLETE: Blame.DEVICE,
    FailureKind.DEVICE_ERROR: Blame.DEVICE,
    FailureKind.MISSING_PRIVILEGE: Blame.AGENT,
    FailureKind.NOT_CONFIGURED: Blame.AGENT,
    FailureKind.DEPENDENCY: Blame.AGENT,
    FailureKind.OUT_OF_TIME: Blame.AGENT,
    FailureKind.NOT_APPLICABLE: Blame.AGENT,
    FailureKind.WRONG_PLATFORM: Blame.AGENT,
    FailureKind.NOT_ASKED: Blame.AGENT,
    FailureKind.NOT_AWAITED: Blame.AGENT,
}
"""Whom each kind of failure speaks about; total over FailureKind (a test holds it to that)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why one question has no answer, in words that a person can act on.

    `where` is the device or address asked, `detail` what was seen and what was expected, and
    `next_step` what to do about it. None of them ever holds a secret.
    """

    kind: FailureKind
    where: str
    detail: str
    next_step: str | None = None

    @property
    def blame(self) -> Blame:
        """On whose side this failure lies."""
        return BLAME_OF[self.kind]

    def __str__(self) -> str:
        """One line: where, what, and the next step where there is one."""
        line = f"{self.where}: {self.detail}"
        return f"{line} ({self.next_step})" if self.next_step else line


class CpeDiagError(Exception):
    """The root of all errors that a command shows to a person without a traceback."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing wrong in a file: where exactly, and what was expected there.

    Line and column count from 1; None means that the fault is about the file as a whole.
    """

    file: str
    line: int | None
    column: int | None
    message: str

    def __str__(self) -> str:
        """Format as `file:line:column: message`, as editors and compilers do."""
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        return f"{place}: {self.message}"


class DefinitionError(CpeDiagError):
    """A playbook, driver, configuration or inventory file is wrong; carries every fault."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        """Carry `faults`, at least one, in the order of the file."""
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


class InventoryError(CpeDiagError):
    """The subscriber is not in the inventory, or the inventory cannot be asked."""


class UnknownSubscriberError(InventoryError):
    """The inventory was read, and has no subscriber of this id.

    What is near is looked for once the words are read: among 100,000 ids that takes longer than
    the rest of a search, which only asks whether there is one.
    """

    def __init__(self, message: str, near: Callable[[], str] = str) -> None:
        """Carry words, and what gives the words after them."""
        super().__init__(message)
        self._near = near

    def __str__(self) -> str:
        """Give the words, with the ids that are near."""
        return f"{super().__str__()}{self._near()}"


class MeasurementError(CpeDiagError):
    """A door's way to say that one question got no usable answer; probes turn it into Unobserved.

    `operation` is the phase in the words of the transport: `snmp.get`, `snmp.getbulk`,
    `ssh.connect`, `ssh.handshake`, `ssh.authenticate`, `ssh.exec`, `dns.query`, `http.get`,
    `icmp.echo`, `tcp.connect`, `credential.resolve`; those of changes stand at ChangeError.
    """

    def __init__(self, failure: Failure, operation: str) -> None:
        """Carry the failure and the operation during which it happened."""
        super().__init__(f"{operation}: {failure}")
        self.failure = failure
        self.operation = operation


class ChangeError(MeasurementError):
    """A control door's way to say that a change was not confirmed.

    `may_have_happened` False: the node said no, or nothing was sent; nothing was changed. True:
    it was sent, and nothing tells whether it was done; look before you send it again. The
    operations are `snmp.set`, `shell.enter`, those of `ssh`, `gateway.post` (a message to the
    customer), and `credential.resolve`.
    """

    def __init__(self, failure: Failure, operation: str, *, may_have_happened: bool) -> None:
        """Carry the failure, the operation and whether the change may have happened."""
        super().__init__(failure, operation)
        self.may_have_happened = may_have_happened


class ActionError(CpeDiagError):
    """A change cannot be planned (no such action, a wrong value), or may not be begun.

    Nothing was changed.
    """


class HeldElsewhereError(ActionError):
    """Another process is changing the device just now; it may soon have ended."""


class HoldLostError(ActionError):
    """Our hold on a device has ended, or our run is another worker's: nothing more may be sent.

    Of all ActionErrors this one alone may come after something was changed: whoever holds the
    device now finds the change in the journal.
    """


class WishError(ActionError):
    """What was wished cannot be done there: the driver has no such action, or a value is wrong."""


class GuardError(ActionError):
    """The guard refuses a change; `plan` holds its findings, with those that refuse."""

    def __init__(self, plan: ActionPlan | RouterPlan) -> None:
        """Carry the plan."""
        reasons = "; ".join(f"{one.id}: {one.because}" for one in plan.objections)
        super().__init__(f"refused: {reasons}")
        self.plan = plan


class ConsentRefusal(StrEnum):
    """Why no consent covers a plan."""

    NONE = "none"
    """Nobody has consented."""
    OTHER_DIGEST = "other_digest"
    """The customer has consented to another plan of this action."""
    OTHER_SUBSCRIBER = "other_subscriber"
    """Somebody else has consented to this plan."""
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    USED = "used"
    """It was used for a change already."""


class ConsentError(CpeDiagError):
    """No consent covers what was to be done; nothing was changed."""

    def __init__(self, reason: ConsentRefusal, words: str) -> None:
        """Carry the reason; `words` say whose consent to what is missing."""
        super().__init__(f"refused: {words}")
        self.reason = reason


class RightsError(CpeDiagError):
    """Whoever wants it may not do it, or only after a second person has approved it."""


class SignInError(CpeDiagError):
    """A provider of OpenID Connect has not proven who somebody is; holds no token and no code."""


class ProviderAwayError(SignInError):
    """The provider cannot be asked, or its documents are wrong; nobody is refused by it."""


class StoreError(CpeDiagError):
    """The case store cannot be used: locked, no room, no right, made by a newer version.

    Nothing was written by the call that raised it.
    """


class StoreAwayError(StoreError):
    """It cannot be used just now: another process has it, its server is away, its disk is full."""


class RunError(CpeDiagError):
    """There is no such run, it has ended, or another worker has it."""


class NoSuchRunError(RunError):
    """The case store has no run, case or repair of this name."""


class PackError(CpeDiagError):
    """A laptop's pack for visits cannot be made, or may not be used; says why, and what to do."""


class BundleError(CpeDiagError):
    """A bundle cannot be written (full disk, no right) or read (cut, changed, of another kind)."""
