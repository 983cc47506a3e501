"""The laptop's interface as Linux shows it under /sys/class/net (sysfs-class-net)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.domain.field_facts import Duplex, FieldLink
from cpe_diag.domain.missing import Missing

if TYPE_CHECKING:
    from cpe_diag.domain.missing import Maybe

SYSFS: Final = Path("/sys/class/net")
LOOK: Final = "field.look"
NOT_SAID: Final = Missing(why=FailureKind.NOT_MEASURED)
MEGABIT: Final = 1_000_000
ETHERNET: Final = "1"
"""ARPHRD_ETHER of linux/if_arp.h, in the file `type`: a cable's card, and a radio's."""


def link_of(interface: str, folder: Path = SYSFS) -> FieldLink:
    """Read the state of an interface.

    Args:
        interface: the system's name.
        folder: where the system shows it.

    Returns:
        Its state.

    Raises:
        MeasurementError: `field.look`: NOT_CONFIGURED: there is no such interface, UNREACHABLE:
            it is switched off, NOT_APPLICABLE: it is no Ethernet port, UNSUPPORTED: the system
            does not show it.
    """
    place = folder / interface
    if not folder.is_dir():
        raise _failed(FailureKind.UNSUPPORTED, interface, "this system has no /sys/class/net")
    if not place.is_dir():
        raise _failed(
            FailureKind.NOT_CONFIGURED, interface, "there is no such interface", _others(folder)
        )
    if (_text(place / "type") or ETHERNET) != ETHERNET:
        detail = "it is no port of this laptop: no cable and no radio is behind it"
        raise _failed(FailureKind.NOT_APPLICABLE, interface, detail, _others(folder))
    carrier = _text(place / "carrier")
    if carrier is None:
        step = f"ip link set {interface} up"
        raise _failed(FailureKind.UNREACHABLE, interface, "it is switched off", step)
    mac = _text(place / "address")
    if not mac:
        raise _failed(FailureKind.UNSUPPORTED, interface, "it has no hardware address")
    return FieldLink(
        interface=interface,
        mac=mac,
        wireless=(place / "wireless").exists() or (place / "phy80211").exists(),
        carrier=carrier == "1",
        speed_bps=_speed(place),
        duplex=_duplex(place),
        mtu_bytes=_number(place / "mtu"),
        flaps=_number(place / "carrier_changes"),
        errors_in=_number(place / "statistics" / "rx_errors"),
    )


def _others(folder: Path) -> str:
    """Say which ports may be named."""
    ports = sorted(one.name for one in folder.iterdir() if _text(one / "type") == ETHERNET)
    if not ports:
        return "this system shows no port: plug in an adapter that has one"
    return f"name the port that the cable or the radio is at: --port {' or '.join(ports)}"


def _speed(place: Path) -> Maybe[int]:
    """Read the speed: -1, or an error, where there is none (ABI/testing/sysfs-class-net)."""
    speed = _text(place / "speed")
    if speed is None or not speed.isdigit():
        return NOT_SAID
    return int(speed) * MEGABIT


def _duplex(place: Path) -> Maybe[Duplex]:
    told = _text(place / "duplex")
    return Duplex(told) if told in set(Duplex) else NOT_SAID


def _number(file: Path) -> Maybe[int]:
    told = _text(file)
    return int(told) if told is not None and told.isdigit() else NOT_SAID


def _text(file: Path) -> str | None:
    """Read one value; None where the driver gives an error in its place."""
    try:
        return file.read_text(encoding="ascii").strip()
    except OSError:
        return None


def _failed(
    kind: FailureKind, interface: str, detail: str, step: str | None = None
) -> MeasurementError:
    failure = Failure(kind=kind, where=interface, detail=detail, next_step=step)
    return MeasurementError(failure, LOOK)
