"""The real HTTP interface for tests: uvicorn in a thread on a free port of loopback."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import uvicorn

from cpe_diag.domain.roles import Role
from cpe_diag.domain.run_journal import RunState
from cpe_diag.service.web.app import make_app
from cpe_diag.service.web.buckets import Rate
from cpe_diag.service.web.heads import HeadInTime
from cpe_diag.service.web.served import Served
from cpe_diag.store.bundle import bundle_files
from cpe_diag.store.run_rows import RunOutcome
from cpe_diag.testing.run_samples import sample_run
from cpe_diag.wiring.config import Config, read
from cpe_diag.wiring.desk import open_desk
from cpe_diag.wiring.incidents import note_incident
from cpe_diag.wiring.serving import served_by

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cpe_diag.domain.trace import RawAnswer
    from cpe_diag.domain.verdict import Verdict
    from cpe_diag.judge.question import CaseFile
    from cpe_diag.service.spans import Spans
    from cpe_diag.store.run_rows import RunRow

STARTS_IN_S: Final = 30.0
MANY: Final = Rate(per_s=10_000.0, burst=10_000.0)

INVENTORY: Final = """\
nodes:
  an-1: {address: 127.9.1.1, version: "2c", credential: "env:SNMP"}
subscribers:
  - {id: sub-1, node: an-1, port: "1", technology: ethernet}
  - {id: sub-2, node: an-1, port: "2", technology: ethernet}
"""

CONFIG: Final = """\
inventory: {kind: file, path: inventory.yaml}
staff: {me: anna, members: {anna: {role: senior}}}
store: {url: "env:HTTP_TEST_STORE", audit_key: "env:HTTP_TEST_AUDIT_KEY"}
tickets:
  rules: rules.yaml
  case_link: "https://diag.example.net/cases/{case}"
  desks:
    main:
      kind: zammad
      check: {hmac: "env:HTTP_TEST_HMAC"}
      fields: {subscriber: ticket.customer_number}
    other:
      kind: json
      check: {bearer: "env:HTTP_TEST_BEARER"}
      fields: {id: number, title: title, subscriber: subscriber}
"""

RULES: Final = """\
zone: Europe/Berlin
rules:
  - rule: telephone
    when: {text: ["fax"]}
    leave: people answer these
  - rule: down
    when: {text: ["internet", "down", "offline"]}
    playbook: no_internet
    priority: total_loss
    retry_offline: 2
"""

SECRETS: Final = {
    "HTTP_TEST_HMAC": "zammad-hook",
    "HTTP_TEST_BEARER": "json-hook",
    "HTTP_TEST_AUDIT_KEY": "00" * 32,
    "SNMP": "public",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401 - JSON
        """The body as data."""
        return json.loads(self.body)


@dataclass(slots=True, kw_only=True)
class HttpService:
    """A service that is up."""

    port: int
    served: Served
    config: Config
    server: uvicorn.Server
    tokens: dict[Role, str] = field(default_factory=dict)

    def token(self, role: Role) -> str:
        """Give a token of a role."""
        if role not in self.tokens:
            _, secret = self.served.tokens.add(
                f"test {role}", role, by="test", at=datetime.now(UTC), expires_at=None
            )
            self.tokens[role] = secret.reveal()
        return self.tokens[role]

    def ask(  # noqa: PLR0913 - the parts of a request
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        role: Role | None = Role.AUTOMATION,
        headers: Mapping[str, str] | None = None,
        raw: bytes | None = None,
        source: str = "127.0.0.1",
    ) -> Answered:
        """Ask from an address of loopback, with a token of a role; None: without any."""
        sent = dict(headers or {})
        if role is not None and "Authorization" not in sent:
            sent["Authorization"] = f"Bearer {self.token(role)}"
        content = raw
        if body is not None:
            content = json.dumps(body).encode()
        if content is not None:
            sent.setdefault("Content-Type", "application/json")
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=30, source_address=(source, 0)
        )
        try:
            connection.request(method, path, body=content, headers=sent)
            answer = connection.getresponse()
            return Answered(
                status=answer.status,
                headers={name.lower(): value for name, value in answer.getheaders()},
                body=answer.read(),
            )
        finally:
            connection.close()

    def first_run(self) -> RunRow:
        """Wait for the first run; a desk is answered before its run is ordered."""
        deadline = time.monotonic() + STARTS_IN_S
        while not (found := self.served.runs.runs()):
            assert time.monotonic() < deadline, "no run came"
            time.sleep(0.02)
        return found[-1]

    def run_ends(
        self,
        run_id: str,
        verdict: Verdict | None = None,
        raw: tuple[RawAnswer, ...] | None = None,
        seen: Callable[[CaseFile], CaseFile] = lambda case: case,
    ) -> RunRow:
        """Let a run end as the sample run did, or with another verdict, raw answers or facts."""
        at = datetime.now(UTC)
        row = self.served.runs.claim(run_id, worker="w", at=at, lease=timedelta(minutes=1))
        result = sample_run(verdict)
        who = replace(result.case.subscriber, id=row.subscriber or "")
        case = seen(replace(result.case, subscriber=who))
        result = replace(result, case=case)
        if raw is not None:
            result = replace(result, raw_answers=raw)
        note_incident(self.config, case, result.verdict, at, row.case_id)
        outcome = RunOutcome(
            state=RunState.FINISHED,
            destination=result.destination.value,
            words=result.verdict.title,
            domain=result.verdict.domain.value,
            cause=result.verdict.cause,
            confidence=result.verdict.confidence,
            files=bundle_files(result, 1.0),
        )
        return self.served.runs.end(run_id, row.attempt, outcome, at=at)


@contextmanager
def http_service(
    folder: Path,
    config: str = CONFIG,
    *,
    rate: Rate = MANY,
    keeps_up_every_s: float = 3600.0,
    spans: Spans | None = None,
) -> Iterator[HttpService]:
    """Keep a service up until the block is left; its secrets are in the environment.

    Args:
        folder: for its files.
        config: its configuration.
        rate: of one address.
        keeps_up_every_s: how often it looks for what has ended; usually only once.
        spans: where spans go.
    """
    folder.mkdir(exist_ok=True)
    (folder / "inventory.yaml").write_text(INVENTORY, encoding="utf-8")
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    path = folder / "config.yaml"
    path.write_text(config, encoding="utf-8")
    with service_of(path, rate=rate, keeps_up_every_s=keeps_up_every_s, spans=spans) as service:
        yield service


@contextmanager
def service_of(
    config: Path,
    *,
    rate: Rate = MANY,
    keeps_up_every_s: float = 0.2,
    spans: Spans | None = None,
    port: int = 0,
) -> Iterator[HttpService]:
    """Keep the service of a configuration file up until the block is left."""
    settings = read(config, str(config))
    open_desk(settings)
    served = served_by(settings, spans)
    served.tickets.counts()
    app = make_app(served, rate=rate, keeps_up_every_s=keeps_up_every_s, spans=spans)
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(128)
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            http=HeadInTime,
            log_config=None,
            access_log=False,
            server_header=False,
            ws="none",
            timeout_graceful_shutdown=2,
        )
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        port = listener.getsockname()[1]
        yield HttpService(port=port, served=served, config=settings, server=server)
    finally:
        server.should_exit = True
        thread.join(STARTS_IN_S)
        listener.close()
