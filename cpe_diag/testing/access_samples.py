"""One fact of every kind about a port, an ONT and a cable modem, for tests of reports."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.dhcp_facts import DhcpOutcome, DhcpServer
from cpe_diag.domain.docsis_facts import (
    CableModem,
    CmtsUpstream,
    DownstreamChannel,
    ModemChannels,
    ModemStatus,
    UpstreamChannel,
)
from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.history_facts import PortHistory, PortSample
from cpe_diag.domain.line_facts import LineGrowth
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.ont_facts import OntDownCause, OntErrors, OntOptics, OntState
from cpe_diag.domain.setting_facts import (
    CablePair,
    CableState,
    CableTest,
    DhcpBinding,
    DhcpBindings,
    PortConfig,
    PortPower,
    PortSecurity,
    VlanMembership,
)
from cpe_diag.domain.sibling_facts import Siblings, SiblingState
from cpe_diag.domain.watch_facts import PortWatch

if TYPE_CHECKING:
    from collections.abc import Mapping

_NOT_SAID: Final = Missing(why=FailureKind.UNSUPPORTED)

_SEEN: Final = datetime(2026, 1, 15, 8, 0, tzinfo=UTC)

ACCESS_FACTS: Final[Mapping[FactKey, object]] = MappingProxyType(
    {
        FactKey("port_history", "port"): PortHistory(
            samples=tuple(
                PortSample(
                    at=_SEEN + timedelta(minutes=minutes),
                    up=up,
                    changed_s=_NOT_SAID if minutes else 4.0,
                )
                for minutes, up in enumerate((True, False, True, False, True, False, True))
            )
        ),
        FactKey("port_config", "port"): PortConfig(
            vlan=1012,
            profile="VDSL-100",
            auto_negotiation=True,
            service_vlan=VlanMembership.UNTAGGED,
        ),
        FactKey("port_watch", "port"): PortWatch(watched_s=9.0, looks=10, changes=3, down_looks=3),
        FactKey("port_power", "port"): PortPower(
            admin_on=True, delivering=False, fault=True, power_w=_NOT_SAID
        ),
        FactKey("port_security", "port"): PortSecurity(enabled=True, locked=True, violations=3),
        FactKey("cable_test", "port"): CableTest(
            pairs=(
                CablePair(pair=1, state=CableState.OK, distance_m=41.0),
                CablePair(pair=2, state=CableState.OPEN, distance_m=37.0),
            )
        ),
        FactKey("dhcp_bindings", "port"): DhcpBindings(
            asked="02:00:5e:00:10:12",
            entries=(DhcpBinding(mac="02:00:5e:00:10:12", address="198.51.100.112", vlan=1012),),
        ),
        FactKey("dhcp_server", "operator"): DhcpServer(
            server="192.0.2.67",
            subnet="198.51.100.0/24",
            outcome=DhcpOutcome.NO_OFFER,
            offered=None,
            took_s=Missing(why=FailureKind.SILENT),
        ),
        FactKey("siblings", "node"): Siblings(
            own="0/1/12",
            ports=(
                SiblingState(
                    port="0/1/12",
                    admin_up=True,
                    up=False,
                    changed_ago_s=184.0,
                    down_cause=_NOT_SAID,
                    groups=("card 0/1",),
                ),
                SiblingState(
                    port="0/1/13",
                    admin_up=True,
                    up=True,
                    changed_ago_s=_NOT_SAID,
                    down_cause=_NOT_SAID,
                    groups=("card 0/1",),
                ),
            ),
            in_service=24,
            dated=True,
        ),
        FactKey("line_growth", "line"): LineGrowth(
            interval_s=5.0,
            errored_s=2,
            severely_errored_s=0,
            unavailable_s=Missing(why=FailureKind.INCOMPLETE),
            code_violations=31,
            full_inits=0,
        ),
        FactKey("ont_state", "ont"): OntState(
            online=False,
            last_down_cause=OntDownCause.LOSS_OF_SIGNAL,
            down_for_s=184.0,
            serial="HWTC1A2B3C4D",
            model="EG8145V5",
            firmware="V5R019C10S125",
            distance_m=2_417,
            config_ok=_NOT_SAID,
        ),
        FactKey("ont_optics", "ont"): OntOptics(
            ont_rx_dbm=-21.4,
            ont_tx_dbm=2.3,
            olt_rx_dbm=-24.1,
            olt_tx_dbm=_NOT_SAID,
            ont_temperature_c=47.0,
            ont_voltage_v=3.3,
        ),
        FactKey("ont_errors", "ont"): OntErrors(
            down_bip_errors=0,
            up_bip_errors=412,
            down_fec_corrected=_NOT_SAID,
            down_fec_uncorrectable=_NOT_SAID,
            up_fec_corrected=90_211,
            up_fec_uncorrectable=17,
        ),
        FactKey("cable_modem", "cmts"): CableModem(
            status=ModemStatus.OPERATIONAL,
            address="198.51.100.90",
            rx_dbmv=0.5,
            snr_db=24.1,
            unerrored=1_000_000,
            corrected=6_000,
            uncorrectable=300,
            partial_service=False,
            upstreams=(
                CmtsUpstream(
                    channel=701,
                    rx_dbmv=0.5,
                    snr_db=24.1,
                    unerrored=1_000_000,
                    corrected=6_000,
                    uncorrectable=300,
                ),
            ),
        ),
        FactKey("modem_channels", "modem"): ModemChannels(
            uptime_s=86_400.0,
            downstreams=(
                DownstreamChannel(
                    channel=3,
                    frequency_hz=602_000_000,
                    power_dbmv=-1.2,
                    snr_db=38.9,
                    unerrored=90_000_000,
                    corrected=12,
                    uncorrectable=0,
                ),
            ),
            upstreams=(
                UpstreamChannel(channel=4, tx_dbmv=51.5, t3_timeouts=14, t4_timeouts=_NOT_SAID),
            ),
            t3_timeouts=14,
            t4_timeouts=2,
            resets=1,
            lost_syncs=0,
            unread_channels=0,
        ),
    }
)
