"""A laptop's store tells nothing to whoever has the file, and nothing at all once it is wiped."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import keyring
import pytest
from click.testing import CliRunner
from keyring.backend import KeyringBackend
from keyring.errors import KeyringError
from laptop_and_office import did
from sqlalchemy import select

from cpe_diag.cli import main
from cpe_diag.domain.failures import StoreError
from cpe_diag.store.case_store import CaseStore
from cpe_diag.store.ciphered import is_plain
from cpe_diag.store.run_tables import RUNS
from cpe_diag.store.runs import StoredRuns
from cpe_diag.wiring.config import Config, read
from cpe_diag.wiring.desk import case_store
from cpe_diag.wiring.field_given import given, note_received
from cpe_diag.wiring.field_pack import enrolled
from cpe_diag.wiring.field_wipe import wipe_begun, wiping
from cpe_diag.wiring.laptop_key import folder, store_keys

if TYPE_CHECKING:
    from collections.abc import Iterator

PERSONAL: Final = (b"Ada Lovelace", b"+44 20 7946 0018", b"Lovelace-Home")
FILES: Final = {"case.json": b'{"said": "' + b", ".join(PERSONAL) + b'"}'}


class KeptInMemory(KeyringBackend):
    """A keyring of a test."""

    priority = 1

    def __init__(self) -> None:
        """Hold nothing."""
        super().__init__()  # type: ignore[no-untyped-call]  # theirs
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        """Give what is held."""
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        """Hold it."""
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        """Drop it."""
        del self.held[service, username]


@pytest.fixture
def memory() -> Iterator[KeptInMemory]:
    """Let the system's keyring be one of this test."""
    before, ours = keyring.get_keyring(), KeptInMemory()
    keyring.set_keyring(ours)
    yield ours
    keyring.set_keyring(before)


def readable(place: Path, *words: bytes) -> list[str]:
    """Give the files below a place in which one of some words stands."""
    files = [one for one in place.rglob("*") if one.is_file()]
    return [one.name for one in files if any(word in one.read_bytes() for word in words)]


def test_nothing_of_a_subscriber_can_be_read_in_the_file_or_its_log(
    laptop: Config, tmp_path: Path
) -> None:
    """Name, phone, SSID, not even the names of tables; and all of it with the key."""
    store = case_store(laptop)
    store.keep_open()  # while something has it open, the newest is in the log
    with store.reading():
        did(laptop, "run-a", subscriber="Ada Lovelace", files=FILES)
        names = {one.name for one in tmp_path.glob("laptop.db*")}
        assert {"laptop.db", "laptop.db-wal"} <= names
        assert (tmp_path / "laptop.db-wal").stat().st_size > 0
        assert readable(tmp_path, *PERSONAL, b"run_results", b"at_wall_port", b"SQLite") == []
    store.close()
    assert StoredRuns(case_store(laptop)).files("run-a") == FILES


def test_a_store_of_before_is_taken_over_once(laptop: Config, tmp_path: Path) -> None:
    """It is encrypted at the next use, with all that it held; nothing of it stays beside."""
    path = tmp_path / "laptop.db"
    plain = Config(origin="", folder=tmp_path, store=laptop.store)
    did(plain, "run-a", subscriber="Ada Lovelace", files=FILES)
    assert is_plain(path)
    assert readable(tmp_path, *PERSONAL)
    assert StoredRuns(case_store(laptop)).files("run-a") == FILES
    assert not is_plain(path)
    assert readable(tmp_path, *PERSONAL) == []
    assert path.stat().st_mode & 0o077 == 0
    first = path.read_bytes()
    assert StoredRuns(case_store(laptop)).run("run-a").subscriber == "Ada Lovelace"
    assert path.read_bytes()[:16] == first[:16]  # its salt: it was not encrypted again
    with pytest.raises(StoreError, match="no case store"):
        StoredRuns(case_store(plain)).runs()


def test_a_laptop_without_its_key_says_how_it_gets_one(laptop: Config, tmp_path: Path) -> None:
    """And makes no plain store in the meantime."""
    (tmp_path / "data" / "cpe-diag" / "field" / "store.key").unlink()
    with pytest.raises(StoreError, match="cpe-diag field enroll makes it"):
        StoredRuns(case_store(laptop)).runs()
    assert not (tmp_path / "laptop.db").exists()


def test_another_key_opens_nothing(laptop: Config, tmp_path: Path) -> None:
    """The message says so, and holds neither of them."""
    did(laptop, "run-a")
    (key,) = store_keys()
    other = os.urandom(32)
    with pytest.raises(StoreError, match="another key") as refused:
        StoredRuns(CaseStore.at(tmp_path / "laptop.db", keys=lambda: (other,))).runs()
    assert key.hex() not in str(refused.value)
    assert other.hex() not in str(refused.value)


def test_a_key_that_others_may_read_is_not_used(laptop: Config, tmp_path: Path) -> None:
    """As every key here."""
    path = tmp_path / "data" / "cpe-diag" / "field" / "store.key"
    assert path.stat().st_mode & 0o077 == 0
    path.chmod(0o644)
    with pytest.raises(StoreError, match="open to others"):
        StoredRuns(case_store(laptop)).runs()


def test_the_key_can_be_in_the_keyring(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, memory: KeptInMemory
) -> None:
    """Then no file of the laptop holds it, and a wipe takes it out of there."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    file = tmp_path / "laptop.yaml"
    file.write_text("inventory: {kind: pack, path: today.pack}\nstore: {path: laptop.db}\n")
    made = CliRunner().invoke(main, ["--config", str(file), "field", "enroll", "--keyring"])
    assert made.exit_code == 0, made.output
    (held,) = memory.held.values()
    assert held not in made.output
    config = read(file, str(file))
    did(config, "run-a")
    assert readable(tmp_path, held.encode(), bytes.fromhex(held)) == []
    next(wiping(config))
    assert memory.held == {}


class Silent(KeptInMemory):
    """A keyring that does not answer any more."""

    def delete_password(self, service: str, username: str) -> None:
        """Refuse."""
        raise KeyringError(f"{service} of {username} is locked")

    get_password = delete_password  # it refuses as well


def test_a_wipe_goes_on_where_the_keyring_or_the_store_is_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, memory: KeptInMemory
) -> None:
    """Nobody may keep a lost home's password because a file is damaged; the rest is told."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    file = tmp_path / "laptop.yaml"
    file.write_text("inventory: {kind: pack, path: today.pack}\nstore: {path: laptop.db}\n")
    enrol = ["--config", str(file), "field", "enroll", "--keyring"]
    assert CliRunner().invoke(main, enrol).exit_code == 0
    did(read(file, str(file)), "run-a")
    (tmp_path / "laptop.db").write_bytes(b"damaged" * 1000)
    keyring.set_keyring(Silent())
    wipe = ["--config", str(file), "field", "wipe", "--yes"]
    kept = CliRunner().invoke(main, wipe)
    assert kept.exit_code != 0
    gone = CliRunner().invoke(main, [*wipe, "--even-unsealed"])
    assert gone.exit_code != 0
    assert "all files are gone" in gone.output
    assert not (tmp_path / "laptop.db").exists()
    assert not folder().exists()
    assert memory.held


def test_a_wipe_leaves_nothing_readable_wherever_it_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After each single step of it; and the next command, whatever it is, ends it."""
    total = 1
    step = 0
    while step < total:
        place = tmp_path / f"{step}"
        config, key = laptop_with_a_day_behind_it(place, monkeypatch)
        gone = wiping(config)
        if step == 0:
            total = sum(
                1 for _ in wiping(laptop_with_a_day_behind_it(place / "x", monkeypatch)[0])
            )
            monkeypatch.setenv("XDG_DATA_HOME", str(place / "data"))
        for _ in range(step + 1):
            next(gone)
        assert readable(place, *PERSONAL, key) == [], f"after step {step}"
        if step + 1 < total:
            assert wipe_begun()
        told = CliRunner().invoke(main, ["--config", config.origin, "playbook", "list"])
        assert ("a wipe that was broken off is done" in told.stderr) is (step + 1 < total)
        left = {one.name for one in place.iterdir()} - {"x"}
        assert left == {"laptop.yaml", "data", "state"}
        assert not (place / "data" / "cpe-diag" / "field").exists()
        step += 1
    assert total > 6


def laptop_with_a_day_behind_it(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Config, bytes]:
    """Give a laptop with a pack, a case and host keys, and the key of its store as in the file."""
    place.mkdir(parents=True)
    (place / "state").mkdir()
    monkeypatch.setenv("XDG_DATA_HOME", str(place / "data"))
    monkeypatch.setenv("XDG_STATE_HOME", str(place / "state"))
    file = place / "laptop.yaml"
    file.write_text("inventory: {kind: pack, path: today.pack}\nstore: {path: laptop.db}\n")
    (place / "today.pack").write_bytes(b"sealed")
    (place / "today.pack.d" / "playbooks").mkdir(parents=True)
    enrolled()
    config = read(file, str(file))
    did(config, "run-a", subscriber="Ada Lovelace", files=FILES)
    (key,) = store_keys()
    return config, key.hex().encode()


def test_a_laptop_is_wiped_once_the_office_has_its_cases(laptop: Config, tmp_path: Path) -> None:
    """A lost laptop tells nothing, and no case is lost for it."""
    file = Path(laptop.origin)
    text = file.read_text(encoding="utf-8")
    file.write_text(f"inventory: {{kind: pack, path: today.pack}}\n{text}", encoding="utf-8")
    (tmp_path / "today.pack").write_bytes(b"sealed")
    did(read(file, str(file)), "run-a")
    words = ["--config", str(file), "field", "wipe", "--yes"]
    assert "1 runs were not written" in CliRunner().invoke(main, words).output
    out = str(tmp_path / "out.cases")
    CliRunner().invoke(main, ["--config", str(file), "field", "sync", "--out", out])
    assert "no pack has said that they have come" in CliRunner().invoke(main, words).output
    (part,) = given().parts
    note_received(part.end)
    told = CliRunner().invoke(main, words[:-1]).output
    assert "would go: add --yes" in told
    assert (tmp_path / "today.pack").exists()
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    assert done.output.splitlines()[0].endswith("store.key")
    left = {place.name for place in tmp_path.iterdir()}
    assert left == {"laptop.yaml", "out.cases", "data"}
    assert not (tmp_path / "data" / "cpe-diag" / "field").exists()
    assert CliRunner().invoke(main, words).exit_code == 0  # again does no harm


def test_an_encrypted_store_is_not_opened_by_a_url(laptop: Config) -> None:
    """The queue's own tables would be made beside it, in plain."""
    with pytest.raises(StoreError, match="no queue"):
        _ = case_store(laptop).url
    with case_store(laptop).reading() as connection:
        assert connection.execute(select(RUNS)).all() == []
