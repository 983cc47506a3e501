"""`cpe-diag judge`: how verdicts come about, and what a change of the rules would change."""

from __future__ import annotations

import click

from cpe_diag.cli.judge_explain import explain
from cpe_diag.cli.judge_learn import learn
from cpe_diag.cli.judge_replay import replay


@click.group()
def judge() -> None:
    """How verdicts come about, offline: every number of a case, and archives judged again."""


judge.add_command(explain)
judge.add_command(replay)
judge.add_command(learn)
