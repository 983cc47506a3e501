"""Every number that a rule compares with: its unit, where it comes from, and what it means."""

from __future__ import annotations

import math
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import DefinitionError, Fault

if TYPE_CHECKING:
    from collections.abc import Mapping

PROPOSAL: Final = "proposal of this project: no published consensus was found"


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """One limit: `value` in `unit`; `meaning` reads as the claim that is made beyond it."""

    id: str
    value: float
    unit: str
    source: str
    meaning: str


THRESHOLDS: Final[tuple[Threshold, ...]] = (
    Threshold(
        id="router_clock_s",
        value=3600.0,
        unit="s",
        source="BIND 9 ARM, dnssec-signzone -s: signatures start an hour ago, for clocks that are"
        " off; TLS certificates of public authorities are dated back as far",
        meaning="a clock that is off by more makes good certificates and signatures look wrong",
    ),
    Threshold(
        id="wan_mtu_short_bytes",
        value=20.0,
        unit="bytes",
        source="RFC 2516, section 7 (8 bytes of PPPoE); RFC 4213, section 3.2 (20 of a tunnel)",
        meaning="an MTU that is shorter than the line's by more was set by mistake",
    ),
    Threshold(
        id="node_restart_recent_s",
        value=900.0,
        unit="s",
        source=PROPOSAL + "; one 15-minute interval of RFC 3593",
        meaning="a node that has been up for less was restarted just now",
    ),
    Threshold(
        id="port_change_recent_s",
        value=900.0,
        unit="s",
        source=PROPOSAL + "; one 15-minute interval of RFC 3593",
        meaning="a port whose state changed less than this ago has just come or gone",
    ),
    Threshold(
        id="port_flap_changes",
        value=2.0,
        unit="changes",
        source=PROPOSAL + "; once lost and once back",
        meaning="a link that changes so often while it is looked at comes and goes",
    ),
    Threshold(
        id="port_losses",
        value=3.0,
        unit="losses of the link in the window",
        source=PROPOSAL + ": once is a plug that was pulled, twice a router that was restarted",
        meaning="at least so many, and the link comes and goes",
    ),
    Threshold(
        id="port_flap_window_s",
        value=86_400.0,
        unit="s",
        source=PROPOSAL + "; the day of RFC 3593's 96 intervals",
        meaning="losses that are longer ago than this do not count",
    ),
    Threshold(
        id="neighbours_together_s",
        value=300.0,
        unit="s",
        source=PROPOSAL,
        meaning="ports that went down within this of each other went down together",
    ),
    Threshold(
        id="neighbours_down_share",
        value=0.6,
        unit="share of the controls",
        source=PROPOSAL,
        meaning="at least so many controls down means that the trouble is not this home's",
    ),
    Threshold(
        id="outage_least",
        value=5.0,
        unit="ports of one group",
        source=PROPOSAL + ": the line this project draws between one home and the network",
        meaning="at least so many that fell together are a fault of what they share",
    ),
    Threshold(
        id="outage_undated_share",
        value=0.9,
        unit="share of the group",
        source=PROPOSAL + "; without times nobody can tell an outage from empty homes",
        meaning="at least so much of a group is down, where the node tells no times",
    ),
    Threshold(
        id="outage_oldest_s",
        value=172_800.0,
        unit="s",
        source=PROPOSAL + "; an outage of two days has long been a case, seasonal homes have not",
        meaning="what went down longer ago is an outage only where all of a group is down",
    ),
    Threshold(
        id="outage_node_start_s",
        value=300.0,
        unit="s",
        source=PROPOSAL + "; ports that stayed dark when a node started share its time",
        meaning="what went down this near the node's start counts only where all of a group is"
        " down",
    ),
    Threshold(
        id="outage_moment_s",
        value=30.0,
        unit="s",
        source=PROPOSAL + "; agents date changes by the second, OLTs by their polling",
        meaning="what happened within this happened at one moment, such as a power cut",
    ),
    Threshold(
        id="outage_lone_per_day",
        value=1.0,
        unit="times a day and home",
        source=PROPOSAL + ": people who switch off, modems that restart",
        meaning="so often a home goes dark by itself",
    ),
    Threshold(
        id="outage_chance",
        value=1e-6,
        unit="probability",
        source=PROPOSAL + "; a node has 10,000 windows of 30 s in three and a half days",
        meaning="a cluster of falls that is less likely by chance has one cause",
    ),
    Threshold(
        id="outage_case_s",
        value=3600.0,
        unit="s",
        source=PROPOSAL + ": falls of one outage are minutes apart, two outages hours",
        meaning="outages of one group that begin within the same so many seconds are one case",
    ),
    Threshold(
        id="port_errors_in_sample",
        value=3.0,
        unit="errors in one timed sample",
        source=PROPOSAL + ": growth of FCS or alignment errors is abnormal on Ethernet; one frame"
        " damaged by chance sends no technician",
        meaning="at least so many new errors between two samples",
    ),
    Threshold(
        id="port_idle_bps",
        value=2_000.0,
        unit="bit/s",
        source=PROPOSAL + ": ARP, DHCP and NTP alone are more",
        meaning="a home that sends less than this sends nothing of its own",
    ),
    Threshold(
        id="port_speed_share",
        value=0.9,
        unit="share of the service's rate",
        source=PROPOSAL + ": speed below the profile",
        meaning="a link that negotiated less than this cannot carry the service",
    ),
    Threshold(
        id="line_busy_share",
        value=0.85,
        unit="share of the line's or the service's rate",
        source=PROPOSAL,
        meaning="traffic at or above this fills the line",
    ),
    Threshold(
        id="line_queued_share",
        value=0.6,
        unit="share of the line's or the service's rate",
        source=PROPOSAL + ": two samples of an agent that remembers its counters for a second",
        meaning="traffic at or above this fills the line where a queue stands before it",
    ),
    Threshold(
        id="line_queue_s",
        value=0.005,
        unit="s between the shortest and the middle round trip",
        source="RFC 8289, section 4.3: a queue that stands for longer than 5 ms is a bad one",
        meaning="where half of the packets wait for longer, something on the way is full",
    ),
    Threshold(
        id="line_margin_low_db",
        value=6.0,
        unit="dB",
        source="ashmcg.com, ADSL statistics: SNR margin of 6 dB or less is bad [forum]",
        meaning="a noise margin below this does not hold the line steady",
    ),
    Threshold(
        id="line_errored_share",
        value=0.05,
        unit="share of the seconds of the interval",
        source=PROPOSAL + "; errored seconds as counted by RFC 5650 xdsl2PMLCurr15MEs",
        meaning="at least so many seconds with errors",
    ),
    Threshold(
        id="line_severe_share",
        value=0.01,
        unit="share of the seconds of the interval",
        source=PROPOSAL + "; SES is 18 or more CRC anomalies in one second (RFC 5650)",
        meaning="at least so many severely errored seconds",
    ),
    Threshold(
        id="line_errored_least_s",
        value=3.0,
        unit="s",
        source=PROPOSAL,
        meaning="fewer errored seconds than this say nothing, however short the interval",
    ),
    Threshold(
        id="line_retrains_15min",
        value=2.0,
        unit="trainings in the current 15 minutes",
        source=PROPOSAL + ": one training follows every restart of the modem",
        meaning="at least so many trainings within 15 minutes are too many",
    ),
    Threshold(
        id="line_retrains_day",
        value=10.0,
        unit="trainings in the previous day",
        source="plus.net DLM page: more than 50 in 24 h is drastic; we warn at a fifth of it",
        meaning="at least so many trainings in a day are too many",
    ),
    Threshold(
        id="line_rate_share",
        value=0.8,
        unit="share of the service's rate",
        source="robertos.me.uk: fault threshold rate, 80 % of the maximum stable rate [forum]",
        meaning="a line that trained below this does not carry the service",
    ),
    Threshold(
        id="broadcast_storm_per_s",
        value=1_000.0,
        unit="packets/s",
        source=PROPOSAL + ": a quiet home sends a few per second, a loop fills the link",
        meaning="more broadcasts from one home come from a loop",
    ),
    Threshold(
        id="ont_rx_low_dbm",
        value=-27.0,
        unit="dBm",
        source="ITU-T G.984.2 Amd 1, class B+: ONU sensitivity -27 dBm",
        meaning="an ONT that receives less loses frames",
    ),
    Threshold(
        id="olt_rx_low_dbm",
        value=-28.0,
        unit="dBm",
        source="ITU-T G.984.2 Amd 1, class B+: OLT sensitivity -28 dBm",
        meaning="an OLT that receives less loses the ONT's frames",
    ),
    Threshold(
        id="optical_high_dbm",
        value=-8.0,
        unit="dBm",
        source="ITU-T G.984.2 Amd 1, class B+: overload -8 dBm at both ends",
        meaning="more light than this blinds a receiver",
    ),
    Threshold(
        id="optical_asymmetry_db",
        value=3.0,
        unit="dB",
        source=PROPOSAL + "; bending loss grows with the wavelength (ITU-T G.657)",
        meaning="so much more loss at 1490 nm than at 1310 nm is a bend",
    ),
    Threshold(
        id="upstream_snr_low_db",
        value=25.0,
        unit="dB",
        source="Hranac 2003: digital CNR of the upstream of at least 25 dB",
        meaning="an upstream that is heard with less loses codewords",
    ),
    Threshold(
        id="codewords_lost_share",
        value=0.01,
        unit="share of the codewords",
        source=PROPOSAL + ": 1 % lost codewords are felt",
        meaning="at least so many codewords that could not be corrected",
    ),
    Threshold(
        id="upstream_tx_high_dbmv",
        value=50.0,
        unit="dBmV",
        source="gacq wiki: 35 to 50 dBmV are recommended [forum]",
        meaning="a modem that has to send more is hardly heard",
    ),
    Threshold(
        id="ranging_timeouts_per_hour",
        value=10.0,
        unit="T3 and T4 timeouts per hour",
        source=PROPOSAL,
        meaning="at least so many unanswered requests",
    ),
    Threshold(
        id="downstream_level_dbmv",
        value=15.0,
        unit="dBmV",
        source="Cisco MC16E manual: -15 to +15 dBmV",
        meaning="a level that is further from 0 dBmV is out of the modem's range",
    ),
    Threshold(
        id="downstream_mer_low_db",
        value=30.0,
        unit="dB",
        source="Cisco acceptance: above 30 dB for 64QAM, above 35 dB for 256QAM",
        meaning="a downstream channel with less loses codewords",
    ),
    Threshold(
        id="router_restart_recent_s",
        value=900.0,
        unit="s",
        source=PROPOSAL + "; one 15-minute interval of RFC 3593",
        meaning="a router that has been up for less was restarted just now",
    ),
    Threshold(
        id="router_load",
        value=3.0,
        unit="processes (1-minute load average)",
        source=PROPOSAL + "; home routers have one to four cores",
        meaning="more work waits than the router can do",
    ),
    Threshold(
        id="router_memory_share",
        value=0.05,
        unit="share of the memory",
        source=PROPOSAL,
        meaning="less available memory than this makes a router fail at random",
    ),
    Threshold(
        id="conntrack_share",
        value=0.95,
        unit="share of the table",
        source=PROPOSAL + "; Linux drops new flows at nf_conntrack_max (kernel documentation)",
        meaning="a connection table as full as this drops new connections",
    ),
    Threshold(
        id="wan_link_losses",
        value=2.0,
        unit="losses in the log excerpt",
        source=PROPOSAL,
        meaning="a WAN link that was lost so often comes and goes",
    ),
    Threshold(
        id="path_loss_share",
        value=0.01,
        unit="share of the packets",
        source="ITU-T G.1010, table I.1: video bears the loss of less than 1 % of its packets",
        meaning="loss above this is felt by the customer",
    ),
    Threshold(
        id="path_loss_chance",
        value=0.01,
        unit="probability",
        source="Clopper and Pearson 1934, exact binomial test, at the usual level of 1 %",
        meaning="so many losses that are less likely on a way that loses no more than"
        " path_loss_share are no chance: 1 of 10 accuses nobody, 2 of 10 or 5 of 100 do",
    ),
    Threshold(
        id="path_loss_uneven",
        value=0.05,
        unit="probability",
        source="Fisher's exact test, at the usual level of 5 %",
        meaning="losses of two ways that differ with less than this chance differ in truth",
    ),
    Threshold(
        id="latency_high_s",
        value=0.1,
        unit="s",
        source="FCC DA 18-710, Connect America Fund: round trips of at most 100 ms between the"
        " home and an exchange point, of which the edge is only the first part",
        meaning="a round trip to the operator's edge that is longer is too slow",
    ),
    Threshold(
        id="jitter_high_s",
        value=0.05,
        unit="s between the shortest and the 95th of 100",
        source="ITU-T Y.1541, class 0: delay variation (IPDV) of at most 50 ms end to end",
        meaning="round trips of an idle way that vary by more disturb calls and games",
    ),
    Threshold(
        id="jitter_step_s",
        value=0.01,
        unit="s between one packet and the next, on average",
        source=PROPOSAL + "; RFC 3551: a packet of a call holds 20 ms; packets of one train are"
        " 10 ms apart",
        meaning="less is a queue that fills and drains, and no jitter of each packet",
    ),
    Threshold(
        id="core_delay_s",
        value=0.05,
        unit="s",
        source="ITU-T G.114, table A.1: 5 us per km of fibre; 50 ms is the way to a place 5,000 km"
        " off and back, further than an operator's own reference stands",
        meaning="a way beyond the edge that adds more to the round trip is too slow",
    ),
    Threshold(
        id="home_delay_s",
        value=0.03,
        unit="s",
        source=PROPOSAL + ": by cable and by good Wi-Fi a device answers within some milliseconds",
        meaning="a device that needs longer in the middle is badly connected",
    ),
    Threshold(
        id="home_jitter_s",
        value=0.105,
        unit="s between the shortest and the 95th of 100",
        source=PROPOSAL + "; IEEE 802.11: a device that saves power may sleep for one beacon"
        " interval, usually 100 units of 1,024 us",
        meaning="round trips to a device that vary by more do so for another reason than saving",
    ),
    Threshold(
        id="load_rate_share",
        value=0.5,
        unit="share of the service's rate",
        source=PROPOSAL + "; one TCP connection of some seconds may stay well below the line"
        " (M-Lab, NDT: a single stream)",
        meaning="a download that gets less than this of what was sold is too slow",
    ),
    Threshold(
        id="load_rate_most_bps",
        value=50e6,
        unit="bit/s",
        source=PROPOSAL + ": more than this a small router's own processor may not take in",
        meaning="a download by the router that gets more than this accuses nobody",
    ),
    Threshold(
        id="load_control_times",
        value=2.0,
        unit="times the line's rate",
        source=PROPOSAL + ": a control that is no faster than the line cannot tell the two apart",
        meaning="from the operator's side the same file must come so much faster",
    ),
    Threshold(
        id="loaded_latency_s",
        value=0.2,
        unit="s",
        source=PROPOSAL + "; draft-ietf-ippm-responsiveness counts such round trips as few per"
        " minute: 300",
        meaning="round trips during a download that take longer make calls and games stutter",
    ),
    Threshold(
        id="train_least_s",
        value=0.01,
        unit="s",
        source=PROPOSAL + ": what an edge's processor may need more for large packets",
        meaning="large packets that take less longer than small ones say nothing of the line",
    ),
    Threshold(
        id="train_fewest",
        value=5.0,
        unit="large packets",
        source=PROPOSAL + ": the quickest quarter of fewer is a single packet",
        meaning="where fewer came back, they say nothing of the rate",
    ),
    Threshold(
        id="home_rate_low_bps",
        value=10e6,
        unit="bit/s",
        source="IEEE 802.3, 10BASE-T: no cable of today and no good Wi-Fi is slower than the"
        " slowest Ethernet",
        meaning="a link between router and device that lets less through is the limit",
    ),
    Threshold(
        id="resolver_slow_s",
        value=1.0,
        unit="s",
        source="Microsoft KB 2834226: a client asks again after 1 s without an answer",
        meaning="a resolver that takes longer, for a name that it has just fetched, is late",
    ),
    Threshold(
        id="cut_off_packets_per_s",
        value=0.5,
        unit="packets/s",
        source=PROPOSAL + ": RFC 6298, section 2, and RFC 1035, section 4.2.1: what gets no answer"
        " is sent again after seconds",
        meaning="a home that sends at least so often tries to speak with somebody",
    ),
    Threshold(
        id="cut_off_least_bytes",
        value=66.0,
        unit="bytes a frame on average",
        source="RFC 894: the shortest frame of Ethernet has 64 bytes; RFC 826: ARP fits into it",
        meaning="a home whose frames are larger sends more than questions for hardware addresses",
    ),
    Threshold(
        id="cut_off_most_bytes",
        value=250.0,
        unit="bytes a frame on average",
        source="RFC 2131, section 2: a request for an address has 240 bytes of DHCP and more,"
        " RFC 951, section 3: 300",
        meaning="a home whose frames are smaller does not ask for an address alone",
    ),
    Threshold(
        id="platform_slow_s",
        value=3.0,
        unit="s",
        source=PROPOSAL,
        meaning="a page that takes longer is slow",
    ),
    Threshold(
        id="platform_lost_s",
        value=0.9,
        unit="s",
        source="RFC 6298, section 2: whoever has lost its first packet sends it again after 1 s;"
        " what is measured beside it is not exact",
        meaning="a page that comes so much later than the reference's has waited for a packet",
    ),
    Threshold(
        id="platform_connect_loss",
        value=0.25,
        unit="ratio",
        source="binomial: of 12 connections 3 are lost in 1 of 50 trials at a loss of 5%, in all"
        " but 1 of 50 at one of 50%",
        meaning="a site at which so many connections are not answered loses packets",
    ),
    Threshold(
        id="platform_again_s",
        value=0.15,
        unit="s",
        source="Linux, include/net/tcp.h, TCP_RTO_MIN: 0.2 s until a packet is sent again; less"
        " what the control may differ by",
        meaning="a page that comes so much later than the reference's may have waited",
    ),
    Threshold(
        id="platform_lost_share",
        value=0.5,
        unit="ratio",
        source=PROPOSAL,
        meaning="a site of whose pages so many wait for packets, or do not come, is uneven",
    ),
    Threshold(
        id="wifi_weak_dbm",
        value=-75.0,
        unit="dBm",
        source="accessagility, keepcalmandping: -70 light use, below -80 unusable; the middle",
        meaning="a station heard weaker than this is too far away",
    ),
    Threshold(
        id="wifi_busy_percent",
        value=60.0,
        unit="% of the time",
        source=PROPOSAL,
        meaning="a channel that is busy for longer has no room left",
    ),
    Threshold(
        id="wifi_loud_neighbour_dbm",
        value=-75.0,
        unit="dBm",
        source=PROPOSAL + "; a signal this strong makes our radio wait its turn",
        meaning="a neighbour at or above this takes air time from ours",
    ),
    Threshold(
        id="wifi_loud_neighbours",
        value=4.0,
        unit="access points on the same channel",
        source=PROPOSAL,
        meaning="at least so many loud neighbours crowd a channel",
    ),
    Threshold(
        id="wifi_retry_share",
        value=0.3,
        unit="retries a packet",
        source=PROPOSAL,
        meaning="at least so many retries a packet are a bad way through the air",
    ),
    Threshold(
        id="wifi_retry_packets",
        value=1000.0,
        unit="packets",
        source=PROPOSAL,
        meaning="with fewer packets the share of retries says nothing",
    ),
    Threshold(
        id="lan_crc_errors",
        value=100.0,
        unit="frames with a wrong checksum",
        source=PROPOSAL + "; IEEE 802.3 allows a link one bit error in 10,000,000,000",
        meaning="at least so many on one socket of the router are no chance",
    ),
    Threshold(
        id="lan_crc_errors_per_hour",
        value=10.0,
        unit="frames with a wrong checksum an hour since the start",
        source=PROPOSAL,
        meaning="at least so often means that it goes on",
    ),
    Threshold(
        id="asleep_bps",
        value=10_000_000.0,
        unit="bit/s",
        source=PROPOSAL
        + ": network cards that wait to be woken (Wake-on-LAN) keep a link at their"
        " slowest rate, 10 Mbit/s",
        meaning="a link at no more than this may be of a device that sleeps or is switched off",
    ),
    Threshold(
        id="device_queries",
        value=2.0,
        unit="queries for names in the router's table",
        source=PROPOSAL + ": resolvers ask again after 5 s (resolv.conf(5)), and an unanswered"
        " flow stays for 30 s (nf_conntrack_udp_timeout): a device that tries leaves several",
        meaning="at least so many queries are more than one that was lost by chance",
    ),
    Threshold(
        id="device_names",
        value=4.0,
        unit="answered queries for names in the router's table",
        source=PROPOSAL + ": two names, each for IPv4 and IPv6 (RFC 8305, section 3); whoever asks"
        " for a name connects to it, and an answered query stays for 30 s",
        meaning="after at least so many, a device that connects to nobody goes another way",
    ),
    Threshold(
        id="device_names_dual",
        value=16.0,
        unit="answered queries for names in the router's table",
        source=PROPOSAL + ": eight names, as above; where a site has IPv6 it goes first (RFC 8305,"
        " section 4), but about half of all sites have IPv4 alone",
        meaning="after at least so many, a device whose connections are all of IPv6 lacks IPv4",
    ),
    Threshold(
        id="device_tries",
        value=2.0,
        unit="names, connections or frames within six seconds",
        source=PROPOSAL + ": one alone may be lost by chance, or wait for its answer just now;"
        " RFC 6298, section 2: a connection is asked for again after one second",
        meaning="at least so many, of which nothing came about, are a device that gets no pages",
    ),
    Threshold(
        id="device_half_open",
        value=2.0,
        unit="connections in the router's table",
        source=PROPOSAL + "; nf_conntrack-sysctl.rst: SYN_RECV stays for 60 s",
        meaning="at least so many answers that were not taken up are no chance",
    ),
    Threshold(
        id="router_crash_recent_s",
        value=86_400.0,
        unit="s",
        source=PROPOSAL,
        meaning="a crash that the router started from less than this ago is today's trouble",
    ),
    Threshold(
        id="wifi_wrong_passwords",
        value=2.0,
        unit="failed handshakes in the log excerpt",
        source=PROPOSAL + ": a single one also happens when a frame is lost",
        meaning="at least so many failures of one device are a wrong password",
    ),
    Threshold(
        id="wifi_disconnects",
        value=5.0,
        unit="disconnections in the log excerpt",
        source=PROPOSAL,
        meaning="a device that left at least so often does not hold its connection",
    ),
    Threshold(
        id="macs_of_one_home",
        value=8.0,
        unit="MAC addresses",
        source=PROPOSAL + "; a home shows its router's, one more for each service of a bridge "
        "(television, telephony), and those of a replaced router until they age",
        meaning="a port on which more are learned is shared, and is not changed for one home",
    ),
    Threshold(
        id="change_again_s",
        value=900.0,
        unit="s",
        source=PROPOSAL + ": the time that second line has for a case; a caller that has not "
        "heard of the end of a change asks again within it",
        meaning="a change that was begun less than this ago is done again only on somebody's word",
    ),
)
"""All thresholds, in the order from the operator's core to the customer's device."""

BY_ID: Final[Mapping[str, Threshold]] = MappingProxyType(
    {threshold.id: threshold for threshold in THRESHOLDS}
)


def check_overrides(overrides: Mapping[str, float], *, file: str) -> None:
    """Refuse overrides of thresholds that do not exist, and values that are no number.

    Args:
        overrides: the operator's values by threshold id.
        file: where they stand, for the message.

    Raises:
        DefinitionError: some ids are unknown or values not finite; one fault for each.
    """
    wrong = [
        f"unknown threshold {name!r}; {_near(name)}"
        for name in sorted(overrides)
        if name not in BY_ID
    ]
    wrong += [
        f"threshold {name!r} is {value}; expected a finite number of {BY_ID[name].unit}"
        for name, value in sorted(overrides.items())
        if name in BY_ID and not math.isfinite(value)
    ]
    if wrong:
        raise DefinitionError(
            tuple(Fault(file=file, line=None, column=None, message=words) for words in wrong)
        )


def _near(name: str) -> str:
    near = get_close_matches(name, BY_ID, n=3, cutoff=0.6)
    if near:
        return f"did you mean {', '.join(near)}?"
    return f"known are: {', '.join(sorted(BY_ID))}"


def limits(overrides: Mapping[str, float]) -> Mapping[str, float]:
    """Give the value of every threshold, the operator's own where there is one.

    Args:
        overrides: the operator's values by threshold id.

    Returns:
        Values by threshold id, in their own units.

    Raises:
        DefinitionError: an override names no threshold.
    """
    if not overrides:
        return DEFAULTS
    check_overrides(overrides, file="thresholds")
    return {**DEFAULTS, **{name: float(value) for name, value in overrides.items()}}


DEFAULTS: Final[Mapping[str, float]] = MappingProxyType(
    {threshold.id: threshold.value for threshold in THRESHOLDS}
)
