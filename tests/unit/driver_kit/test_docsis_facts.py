"""Facts about a cable modem: what a 0 is, what an odd state is, and what a CMTS cannot tell.

No public recording of a CMTS holds docsIfCmtsCmStatus or docsIf3CmtsCm tables: the values are
made from the MIB definitions.
"""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.docsis_facts import ModemStatus
from cpe_diag.domain.failures import FailureKind, MeasurementError
from cpe_diag.domain.missing import Maybe, Missing
from cpe_diag.driver_kit.access_facts import Fields
from cpe_diag.driver_kit.decode import NOT_MEASURED, UNSUPPORTED, Value, decode, decode_group
from cpe_diag.driver_kit.docsis_facts import cable_modem, modem_channels
from cpe_diag.driver_kit.load import detect, load_access_driver
from cpe_diag.driver_kit.port_index import PortIndex

if TYPE_CHECKING:
    from cpe_diag.driver_kit.access import AccessDriver

CMTS = load_access_driver("docsis_cmts")
CISCO = load_access_driver("docsis_cisco")
MODEM = load_access_driver("docsis_modem")
INDEX = PortIndex(name="modem", parts={"cm": "12", "reg": "12"}, words={}, groups=())

OLD = "1.3.6.1.2.1.10.127.1.3.3.1"
NEW = "1.3.6.1.4.1.4491.2.1.20.1.3.1"
CISCO_STATUS = "1.3.6.1.4.1.9.9.116.1.3.2.1.1"
D31 = "1.3.6.1.4.1.4491.2.1.28.1.3.1"


def told(answers: dict[str, object], driver: AccessDriver = CMTS) -> Fields:
    """Decode the group `cable_modem` of an answer."""
    raw = {oid: value for oid, value in answers.items() if isinstance(value, (int, bytes, str))}
    return Fields(decode_group(driver.groups["cable_modem"], raw, INDEX), "cmts-1", "cable_modem")


def channel(**values: Maybe[Value]) -> Fields:
    """Make the fields of one channel."""
    return Fields(values, "modem", "channels")


@pytest.mark.parametrize(
    ("raw", "status", "online"),
    [
        (1, ModemStatus.OTHER, False),
        (2, ModemStatus.RANGING, False),
        (3, ModemStatus.RANGING_ABORTED, False),
        (4, ModemStatus.RANGING_COMPLETE, False),
        (5, ModemStatus.STARTING, False),
        (6, ModemStatus.REGISTERED, True),
        (7, ModemStatus.ACCESS_DENIED, False),
        (8, ModemStatus.OPERATIONAL, True),
        (9, ModemStatus.STARTING, False),
    ],
)
def test_every_state_of_rfc_4546_and_the_reserved_8_has_its_word(
    raw: int,
    status: ModemStatus,
    online: bool,  # noqa: FBT001 - a case of the table above
) -> None:
    """8 is no state of the MIB, and many CMTSs answer it for a modem that works."""
    modem = cable_modem(told({f"{OLD}.9.12": raw}), {})
    assert (modem.status, modem.online) == (status, online)


@pytest.mark.parametrize("raw", [0, 10, 17, 255, -1])
def test_a_state_beyond_the_mib_is_not_taken_for_offline(raw: int) -> None:
    """What the number means, only its vendor knows."""
    with pytest.raises(MeasurementError) as caught:
        cable_modem(told({f"{OLD}.9.12": raw}), {})
    assert caught.value.failure.kind is FailureKind.UNPARSEABLE


@pytest.mark.parametrize("raw", [3, 7, 0, 19])
def test_a_number_that_docs_if3_does_not_have_leaves_the_word_to_the_older_mib(raw: int) -> None:
    """3 and 7 are states of RFC 4546 only; a wrong one must not hide the right one."""
    modem = cable_modem(told({f"{NEW}.6.12": raw, f"{OLD}.9.12": 6}), {})
    assert modem.status is ModemStatus.REGISTERED


def test_the_newer_mib_tells_a_modem_that_may_not_forward() -> None:
    """It is registered, and its configuration file denies the network: RFC 4546 cannot say it."""
    modem = cable_modem(told({f"{NEW}.6.12": 17, f"{OLD}.9.12": 6}), {})
    assert (modem.status, modem.online) == (ModemStatus.ACCESS_DENIED, False)


def test_a_modem_that_is_not_online_has_no_levels() -> None:
    """What the CMTS still shows there is left over from before."""
    answers: dict[str, object] = {f"{OLD}.9.12": 2, f"{OLD}.6.12": -80, f"{OLD}.13.12": 301}
    modem = cable_modem(told(answers), {700: channel(rx_dbmv=-8.0, snr_db=30.1)})
    assert (modem.rx_dbmv, modem.snr_db) == (NOT_MEASURED, NOT_MEASURED)
    assert modem.upstreams == ()


def test_zero_is_no_level_and_no_ratio_at_the_cmts() -> None:
    """A CMTS that does not know a level answers 0, and 0 dBmV is the ideal one."""
    answers: dict[str, object] = {f"{OLD}.9.12": 6, f"{OLD}.6.12": 0, f"{OLD}.13.12": 0}
    modem = cable_modem(told(answers), {})
    assert (modem.rx_dbmv, modem.snr_db) == (NOT_MEASURED, NOT_MEASURED)
    answers |= {f"{OLD}.6.12": -5, f"{OLD}.13.12": 301}
    modem = cable_modem(told(answers), {})
    assert (modem.rx_dbmv, modem.snr_db) == (-0.5, 30.1)


@pytest.mark.parametrize(
    ("raw", "partial"),
    [(1, NOT_MEASURED), (2, False), (3, True), (4, True), (5, True)],
)
def test_other_is_no_answer_on_partial_service(raw: int, partial: Maybe[bool]) -> None:
    """A CMTS answers `other` for every modem before DOCSIS 3.1, impaired or not."""
    modem = cable_modem(told({f"{NEW}.6.12": 8, f"{D31}.9.12": raw}), {})
    assert modem.partial_service == partial


@pytest.mark.parametrize(
    ("answers", "address"),
    [
        ({f"{NEW}.5.12": bytes((10, 1, 2, 3))}, "10.1.2.3"),
        ({f"{NEW}.5.12": bytes(4), f"{OLD}.3.12": "10.1.2.3"}, "10.1.2.3"),
        (
            {f"{NEW}.5.12": bytes(4), f"{NEW}.3.12": b"\x20\x01\x0d\xb8" + bytes(11) + b"\x07"},
            "2001:db8::7",
        ),
        ({f"{OLD}.21.12": b"", f"{OLD}.3.12": str(IPv4Address(0))}, NOT_MEASURED),
        ({f"{OLD}.21.12": b"abc"}, Missing(why=FailureKind.UNPARSEABLE)),
        ({}, UNSUPPORTED),
    ],
)
def test_an_address_of_zeros_is_none(answers: dict[str, object], address: Maybe[str]) -> None:
    """The modem would be looked for at 0.0.0.0."""
    modem = cable_modem(told({f"{OLD}.9.12": 6, **answers}), {})
    assert modem.address == address


def test_64_bit_counts_come_first() -> None:
    """The 32-bit ones wrap within hours."""
    answers: dict[str, object] = {f"{OLD}.9.12": 6, f"{OLD}.15.12": 2**33, f"{OLD}.10.12": 7}
    assert cable_modem(told(answers), {}).unerrored == 2**33


@pytest.mark.parametrize(
    ("cisco", "status"),
    [
        (1, ModemStatus.OFFLINE),
        (5, ModemStatus.ACCESS_DENIED),
        (7, ModemStatus.OPERATIONAL),
        (2, ModemStatus.RANGING),
        (99, ModemStatus.RANGING),
        (None, ModemStatus.RANGING),
    ],
)
def test_a_cisco_tells_a_modem_that_is_gone(cisco: int | None, status: ModemStatus) -> None:
    """RFC 4546 has no word for it; `others` and what is new leave the word to the standard."""
    answers: dict[str, object] = {f"{OLD}.9.12": 2, f"{CISCO_STATUS}.12": cisco}
    assert cable_modem(told(answers, CISCO), {}).status is status


@pytest.mark.parametrize(
    ("description", "driver"),
    [
        (
            "Cisco IOS Software [IOSXE], cBR Software (X86_64_LINUX_IOSD-UNIVERSALK9-M), 17",
            "docsis_cisco",
        ),
        ("Cisco IOS Software, 10000 Software (UBR10K4-K9P6U2-M), Version 12.2", "docsis_cisco"),
        ("Cisco IOS Software, C3750 Software (C3750-IPBASE-M), Version 12.2", None),
        ("CMTS_V08.02.00.97, <<HW_REV: 3.1; VENDOR: ARRIS; BOOTR: V00.01.00>>", None),
    ],
)
def test_a_cisco_cmts_is_known_by_its_description(description: str, driver: str | None) -> None:
    """Its switches and routers have the same beginning, and no cable modems."""
    found = detect([CMTS, CISCO, MODEM], "1.3.6.1.4.1.32473.1", description)
    assert (found.id if found else None) == driver


class TestZeroOfAChannel:
    """A level of exactly 0 needs two witnesses: its own SNR, and a level that is not 0."""

    def levels(self, *rows: tuple[float, Maybe[float]]) -> list[Maybe[float]]:
        """Give the believed levels of channels with these levels and ratios."""
        downs = {
            number: channel(power_dbmv=power, snr_db=snr)
            for number, (power, snr) in enumerate(rows, start=3)
        }
        told = modem_channels(channel(uptime_s=1.0), downs, {}, 0)
        return [one.power_dbmv for one in told.downstreams]

    def test_a_zero_among_levels_is_a_level(self) -> None:
        """A healthy plant is levelled to 0: one channel in twenty reads exactly that."""
        assert self.levels((0.3, 39.0), (0.0, 38.6), (-0.4, 39.1)) == [0.3, 0.0, -0.4]

    def test_a_modem_that_measures_no_level_has_none(self) -> None:
        """All of its channels read 0, and all look ideal."""
        assert self.levels((0.0, 38.0), (0.0, 37.0)) == [NOT_MEASURED, NOT_MEASURED]

    def test_a_channel_without_signal_has_none(self) -> None:
        """It is down: RFC 4546 lets it answer 0."""
        assert self.levels((2.0, 38.0), (0.0, NOT_MEASURED)) == [2.0, NOT_MEASURED]

    def test_one_channel_alone_has_no_second_witness(self) -> None:
        """It cannot be told from a modem that measures none."""
        assert self.levels((0.0, 38.0)) == [NOT_MEASURED]

    def test_the_same_holds_at_the_cmts(self) -> None:
        """DOCS-IF3-MIB names no sentinel, and the same agents stand behind it."""
        rows = {
            700: channel(rx_dbmv=0.0, snr_db=33.0),
            701: channel(rx_dbmv=-1.5, snr_db=33.0),
            702: channel(rx_dbmv=0.0, snr_db=NOT_MEASURED),
        }
        modem = cable_modem(told({f"{OLD}.9.12": 6}), rows)
        assert [one.rx_dbmv for one in modem.upstreams] == [0.0, -1.5, NOT_MEASURED]


@pytest.mark.parametrize(
    ("own", "by_channel", "total"),
    [
        (UNSUPPORTED, (3, 0, 41), 44),
        (0, (3, 0, 41), 44),
        (19, (), 19),
        (19, (3, UNSUPPORTED), 19),
        (UNSUPPORTED, (3, UNSUPPORTED), UNSUPPORTED),
    ],
)
def test_timeouts_are_summed_where_every_channel_tells(
    own: Maybe[int], by_channel: tuple[Maybe[int], ...], total: Maybe[int]
) -> None:
    """A newer modem may still hold a 0 in the old place, and a half sum would hide a storm."""
    ups = {number: channel(t3_timeouts=count) for number, count in enumerate(by_channel)}
    told = modem_channels(channel(uptime_s=1.0, t3_timeouts=own), {}, ups, 0)
    assert told.t3_timeouts == total


def test_the_mer_of_ofdma_is_in_hundredths() -> None:
    """Read as tenths like its neighbour, 41.5 dB would be 415."""
    specs = CMTS.groups["cable_modem_upstreams"]
    ofdma = next(one for one in specs if "OfdmaChannelMeanRxMer" in one.source)
    assert decode(ofdma, 4150) == 41.5
    single = next(one for one in specs if "CmUsStatusSignalNoise" in one.source)
    assert decode(single, 415) == 41.5


def test_a_modem_that_sends_nothing_has_no_transmit_level() -> None:
    """0 dBmV on the way up would read as a modem that hardly has to shout."""
    for spec in MODEM.groups["modem_upstreams"]:
        if spec.field == "tx_dbmv":
            assert decode(spec, 0) == NOT_MEASURED
            assert decode(spec, 478) == 47.8
