"""Kept copies: encrypted, private, whole, and told apart from none."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.failures import ActionError
from cpe_diag.store.kept_copies import KEY_FILE, KeptCopyFiles

if TYPE_CHECKING:
    from pathlib import Path

CONTENT = b"wireless.default_radio0.key='customer-secret'\n"


def test_a_copy_comes_back_as_it_was_and_is_unreadable_on_the_disk(tmp_path: Path) -> None:
    """It holds the customer's password."""
    copies = KeptCopyFiles(tmp_path / "copies")
    copies.keep("a1", CONTENT)
    copies.keep("a2", b"")
    assert (copies.give("a1"), copies.give("a2")) == (CONTENT, b"")
    for path in (tmp_path / "copies").iterdir():
        assert b"customer-secret" not in path.read_bytes()
        assert stat.S_IMODE(path.stat().st_mode) == stat.S_IRUSR | stat.S_IWUSR


def test_a_copy_is_never_written_over(tmp_path: Path) -> None:
    """The copy of before a change is the only one there is, and stays where it is begun again."""
    copies = KeptCopyFiles(tmp_path)
    copies.keep("a1", CONTENT)
    copies.keep("a1", b"other")
    assert copies.give("a1") == CONTENT


def test_a_copy_that_is_there_and_cannot_be_read_is_none(tmp_path: Path) -> None:
    """Nothing is changed whose settings of before nobody has."""
    copies = KeptCopyFiles(tmp_path)
    copies.keep("a1", CONTENT)
    (path,) = (one for one in tmp_path.iterdir() if one.name != KEY_FILE)
    path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(ActionError, match="cannot be decrypted"):
        copies.keep("a1", CONTENT)


@pytest.mark.parametrize("cut", [0, 1, 50, -1])
def test_a_cut_copy_is_none(tmp_path: Path, cut: int) -> None:
    """Half of a router's settings would be worse than none."""
    copies = KeptCopyFiles(tmp_path)
    copies.keep("a1", CONTENT)
    path = tmp_path / "a1.age"
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(ActionError, match="cannot be decrypted"):
        copies.give("a1")


def test_without_its_key_or_file_a_copy_is_told_missing(tmp_path: Path) -> None:
    """Words, not a traceback, and nothing made anew that could not open old copies."""
    copies = KeptCopyFiles(tmp_path)
    with pytest.raises(ActionError, match="there is no copy of action 'a1'"):
        copies.give("a1")
    copies.keep("a1", CONTENT)
    (tmp_path / KEY_FILE).unlink()
    with pytest.raises(ActionError, match="cannot be read"):
        copies.give("a1")
    with pytest.raises(ActionError, match="no id"):
        copies.give("../a1")
