"""`cpe-diag serve`: tickets in, results out, over HTTP; and the pages for people."""

from __future__ import annotations

import logging
import socket
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from cpe_diag.cli.context import config_of
from cpe_diag.cli.errors import BadInputError, CouldNotRunError, told_clearly

if TYPE_CHECKING:
    from cpe_diag.cli.own_workers import OwnWorker
    from cpe_diag.wiring.config import Config

LOG: Final = logging.getLogger("cpe_diag.serve")
WAITING: Final = 512
"""Connections that may wait to be taken."""

AT_ONCE: Final = 1000
"""Connections at the same time, those of live pages among them; more are told to come back (503).
What they ask is done by a few threads."""

MOST_REGIONS: Final = 4
"""Proposal: a worker is a process of some 100 MB."""

WORKER_LEAVES_IN_S: Final = 30.0
"""Proposal: how long its workers are waited for to come to a safe point; they do so alone too."""

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
@click.option(
    "--worker/--no-worker",
    "with_worker",
    default=None,
    help="Also do here what is ordered, in a process beside: else `cpe-diag worker` does it."
    "  [default: with a worker where the store is a file of this machine]",
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
    with_worker: bool | None,
    verbose: bool,
    log_format: str,
) -> None:
    """Serve the HTTP interface (TM Forum, webhooks of ticket desks, runs, cases) and the pages.

    Its description is at /openapi.json; tokens are made with `cpe-diag token add`. People open the
    address in a browser; their passwords are set with `cpe-diag staff password`. Where the store
    is a file of this machine, what is ordered there is done by a worker that starts and ends with
    it.
    """
    if (tls_cert is None) != (tls_key is None):
        raise BadInputError("--tls-cert and --tls-key go together")
    config = config_of(context)
    import uvicorn

    from cpe_diag.service.spans import spans_from
    from cpe_diag.service.store_awaited import StoreAwaited
    from cpe_diag.service.web.app import make_app
    from cpe_diag.service.web.buckets import Rate
    from cpe_diag.service.web.heads import HeadInTime
    from cpe_diag.wiring.desk import case_store
    from cpe_diag.wiring.logs import LogFormat, log_as
    from cpe_diag.wiring.serving import served_by

    log_as(LogFormat(log_format), level=logging.INFO if verbose else logging.WARNING)
    with told_clearly():
        spans = spans_from()
        served = served_by(config, spans)
        # The store is made, or will never be usable, before anybody asks.
        awaited = StoreAwaited(threading.Event(), LOG, "serves nothing")
        awaited.done(lambda: awaited.abandoned(case_store(config).touch))
    app = make_app(served, rate=Rate(per_s=rate, burst=4 * rate), spans=spans)

    class Bounded(HeadInTime):
        of_one = connections

    listener = _listener(host, port)
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
    if with_worker is None:
        with_worker = case_store(config).is_file
    if not with_worker:
        click.echo("what is ordered there is done by `cpe-diag worker`, in a process of its own")
        uvicorn.Server(settings).run(sockets=[listener])
        return
    workers = _workers(context, config, log_format)
    try:
        uvicorn.Server(settings).run(sockets=[listener])
    finally:
        for one in workers:
            one.leave()
        until_s = time.monotonic() + WORKER_LEAVES_IN_S
        gone = [one.is_gone(max(0.0, until_s - time.monotonic())) for one in workers]
        if not all(gone):
            click.echo("the worker ends by itself once its runs are at a safe point", err=True)


def _workers(context: click.Context, config: Config, log_format: str) -> list[OwnWorker]:
    """Start a worker for each region; where there are many, say how that is done."""
    from cpe_diag.cli.own_workers import OwnWorker
    from cpe_diag.wiring.regions import regions_of

    explicit = context.find_root().obj
    regions = regions_of(config)
    if len(regions) > MOST_REGIONS:
        words = f"{len(regions)} regions: what is ordered is done by `cpe-diag worker --region R`"
        click.echo(f"{words}, one for each region")
        return []
    which = ["--config", str(explicit)] if explicit else []
    how = ["worker", "--until-input-ends", "--log-format", log_format]
    click.echo("what is ordered there is done by a worker beside it; both end together")
    return [OwnWorker([*which, *how, "--region", one]) for one in regions]


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
