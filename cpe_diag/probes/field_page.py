"""Whether somebody gives another page in the place of the one that was asked for."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.field_path_facts import FieldPage
from cpe_diag.probes.field_looking import at_each_place, looking
from cpe_diag.probes.probe import Probe

PROBE: Final = Probe(
    id="field_page",
    title="Whether a page is what it should be",
    asks="the reference's page, from the laptop on site: its content, and where it sends us",
    gives=at_each_place("field_page"),
    after=(),
    run=looking("field_page", FieldPage, "HTTP, nothing followed"),
    cost_s=1.0,
)
