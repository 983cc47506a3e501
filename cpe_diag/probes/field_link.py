"""The link of the laptop on site."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.field_facts import FieldLink
from cpe_diag.probes.field_looking import at_each_place, looking
from cpe_diag.probes.probe import Probe

PROBE: Final = Probe(
    id="field_link",
    title="Link of the laptop",
    asks="the laptop's own interface",
    gives=at_each_place("field_link"),
    after=(),
    run=looking("field_link", FieldLink, "/sys/class/net"),
    cost_s=0.01,
)
