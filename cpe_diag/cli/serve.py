"""`cpe-diag serve`: tickets in, results out, over HTTP; and the pages for people."""

from __future__ import annotations

import logging
import socket
from pathlib import Path
from typing import Final

import click

from cpe_diag.cli.context import config_of
from cpe_diag.cli.errors import BadInputError, CouldNotRunError, told_clearly

WAITING: Final = 512
"""Connections that may wait to be taken."""

AT_ONCE: Final = 1000
"""Connections at the same time, those of live pages among them; more are told to come back (503).
What they ask is done by a few threads."""

LEAVES_IN_S: Final = 10
"""How long requests have that are being answered when it ends; live pages never end alone."""


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0: any free."
)
@click.option(
    "--tls-cert", type=click.Path(dir_okay=False, path_type=Path), help="Certificate chain (PEM)."
)
@click.option("--tls-key", type=click.Path(dir_okay=False, path_type=Path), help="Its key (PEM).")
@click.option(
    "--rate",
    type=click.FloatRange(min=0.1),
    default=50.0,
    show_default=True,
    help="Requests a second of one address.",
)
@click.option(
    "--connections",
    type=click.IntRange(min=1),
    default=250,
    show_default=True,
    help="Connections at the same time of one address other than this machine's.",
)
@click.option("--verbose", "-v", is_flag=True, help="A log line for each request.")
@click.option(
    "--log-format",
    type=click.Choice(("text", "json")),
    default="text",
    show_default=True,
    help="How log lines on standard error look; json: one document a line.",
)
@click.pass_context
def serve(  # noqa: PLR0913 - each is an option
    context: click.Context,
    *,
    host: str,
    port: int,
    tls_cert: Path | None,
    tls_key: Path | None,
    rate: float,
    connections: int,
    verbose: bool,
    log_format: str,
) -> None:
    """Serve the HTTP interface (TM Forum, webhooks of ticket desks, runs, cases) and the pages.

    Its description is at /openapi.json; tokens are made with `cpe-diag token add`. People open the
    address in a browser; their passwords are set with `cpe-diag staff password`.
    """
    if (tls_cert is None) != (tls_key is None):
        raise BadInputError("--tls-cert and --tls-key go together")
    config = config_of(context)
    import uvicorn

    from cpe_diag.service.spans import spans_from
    from cpe_diag.service.web.app import make_app
    from cpe_diag.service.web.buckets import Rate
    from cpe_diag.service.web.heads import HeadInTime
    from cpe_diag.wiring.logs import LogFormat, log_as
    from cpe_diag.wiring.serving import served_by

    with told_clearly():
        spans = spans_from()
        served = served_by(config, spans)
        served.tickets.counts()  # the store is made, or cannot be used, before anybody asks
    app = make_app(served, rate=Rate(per_s=rate, burst=4 * rate), spans=spans)

    class Bounded(HeadInTime):
        of_one = connections

    listener = _listener(host, port)
    log_as(LogFormat(log_format), level=logging.INFO if verbose else logging.WARNING)
    settings = uvicorn.Config(
        app,
        http=Bounded,
        log_config=None,
        access_log=False,
        server_header=False,
        limit_concurrency=AT_ONCE,
        timeout_graceful_shutdown=LEAVES_IN_S,
        ssl_certfile=tls_cert,
        ssl_keyfile=tls_key,
    )
    scheme = "http" if tls_cert is None else "https"
    shown = f"[{host}]" if ":" in host else host
    click.echo(f"{scheme}://{shown}:{listener.getsockname()[1]}/ serves; Ctrl-C ends it")
    click.echo("what is ordered there is done by `cpe-diag worker`, in a process of its own")
    uvicorn.Server(settings).run(sockets=[listener])


def _listener(host: str, port: int) -> socket.socket:
    """Listen, or say why that cannot be."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise CouldNotRunError(f"{host} port {port}: {error.strerror}") from error
    listener.listen(WAITING)
    return listener
