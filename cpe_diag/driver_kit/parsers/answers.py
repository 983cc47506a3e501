"""Whether a command has answered at all, and wholly; what its exit status means."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.driver_kit.router import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.ports import CommandAnswer

# libubus.h, enum ubus_msg_status; ubus's cli.c ends with the negative status, so that a shell
# sees 256 - status (recordings bad1, ubus_iwinfo_info, uci_apply_rollback), and an object that is
# not there ends it with 4 itself (recording bad4).
UBUS_STATUS: Final[Mapping[int, tuple[FailureKind, str]]] = {
    4: (FailureKind.UNSUPPORTED, "there is no such ubus object"),
    254: (FailureKind.UNSUPPORTED, "ubus: invalid argument"),
    253: (FailureKind.UNSUPPORTED, "ubus: there is no such method"),
    252: (FailureKind.UNSUPPORTED, "ubus: not found"),
    251: (FailureKind.NOT_MEASURED, "ubus: no data"),
    250: (FailureKind.FORBIDDEN, "ubus: permission denied"),
    249: (FailureKind.DEVICE_ERROR, "ubus: the service did not answer in time"),
}
# POSIX 2.8.2: the shell found no such program, or may not run it.
NO_PROGRAM: Final = 127
NOT_EXECUTABLE: Final = 126
# timeout(1) and our own limit: the command did not end by itself.
TIMED_OUT: Final = 124

_END: Final = re.compile(r"(?:\A|\n)rc=(\d{1,3})\n\Z")


def json_object(answer: CommandAnswer) -> Mapping[str, object]:
    """Read the JSON object that a ubus call answers with.

    Args:
        answer: of `ubus call`.

    Returns:
        The object; of a repeated key the last one (recording wireless_status has one).

    Raises:
        UnreadableError: refused (by its exit status), cut, or no JSON object.
    """
    refuse_failed(answer)
    value = decoded(answer.output, answer.command.label)
    if not isinstance(value, dict):
        raise unparseable(answer.command.label, "expected a JSON object")
    return value


def decoded(text: str, label: str) -> object:
    """Decode JSON text.

    Raises:
        UnreadableError: INCOMPLETE where it ends too early, UNPARSEABLE where it is wrong.
    """
    try:
        value: object = json.loads(text)
    except json.JSONDecodeError as error:
        if error.pos >= len(text.rstrip()):
            raise incomplete(label) from error
        raise unparseable(label, f"no JSON at line {error.lineno}") from error
    except (ValueError, RecursionError) as error:
        raise unparseable(label, "JSON with endless numbers or nesting") from error
    return value


def refuse_failed(answer: CommandAnswer) -> None:
    """Raise where the exit status says that there is no answer.

    Raises:
        UnreadableError: by the table of ubus; WRONG_PLATFORM where there is no such program.
    """
    status, label = answer.exit_status, answer.command.label
    if status == 0:
        return
    if status in {NO_PROGRAM, NOT_EXECUTABLE}:
        program = label.split(maxsplit=1)[0]
        raise UnreadableError(
            FailureKind.WRONG_PLATFORM, f"there is no program {program!r} on this device"
        )
    if status == TIMED_OUT:
        detail = f"{label}: did not end within {answer.command.limit_s:g} s"
        raise UnreadableError(FailureKind.DEVICE_ERROR, detail)
    kind, words = UBUS_STATUS.get(
        status, (FailureKind.DEVICE_ERROR, f"ended with exit status {status}")
    )
    raise UnreadableError(kind, f"{label}: {words}")


def whole_text(answer: CommandAnswer) -> tuple[str, int]:
    """Take apart an answer that ends with `rc=N`, which proves that it is whole.

    Args:
        answer: of a command with `; echo rc=$?` at its end.

    Returns:
        The text before that line, and N.

    Raises:
        UnreadableError: the line is not there: INCOMPLETE; or the shell ended badly.
    """
    if answer.exit_status in {NO_PROGRAM, NOT_EXECUTABLE, TIMED_OUT}:
        refuse_failed(answer)
    match = _END.search(answer.output)
    if match is None:
        raise incomplete(answer.command.label)
    text = answer.output[: match.start()]
    return (f"{text}\n" if text else ""), int(match[1])


def incomplete(label: str) -> UnreadableError:
    """Make the error for an answer that was cut."""
    return UnreadableError(FailureKind.INCOMPLETE, f"{label}: the answer is cut")


def unparseable(label: str, detail: str) -> UnreadableError:
    """Make the error for an answer of another form than expected."""
    return UnreadableError(FailureKind.UNPARSEABLE, f"{label}: {detail}")
