"""What `serve` is put together from is opened once, however often it is asked."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine

from cpe_diag.wiring.config import read
from cpe_diag.wiring.serving import served_by

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from sqlalchemy import URL, Engine


def test_looks_at_incidents_open_no_store_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each reader of a node looks every other second; a server allows a hundred connections."""
    (tmp_path / "inventory.yaml").write_text("subscribers: [{id: sub-1}]\n")
    config = tmp_path / "config.yaml"
    config.write_text("store: {path: case.db}\ninventory: {kind: file, path: inventory.yaml}\n")
    opened: list[URL] = []

    def counted(url: URL, **how: Any) -> Engine:  # noqa: ANN401 - as SQLAlchemy has it
        opened.append(url)
        return create_engine(url, **how)

    monkeypatch.setattr("cpe_diag.store.case_store.create_engine", counted)
    served = served_by(read(config, "a test"))
    try:
        for _ in range(3):
            assert served.incidents(datetime.now(UTC)) == ()
            assert served.outages() == ()
    finally:
        served.close()
    assert len(opened) == 1
