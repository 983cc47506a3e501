"""With whose MAC a check asks in the router's place: the one on record, or the label's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from click.testing import CliRunner

from cpe_diag.cli import main
from cpe_diag.field.raw_process import RawProcess
from cpe_diag.wiring import field

if TYPE_CHECKING:
    from pathlib import Path

ON_RECORD: Final = "02:00:5e:10:00:01"
ON_LABEL: Final = "02:00:5e:10:00:99"


def asked_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *words: str
) -> tuple[int, str, list[object]]:
    """Run a dry check; gives exit code, output, and the MACs that the router's test was for."""
    macs: list[object] = []

    async def no_frames(*given: object) -> dict[str, tuple[tuple[()], int]]:
        macs.append(given[-1])
        return {}

    (tmp_path / "inventory.yaml").write_text(
        f"subscribers: [{{id: sub-1, router_mac: '{ON_RECORD.upper()}'}}]\n", encoding="utf-8"
    )
    config = tmp_path / "config.yaml"
    config.write_text("inventory: {kind: file, path: inventory.yaml}\n", encoding="utf-8")
    monkeypatch.setattr(RawProcess, "start", lambda _: None)
    monkeypatch.setattr(field, "interface_of", lambda _: "eth0")
    monkeypatch.setattr(field, "frames", no_frames)
    monkeypatch.setattr(field, "without_root", lambda: None)
    command = ("--config", str(config), "field", "check", *words, "--dry-run", "-s", "sub-1")
    result = CliRunner().invoke(main, command)
    return result.exit_code, result.output, macs


@pytest.mark.parametrize(
    ("words", "mac"),
    [
        ((), None),
        (("--as-router",), ON_RECORD),
        (("--as-router", ON_LABEL), ON_LABEL),
        (("--as-router", ON_LABEL.upper().replace(":", "-")), ON_LABEL),
        (("--as-router", ON_LABEL.replace(":", "")), ON_LABEL),
        (("--as-router=0200.5E10.0099",), ON_LABEL),
    ],
)
def test_the_routers_mac_is_the_one_on_record_or_as_a_label_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], mac: str | None
) -> None:
    """Labels write it in four ways; none of them has to be typed anew."""
    code, output, macs = asked_with(tmp_path, monkeypatch, *words)
    assert (code, macs) == (0, [mac]), output


@pytest.mark.parametrize(
    "wrong", ["02:00:5e:10:00", "label", "01:00:5e:00:00:01", "00:00:00:00:00:00"]
)
def test_what_is_no_stations_mac_is_refused_before_anything_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    """A group's address, or a half one, would be sent to a live port."""
    code, output, macs = asked_with(tmp_path, monkeypatch, "--as-router", wrong)
    assert (code, macs) == (2, [])
    assert "as on its label" in output
