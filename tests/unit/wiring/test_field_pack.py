"""From the office to the laptop: a pack is made, opened and used, or refused with the reason."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import pytest
from click.testing import CliRunner

from cpe_diag.cli import main
from cpe_diag.domain.audit import AuditEvent, AuditKind
from cpe_diag.domain.failures import MeasurementError, PackError, UnknownSubscriberError
from cpe_diag.domain.postal_address import address_asked
from cpe_diag.store.laptop_trails import bring_trail_in, carried_trail
from cpe_diag.wiring.config import read
from cpe_diag.wiring.credentials import credentials_of
from cpe_diag.wiring.desk import case_store
from cpe_diag.wiring.field_home import laptop_audit
from cpe_diag.wiring.field_pack import PackedInventory, enrolled, opened
from cpe_diag.wiring.field_packing import SOMEBODY, new_office_key, visits_in
from cpe_diag.wiring.inventories import inventory_of
from cpe_diag.wiring.runs import RunWish, prepare

if TYPE_CHECKING:
    from pathlib import Path

    from cpe_diag.wiring.config import Config

NOW: Final = datetime.now(UTC)
INVENTORY: Final = """\
nodes:
  an-1: {address: 192.0.2.1, region: north, credential: "env:NODE"}
subscribers:
  - id: sub-1
    node: an-1
    port: "1"
    router: {address: 198.51.100.1, platform: openwrt, user: root, credential: "file:keys.yaml#r1"}
    session: {user: anna, credential: "file:keys.yaml#s1"}
  - {id: sub-2, node: an-1, port: "2", router: {address: 198.51.100.22}}
  - id: sub-3
    router: {address: 198.51.100.3, platform: openwrt, user: root, credential: "file:keys.yaml#r3"}
"""
MINE: Final = """\
playbook: mine
title: Ours
description: Our own.
symptom: no_internet
steps:
  - probe: [port_state]
  - judge
  - route: verdict
"""


@pytest.fixture(autouse=True)
def _homes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """Give the office's configuration."""
    folder = tmp_path / "office"
    (folder / "ours").mkdir(parents=True)
    (folder / "inventory.yaml").write_text(INVENTORY, encoding="utf-8")
    (folder / "ours" / "mine.yaml").write_text(MINE, encoding="utf-8")
    keys = folder / "keys.yaml"
    keys.write_text("{r1: the router's, s1: the session's, r3: another's}\n", encoding="utf-8")
    keys.chmod(0o600)
    public = done("field", "office-key", "--out", str(folder / "office.json"))
    (folder / "config.yaml").write_text(
        "inventory: {kind: file, path: inventory.yaml}\n"
        "field: {sign_with: 'file:office.json#key'}\n"
        "staff: {me: ines, members: {ines: {role: second_line}, vera: {role: viewer}}}\n"
        "playbook_folders: [ours]\n"
        "store: {path: office.db}\n",
        encoding="utf-8",
    )
    (tmp_path / "laptop.yaml").write_text(
        "inventory: {kind: pack, path: today.pack}\n"
        f"field: {{office_key: '{public.strip()}'}}\n",
        encoding="utf-8",
    )
    return folder / "config.yaml"


def done(*words: str) -> str:
    """Run a command that ends well, and give what it prints."""
    result = CliRunner().invoke(main, [*words])
    assert result.exit_code == 0, result.output
    return result.output


def packed(office: Path, *words: str) -> Path:
    """Make a pack for this laptop."""
    file = office.with_name("a.pack")
    made = ("--for", enrolled().recipient, "--out", str(file))
    done("--config", str(office), "field", "pack", *words, *made)
    return file


def laptop(office: Path) -> Config:
    """Give the laptop's configuration."""
    place = office.parents[1] / "laptop.yaml"
    return read(place, str(place))


def test_what_is_packed_is_used_on_the_laptop(office: Path) -> None:
    """Subscriber, credential of the visit, ticket, and the office's own playbook."""
    file = packed(office, "--visit", "sub-1=T-7")
    told = done("--config", str(office.parents[1] / "laptop.yaml"), "field", "open", str(file))
    assert "sub-1  T-7" in told
    config = laptop(office)
    subscriber = inventory_of(config, credentials_of(config)).subscriber("sub-1")
    assert subscriber.router is not None
    assert subscriber.router.credential is not None
    secret = credentials_of(config).resolve(subscriber.router.credential)
    assert secret.reveal() == "the router's"
    shown = done("--config", str(office.parents[1] / "laptop.yaml"), "playbook", "list")
    assert "mine" in shown


def test_a_visits_postal_address_goes_along_and_finds_it_and_no_other_does(office: Path) -> None:
    """Where to drive is in the list of visits; where others live is nobody's business there."""
    (office.parent / "inventory.yaml").write_text(
        INVENTORY.replace('port: "2",', 'port: "2", postal_address: "Lai 22, Linn",').replace(
            "    session:", '    postal_address: "Sõle 10-3, Linn"\n    session:'
        ),
        encoding="utf-8",
    )
    file = packed(office, "--visit", "sub-1")
    told = done("--config", str(office.parents[1] / "laptop.yaml"), "field", "open", str(file))
    assert "sub-1  Sõle 10-3, Linn" in told
    pack = opened(laptop(office), packed(office, "--visit", "sub-1"))
    assert "Lai 22" not in str([(one, one.postal_address) for one in pack.visits])
    assert "Sõle" not in repr(pack), "what is printed by accident"
    on_site = PackedInventory(pack)
    sought = {words: address_asked(words) for words in ("sole 10", "sole 1", "lai 22")}
    found = {
        words: on_site.at_postal_address(asked, 20) if asked else None
        for words, asked in sought.items()
    }
    assert found == {"sole 10": ("sub-1",), "sole 1": (), "lai 22": ()}


def test_nothing_beyond_the_visits_goes_along(office: Path) -> None:
    """Neither other subscribers, nor their keys, nor the keys of the nodes."""
    config = laptop(office)
    pack = opened(config, packed(office, "--visit", "sub-1"))
    assert list(pack.secrets) == ["file:keys.yaml#r1", "file:keys.yaml#s1"]
    (visit,) = pack.visits
    assert visit.subscriber.node is not None
    assert visit.subscriber.node.snmp.credential is None
    ports = [(port.subscriber, port.address) for port in visit.node_ports]
    assert ports == [("sub-1", "198.51.100.1"), (SOMEBODY, None)]
    assert "sub-2" not in str(pack)
    assert "198.51.100.22" not in str(pack)
    with pytest.raises(UnknownSubscriberError, match="has no visit to 'sub-3'; it has sub-1"):
        PackedInventory(pack).subscriber("sub-3")


def test_what_a_pack_was_opened_from_is_not_left_to_be_read(office: Path) -> None:
    """At its end only the pack in use is removed, and the laptop's identity stays."""
    file = packed(office, "--visit", "sub-1")
    words = ("--config", str(office.parents[1] / "laptop.yaml"), "field", "open")
    done(*words, str(file))
    assert not file.exists()
    kept = office.parents[1] / "today.pack"
    done(*words, str(kept))
    assert opened(laptop(office)).visits[0].subscriber.id == "sub-1"


def test_a_file_that_cannot_be_removed_is_named(
    office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A share that is only to be read: the pack is in use, and somebody must remove the file."""
    file = packed(office, "--visit", "sub-1")

    def refused(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("cpe_diag.wiring.field_open.blanked", refused)
    words = ["--config", str(office.parents[1] / "laptop.yaml"), "field", "open", str(file)]
    result = CliRunner().invoke(main, words)
    assert result.exit_code != 0
    assert f"the pack is in use, but {file} stays: Permission denied" in result.output
    assert opened(laptop(office)).visits[0].subscriber.id == "sub-1"


def test_a_pack_tells_each_laptop_how_far_its_chain_has_come(office: Path) -> None:
    """By it a laptop knows what it need not keep any more."""
    config = laptop(office)
    store, signs_as = case_store(config), enrolled().signs_as
    event = AuditEvent(kind=AuditKind.LOOK, at=NOW, staff="anna", words="on site")
    laptop_audit(config, store).note(event)
    trail = carried_trail(store)
    assert trail is not None
    home = case_store(read(office, str(office)))
    told = bring_trail_in(home, signs_as, trail, at=NOW, erased=lambda *_: False)
    pack = opened(config, packed(office, "--visit", "sub-1"))
    assert pack.received == {signs_as: f"1:{told.hash}"}


def test_who_may_look_may_not_pack(office: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a pack the credentials of customers' routers leave the office."""
    monkeypatch.setenv("CPE_DIAG_STAFF", "vera")
    made = ("--for", enrolled().recipient, "--out", str(office.with_name("a.pack")))
    words = ["--config", str(office), "field", "pack", "--visit", "sub-1", *made]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 20
    assert "field.pack" in result.output
    assert not office.with_name("a.pack").exists()


def test_a_credential_that_was_not_packed_is_not_looked_for(office: Path) -> None:
    """Also where a file of that name lies on the laptop."""
    config = laptop(office)
    file = packed(office, "--visit", "sub-1")
    done("--config", str(office.parents[1] / "laptop.yaml"), "field", "open", str(file))
    with pytest.raises(MeasurementError, match="holds no such credential"):
        credentials_of(config).resolve("file:keys.yaml#r3")


def test_one_credential_that_cannot_be_had_takes_away_no_other_visit(office: Path) -> None:
    """The visit that lacks it is named, in the office and on the laptop, with the reason."""
    office.with_name("keys.yaml").write_text("{r1: the router's, r3: another's}\n", "utf-8")
    made = ("--for", enrolled().recipient, "--out", str(office.with_name("a.pack")))
    visits = ("--visit", "sub-1", "--visit", "sub-3")
    said = CliRunner().invoke(main, ["--config", str(office), "field", "pack", *visits, *made])
    assert said.exit_code == 0, said.output
    words = "the visit to sub-1 lacks the credential of the session ("
    assert words in said.output
    assert "sub-3 lacks" not in said.output
    assert "#s1" in said.output
    place, file = str(office.parents[1] / "laptop.yaml"), str(office.with_name("a.pack"))
    assert words in done("--config", place, "field", "open", file)
    credentials = credentials_of(laptop(office))
    assert credentials.resolve("file:keys.yaml#r1").reveal() == "the router's"
    assert credentials.resolve("file:keys.yaml#r3").reveal() == "another's"


def test_two_tickets_of_one_subscriber_are_two_visits(office: Path) -> None:
    """And the same visit named twice, or once more without its ticket, is one."""
    visits = ("sub-1=T-7", "sub-1", "sub-1=T-8", "sub-1=T-7", "sub-3")
    pack = opened(laptop(office), packed(office, *(w for one in visits for w in ("--visit", one))))
    told = [(visit.subscriber.id, visit.ticket) for visit in pack.visits]
    assert told == [("sub-1", "T-7"), ("sub-1", "T-8"), ("sub-3", None)]


def test_a_pack_that_is_refused_leaves_the_one_before_in_use(office: Path) -> None:
    """A technician with a bad file keeps the morning's."""
    words = ("--config", str(office.parents[1] / "laptop.yaml"), "field", "open")
    done(*words, str(packed(office, "--visit", "sub-1")))
    bad = office.with_name("bad.pack")
    bad.write_bytes((office.parents[1] / "today.pack").read_bytes()[:-3])
    result = CliRunner().invoke(main, [*words, str(bad)])
    assert result.exit_code != 0
    assert "somebody else, or damaged" in result.output
    assert opened(laptop(office)).visits[0].subscriber.id == "sub-1"


def test_what_a_newer_pack_calls_back_is_refused_from_then_on(office: Path) -> None:
    """Offline, a laptop hears of it with its next pack."""
    first = packed(office, "--visit", "sub-1")
    lost = first.read_bytes()
    config = laptop(office)
    name = opened(config, first).id
    text = office.read_text(encoding="utf-8").replace("key'}", f"key', revoked: [{name}]}}")
    office.write_text(text, encoding="utf-8")
    opened(config, packed(office, "--visit", "sub-2"))
    first.write_bytes(lost)
    with pytest.raises(PackError, match="called back"):
        opened(config, first)


def test_a_laptop_without_a_pack_is_told_to_open_one(office: Path) -> None:
    """The lack of a folder that a pack brings is nothing that a technician can mend."""
    enrolled()
    with pytest.raises(PackError, match="no pack is open on this laptop: cpe-diag field open"):
        prepare(laptop(office), RunWish(playbook="at_wall_port", subscriber="sub-1"))


def test_a_laptop_without_keys_is_told_to_enrol(office: Path) -> None:
    """A pack is sealed to keys that it has to have first."""
    with pytest.raises(PackError, match="no keys yet: cpe-diag field enroll"):
        opened(laptop(office))


def test_the_offices_key_is_never_written_over(office: Path) -> None:
    """Every laptop believes the one that is there."""
    key = office.with_name("office.json")
    before = key.read_text(encoding="utf-8")
    with pytest.raises(PackError, match="may hold the key that laptops believe"):
        new_office_key(key)
    assert key.read_text(encoding="utf-8") == before


def test_an_area_is_all_who_hang_on_its_nodes(office: Path) -> None:
    """A storm's day: nobody writes a list."""
    pack = opened(laptop(office), packed(office, "--area", "north"))
    assert [visit.subscriber.id for visit in pack.visits] == ["sub-1", "sub-2"]
    result = CliRunner().invoke(
        main,
        [
            *("--config", str(office), "field", "pack", "--area", "south"),
            *("--for", enrolled().recipient, "--out", str(office.with_name("b.pack"))),
        ],
    )
    assert "no node in the region 'south'" in result.output


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("subscriber,ticket\nsub-1,T-1\nsub-2,\n", [("sub-1", "T-1"), ("sub-2", None)]),
        ("subscriber\nsub-1\n", [("sub-1", None)]),
        ("subscriber;ticket\r\nsub-1;T-1\r\n", [("sub-1", "T-1")]),
    ],
)
def test_visits_are_read_from_a_file(
    tmp_path: Path, text: str, told: list[tuple[str, str | None]]
) -> None:
    """As a planner exports them."""
    file = tmp_path / "visits.csv"
    file.write_text(text, encoding="utf-8")
    assert visits_in(file) == told


@pytest.mark.parametrize(
    ("text", "words"),
    [("id\nsub-1\n", "no column subscriber"), ("subscriber,ticket\n,T-1\n", ":2: the row names")],
)
def test_a_file_of_visits_that_is_wrong_says_where(tmp_path: Path, text: str, words: str) -> None:
    """A visit that is silently left out is one with an empty laptop."""
    file = tmp_path / "visits.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(PackError, match=words):
        visits_in(file)


def test_a_file_of_visits_in_another_character_set_is_told_as_such(tmp_path: Path) -> None:
    """Spreadsheets write the machine's own, where nobody asks for another."""
    file = tmp_path / "visits.csv"
    file.write_bytes("subscriber,ticket\nsub-1,Tänav\n".encode("cp1252"))
    with pytest.raises(PackError, match="not in UTF-8"):
        visits_in(file)
