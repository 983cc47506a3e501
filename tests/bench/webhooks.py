"""How long a desk waits for the answer to its webhook: `make bench-webhooks`.

The real service and a bare Starlette route, each a process of its own, are asked in turn, so that
a busy machine is busy for both. Each delivery is a ticket of its own on a connection of its own.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cpe_diag.testing.postgres_server import postgres_server, why_no_postgres

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from starlette.requests import Request
    from starlette.responses import Response

GOAL_MS: Final = 200.0
DELIVERIES: Final = 200
AT_ONCE: Final = 8
SECRET: Final = "bench-hook"

FILES: Final = {
    "inventory.yaml": """\
nodes:
  an-1: {address: 127.9.1.1, version: "2c", credential: "env:BENCH_SNMP"}
subscribers:
  - {id: sub-1, node: an-1, port: "1", technology: ethernet}
""",
    "rules.yaml": """\
zone: Europe/Berlin
rules:
  - rule: down
    when: {text: ["down"]}
    playbook: no_internet
""",
    "config.yaml": """\
inventory: {kind: file, path: inventory.yaml}
store: {url: "env:BENCH_STORE", audit_key: "env:BENCH_AUDIT_KEY"}
tickets:
  rules: rules.yaml
  desks:
    main:
      kind: zammad
      check: {hmac: "env:BENCH_HMAC"}
      fields: {subscriber: ticket.customer_number}
""",
}


def bare() -> None:
    """Serve one route that takes a body, until somebody ends the process."""
    import socket  # noqa: PLC0415 - of this process only, as all below

    import uvicorn  # noqa: PLC0415
    from starlette.applications import Starlette  # noqa: PLC0415
    from starlette.responses import JSONResponse  # noqa: PLC0415
    from starlette.routing import Route  # noqa: PLC0415

    async def taken(request: Request) -> Response:
        return JSONResponse({"bytes": len(await request.body())}, 202)

    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(512)
    sys.stdout.write(f"http://127.0.0.1:{listener.getsockname()[1]}/ serves\n")
    sys.stdout.flush()
    app = Starlette(routes=[Route("/webhooks/main", taken, methods=["POST"])])
    settings = uvicorn.Config(app, log_config=None, access_log=False, server_header=False)
    uvicorn.Server(settings).run(sockets=[listener])


@contextmanager
def served(words: Sequence[str], folder: Path, environment: dict[str, str]) -> Iterator[int]:
    """Keep a server up, and give its port."""
    process = subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, *words],
        cwd=folder,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        first = process.stdout.readline() if process.stdout else ""
        found = re.search(r":(\d+)/ serves", first)
        if found is None:
            msg = f"a server did not start: {first!r}"
            raise RuntimeError(msg)
        yield int(found[1])
    finally:
        process.terminate()
        process.wait(30)


def delivered(port: int, number: int) -> float:
    """Deliver a ticket; gives the milliseconds until the whole answer was there."""
    ticket = {
        "id": number,
        "number": f"1{number:06}",
        "title": "The line is down",
        "customer_number": "sub-1",
        "updated_at": datetime.now(UTC).isoformat(),
    }
    body = json.dumps({"ticket": ticket, "article": {"body": "x" * 4_000}}).encode()
    digest = hmac.new(SECRET.encode(), body, hashlib.sha1).hexdigest()
    headers = {
        "Content-Type": "application/json",
        "X-Hub-Signature": f"sha1={digest}",
        "X-Zammad-Delivery": f"d-{number}",
    }
    began = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("POST", "/webhooks/main", body, headers)
        answer = connection.getresponse()
        answer.read()
    finally:
        connection.close()
    took_ms = (time.perf_counter() - began) * 1000
    if answer.status != http.client.ACCEPTED:
        msg = f"status {answer.status}"
        raise RuntimeError(msg)
    return took_ms


def told(name: str, ours: Sequence[float], bare_ms: Sequence[float]) -> str:
    """Say in a line how long it took, and how often as long as the bare route."""

    def at(values: Sequence[float], part: float) -> float:
        return sorted(values)[min(len(values) - 1, int(len(values) * part))]

    ratio = statistics.median(ours) / statistics.median(bare_ms)
    late = sum(one > GOAL_MS for one in ours)
    return (
        f"{name:24} median {statistics.median(ours):6.1f} ms, p95 {at(ours, 0.95):6.1f},"
        f" p99 {at(ours, 0.99):6.1f}; bare route {statistics.median(bare_ms):5.1f} ms, p95"
        f" {at(bare_ms, 0.95):5.1f}; {ratio:5.1f} times; over {GOAL_MS:.0f} ms: {late} of"
        f" {len(ours)}"
    )


def measured(name: str, store: str, out: Callable[[str], object]) -> None:
    """Measure with one store."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        for file, text in FILES.items():
            (folder / file).write_text(text, encoding="utf-8")
        environment = {
            "BENCH_STORE": store or f"sqlite:///{folder / 'case.db'}",
            "BENCH_AUDIT_KEY": "00" * 32,
            "BENCH_HMAC": SECRET,
            "BENCH_SNMP": "public",
        }
        words = [
            "-m",
            "cpe_diag",
            "--config",
            "config.yaml",
            "serve",
            "--no-worker",
            "--port",
            "0",
        ]
        numbers = count(1)
        with (
            served([*words, "--rate", "100000"], folder, environment) as ours,
            served([str(Path(__file__).resolve()), "--bare"], folder, environment) as other,
            ThreadPoolExecutor(AT_ONCE) as pool,
        ):
            for _ in range(10):
                delivered(ours, next(numbers))
                delivered(other, next(numbers))
            single = [(delivered(ours, next(numbers)), delivered(other, next(numbers)))
                      for _ in range(DELIVERIES)]  # fmt: skip
            out(told(f"{name}, one by one", *zip(*single, strict=True)))
            many: list[list[float]] = [[], []]
            for _ in range(DELIVERIES // AT_ONCE):
                for port, took in zip((ours, other), many, strict=True):
                    sent = [pool.submit(delivered, port, next(numbers)) for _ in range(AT_ONCE)]
                    took += [one.result() for one in sent]
            out(told(f"{name}, {AT_ONCE} at once", *many))


def main() -> None:
    """Measure with each kind of store that is there."""

    def out(line: str) -> None:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()

    out(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; goal {GOAL_MS:.0f} ms")
    measured("SQLite", "", out)
    if why_not := why_no_postgres():
        out(f"PostgreSQL: {why_not}")
        return
    with postgres_server() as server:
        measured("PostgreSQL", server.database(), out)


if __name__ == "__main__":
    if sys.argv[1:] == ["--bare"]:
        bare()
    else:
        main()
