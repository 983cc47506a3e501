"""What is wrong with a configuration is told without what may be a secret in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.failures import DefinitionError
from cpe_diag.wiring.config import read

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("url", ['"postgresql://u:topsecret@db/crm"', "topsecret", "[topsecret]"])
def test_a_database_url_in_place_of_its_reference_is_not_repeated(
    url: str, tmp_path: Path
) -> None:
    """Everybody writes the URL itself at first, with its password; messages go into tickets."""
    file = tmp_path / "config.yaml"
    file.write_text(
        f"inventory: {{kind: sql, url: {url}, query: select :subscriber_id}}\n", encoding="utf-8"
    )
    with pytest.raises(DefinitionError, match="a reference to the database URL") as caught:
        read(file, "here")
    assert "topsecret" not in str(caught.value)
