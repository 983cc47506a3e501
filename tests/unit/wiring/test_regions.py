"""A worker of a region that nobody has is told of that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cpe_diag.wiring.config import read
from cpe_diag.wiring.regions import without_nodes

if TYPE_CHECKING:
    from pathlib import Path

NODES = """\
nodes:
  an-1: {address: 192.0.2.1, region: north}
  an-2: {address: 192.0.2.2}
subscribers: []
"""


@pytest.mark.parametrize(
    ("inventory", "region", "words"),
    [
        (NODES, "north", ""),
        (NODES, "default", ""),
        (
            NODES,
            "nroth",
            "no access node of the inventory is in region 'nroth'; there are default, north",
        ),
        ("nodes: {}\nsubscribers: []\n", "north", ""),
        ("nodes: [", "north", ""),
        (None, "north", ""),
    ],
)
def test_a_region_without_access_nodes_is_told_with_those_that_there_are(
    tmp_path: Path, inventory: str | None, region: str, words: str
) -> None:
    """Nothing is told where the inventory lists no nodes, or cannot be read just now."""
    if inventory is not None:
        (tmp_path / "inventory.yaml").write_text(inventory, encoding="utf-8")
    (tmp_path / "config.yaml").write_text("inventory: {kind: file, path: inventory.yaml}\n")
    assert without_nodes(read(tmp_path / "config.yaml", "a test"), region) == words
