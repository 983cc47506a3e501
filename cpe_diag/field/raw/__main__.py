"""Takes orders line by line, does each in a thread of its own, and answers line by line."""

from __future__ import annotations

import errno
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import TYPE_CHECKING, Final

from cpe_diag.field.raw.order import OrderError, read
from cpe_diag.field.raw.wire import FloodedError

if TYPE_CHECKING:
    from collections.abc import Callable

AT_ONCE: Final = 8
LONGEST_LINE: Final = 4096
FAILURES: Final = {
    errno.EPERM: "missing_privilege",
    errno.EACCES: "missing_privilege",
    errno.ENODEV: "not_configured",
    errno.ENETDOWN: "unreachable",
}
"""What each error of the system is in the vocabulary of `domain.failures`."""


def main() -> None:
    """Serve until standard input ends."""
    lock = Lock()

    def answer(document: dict[str, object]) -> None:
        with lock:
            sys.stdout.write(json.dumps(document) + "\n")
            sys.stdout.flush()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        while line := sys.stdin.readline(LONGEST_LINE):
            pool.submit(_serve, line, answer)


def _serve(line: str, answer: Callable[[dict[str, object]], None]) -> None:
    from cpe_diag.field.raw.locked import RouterIsHereError
    from cpe_diag.field.raw.tests import ForeignSourceError, described, done, hold_own
    from cpe_diag.report.codec import encode

    try:
        order = read(line)
    except OrderError as error:
        words = f"the order was refused: {error}"
        answer({"number": error.number, "failure": "not_configured", "words": words})
        return
    try:
        hold_own(order)
        if order.dry:
            answer({"number": order.number, **described(order)})
            return
        answer({"number": order.number, "fact": encode(done(order))})
    except OSError as error:
        kind = FAILURES.get(error.errno or 0, "device_error")
        words = error.strerror or str(error)
        answer({"number": order.number, "failure": kind, "words": words})
    except FloodedError as error:
        answer({"number": order.number, "failure": "incomplete", "words": str(error)})
    except ForeignSourceError as error:
        answer({"number": order.number, "failure": "not_configured", "words": str(error)})
    except RouterIsHereError:
        words = "the router itself is on this wire: its MAC was not used"
        answer({"number": order.number, "failure": "not_applicable", "words": words})
    except ModuleNotFoundError as error:
        words = f"{error.name} is not installed: pip install 'cpe-diag[field]'"
        answer({"number": order.number, "failure": "unsupported", "words": words})
    except Exception as error:  # noqa: BLE001 - the one loop here; whoever ordered must not wait
        answer({"number": order.number, "failure": "bug", "words": type(error).__name__})


if __name__ == "__main__":
    main()
