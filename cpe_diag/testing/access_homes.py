"""The whole evidence of healthy homes on a managed switch, a PON and a coax, and their faults."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.docsis_facts import (
    CableModem,
    CmtsUpstream,
    DownstreamChannel,
    ModemChannels,
    ModemStatus,
    UpstreamChannel,
)
from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.ont_facts import OntDownCause, OntOptics, OntState
from cpe_diag.domain.port_facts import OperStatus
from cpe_diag.domain.setting_facts import (
    CablePair,
    CableState,
    CableTest,
    PortConfig,
    PortPower,
    PortSecurity,
    VlanMembership,
)
from cpe_diag.domain.subscriber import Technology
from cpe_diag.testing.evidence_samples import (
    ABSENT,
    changed,
    ethernet_home,
    unobserved,
    with_value,
)
from cpe_diag.testing.fault_effects import link_down, lost, router_gone
from cpe_diag.testing.faults_outside import dhcp_no_offer

if TYPE_CHECKING:
    from cpe_diag.judge.question import CaseFile

SERIAL: Final = "HWTC1A2B3C4D"
PROFILE: Final = "HSI-100"

_NOT_HERE: Final = FailureKind.NOT_APPLICABLE


def switch_home(symptom: str = "no_internet") -> CaseFile:
    """Give a healthy home on a switch that tells of its settings and has tested the cable."""
    case = ethernet_home(symptom)
    facts = {
        "port_config": PortConfig(
            vlan=120,
            profile=PROFILE,
            auto_negotiation=True,
            service_vlan=VlanMembership.UNTAGGED,
        ),
        "port_power": PortPower(admin_on=True, delivering=True, fault=False, power_w=4.1),
        "port_security": PortSecurity(enabled=True, locked=False, violations=0),
        "cable_test": CableTest(
            pairs=tuple(
                CablePair(pair=number, state=CableState.OK, distance_m=41.0)
                for number in (1, 2, 3, 4)
            )
        ),
    }
    for kind, value in facts.items():
        case = with_value(case, kind, "port", value)
    return _sold(case)


def pon_home(symptom: str = "no_internet") -> CaseFile:
    """Give a healthy home behind an ONT, 100 Mbit/s, DHCP."""
    case = _without_own_port(ethernet_home(symptom))
    case = with_value(
        case,
        "ont_state",
        "ont",
        OntState(
            online=True,
            last_down_cause=OntDownCause.DYING_GASP,
            down_for_s=864_000.0,
            serial=SERIAL,
            model="EG8145V5",
            firmware="V5R019",
            distance_m=2_417,
            config_ok=True,
        ),
    )
    case = with_value(
        case,
        "ont_optics",
        "ont",
        OntOptics(
            ont_rx_dbm=-19.4,
            ont_tx_dbm=2.3,
            olt_rx_dbm=-20.6,
            olt_tx_dbm=3.1,
            ont_temperature_c=44.0,
            ont_voltage_v=3.3,
        ),
    )
    config = PortConfig(vlan=120, profile=PROFILE, auto_negotiation=ABSENT, service_vlan=ABSENT)
    case = _on(with_value(case, "port_config", "port", config), Technology.GPON)
    return replace(case, subscriber=replace(case.subscriber, ont_serial=SERIAL))


def coax_home(symptom: str = "no_internet") -> CaseFile:
    """Give a healthy home behind a cable modem, 100 Mbit/s, DHCP."""
    case = _without_own_port(ethernet_home(symptom))
    upstream = CmtsUpstream(
        channel=701,
        rx_dbmv=0.2,
        snr_db=36.5,
        unerrored=90_000_000,
        corrected=400,
        uncorrectable=12,
    )
    case = with_value(
        case,
        "cable_modem",
        "cmts",
        CableModem(
            status=ModemStatus.OPERATIONAL,
            address="192.0.2.190",
            rx_dbmv=0.2,
            snr_db=36.5,
            unerrored=90_000_000,
            corrected=400,
            uncorrectable=12,
            partial_service=False,
            upstreams=(upstream,),
        ),
    )
    downstreams = tuple(
        DownstreamChannel(
            channel=number,
            frequency_hz=600_000_000 + 8_000_000 * number,
            power_dbmv=1.5 - number / 4,
            snr_db=39.0,
            unerrored=10_000_000,
            corrected=3,
            uncorrectable=0,
        )
        for number in range(1, 9)
    )
    sent = UpstreamChannel(channel=4, tx_dbmv=43.5, t3_timeouts=1, t4_timeouts=0)
    case = with_value(
        case,
        "modem_channels",
        "modem",
        ModemChannels(
            uptime_s=864_000.0,
            downstreams=downstreams,
            upstreams=(sent,),
            t3_timeouts=1,
            t4_timeouts=0,
            resets=2,
            lost_syncs=1,
            unread_channels=0,
        ),
    )
    return _on(case, Technology.DOCSIS)


def _on(case: CaseFile, technology: Technology) -> CaseFile:
    case = replace(case, subscriber=replace(case.subscriber, technology=technology))
    return _sold(unobserved(case, "line_quality", "line", _NOT_HERE))


def _sold(case: CaseFile) -> CaseFile:
    service = replace(case.subscriber.service, profile=PROFILE)
    return replace(case, subscriber=replace(case.subscriber, service=service))


def _without_own_port(case: CaseFile) -> CaseFile:
    """A shared medium has no interface, counters or forwarding entries of one home."""
    case = changed(case, "port_status", "port", if_index=None)
    for kind in ("port_speed", "port_counters", "port_rates", "learned_macs"):
        case = unobserved(case, kind, "port", FailureKind.UNSUPPORTED)
    return case


def _ont_away(case: CaseFile, cause: OntDownCause) -> CaseFile:
    case = link_down_of_shared(case)
    case = changed(case, "ont_state", "ont", online=False, last_down_cause=cause, down_for_s=120.0)
    return unobserved(case, "ont_optics", "ont", FailureKind.NOT_MEASURED)


def link_down_of_shared(case: CaseFile) -> CaseFile:
    """The ONT or modem went two minutes ago, and everything behind it."""
    held = with_value(
        case,
        "learned_macs",
        "port",
        ethernet_home().evidence.value(object, "learned_macs", "port"),
    )
    case = link_down(held)
    case = unobserved(case, "learned_macs", "port", FailureKind.UNSUPPORTED)
    return changed(case, "port_status", "port", oper=OperStatus.DOWN)


def fibre_cut(case: CaseFile) -> CaseFile:
    """The OLT heard nothing any more, and no goodbye before."""
    return _ont_away(case, OntDownCause.LOSS_OF_SIGNAL)


def dying_gasp(case: CaseFile) -> CaseFile:
    """The ONT said goodbye because its power went."""
    return _ont_away(case, OntDownCause.DYING_GASP)


def optical_low(case: CaseFile) -> CaseFile:
    """A dirty plug costs both directions ten decibels."""
    case = changed(case, "ont_optics", "ont", ont_rx_dbm=-28.9, olt_rx_dbm=-29.9)
    return lost(case, "router>gateway", received=6)


def optical_high(case: CaseFile) -> CaseFile:
    """Somebody took the splitter out."""
    return changed(case, "ont_optics", "ont", ont_rx_dbm=-5.1, olt_rx_dbm=-7.9)


def fibre_bent(case: CaseFile) -> CaseFile:
    """A door presses on the fibre: 1490 nm suffers most."""
    return changed(case, "ont_optics", "ont", ont_rx_dbm=-28.2, olt_rx_dbm=-23.6)


def ont_rejected(case: CaseFile) -> CaseFile:
    """The ONT was exchanged, and nobody told the OLT."""
    return _ont_away(case, OntDownCause.AUTH_FAILED)


def upstream_ingress(case: CaseFile) -> CaseFile:
    """Noise from a neighbour's plug."""
    heard = CmtsUpstream(
        channel=701,
        rx_dbmv=0.1,
        snr_db=18.4,
        unerrored=900_000,
        corrected=60_000,
        uncorrectable=41_000,
    )
    case = changed(
        case,
        "cable_modem",
        "cmts",
        snr_db=18.4,
        unerrored=900_000,
        corrected=60_000,
        uncorrectable=41_000,
        upstreams=(heard,),
    )
    return lost(case, "router>gateway", received=7)


def upstream_ranging(case: CaseFile) -> CaseFile:
    """A corroded plug: the modem shouts and is hardly heard."""
    sent = UpstreamChannel(channel=4, tx_dbmv=53.5, t3_timeouts=5_100, t4_timeouts=240)
    return changed(
        case,
        "modem_channels",
        "modem",
        upstreams=(sent,),
        t3_timeouts=5_100,
        t4_timeouts=240,
    )


def coax_level(case: CaseFile) -> CaseFile:
    """An amplifier is dead: everything arrives too weak."""
    weak = tuple(replace(one, power_dbmv=-18.0, snr_db=27.5) for one in _downstreams(case))
    return changed(case, "modem_channels", "modem", downstreams=weak)


def _downstreams(case: CaseFile) -> tuple[DownstreamChannel, ...]:
    held = case.evidence.value(ModemChannels, "modem_channels", "modem")
    return held.downstreams if held else ()


def modem_gone(case: CaseFile) -> CaseFile:
    """The CMTS has lost the modem."""
    case = changed(
        link_down_of_shared(case), "cable_modem", "cmts", status=ModemStatus.OFFLINE, upstreams=()
    )
    nothing = Missing(why=FailureKind.NOT_MEASURED)
    case = changed(case, "cable_modem", "cmts", snr_db=nothing, rx_dbmv=nothing)
    return unobserved(case, "modem_channels", "modem", FailureKind.SILENT)


def modem_ranging(case: CaseFile) -> CaseFile:
    """The modem tries, and gets no further."""
    return changed(modem_gone(case), "cable_modem", "cmts", status=ModemStatus.RANGING_ABORTED)


def modem_denied(case: CaseFile) -> CaseFile:
    """The modem belongs to nobody's contract."""
    return changed(modem_gone(case), "cable_modem", "cmts", status=ModemStatus.ACCESS_DENIED)


def partial_service(case: CaseFile) -> CaseFile:
    """A filter takes some channels away."""
    return changed(case, "cable_modem", "cmts", partial_service=True)


def cable_broken(case: CaseFile) -> CaseFile:
    """Pair 3 ends after 37 m; the link fell back to two pairs."""
    pairs = (
        CablePair(pair=1, state=CableState.OK, distance_m=41.0),
        CablePair(pair=3, state=CableState.OPEN, distance_m=37.0),
    )
    case = changed(case, "cable_test", "port", pairs=pairs)
    return changed(case, "port_speed", "port", speed_bps=10_000_000)


def wrong_profile(case: CaseFile) -> CaseFile:
    """An order was entered wrongly."""
    return changed(case, "port_config", "port", profile="HSI-16")


def port_locked(case: CaseFile) -> CaseFile:
    """A third device was plugged in, and the switch shut the port."""
    return changed(link_down(case), "port_security", "port", locked=True, violations=1)


def power_fault(case: CaseFile) -> CaseFile:
    """A short circuit in the cable."""
    return changed(link_down(case), "port_power", "port", delivering=False, fault=True)


def wrong_vlan_set(case: CaseFile) -> CaseFile:
    """The port was put into a VLAN where nobody answers."""
    case = changed(
        dhcp_no_offer(case),
        "port_config",
        "port",
        vlan=999,
        service_vlan=VlanMembership.ABSENT,
    )
    return unobserved(case, "learned_macs", "port", FailureKind.UNSUPPORTED)


def wrong_vlan_set_silent(case: CaseFile) -> CaseFile:
    """The same, and the router has lost its address there, so that nobody reaches it."""
    return router_gone(wrong_vlan_set(case))


def home_loop(case: CaseFile) -> CaseFile:
    """A cable in two sockets of the same switch."""
    return changed(case, "port_rates", "port", in_broadcast_per_s=41_000.0)
