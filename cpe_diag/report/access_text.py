"""One line for every fact about the port's settings, an ONT or a cable modem."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.dhcp_facts import DhcpOutcome
from cpe_diag.domain.missing import known
from cpe_diag.domain.ont_facts import OntDownCause
from cpe_diag.domain.setting_facts import CableState, VlanMembership
from cpe_diag.report.duration import duration
from cpe_diag.report.phrases import counted, listed, maybe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.domain.dhcp_facts import DhcpServer
    from cpe_diag.domain.docsis_facts import CableModem, ModemChannels
    from cpe_diag.domain.line_facts import LineGrowth
    from cpe_diag.domain.ont_facts import OntErrors, OntOptics, OntState
    from cpe_diag.domain.setting_facts import (
        CablePair,
        CableTest,
        DhcpBindings,
        PortConfig,
        PortPower,
        PortSecurity,
    )
    from cpe_diag.domain.sibling_facts import Siblings
    from cpe_diag.domain.watch_facts import PortWatch

DOWN_CAUSE_WORDS: Final[Mapping[OntDownCause, str]] = {
    OntDownCause.DYING_GASP: "its power went (dying gasp)",
    OntDownCause.LOSS_OF_SIGNAL: "the light went (LOS)",
    OntDownCause.LOSS_OF_FRAME: "its frames went (LOF)",
    OntDownCause.SIGNAL_DEGRADED: "too many bit errors (SF, SD)",
    OntDownCause.DEACTIVATED: "switched off by the operator",
    OntDownCause.RESET: "restarted",
    OntDownCause.AUTH_FAILED: "not accepted (serial number or password)",
    OntDownCause.ROGUE: "it sent out of turn (rogue)",
    OntDownCause.OTHER: "another cause",
}


def port_watch(fact: PortWatch) -> str:
    """Say what the link did while it was looked at."""
    came = counted(fact.changes, "change") if fact.changes else "no change"
    down = f", down in {fact.down_looks} of {fact.looks} looks" if fact.down_looks else ""
    return f"{came} of the link in {duration(fact.watched_s)}{down}"


def port_config(fact: PortConfig) -> str:
    """Say how the port is set up."""
    parts = [*maybe(fact.vlan, lambda vlan: f"VLAN {vlan}")]
    parts += maybe(fact.profile, lambda name: f"profile {name}")
    parts += maybe(
        fact.auto_negotiation, lambda on: "auto-negotiation" if on else "fixed speed and duplex"
    )
    parts += maybe(fact.service_vlan, _service_vlan)
    return ", ".join(parts) or "no setting is told"


def _service_vlan(membership: VlanMembership) -> str:
    if membership is VlanMembership.ABSENT:
        return "NOT in the VLAN of the service"
    return f"{membership.value} in the VLAN of the service"


def port_power(fact: PortPower) -> str:
    """Say what Power over Ethernet does."""
    if not fact.admin_on:
        return "PoE switched off"
    if known(fact.fault):
        return "PoE switched on, FAULT"
    delivering = known(fact.delivering)
    state = "" if delivering is None else ", delivering" if delivering else ", not delivering"
    return f"PoE switched on{state}" + "".join(maybe(fact.power_w, lambda w: f" {w:.1f} W"))


def port_security(fact: PortSecurity) -> str:
    """Say whether the node has locked the port."""
    state = "LOCKED by port security" if fact.locked else "not locked by port security"
    return state + "".join(maybe(fact.violations, lambda n: f", {counted(n, 'violation')}"))


def _pair(pair: CablePair) -> str:
    where = "".join(maybe(pair.distance_m, lambda m: f" at {m:g} m"))
    return f"pair {pair.pair} {pair.state.value.upper()}{where}"


def cable_test(fact: CableTest) -> str:
    """Say what the last cable test found."""
    bad = [pair for pair in fact.pairs if pair.state is not CableState.OK]
    if not bad:
        return f"last cable test: {counted(len(fact.pairs), 'pair')} whole"
    return "last cable test: " + listed([_pair(pair) for pair in bad])


def dhcp_bindings(fact: DhcpBindings) -> str:
    """Say which address DHCP snooping holds for the device that was asked for."""
    if not fact.entries:
        return f"no DHCP binding of {fact.asked} on the port"
    return "DHCP gave " + listed([f"{one.address} to {one.mac}" for one in fact.entries])


def dhcp_server(fact: DhcpServer) -> str:
    """Say what the operator's DHCP server answered us."""
    took = "".join(maybe(fact.took_s, lambda s: f" in {duration(s)}"))
    named = known(fact.name_servers) or ()
    servers = f", DNS {listed(list(named))}" if named else ""
    return {
        DhcpOutcome.OFFERED: f"{fact.server} offers {fact.offered}{servers}{took}",
        DhcpOutcome.NO_OFFER: f"{fact.server} is there and offers no address in {fact.subnet}",
        DhcpOutcome.SILENT: f"{fact.server} answers nothing",
        DhcpOutcome.REFUSED: f"nothing listens at the DHCP port of {fact.server}",
        DhcpOutcome.UNREACHABLE: f"there is no way to {fact.server}",
    }[fact.outcome]


def siblings(fact: Siblings) -> str:
    """Say how many of the ports beside are down."""
    down = sum(one.admin_up and not one.up for one in fact.ports)
    return f"{down} of {len(fact.ports)} ports of the node are down ({fact.in_service} in service)"


def line_growth(fact: LineGrowth) -> str:
    """Say what the line suffered between two samples."""
    parts = [*maybe(fact.errored_s, lambda n: counted(n, "errored second"))]
    parts += maybe(fact.code_violations, lambda n: counted(n, "CRC anomaly", "CRC anomalies"))
    parts += maybe(fact.full_inits, lambda n: counted(n, "retrain"))
    told = ", ".join(parts) or "a new interval began"
    return f"{told} in {duration(fact.interval_s)}"


def ont_state(fact: OntState) -> str:
    """Say whether the ONT runs, and why it went down last."""
    name = " ".join([*maybe(fact.model, str), *maybe(fact.serial, str)])
    parts = [f"ONT {name} {'online' if fact.online else 'OFFLINE'}".replace("  ", " ")]
    cause = known(fact.last_down_cause)
    if cause is not None:
        ago = "".join(maybe(fact.down_for_s, lambda s: f", {duration(s)} ago"))
        parts.append(f"last went down: {DOWN_CAUSE_WORDS[cause]}{ago}")
    parts += maybe(fact.distance_m, lambda m: f"{m / 1000:.1f} km of fibre")
    if known(fact.config_ok) is False:
        parts.append("the OLT could not configure it")
    return ", ".join(parts)


def ont_optics(fact: OntOptics) -> str:
    """Say the light levels at both ends."""
    parts = [*maybe(fact.ont_rx_dbm, lambda dbm: f"ONT receives {dbm:.1f} dBm")]
    parts += maybe(fact.olt_rx_dbm, lambda dbm: f"OLT receives {dbm:.1f} dBm")
    parts += maybe(fact.ont_tx_dbm, lambda dbm: f"ONT sends {dbm:.1f} dBm")
    return ", ".join(parts) or "no light level is told"


def ont_errors(fact: OntErrors) -> str:
    """Say which errors the ONT's traffic has collected."""
    counts = (
        (fact.down_bip_errors, "BIP errors down"),
        (fact.up_bip_errors, "BIP errors up"),
        (fact.down_fec_uncorrectable, "lost code words down"),
        (fact.up_fec_uncorrectable, "lost code words up"),
    )
    told = [f"{count} {words}" for count, words in counts if isinstance(count, int)]
    return ", ".join(told) or "errors not counted"


def cable_modem(fact: CableModem) -> str:
    """Say how the CMTS sees the modem."""
    parts = [f"cable modem {fact.status.value.replace('_', ' ')}"]
    parts += maybe(fact.snr_db, lambda db: f"upstream SNR {db:.1f} dB")
    parts += maybe(fact.rx_dbmv, lambda dbmv: f"at {dbmv:.1f} dBmV")
    parts += maybe(fact.uncorrectable, lambda n: f"{n} lost codewords")
    if known(fact.partial_service):
        parts.append("PARTIAL SERVICE")
    return ", ".join(parts)


def modem_channels(fact: ModemChannels) -> str:
    """Say what the modem tells of its channels."""
    parts = [
        counted(len(fact.downstreams), "downstream channel"),
        counted(len(fact.upstreams), "upstream channel"),
    ]
    powers = [dbmv for one in fact.downstreams if (dbmv := known(one.power_dbmv)) is not None]
    if powers:
        parts.append(f"levels {min(powers):.1f} to {max(powers):.1f} dBmV")
    ratios = [db for one in fact.downstreams if (db := known(one.snr_db)) is not None]
    if ratios:
        parts.append(f"lowest MER {min(ratios):.1f} dB")
    sent = [dbmv for one in fact.upstreams if (dbmv := known(one.tx_dbmv)) is not None]
    if sent:
        parts.append(f"sends up to {max(sent):.1f} dBmV")
    parts += maybe(fact.t3_timeouts, lambda n: f"{n} T3")
    parts += maybe(fact.t4_timeouts, lambda n: f"{n} T4")
    if fact.unread_channels:
        parts.append(f"{fact.unread_channels} channels not read")
    return ", ".join(parts)
