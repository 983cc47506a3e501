"""Recordings play as the agent answered, the odd lines of published ones included."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cpe_diag.testing.snmprec import read_snmprec

if TYPE_CHECKING:
    from pathlib import Path


def test_every_type_plays_as_the_snmp_door_gives_it(tmp_path: Path) -> None:
    """A driver tested on a recording must behave the same on the agent."""
    path = tmp_path / "a.snmprec"
    path.write_bytes(
        b"1.3.1|2|-5\n1.3.2|4|a|b\r\n1.3.3|4x|00ff\n1.3.4|6|1.3.6\n1.3.5|64x|0a1e0002\n"
        b"1.3.6|64|192.0.2.1\n1.3.7|65|7\n1.3.8|70|18446744073709551615\n1.3.9|4|\n\n"
        b"1.3.1|2|6\n"
    )
    assert read_snmprec(path) == {
        "1.3.1": -5,
        "1.3.2": b"a|b",
        "1.3.3": b"\x00\xff",
        "1.3.4": "1.3.6",
        "1.3.5": "10.30.0.2",
        "1.3.6": "192.0.2.1",
        "1.3.7": 7,
        "1.3.8": 2**64 - 1,
        "1.3.9": b"",
    }


def test_what_a_publisher_blotted_out_is_no_number(tmp_path: Path) -> None:
    """Public recordings hide addresses and cut long values; the rest of them is still good."""
    path = tmp_path / "a.snmprec"
    path.write_bytes(b"1.3.1|2|<private>\n1.3.2|4x|00f\n")
    assert read_snmprec(path) == {"1.3.1": b"<private>", "1.3.2": b"00f"}


def test_a_line_of_another_format_is_named(tmp_path: Path) -> None:
    """A recording that is none must not play as an agent without objects."""
    path = tmp_path / "a.snmprec"
    path.write_bytes(b"1.3.1|2|5\n.1.3.2 = INTEGER: 5\n")
    with pytest.raises(ValueError, match=r"a\.snmprec:2: expected OID"):
        read_snmprec(path)
