"""One line for every fact, with units, as a person would say it on the phone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cpe_diag.domain.device_facts import DeviceFlows, DevicePresence, DeviceWatch, LanOffers
from cpe_diag.domain.dhcp_facts import DhcpServer
from cpe_diag.domain.docsis_facts import CableModem, ModemChannels
from cpe_diag.domain.field_air_facts import FieldAir
from cpe_diag.domain.field_facts import (
    FieldArp,
    FieldDhcp,
    FieldHeard,
    FieldIpv6,
    FieldLink,
    FieldPppoe,
)
from cpe_diag.domain.field_jitter_facts import FieldJitter
from cpe_diag.domain.field_load_facts import FieldLoad
from cpe_diag.domain.field_locked_facts import FieldLocked
from cpe_diag.domain.field_path_facts import FieldNames, FieldPage, FieldTrace
from cpe_diag.domain.field_session_facts import FieldSession
from cpe_diag.domain.field_size_facts import FieldSize
from cpe_diag.domain.field_stream_facts import FieldStream
from cpe_diag.domain.field_use_facts import FieldUse
from cpe_diag.domain.field_vlan_facts import FieldVlans
from cpe_diag.domain.history_facts import PortHistory
from cpe_diag.domain.home_facts import HomeWatch
from cpe_diag.domain.lan_facts import DeviceFrames, LanRouters
from cpe_diag.domain.line_facts import LineDirection, LineGrowth, LineQuality
from cpe_diag.domain.load_facts import LoadTest, PathQuality, RateTrain
from cpe_diag.domain.missing import Missing, known
from cpe_diag.domain.observations import Observed
from cpe_diag.domain.ont_facts import OntErrors, OntOptics, OntState
from cpe_diag.domain.path_facts import (
    CallerAnswer,
    DnsCheck,
    DnsOutcome,
    HttpCheck,
    HttpOutcome,
    OwnChange,
    PingCheck,
    Reachability,
)
from cpe_diag.domain.port_facts import (
    LearnedMacs,
    NodeSystem,
    PortCounters,
    PortRates,
    PortSpeed,
    PortStatus,
)
from cpe_diag.domain.router_facts import LanStatus, LogEvents, RouterSystem, WanStatus
from cpe_diag.domain.setting_facts import (
    CableTest,
    DhcpBindings,
    PortConfig,
    PortPower,
    PortSecurity,
)
from cpe_diag.domain.sibling_facts import Siblings
from cpe_diag.domain.site_facts import LookEnd, NameTruth, SiteFronts, SiteLook, Unfit
from cpe_diag.domain.watch_facts import PortWatch
from cpe_diag.domain.way_out_facts import FirmwareIssue, Forwarding
from cpe_diag.domain.wifi_facts import AirScan, WifiClients, WifiStatus
from cpe_diag.report import (
    access_text,
    device_text,
    field_air_text,
    field_load_text,
    field_path_text,
    field_session_text,
    field_text,
    history_text,
    load_text,
    router_text,
)
from cpe_diag.report.duration import duration, rate, size
from cpe_diag.report.phrases import counted, listed, maybe
from cpe_diag.report.plain import harmless

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cpe_diag.domain.evidence import Evidence
    from cpe_diag.domain.failures import FailureKind


def fact_text(value: object) -> str:
    """Say a fact in one line.

    Args:
        value: the value of any kind of fact.

    Returns:
        Words with units and without control characters, for example
        `port 12 up, last change 3 d ago`.

    Raises:
        TypeError: the value is of no kind of fact, which is a bug.
    """
    words = _WORDS.get(type(value))
    if words is None:
        msg = f"{type(value).__name__} is no fact"
        raise TypeError(msg)
    return harmless(words(value))


def _node_system(fact: NodeSystem) -> str:
    name = known(fact.name) or "a node without a name"
    described = known(fact.description)
    return f"{name}, up {duration(fact.uptime_s)}" + (f", {described}" if described else "")


def _port_status(fact: PortStatus) -> str:
    name = known(fact.name) or _unnamed(fact)
    state = fact.oper.value.replace("_", " ") if fact.admin_up else "shut by the operator"
    parts = [f"port {name} {state}"]
    parts += maybe(fact.last_change_s, lambda s: f"last change {duration(s)} ago")
    return ", ".join(parts)


def _unnamed(fact: PortStatus) -> str:
    return "of the subscriber" if fact.if_index is None else f"ifIndex {fact.if_index}"


def _port_speed(fact: PortSpeed) -> str:
    duplex = known(fact.duplex)
    return f"{rate(fact.speed_bps)}" + (f" {duplex.value} duplex" if duplex else "")


_ERRORS: Final = (
    ("in_errors", "in errors"),
    ("out_errors", "out errors"),
    ("in_discards", "in discards"),
    ("out_discards", "out discards"),
    ("fcs_errors", "FCS errors"),
    ("alignment_errors", "alignment errors"),
    ("late_collisions", "late collisions"),
)
"""Fields of PortCounters and PortRates that count what went wrong, and their words."""


def _errors(fact: PortCounters | PortRates) -> str:
    counts = [(getattr(fact, field), words) for field, words in _ERRORS]
    wrong = [f"{count} {words}" for count, words in counts if isinstance(count, int) and count]
    if wrong:
        return listed(wrong)
    asked = any(not isinstance(count, Missing) for count, _ in counts)
    return "no errors" if asked else "errors not counted"


def _port_counters(fact: PortCounters) -> str:
    parts = [*maybe(fact.in_octets, lambda n: f"{size(n)} in")]
    parts += maybe(fact.out_octets, lambda n: f"{size(n)} out")
    return ", ".join([*parts, f"{_errors(fact)} since the last reset"])


def _port_rates(fact: PortRates) -> str:
    parts = [*maybe(fact.out_bps, lambda bps: f"{rate(bps)} to the customer")]
    parts += maybe(fact.in_bps, lambda bps: f"{rate(bps)} from the customer")
    return ", ".join([*parts, f"{_errors(fact)} in {duration(fact.interval_s)}"])


def _learned_macs(fact: LearnedMacs) -> str:
    if not fact.entries:
        return "no MAC learned on the port"
    return "learned " + listed([f"{entry.mac} in VLAN {entry.vlan}" for entry in fact.entries])


def _direction(name: str, fact: LineDirection) -> tuple[str, ...]:
    margin = known(fact.snr_margin_db)
    beside = "" if margin is None else f" ({margin:.1f} dB margin)"
    return maybe(fact.rate_bps, lambda bps: f"{name} {rate(bps)}{beside}")


def _line_quality(fact: LineQuality) -> str:
    parts = [f"{fact.standard.upper()} {'in sync' if fact.in_sync else 'not in sync'}"]
    if known(fact.far_end_power_lost):
        parts.append("the modem lost power")
    if known(fact.loss_of_signal):
        parts.append("loss of signal")
    if fact.in_sync:
        parts += [*_direction("down", fact.down), *_direction("up", fact.up)]
    parts += maybe(fact.errors.errored_s, lambda s: f"{counted(s, 'errored second')} in 15 min")
    parts += maybe(fact.errors.full_inits, lambda n: f"{counted(n, 'retrain')} in 15 min")
    parts += maybe(fact.full_inits_previous_day, lambda n: f"{n} the day before")
    return ", ".join(parts)


def _reachability(fact: Reachability) -> str:
    if not fact.reachable:
        return f"{fact.target} does not answer ({fact.method.upper()})"
    rtt = known(fact.rtt_s)
    within = "" if rtt is None else f" in {duration(rtt)}"
    return f"{fact.target} answers{within} ({fact.method.upper()})"


def _ping(fact: PingCheck) -> str:
    words = f"{fact.received} of {fact.sent} pings to {fact.target} answered"
    rtt = "".join(maybe(fact.rtt_avg_s, lambda s: f" in {duration(s)}"))
    return words + rtt + (f" ({fact.note})" if fact.note else "")


_DNS_WORDS: Final[Mapping[DnsOutcome, str]] = {
    DnsOutcome.ANSWERED: "resolves",
    DnsOutcome.NO_ADDRESS: "has no address",
    DnsOutcome.NXDOMAIN: "does not exist (NXDOMAIN)",
    DnsOutcome.SERVFAIL: "fails (SERVFAIL)",
    DnsOutcome.REFUSED: "refused",
    DnsOutcome.TIMEOUT: "no answer in time",
}

_HTTP_WORDS: Final[Mapping[HttpOutcome, str]] = {
    HttpOutcome.OK: "loads",
    HttpOutcome.HTTP_ERROR: "answers with an error",
    HttpOutcome.NAME_FAILED: "name does not resolve",
    HttpOutcome.REFUSED: "refuses the connection",
    HttpOutcome.UNREACHABLE: "cannot be reached",
    HttpOutcome.CONNECT_TIMEOUT: "does not take the connection in time",
    HttpOutcome.TLS_FAILED: "TLS fails",
    HttpOutcome.CERTIFICATE: "shows a certificate that is not accepted",
    HttpOutcome.READ_TIMEOUT: "connects and then does not answer in time",
    HttpOutcome.BROKEN: "answers with something that is no HTTP",
}


def _dns(fact: DnsCheck) -> str:
    words = f"{fact.name} {_DNS_WORDS[fact.outcome]} at {fact.server}"
    addresses = f" to {listed(list(fact.addresses))}" if fact.addresses else ""
    return words + addresses + "".join(maybe(fact.took_s, lambda s: f" in {duration(s)}"))


def _http(fact: HttpCheck) -> str:
    status = f" (status {fact.status})" if fact.status is not None else ""
    took = "".join(maybe(fact.took_s, lambda s: f" in {duration(s)}"))
    shown = "".join(maybe(fact.certificate, lambda one: f" ({one.words})"))
    moved = "".join(maybe(fact.moved_to, lambda host: f", and leads to {host}" if host else ""))
    return f"{fact.url} {_HTTP_WORDS[fact.outcome]}{shown}{status}{took}{moved}"


def _name_truth(fact: NameTruth) -> str:
    told = listed(list(fact.told)) if fact.told else "no address"
    if fact.agrees:
        return f"{fact.name} is {told} at {fact.server} and by {fact.known_by}"
    tls = "".join(maybe(fact.told_tls, lambda one: f", where {fact.name} {_HTTP_WORDS[one]}"))
    known = listed(list(fact.known))
    right = "".join(maybe(fact.known_tls, lambda one: f", where it {_HTTP_WORDS[one]}"))
    return (
        f"{fact.name} is {told} at {fact.server}{tls}, and by {fact.known_by} {known}{right} (TLS)"
    )


_LOOK_WORDS: Final = {
    LookEnd.PAGE: "leads to a page",
    LookEnd.CIRCLE: "sends its visitors in a circle",
    LookEnd.NOWHERE: "sends its visitors nowhere",
    LookEnd.FAILED: "leads to where no page comes from",
}
_UNFIT_WORDS: Final = {
    Unfit.NOTHING: "",
    Unfit.CANNOT_UNPACK: ", which cannot be unpacked",
    Unfit.NO_PAGE: ", which browsers do not show",
    Unfit.TELLS_ERROR: ", which tells of an error",
}


def _site_look(fact: SiteLook) -> str:
    way = f"{fact.steps[0].url} {_LOOK_WORDS[fact.end]}" if fact.steps else "it was not opened"
    if len(fact.steps) > 1:
        way += f" after {counted(len(fact.steps) - 1, 'redirect')}, last at {fact.steps[-1].url}"
    unfit = "".join(maybe(fact.unfit, _UNFIT_WORDS.__getitem__))
    words = f" ({fact.words})" if fact.words else ""
    parts = "".join(f"; its part {part.url} {_HTTP_WORDS[part.outcome]}" for part in fact.parts)
    return f"{way}{unfit}{words}{parts}"


def _site_fronts(fact: SiteFronts) -> str:
    return "; ".join(f"at {one.address}: {_http(one.page)}" for one in fact.fronts)


def _answer(fact: CallerAnswer) -> str:
    return f"the caller says: {fact.choice.replace('_', ' ')}"


def _firmware_issue(fact: FirmwareIssue) -> str:
    return f"known issue {fact.id}: {fact.title}, as {fact.because} ({fact.source})"


def _own_change(fact: OwnChange) -> str:
    return f"we did {fact.action}: {fact.ended.replace('_', ' ')}: {fact.words}"


def own_changes(evidence: Evidence) -> tuple[OwnChange, ...]:
    """Give what the run has changed, or wanted to, in its order."""
    values = (one.value for _key, one in evidence if isinstance(one, Observed))
    return tuple(value for value in values if isinstance(value, OwnChange))


def failure_text(kind: FailureKind) -> str:
    """Say in a few words why something is not known.

    Args:
        kind: the kind of failure.

    Returns:
        For example `host key changed`.
    """
    return kind.value.replace("_", " ")


_WORDS: Final[Mapping[type, Callable[[Any], str]]] = {
    NodeSystem: _node_system,
    PortHistory: history_text.port_history,
    PortStatus: _port_status,
    PortSpeed: _port_speed,
    PortCounters: _port_counters,
    PortRates: _port_rates,
    PortWatch: access_text.port_watch,
    LearnedMacs: _learned_macs,
    LineQuality: _line_quality,
    Reachability: _reachability,
    RouterSystem: router_text.router_system,
    WanStatus: router_text.router_wan,
    Forwarding: router_text.router_forwarding,
    FirmwareIssue: _firmware_issue,
    LanStatus: router_text.router_lan,
    LogEvents: router_text.router_log,
    WifiStatus: router_text.router_wifi,
    WifiClients: router_text.wifi_clients,
    AirScan: router_text.air_scan,
    DevicePresence: device_text.device_presence,
    DeviceFlows: device_text.device_flows,
    DeviceWatch: device_text.device_watch,
    HomeWatch: device_text.home_watch,
    FieldLink: field_text.field_link,
    FieldHeard: field_text.field_heard,
    FieldDhcp: field_text.field_dhcp,
    FieldPppoe: field_text.field_pppoe,
    FieldSession: field_session_text.field_session,
    FieldAir: field_air_text.field_air,
    FieldVlans: field_session_text.field_vlans,
    FieldLocked: field_session_text.field_locked,
    FieldArp: field_text.field_arp,
    FieldIpv6: field_text.field_routers,
    FieldTrace: field_path_text.field_trace,
    FieldSize: field_path_text.field_size,
    FieldJitter: field_load_text.field_jitter,
    FieldUse: field_load_text.field_use,
    FieldNames: field_path_text.field_names,
    FieldPage: field_path_text.field_page,
    FieldLoad: field_load_text.field_load,
    FieldStream: field_load_text.field_stream,
    LanOffers: device_text.lan_offers,
    LanRouters: device_text.lan_routers,
    DeviceFrames: device_text.device_frames,
    PingCheck: _ping,
    PathQuality: load_text.path_quality,
    RateTrain: load_text.rate_train,
    LoadTest: load_text.load_test,
    DnsCheck: _dns,
    HttpCheck: _http,
    NameTruth: _name_truth,
    SiteLook: _site_look,
    SiteFronts: _site_fronts,
    CallerAnswer: _answer,
    OwnChange: _own_change,
    PortConfig: access_text.port_config,
    PortPower: access_text.port_power,
    PortSecurity: access_text.port_security,
    CableTest: access_text.cable_test,
    DhcpBindings: access_text.dhcp_bindings,
    DhcpServer: access_text.dhcp_server,
    Siblings: access_text.siblings,
    LineGrowth: access_text.line_growth,
    OntState: access_text.ont_state,
    OntOptics: access_text.ont_optics,
    OntErrors: access_text.ont_errors,
    CableModem: access_text.cable_modem,
    ModemChannels: access_text.modem_channels,
}
"""How each type of fact is said."""
