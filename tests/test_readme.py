"""What README tells people to type is right."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cpe_diag.cli import COMMANDS
from cpe_diag.cli.exit_codes import ExitCode
from cpe_diag.judge.thresholds import check_overrides
from cpe_diag.store.inventory_yaml import YamlInventory
from cpe_diag.wiring.config import read
from cpe_diag.wiring.inventories import inventory_of

if TYPE_CHECKING:
    from cpe_diag.domain.secret import Secret

README = (Path(__file__).resolve().parent.parent / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", README, flags=re.DOTALL)
CONFIGURATIONS = [block for block in BLOCKS if "inventory:" in block and "kind: pack" not in block]
ON_SITE = [block for block in BLOCKS if "\nfield:" in f"\n{block}"]
INVENTORIES = [block for block in BLOCKS if "subscribers:" in block]


class NoCredentials:
    """Nothing is asked of a database here."""

    def resolve(self, reference: str) -> Secret:
        """Refuse."""
        raise AssertionError(reference)


@pytest.mark.parametrize("block", CONFIGURATIONS, ids=["whole", "sql"])
def test_the_configurations_in_readme_are_accepted(block: str, tmp_path: Path) -> None:
    """The first thing that a newcomer pastes must not be refused."""
    file = tmp_path / "config.yaml"
    file.write_text(block, encoding="utf-8")
    config = read(file, "README")
    check_overrides(config.thresholds, file="README")
    inventory_of(config, NoCredentials())


def test_an_office_and_its_laptop_are_configured_as_readme_says(tmp_path: Path) -> None:
    """Each names the other's half of a key; nobody finds that out by trying."""
    configs = []
    for number, block in enumerate(ON_SITE):
        file = tmp_path / f"{number}.yaml"
        file.write_text(block, encoding="utf-8")
        configs.append(read(file, "README").on_site)
    office, laptop = configs
    assert office.sign_with == "file:office.json#key"
    assert office.identity
    assert set(office.laptops) == {"anna"}
    assert laptop.office_key
    assert laptop.office_recipient


def test_the_inventory_in_readme_is_accepted(tmp_path: Path) -> None:
    """Its subscriber is found under the id that it shows."""
    file = tmp_path / "inventory.yaml"
    file.write_text(INVENTORIES[0], encoding="utf-8")
    assert YamlInventory(file).subscriber("4711").router is not None


def test_every_exit_code_stands_in_readme() -> None:
    """An automation branches on them."""
    missing = [
        code
        for code in ExitCode
        if not re.search(rf"^\| .*\b{code.value}\b", README, re.MULTILINE)
    ]
    assert missing == []


def test_every_command_stands_in_readme() -> None:
    """A command that nobody can find is not there."""
    assert [name for name in COMMANDS if f"cpe-diag {name}" not in README and name != "demo"] == []
