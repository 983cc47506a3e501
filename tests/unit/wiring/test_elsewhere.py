"""The vantage outside of the operator's network, as the configuration names it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.failures import DefinitionError
from cpe_diag.wiring.config import ElsewhereConfig, find

if TYPE_CHECKING:
    from pathlib import Path


def test_a_vantage_outside_is_a_proxy_a_resolver_or_both(tmp_path: Path) -> None:
    """Whoever has only one of the two has a control all the same."""
    path = tmp_path / "config.yaml"
    path.write_text("elsewhere: {name: a hosted server, resolver: 192.0.2.99}\n")
    assert find(path).elsewhere == ElsewhereConfig(
        name="a hosted server", proxy=None, resolver="192.0.2.99"
    )
    path.write_text("icmp: true\n")
    assert find(path).elsewhere is None


@pytest.mark.parametrize(
    "part", ["{name: nothing but a name}", '{name: a, proxy: "http://me:secret@192.0.2.99:1"}']
)
def test_a_vantage_that_cannot_be_used_is_refused(tmp_path: Path, part: str) -> None:
    """A name alone looks at nothing, and a secret has no place in the file."""
    path = tmp_path / "config.yaml"
    path.write_text(f"elsewhere: {part}\n")
    with pytest.raises(DefinitionError):
        find(path)


@pytest.mark.parametrize(
    "proxy",
    [
        "http://192.0.2.99:99999",
        "http://192.0.2.99:port",
        "http://[::1:3128",
        "http://bü.example:1",
    ],
)
def test_a_proxy_that_no_run_could_use_is_told_with_its_place(tmp_path: Path, proxy: str) -> None:
    """A run would else end in the middle, with a traceback."""
    path = tmp_path / "config.yaml"
    path.write_text(f'elsewhere: {{name: a, proxy: "{proxy}"}}\n', encoding="utf-8")
    with pytest.raises(DefinitionError):
        find(path)


@pytest.mark.parametrize("proxy", ["http://[2001:db8::1]:3128", "http://p-1.example:65535"])
def test_a_proxy_has_a_name_or_an_address(tmp_path: Path, proxy: str) -> None:
    """Of either family."""
    path = tmp_path / "config.yaml"
    path.write_text(f'elsewhere: {{name: a, proxy: "{proxy}"}}\n')
    assert find(path).elsewhere == ElsewhereConfig(name="a", proxy=proxy, resolver=None)
