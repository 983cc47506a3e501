"""Thresholds of the access node: its ports, copper lines and neighbours."""

from __future__ import annotations

from typing import Final

from cpe_diag.judge.threshold import PROPOSAL, Threshold

THRESHOLDS_ACCESS: Final[tuple[Threshold, ...]] = (
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
        id="cut_off_packets_per_s",
        value=1.0,
        unit="packets/s",
        source="RFC 4861, section 10, RETRANS_TIMER: neighbours are looked for once a second at"
        " most, by packets of IPv6 that are as large as others; RFC 6298, section 2, and RFC 1035,"
        " section 4.2.1: what gets no answer is sent again after seconds",
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
        id="mute_packets_per_s",
        value=0.1,
        unit="packets/s",
        source=PROPOSAL + "; RFC 4861, section 10, DELAY_FIRST_PROBE_TIME: who is spoken to is"
        " looked for after 5 s, and answers",
        meaning="a home that sends less has nobody who answers even for its hardware address",
    ),
    Threshold(
        id="mute_least_s",
        value=8.0,
        unit="s",
        source=PROPOSAL + ": longer than RFC 4861's 5 s and the second after it",
        meaning="two samples that are nearer say nothing of a home that sends nothing",
    ),
    Threshold(
        id="router_starting_s",
        value=300.0,
        unit="s",
        source=PROPOSAL + ": the slowest router that a driver knows takes 240 s to restart",
        meaning="a router whose link came less than this ago may be starting, and sends nothing",
    ),
    Threshold(
        id="router_speaks_s",
        value=60.0,
        unit="s",
        source=PROPOSAL
        + ": after the last reset of its sockets a router asks for an address within"
        " 10 s (RFC 2131, section 4.4.1), and its system needs some tens of seconds at most",
        meaning="a router whose link came less than this ago may be silent because it starts",
    ),
    Threshold(
        id="dhcp_most_bytes",
        value=620.0,
        unit="bytes a frame on average",
        source="RFC 2131, section 2: 576 bytes of IP at most where nothing else was agreed, and a"
        " header of Ethernet with its check sequence",
        meaning="a home whose frames are larger sends more than requests for an address",
    ),
    Threshold(
        id="unasked_share",
        value=0.0005,
        unit="share of the bit/s to the home",
        source="RFC 9293, section 3.8.6.3: at least every second full segment is acknowledged, and"
        " what a network card puts together from one (64 KiB at most) by a frame of 64 bytes",
        meaning="a home that sends less back has not asked for what fills its line",
    ),
    Threshold(
        id="unlearned_frames_per_s",
        value=0.8,
        unit="whole frames/s",
        source="IEEE 802.1D, table 17-1: bridges greet each other every 2 s, IEEE 802.1AB: every"
        " 30 s; RFC 1122, section 2.3.2.1: an address is looked for once a second",
        meaning="a port by which more come in has somebody behind it who can be learned",
    ),
    Threshold(
        id="unlearned_frames",
        value=3.0,
        unit="whole frames between two samples",
        source=PROPOSAL,
        meaning="fewer may have come after the table was read",
    ),
    Threshold(
        id="senders_of_a_bridge",
        value=2.0,
        unit="senders",
        source="RFC 1812, section 4.2.1, and IEEE 802.1Q, section 8.7: of a home behind a router"
        " the router alone is heard, a bridge passes every sender on",
        meaning="where more are heard, the home is one network with the line",
    ),
    Threshold(
        id="macs_of_one_home",
        value=8.0,
        unit="MAC addresses",
        source=PROPOSAL + "; a home shows its router's, one more for each service of a bridge "
        "(television, telephony), and those of a replaced router until they age",
        meaning="a port on which more are learned is shared, and is not changed for one home",
    ),
)
