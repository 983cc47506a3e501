"""Where the laptop is plugged in is asked where it cannot be seen, and the rest is done then."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.failures import (
    DefinitionError,
    Failure,
    FailureKind,
    MeasurementError,
)
from cpe_diag.domain.field_facts import FieldLink, PluggedInto
from cpe_diag.domain.missing import Missing
from cpe_diag.field import laptop_port
from cpe_diag.field.link import link_of
from cpe_diag.field.raw_process import LOOK, RawProcess
from cpe_diag.wiring import field
from cpe_diag.wiring.field import interface_of, located

if TYPE_CHECKING:
    from pathlib import Path

    from cpe_diag.field.raw.order import Order

UNKNOWN = Missing(why=FailureKind.NOT_MEASURED)
LINK = FieldLink(
    interface="eth0",
    mac="02:00:5e:00:04:00",
    wireless=False,
    carrier=True,
    speed_bps=UNKNOWN,
    duplex=UNKNOWN,
    mtu_bytes=UNKNOWN,
    flaps=UNKNOWN,
    errors_in=UNKNOWN,
)


def test_a_port_that_is_switched_off_is_named_with_what_switches_it_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A laptop whose only port is off was told that it has none."""
    for name, files in {
        "eth0": {"type": "1", "address": LINK.mac},
        "lo": {"type": "772", "address": "00:00:00:00:00:00", "carrier": "1"},
    }.items():
        (tmp_path / name).mkdir()
        for file, value in files.items():
            (tmp_path / name / file).write_text(f"{value}\n", encoding="ascii")
    monkeypatch.setattr(field, "SYSFS", tmp_path)
    monkeypatch.setattr(field, "link_of", lambda name: link_of(name, tmp_path))
    with pytest.raises(DefinitionError, match="eth0: it is switched off: ip link set eth0 up"):
        interface_of(None)
    (tmp_path / "eth0" / "carrier").write_text("0\n", encoding="ascii")
    with pytest.raises(DefinitionError, match=r"there are eth0: plug the cable in, or name one$"):
        interface_of(None)
    (tmp_path / "eth0" / "carrier").write_text("1\n", encoding="ascii")
    assert interface_of(None) == "eth0"


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (
            Failure(
                kind=FailureKind.MISSING_PRIVILEGE,
                where="eth0",
                detail="our process may not send and read raw frames",
                next_step="sudo cpe-diag field check ...",
            ),
            "may not send and read raw frames.*sudo cpe-diag field check",
        ),
        (
            Failure(kind=FailureKind.INCOMPLETE, where="eth0", detail="a flood hides the answers"),
            "a flood hides the answers; say",
        ),
    ],
    ids=["no right", "flood"],
)
async def test_what_hides_who_answers_is_said_and_the_place_asked_for(
    monkeypatch: pytest.MonkeyPatch, failure: Failure, words: str
) -> None:
    """Without raw frames much can be seen still, once somebody says where the cable ends."""

    async def fails(_: RawProcess, order: Order) -> None:
        del order
        raise MeasurementError(failure, LOOK)

    monkeypatch.setattr(RawProcess, "ask", fails)
    monkeypatch.setattr(field, "link_of", lambda _: LINK)
    monkeypatch.setattr(laptop_port, "link_of", lambda _: LINK)
    with pytest.raises(DefinitionError, match=words) as caught:
        await located("eth0", None, RawProcess())
    assert "--at wall_port, --at router_lan" in str(caught.value)
    told = await located("eth0", PluggedInto.WALL_PORT, RawProcess())
    assert told.plugged_into is PluggedInto.WALL_PORT


@pytest.mark.parametrize("place", PluggedInto)
async def test_a_cable_is_at_no_wifi_and_a_radio_in_no_socket(
    monkeypatch: pytest.MonkeyPatch, place: PluggedInto
) -> None:
    """What the air loses would be held against router and line, or the other way round."""
    radio = place is not PluggedInto.WIFI
    monkeypatch.setattr(field, "link_of", lambda _: replace(LINK, wireless=radio))
    with pytest.raises(DefinitionError, match=f"not at {place.value}: name the other port"):
        await located("port0", place, RawProcess())
    monkeypatch.setattr(field, "link_of", lambda _: replace(LINK, wireless=not radio))
    assert (await located("port0", place, RawProcess())).plugged_into is place
