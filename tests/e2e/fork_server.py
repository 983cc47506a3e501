"""Commands of ours, each in a process of its own that need not load Python and our modules first.

To load them takes a processor longer than most commands do. A server process loads them once; each
command is a fork of it: with its own arguments, environment, folder and standard streams, and it
ends as a process ends, by its exit status or by a signal. That a command starts from nothing is
claimed where it matters: `test_endings.py`, `test_bad_input.py`, `test_demo.py`.
"""

from __future__ import annotations

import atexit
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PROCESS: Final = Path(__file__).with_name("fork_server_process.py")
CHUNK: Final = 65_536
TYPED_AT_MOST: Final = 4_096
"""What a pipe takes at once wherever it is (POSIX, PIPE_BUF)."""


def run(
    words: Sequence[str],
    *,
    timeout: float,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    typed: str = "",
) -> subprocess.CompletedProcess[str]:
    """Run `python WORDS...`, as `subprocess.run` does with both outputs captured as text.

    Args:
        words: `-m`, a module and its arguments, or a script and its arguments.
        timeout: the longest that it may take, in seconds.
        env: its environment; None: ours.
        cwd: its folder; None: ours.
        typed: what it can read from its standard input, which then ends.

    Returns:
        How it ended, and what it said.

    Raises:
        subprocess.TimeoutExpired: it took longer, and was killed.
    """
    given = typed.encode()
    assert len(given) <= TYPED_AT_MOST
    wish = {
        "words": list(words),
        "env": dict(os.environ if env is None else env),
        "cwd": str(Path.cwd() if cwd is None else cwd),
    }
    (stdin, typing), (out, stdout), (err, stderr), (end, told) = (os.pipe() for _ in range(4))
    os.write(typing, given)
    os.close(typing)
    ours = (stdin, stdout, stderr, told)
    try:
        socket.send_fds(_server(), [json.dumps(wish).encode()], ours)
    finally:
        for one in ours:
            os.close(one)
    said = _read_whole((out, err, end), words, timeout)
    status = int(said[end].split()[1])
    return subprocess.CompletedProcess(list(words), status, said[out].decode(), said[err].decode())


def _read_whole(pipes: Sequence[int], words: Sequence[str], timeout: float) -> dict[int, bytes]:
    """Read pipes to their ends, and close them; the last one tells of the process."""
    said, until_s = dict.fromkeys(pipes, b""), time.monotonic() + timeout
    try:
        with selectors.DefaultSelector() as waiting:
            for pipe in pipes:
                waiting.register(pipe, selectors.EVENT_READ)
            while waiting.get_map():
                left_s = until_s - time.monotonic()
                if left_s <= 0:
                    os.kill(int(said[pipes[-1]].split()[0]), signal.SIGKILL)
                    raise subprocess.TimeoutExpired(list(words), timeout)
                for key, _ in waiting.select(left_s):
                    chunk = os.read(key.fd, CHUNK)
                    said[key.fd] += chunk
                    if not chunk:
                        waiting.unregister(key.fd)
    finally:
        for pipe in pipes:
            os.close(pipe)
    return said


@cache
def _server() -> socket.socket:
    """Start the server of this process; it ends when its socket is closed."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter
            [sys.executable, str(PROCESS), str(theirs.fileno())],
            stdin=subprocess.DEVNULL,
            pass_fds=(theirs.fileno(),),
        )

    def stop() -> None:
        ours.close()
        process.wait()

    atexit.register(stop)
    return ours
