"""The door to a cable modem: only where the inventory gives the credential, once an address."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.failures import FailureKind, MeasurementError
from cpe_diag.domain.subscriber import ModemAccess
from cpe_diag.testing.run_samples import sample_subscriber
from cpe_diag.transports.snmp import SnmpDoor
from cpe_diag.wiring.config import Config
from cpe_diag.wiring.credentials import credentials_of
from cpe_diag.wiring.doors import open_doors
from cpe_diag.wiring.knowledge import modem_driver_of

if TYPE_CHECKING:
    from pathlib import Path

ACCESS = ModemAccess(address=None, port=1161, version="2c", credential="env:NOT_SET_ANYWHERE")
UPTIME = "1.3.6.1.2.1.1.3.0"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """A configuration that says nothing."""
    return Config(origin="a test", folder=tmp_path)


async def test_a_modem_is_opened_once_at_each_address(config: Config) -> None:
    """Two readers of one modem would ask it four things at a time."""
    subscriber = replace(sample_subscriber(), modem=ACCESS)
    async with open_doors(config, subscriber, None, credentials_of(config)) as doors:
        reader = doors.modem("192.0.2.9")
        assert isinstance(reader, SnmpDoor)
        assert reader.node == "modem 192.0.2.9"
        assert doors.modem("192.0.2.9") is reader
        assert doors.modem("192.0.2.10") is not reader


@pytest.mark.parametrize(
    ("access", "words"), [(None, "cable modem"), (ACCESS, "env:NOT_SET_ANYWHERE")]
)
async def test_a_modem_without_a_credential_is_not_asked(
    config: Config, access: ModemAccess | None, words: str
) -> None:
    """Nobody guesses `public` at a customer's device."""
    subscriber = replace(sample_subscriber(), modem=access)
    async with open_doors(config, subscriber, None, credentials_of(config)) as doors:
        deadline = doors.clock.monotonic() + 5
        with pytest.raises(MeasurementError) as caught:
            await doors.modem("192.0.2.9").get([UPTIME], deadline=deadline)
    assert caught.value.failure.kind is FailureKind.NOT_CONFIGURED
    assert words in str(caught.value)


def test_a_modem_has_the_standard_driver_unless_the_inventory_names_another(
    config: Config,
) -> None:
    """Where nobody may ask the modem, no driver is loaded for it."""
    subscriber = sample_subscriber()
    standard = modem_driver_of(replace(subscriber, modem=ACCESS), config)
    assert standard is not None
    assert standard.id == "docsis_modem"
    named = replace(ACCESS, driver="generic_ifmib")
    other = modem_driver_of(replace(subscriber, modem=named), config)
    assert other is not None
    assert other.id == "generic_ifmib"
    assert modem_driver_of(replace(subscriber, modem=None), config) is None
