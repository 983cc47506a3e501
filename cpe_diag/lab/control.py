"""The lab's control door: JSON lines on loopback, opened by a token in a private file."""

from __future__ import annotations

import asyncio
import hmac
import json
import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from cpe_diag.domain.failures import CpeDiagError
from cpe_diag.lab.fault_listing import fault_entries
from cpe_diag.lab.files import LAB_FILE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

REQUEST_LIMIT_S: Final = 5.0
"""How long a client may take for its line."""

CLIENT_LIMIT_S: Final = 10.0
"""How long a client waits for the lab's answer."""


class NoLabError(CpeDiagError):
    """No lab runs in this directory; the message says where was looked and what to do."""


class LabRefusedError(CpeDiagError):
    """The lab does not do this; `kind` is `unknown`, `unfit` or `bad`."""

    def __init__(self, kind: str, message: str) -> None:
        """Carry kind and words."""
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """What the door can be asked for."""

    status: Callable[[], dict[str, object]]
    set_fault: Callable[[str, str], None]
    clear_faults: Callable[[str | None], int]
    messages: Callable[[str], list[str]]
    stop: Callable[[], None]


class ControlDoor:
    """Serves one line per connection."""

    def __init__(self, orders: Orders, address: str) -> None:
        """Prepare; nothing listens before `start`."""
        self._orders = orders
        self._address = address
        self._server: asyncio.Server | None = None
        self.token = secrets.token_hex(24)

    async def start(self) -> int:
        """Listen, and give the port.

        Raises:
            OSError: the address cannot be bound.
        """
        self._server = await asyncio.start_server(self._meet, self._address, 0)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(REQUEST_LIMIT_S):
                line = await reader.readline()
            writer.write(json.dumps(self._answer(line)).encode() + b"\n")
            await writer.drain()
        except (OSError, TimeoutError, ValueError):
            return
        finally:
            writer.close()

    def _answer(self, line: bytes) -> dict[str, object]:
        try:
            request = json.loads(line)
        except ValueError:
            return _refusal("bad", "the control door expects one line of JSON")
        if not isinstance(request, dict) or not hmac.compare_digest(
            str(request.get("token", "")), self.token
        ):
            return _refusal("bad", "the token of the lab's control door is wrong")
        try:
            return {"ok": True, "result": self._do(request)}
        except LabRefusedError as refused:
            return _refusal(refused.kind, str(refused))

    def _do(self, request: Mapping[str, object]) -> object:
        subscriber, fault = request.get("subscriber"), request.get("fault")
        match request.get("order"):
            case "status":
                return self._orders.status()
            case "fault_list":
                return fault_entries()
            case "set_fault":
                self._orders.set_fault(str(subscriber), str(fault))
                return None
            case "clear_faults":
                return self._orders.clear_faults(None if subscriber is None else str(subscriber))
            case "messages":
                return self._orders.messages(str(subscriber))
            case "stop":
                self._orders.stop()
                return None
            case other:
                raise LabRefusedError("bad", f"the control door knows no order {other!r}")


def _refusal(kind: str, message: str) -> dict[str, object]:
    return {"ok": False, "kind": kind, "message": message}


class LabClient:
    """Talks to the lab that runs in a directory."""

    def __init__(self, directory: Path) -> None:
        """Look for the lab.

        Args:
            directory: the lab's run directory.

        Raises:
            NoLabError: no lab runs there.
        """
        self._directory = directory
        try:
            held = json.loads((directory / LAB_FILE).read_text(encoding="utf-8"))
            self._address = (str(held["control"]["address"]), int(held["control"]["port"]))
            self._token = str(held["token"])
            self.pid = int(held["pid"])
        except FileNotFoundError:
            raise NoLabError(_no_lab(directory)) from None
        except (OSError, ValueError, KeyError, TypeError) as unreadable:
            msg = f"{directory / LAB_FILE} cannot be read: {unreadable}"
            raise NoLabError(msg) from unreadable

    def status(self) -> dict[str, Any]:
        """Give addresses, credential references, subscribers and set faults.

        Raises:
            NoLabError: the lab does not answer.
        """
        status: dict[str, Any] = self._ask(order="status")
        return status

    def fault_list(self) -> list[dict[str, Any]]:
        """Give all faults with their labels.

        Raises:
            NoLabError: the lab does not answer.
        """
        faults: list[dict[str, Any]] = self._ask(order="fault_list")
        return faults

    def set_fault(self, subscriber: str, fault: str) -> None:
        """Set a fault; it is felt when this returns.

        Raises:
            LabRefusedError: unknown subscriber or fault, or a fault that does not fit.
            NoLabError: the lab does not answer.
        """
        self._ask(order="set_fault", subscriber=subscriber, fault=fault)

    def clear_faults(self, subscriber: str | None = None) -> int:
        """Clear the faults of one subscriber, or all, and count them.

        Raises:
            LabRefusedError: unknown subscriber.
            NoLabError: the lab does not answer.
        """
        return int(self._ask(order="clear_faults", subscriber=subscriber))

    def messages(self, subscriber: str) -> list[str]:
        """Give what came to a customer's phone, the oldest first.

        Raises:
            LabRefusedError: unknown subscriber.
            NoLabError: the lab does not answer.
        """
        messages: list[str] = self._ask(order="messages", subscriber=subscriber)
        return messages

    def stop(self) -> None:
        """Ask the lab to stop; it does so after this returns.

        Raises:
            NoLabError: the lab does not answer.
        """
        self._ask(order="stop")

    def _ask(self, **request: str | None) -> Any:  # noqa: ANN401 - decoded JSON of five forms
        line = json.dumps({"token": self._token, **request}).encode() + b"\n"
        try:
            with socket.create_connection(self._address, timeout=CLIENT_LIMIT_S) as connection:
                connection.sendall(line)
                with connection.makefile("rb") as answers:
                    answer = json.loads(answers.readline())
        except (OSError, ValueError) as silent:
            msg = f"the lab of {self._directory} does not answer ({silent}); is it still running?"
            raise NoLabError(msg) from silent
        if not answer["ok"]:
            raise LabRefusedError(str(answer["kind"]), str(answer["message"]))
        return answer["result"]


def _no_lab(directory: Path) -> str:
    return f"no lab is up in {directory}; start one with `cpe-diag lab up`"
