"""The RouterControl of routers whose exec channel tells no exit status of its own: RouterOS.

Each command is framed as a question is, so that its status is known, and that all of it was
heard. There is no standard input on such a platform: what a command needs stands in its text, and
what it would read is the value of its variable `upload`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cpe_diag.domain.failures import ChangeError, Failure, FailureKind
from cpe_diag.driver_kit.routeros_script import quote
from cpe_diag.driver_kit.shell_batch import new_marker, take_apart
from cpe_diag.ports import Command, ExecAnswer
from cpe_diag.transports.routeros_script import alone, ended, plain
from cpe_diag.transports.ssh_control import SshControl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cpe_diag.ports import RouterControl

EXEC = "ssh.exec"
LONGEST_UPLOAD = 8_192
"""In octets, each of which may become three; a request of SSH holds 32 KiB."""


class FramedControl:
    """Runs commands that change one RouterOS router, through another control."""

    def __init__(self, control: RouterControl) -> None:
        """Send through `control`."""
        self._control = control

    @property
    def router(self) -> str:
        """The router's address."""
        return self._control.router

    async def exec_once(
        self, text: str, *, label: str, stdin: bytes = b"", limit_s: float, deadline: float
    ) -> ExecAnswer:
        """Run one command, once; see `RouterControl.exec_once`. `stdin` is its `$upload`."""
        text = self._with_upload(text, stdin) if stdin else text
        marker = new_marker()
        script = alone(0, Command(text=text, label=label), marker)
        answer = await self._control.exec_once(
            script, label=label, limit_s=limit_s, deadline=deadline
        )
        said = plain((answer.stdout + answer.stderr).decode("utf-8", "replace"))
        frame = take_apart(said, marker).get(0) or ended(0, said, marker)
        if frame is None:
            failure = Failure(
                kind=FailureKind.INCOMPLETE, where=self.router, detail="it said nothing"
            )
            raise ChangeError(failure, EXEC, may_have_happened=True)
        return replace(
            answer, stdout=frame.output.encode(), stderr=b"", exit_status=int(frame.exit_status)
        )

    async def exec_stream(
        self,
        text: str,
        *,
        label: str,
        pieces: Iterable[bytes],
        limit_s: float,
        deadline: float,
    ) -> ExecAnswer:
        """Run one command, once, that reads something; see `RouterControl.exec_stream`."""
        return await self.exec_once(
            text, label=label, stdin=b"".join(pieces), limit_s=limit_s, deadline=deadline
        )

    def _with_upload(self, text: str, content: bytes) -> str:
        """Give a command with what it would read as the text of `$upload`.

        Raises:
            ChangeError: UNSUPPORTED where it is no text, or longer than a command can be.
        """
        try:
            upload = quote(content.decode())
        except ValueError as error:
            raise self._no_input() from error
        if len(content) > LONGEST_UPLOAD:
            raise self._no_input()
        return f":local upload {upload}; {text}"

    async def close(self) -> None:
        """End the connection, where the control that is sent through has one of its own."""
        if isinstance(self._control, SshControl):
            await self._control.close()

    async def fresh(self, *, deadline: float) -> float:
        """Close the connection and open a new one; see `RouterControl.fresh`."""
        return await self._control.fresh(deadline=deadline)

    def _no_input(self) -> ChangeError:
        failure = Failure(
            kind=FailureKind.UNSUPPORTED,
            where=self.router,
            detail="commands of this platform read no input but short text",
        )
        return ChangeError(failure, EXEC, may_have_happened=False)
