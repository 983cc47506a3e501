"""What `serve` is put together from is opened once, however often it is asked."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import create_engine

from cpe_diag.domain.failures import InventoryError, UnknownSubscriberError
from cpe_diag.service.submit import Order
from cpe_diag.wiring.config import read
from cpe_diag.wiring.serving import served_by

if TYPE_CHECKING:
    from pathlib import Path

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


def test_a_service_knows_the_inventory_as_it_is_now(tmp_path: Path) -> None:
    """A new customer's ticket came in at night, and was refused until somebody started it anew."""
    inventory, config = tmp_path / "inventory.yaml", tmp_path / "config.yaml"
    inventory.write_text("subscribers: [{id: sub-1}]\n")
    config.write_text("store: {path: case.db}\ninventory: {kind: file, path: inventory.yaml}\n")
    served = served_by(read(config, "a test"))
    order = Order(playbook="no_internet", subscriber="sub-new", ticket="T-1")
    try:
        with pytest.raises(UnknownSubscriberError):
            served.submit(order)
        inventory.write_text("subscribers: [{id: sub-1}, {id: sub-n")
        with pytest.raises(InventoryError) as told:
            served.submit(order)
        assert not isinstance(told.value, UnknownSubscriberError)
        assert "inventory.yaml" in str(told.value)
        inventory.write_text("subscribers: [{id: sub-1}, {id: sub-new}]\n")
        assert served.submit(order).run.subscriber == "sub-new"
        assert [one.subscriber.id for one in served.find("sub-new", 20)] == ["sub-new"]
    finally:
        served.close()
