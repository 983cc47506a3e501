"""Every fact that a rule looks at is brought by a probe, looked up, or said by the caller."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cpe_diag.judge.rules import RULES
from cpe_diag.probes.catalogue import PROBES
from cpe_diag.wiring.known_firmware import KEY

if TYPE_CHECKING:
    from cpe_diag.judge.rule import Rule


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_somebody_brings_what_the_rule_needs(rule: Rule) -> None:
    """A rule that waits for a fact that nobody measures can never answer."""
    brought = {KEY, *(key for probe in PROBES for key in probe.gives)}
    assert {key for key in rule.needs if key.kind != "answer"} <= brought
