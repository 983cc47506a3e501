"""`cpe-diag field report`: what a visit has measured, to hand over."""

from __future__ import annotations

from pathlib import Path
from shutil import get_terminal_size

import click

from cpe_diag.cli.consoles import utf8
from cpe_diag.cli.context import config_of
from cpe_diag.cli.errors import told_clearly
from cpe_diag.cli.looks import note_look


@click.command()
@click.argument("visit", metavar="VISIT|RUN")
@click.option(
    "--html",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write one page with its pictures, which fetches nothing.",
)
@click.option("--pdf", type=click.Path(dir_okay=False, path_type=Path), help="Write a PDF.")
@click.pass_context
def report(context: click.Context, visit: str, *, html: Path | None, pdf: Path | None) -> None:
    """Tell what a visit has measured: first and last check of each place, limits, samples.

    VISIT is the ticket, the case or the subscriber (the last visit there), RUN one of its checks.
    """
    from cpe_diag.field.acceptance_text import record_text
    from cpe_diag.wiring.field_pack import write_whole
    from cpe_diag.wiring.field_report import checks_of, record

    config = config_of(context)
    with told_clearly():
        rows = checks_of(config, visit)
        note_look(
            config,
            "look.subscriber",
            "record of a visit",
            subscriber=rows[0].subscriber,
            ticket=rows[0].ticket,
        )
        made = record(config, rows)
        if html is not None:
            from cpe_diag.field.acceptance_html import record_html

            write_whole(html, record_html(made).encode())
        if pdf is not None:
            from cpe_diag.field.acceptance_pdf import record_pdf

            write_whole(pdf, record_pdf(made))
    click.echo(record_text(made, ascii_bars=not utf8(), columns=get_terminal_size().columns))
    for file in (html, pdf):
        if file is not None:
            click.echo(f"wrote {file}")
