"""What runs share: made once, made anew where it has changed, closed at the end."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cpe_diag.domain.failures import UnknownSubscriberError
from cpe_diag.wiring.config import Config, InventoryConfig, read
from cpe_diag.wiring.credentials import credentials_of
from cpe_diag.wiring.desk import case_store
from cpe_diag.wiring.inventories import inventory_of
from cpe_diag.wiring.keeping import Kept, keeping, shared
from cpe_diag.wiring.knowledge import playbook_of


def config_in(folder: Path) -> Config:
    """Give a configuration with an inventory and a store of its own."""
    (folder / "subscribers.csv").write_text("id\nsub-1\n", encoding="utf-8")
    (folder / "config.yaml").write_text(
        "inventory: {kind: csv, path: subscribers.csv}\nstore: {path: case.db}\n",
        encoding="utf-8",
    )
    return read(folder / "config.yaml", "test")


def test_a_command_that_ends_keeps_nothing(tmp_path: Path) -> None:
    """It would read no file twice, and leaves no connection open."""
    config = config_in(tmp_path)
    assert config.kept is None
    assert case_store(config) is not case_store(config)
    assert playbook_of(config, "no_internet") is not playbook_of(config, "no_internet")


def test_runs_of_one_process_share_the_store_and_what_was_read(tmp_path: Path) -> None:
    """To open and read all of it again took longer than the run."""
    config = config_in(tmp_path)
    with keeping(config) as kept:
        assert kept == config
        assert case_store(kept) is case_store(kept)
        with case_store(kept).reading():
            pass
        credentials = credentials_of(kept)
        assert inventory_of(kept, credentials) is inventory_of(kept, credentials)
        assert playbook_of(kept, "no_internet") is playbook_of(kept, "no_internet")
        with keeping(kept) as again:
            assert again is kept
        assert case_store(kept) is case_store(again)


def test_an_inventory_that_was_written_anew_is_read_anew(tmp_path: Path) -> None:
    """A worker lives for weeks, an export is a night old."""
    with keeping(config_in(tmp_path)) as config:
        credentials = credentials_of(config)
        with pytest.raises(UnknownSubscriberError):
            inventory_of(config, credentials).subscriber("sub-2")
        (tmp_path / "subscribers.csv").write_text("id\nsub-1\nsub-2\n", encoding="utf-8")
        assert inventory_of(config, credentials).subscriber("sub-2").id == "sub-2"


def test_an_inventory_that_is_not_there_says_so(tmp_path: Path) -> None:
    """The look at the file's time is no new way to fail."""
    missing = InventoryConfig(kind="yaml", path=tmp_path / "none.yaml", nodes=None, rest={})
    with keeping(replace(config_in(tmp_path), inventory=missing)) as config:
        inventory_of(config, credentials_of(config))


def test_what_fails_is_made_again_and_what_is_open_is_closed_once() -> None:
    """A file that was wrong for a moment is not wrong for ever."""
    made, closed = [], []
    kept = Kept()
    config = replace(Config(origin="test", folder=Path()), kept=kept)

    def make() -> int:
        made.append(1)
        if len(made) == 1:
            raise UnknownSubscriberError("not yet")
        return len(made)

    with pytest.raises(UnknownSubscriberError):
        shared(config, "thing", make)
    assert [shared(config, "thing", make) for _ in range(2)] == [2, 2]
    assert shared(config, "thing", make, "another mark") == 3
    kept.at_end(lambda: closed.append(1))
    kept.close()
    kept.close()
    assert closed == [1]
