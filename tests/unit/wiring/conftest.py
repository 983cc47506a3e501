"""A laptop and its office, for the tests of what goes from one to the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from laptop_and_office import STORE_URL, laptop_at, office_at

if TYPE_CHECKING:
    from pathlib import Path

    from cpe_diag.wiring.config import Config


@pytest.fixture
def laptop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """Give a laptop's configuration; its keys are in a folder of this test."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return laptop_at(tmp_path)


@pytest.fixture
def office(
    tmp_path: Path, laptop: Config, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> Config:
    """Give the office's configuration, which believes the laptop, on each kind of database."""
    del laptop
    monkeypatch.setenv(STORE_URL, store_url)
    return office_at(tmp_path)
