"""A small ticket desk that speaks Zammad's REST, counts notes, and can be told to misbehave."""

from __future__ import annotations

import json
import re
import threading
from collections import Counter, defaultdict
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TOKEN = "desk-token"
_TICKET = re.compile(r"/api/v1/tickets/(\w+)")
_ARTICLES = re.compile(r"/api/v1/ticket_articles/by_ticket/(\w+)")


class TicketDesk:
    """What the desk holds. `at` is called at `look`, `asked`, `noted` and `replied`.

    Of `answers` one is taken for each request that writes: a status, or 0 for no answer at all;
    `noted_anyway`: the note is there, whatever is answered; `forgets`: nothing is done.
    """

    def __init__(self) -> None:
        """Hold no ticket."""
        self.url = ""
        self.at: Callable[[str], None] = lambda _point: None
        self.answers: list[int] = []
        self.noted_anyway = False
        self.forgets = False
        self.notes: dict[str, list[str]] = defaultdict(list)
        self.groups: dict[str, str] = {}
        self.requests: Counter[str] = Counter()

    def count(self, reference: str) -> int:
        """Count the notes with a reference."""
        return sum(body.count(reference) for notes in self.notes.values() for body in notes)


@contextmanager
def ticket_desk() -> Iterator[TicketDesk]:  # noqa: C901 - the desk's few answers
    """Keep a desk running on loopback."""
    desk = TicketDesk()

    class Handler(BaseHTTPRequestHandler):
        """One request."""

        def log_message(self, *_words: object) -> None:
            """Print nothing."""

        def do_GET(self) -> None:
            """Give the articles of a ticket."""
            desk.requests["look"] += 1
            desk.at("look")
            found = _ARTICLES.fullmatch(self.path)
            notes = desk.notes[found[1]] if found else []
            self.reply(200, [{"body": f"<pre>{body}</pre>"} for body in notes])

        def do_PUT(self) -> None:
            """Take a note, and where the ticket goes."""
            desk.requests["write"] += 1
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            desk.at("asked")
            if desk.forgets:
                self.close_connection = True
                return
            found = _TICKET.fullmatch(self.path)
            if found is None or self.headers["Authorization"] != f"Token token={TOKEN}":
                self.reply(401, {})
                return
            status = desk.answers.pop(0) if desk.answers else 200
            if status == 200 or desk.noted_anyway:
                if "article" in body:
                    desk.notes[found[1]].append(body["article"]["body"])
                desk.groups[found[1]] = body.get("group", "")
            desk.at("noted")
            if status:
                self.reply(status, {})
                desk.at("replied")
            else:
                self.close_connection = True

        def reply(self, status: int, data: Any) -> None:  # noqa: ANN401 - JSON
            """Answer."""
            content = json.dumps(data).encode()
            try:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
            except OSError:
                self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    desk.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield desk
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
