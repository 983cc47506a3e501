"""Checks that hold the doors that change home routers to the semantics in `cpe_diag.ports`.

As in `cpe_diag.testing.conformance`, each raises AssertionError with what was expected.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cpe_diag.testing.conformance import PLENTY_S, hold

if TYPE_CHECKING:
    from datetime import datetime

    from cpe_diag.ports import Clock, ExecAnswer, HostKeyPins, RouterControl

EVERYTHING: Final = bytes(range(1, 256)) + b"\n\n '\"$HOME`id`\\ \xf0\x9f\x93\xb6 \n"
"""Each byte that standard input may hold, the quotes of every shell, and line ends at its end."""

STATUS: Final = 7
"""An exit status that no shell gives by itself."""

HOUR: Final = timedelta(hours=1)


async def check_router_control(
    control: RouterControl, clock: Clock, *, stdin: bytes = EVERYTHING
) -> None:
    """A command runs once, with its input exactly, and its outputs come back apart.

    Args:
        control: of a router with a POSIX shell that lets us in.
        clock: the same as its own.
        stdin: what a command is to read and give back.
    """

    async def told(text: str, given: bytes = b"") -> ExecAnswer:
        deadline = clock.monotonic() + PLENTY_S
        return await control.exec_once(
            text, label="check", stdin=given, limit_s=PLENTY_S, deadline=deadline
        )

    hold(bool(control.router), "the router's address")
    answer = await told(f"echo out; echo err >&2; exit {STATUS}")
    hold(answer.stdout == b"out\n", f"standard output alone, not {answer.stdout!r}")
    hold(answer.stderr == b"err\n", f"standard error alone, not {answer.stderr!r}")
    hold(answer.exit_status == STATUS, f"exit status {STATUS}, not {answer.exit_status}")
    hold("out" not in repr(answer), "outputs that do not show themselves")
    answer = await told(f"cat; exit {STATUS}", stdin)
    hold(answer.stdout == stdin, f"the input byte for byte, not {answer.stdout!r}")
    hold(answer.exit_status == STATUS, f"the command's own status, not {answer.exit_status}")
    answer = await told("cat; echo end")
    hold(answer.stdout == b"end\n", "no input where none is given")
    answer = await control.exec_stream(
        "cat",
        label="check",
        pieces=[stdin, stdin],
        limit_s=PLENTY_S,
        deadline=clock.monotonic() + PLENTY_S,
    )
    hold(answer.stdout == stdin * 2, "the pieces of a stream, in order")
    took_s = await control.fresh(deadline=clock.monotonic() + PLENTY_S)
    hold(took_s > 0, "the seconds that a new connection took")
    hold((await told("echo again")).stdout == b"again\n", "a command over the new connection")


def check_host_key_pins(pins: HostKeyPins, now: datetime) -> None:
    """A first pin stands; one new key is taken where it is expected, once and in time.

    Args:
        pins: without any of these addresses.
        now: aware.
    """
    place, first, second = "192.0.2.1:2222", "ssh-ed25519 AAAA", "ssh-ed25519 BBBB"
    hold(pins.pinned(place) is None, "no pin before the first contact")
    pin = pins.pin_first(place, first, at=now, because="first contact")
    hold((pin.address, pin.key, pin.since) == (place, first, now), f"the first key, not {pin}")
    hold(pins.pin_first(place, second, at=now, because="x") == pin, "the first pin stands")
    hold(pins.pinned(place) == pin, "the pin is kept")
    none = pins.take_expected(place, second, at=now, replaced=first)
    hold(none is None, "no other key where none is expected")
    pins.expect_new_key(place, reason="a reset", until=now + HOUR, at=now)
    hold(pins.expected(place, at=now + HOUR) is None, "none after its time")
    hold(
        pins.take_expected(place, second, at=now + HOUR, replaced=first) is None,
        "no key is taken after its time",
    )
    expected = pins.expected(place, at=now)
    hold(expected is not None and expected.reason == "a reset", "the reason in its time")
    taken = pins.take_expected(place, second, at=now, replaced=first)
    hold(taken is not None and taken.key == second, "the new key in its time")
    hold(
        taken is not None and taken.announced and taken.replaced == first,
        "what it replaced, and that it was announced",
    )
    hold(pins.pinned(place) == taken, "the new pin is kept")
    hold(pins.expected(place, at=now) is None, "one new key, not two")
    hold(pins.pinned("192.0.2.1") is None, "the same address with another port is another place")
