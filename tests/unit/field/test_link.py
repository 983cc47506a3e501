"""What is named as the laptop's port is a port, or it is said which may be named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.failures import FailureKind, MeasurementError
from cpe_diag.field.link import link_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def shown(tmp_path: Path) -> Path:
    """Give a laptop's /sys/class/net: a cable's card, a tunnel, and the loop to itself."""
    for name, kind, mac in (
        ("eth0", "1", "02:00:5e:10:00:07"),
        ("lo", "772", "00:00:00:00:00:00"),
        ("wg0", "65534", ""),
    ):
        folder = tmp_path / name
        folder.mkdir()
        for file, value in (("type", kind), ("address", mac), ("carrier", "1")):
            (folder / file).write_text(f"{value}\n", encoding="ascii")
    return tmp_path


@pytest.mark.parametrize("named", ["lo", "wg0"])
def test_what_is_no_port_is_refused_with_those_that_are(shown: Path, named: str) -> None:
    """`--port lo` was once looked at for four seconds, and "did not decide"."""
    with pytest.raises(MeasurementError) as caught:
        link_of(named, shown)
    failure = caught.value.failure
    assert (failure.kind, failure.where) == (FailureKind.NOT_APPLICABLE, named)
    assert str(failure.next_step).endswith("--port eth0")


def test_a_name_that_is_none_is_answered_with_the_ports(shown: Path) -> None:
    """A tunnel and the loop to itself were once offered as if a cable could be in them."""
    with pytest.raises(MeasurementError) as caught:
        link_of("eth9", shown)
    assert caught.value.failure.kind is FailureKind.NOT_CONFIGURED
    assert str(caught.value.failure.next_step).endswith("--port eth0")


def test_a_laptop_without_a_port_is_told_to_plug_one_in(shown: Path) -> None:
    """Many have none for a cable."""
    (shown / "eth0" / "type").write_text("512\n", encoding="ascii")
    with pytest.raises(MeasurementError) as caught:
        link_of("lo", shown)
    assert "plug in an adapter" in str(caught.value.failure.next_step)


def test_the_loop_of_this_machine_is_no_port() -> None:
    """The kernel's own word for it."""
    with pytest.raises(MeasurementError) as caught:
        link_of("lo")
    assert caught.value.failure.kind is FailureKind.NOT_APPLICABLE
