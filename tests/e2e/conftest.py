"""One lab for each file, stopped at its end; and the real HTTP interface."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from http_service import SECRETS, HttpService, http_service
from running_lab import RunningLab

from cpe_diag.lab.process import lab_process

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    """Keep one lab running for the tests of a file: no file meets a home that another changed."""
    folder = tmp_path_factory.mktemp("lab") / "run"
    with lab_process(folder, "--seed", "7"):
        config = folder / "config.yaml"
        text = config.read_text(encoding="utf-8")
        config.write_text(
            text.replace("sample_interval_s: 1.0", "sample_interval_s: 0.3"), encoding="utf-8"
        )
        yield RunningLab(folder=folder, config=config)


@pytest.fixture
def http_secrets(monkeypatch: pytest.MonkeyPatch, store_url: str) -> None:
    """Put what the configuration refers to into the environment."""
    for name, value in {**SECRETS, "HTTP_TEST_STORE": store_url}.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def service(
    store_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[HttpService]:
    """Keep a service up, with a store of each kind."""
    for name, value in {**SECRETS, "HTTP_TEST_STORE": store_url}.items():
        monkeypatch.setenv(name, value)
    with http_service(tmp_path / "service") as running:
        yield running
