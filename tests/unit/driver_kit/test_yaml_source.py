"""YAML is read by version 1.2, strictly, and every value knows where it stood."""

from __future__ import annotations

import contextlib
import math
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpe_diag.domain.failures import DefinitionError
from cpe_diag.driver_kit.yaml_source import read_yaml, read_yaml_file

if TYPE_CHECKING:
    from pathlib import Path


def fault_lines(text: str) -> list[str]:
    """Read a text that is wrong and give its faults as lines."""
    with pytest.raises(DefinitionError) as caught:
        read_yaml(text, "f.yaml")
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("off", "off"),
        ("12:30", "12:30"),
        ("2026-01-02", "2026-01-02"),
        ("1_000", "1_000"),
        ("true", True),
        ("FALSE", False),
        ("tRUE", "tRUE"),
        ("~", None),
        ("null", None),
        ("", None),
        ("010", 10),
        ("0o17", 15),
        ("0x1F", 31),
        ("-7", -7),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("-.inf", -math.inf),
        ("'10'", "10"),
        ('"true"', "true"),
        ("1.3.6.1", "1.3.6.1"),
    ],
)
def test_scalars_follow_yaml_1_2(written: str, value: object) -> None:
    """An answer `no` or a port `0/1` that silently becomes False or a number misleads a run."""
    data = read_yaml(f"key: {written}\n", "f.yaml").data
    assert data == {"key": value}
    assert isinstance(data, dict)
    assert type(data["key"]) is type(value)


def test_keys_are_always_text() -> None:
    """JSON Schema and JSON know no other keys; `1: up` must not become another kind of key."""
    assert read_yaml("1: up\nno: x\ntrue: y\n", "f.yaml").data == {
        "1": "up",
        "no": "x",
        "true": "y",
    }


def test_every_value_and_key_knows_its_place() -> None:
    """A message without line and column sends people searching."""
    document = read_yaml("a:\n  - x\n  - {b: [1, 2]}\n", "f.yaml")
    assert document.place(("a",)) == (2, 3)
    assert document.key_place(("a",)) == (1, 1)
    assert document.place(("a", 1, "b", 1)) == (3, 13)
    assert document.key_place(("a", 1, "b")) == (3, 6)
    assert document.place(("a", 1, "nothing", "here")) == (3, 5)
    assert document.place(("nothing",)) == (1, 1)


def test_all_that_is_refused_is_named_at_once() -> None:
    """Duplicate keys are taken silently by most readers, and aliases hide what a file says."""
    text = "a: 1\na: 2\nb: &x 3\nc: *x\nd: !!str 4\n? [1]\n: 5\n---\nz: 1\n"
    assert fault_lines(text) == [
        "f.yaml:2:1: the key 'a' is here twice; the first is in line 1",
        "f.yaml:3:4: anchors are not used here: remove &x",
        "f.yaml:4:4: aliases are not used here: write *x out in full",
        "f.yaml:5:4: tags are not used here: remove tag:yaml.org,2002:str",
        "f.yaml:6:3: a key is one word or number, not a list or mapping",
        "f.yaml:8:1: a second document begins here; one file holds one document",
    ]


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("a: [1,\n", "f.yaml:2:1: this is no YAML"),
        ("a: b\n\t- c\n", "f.yaml:2:1: this is no YAML"),
        ("a: 'x\n", "f.yaml:2:1: this is no YAML"),
        ("a: 1\nx: \x00\n", "f.yaml:2:4: this character"),
        ("a: 1\nx: \ud800\n", "f.yaml:2:4: this character"),
        ("[" * 900, "f.yaml:1:41: values are nested more than 40 deep"),
        ("a: " + "9" * 5000, "f.yaml:1:4: this number has more than 40 digits"),
    ],
)
def test_broken_text_is_a_fault_with_a_place_and_no_traceback(text: str, start: str) -> None:
    """Whatever a file holds, the person who wrote it gets a line to look at."""
    assert fault_lines(text)[0].startswith(start)


def test_an_empty_text_holds_nothing() -> None:
    """An empty optional file is not broken."""
    assert read_yaml("# only a comment\n", "f.yaml").data is None


def test_a_file_that_cannot_be_read_is_a_fault_of_the_whole_file(tmp_path: Path) -> None:
    """A missing, forbidden or binary file is named like any other fault."""
    binary = tmp_path / "b.yaml"
    binary.write_bytes(b"a: \xff\n")
    for path, words in ((tmp_path / "none.yaml", "cannot be read"), (binary, "is no UTF-8 text")):
        with pytest.raises(DefinitionError) as caught:
            read_yaml_file(path)
        assert str(caught.value).startswith(f"{path}: {words}")


def test_a_byte_order_mark_is_not_part_of_the_first_key(tmp_path: Path) -> None:
    """Editors on Windows write one."""
    path = tmp_path / "bom.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert read_yaml_file(path).data == {"a": 1}


@given(
    st.text(alphabet=st.sampled_from("ab:-[]{},&*!|>'\"#%@`? \n\t\x00\u00e9\ud800"), max_size=40)
)
def test_no_text_at_all_ends_in_anything_but_a_document_or_faults(text: str) -> None:
    """A file is a person's typing; a traceback helps nobody."""
    with contextlib.suppress(DefinitionError):
        assert read_yaml(text, "f.yaml").place(()) >= (1, 1)


@pytest.mark.parametrize("text", ["[" * 300_000, "? " + "[" * 300_000, "{a: " * 100_000])
def test_reading_ends_where_nesting_is_too_deep(text: str) -> None:
    """The parser behind takes quadratic time: such a file would hold a command for minutes."""
    with pytest.raises(DefinitionError, match="nested more than"):
        read_yaml(text, "deep.yaml")
