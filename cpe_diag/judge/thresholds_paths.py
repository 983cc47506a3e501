"""Thresholds of ways: loss, delay, and how much comes through."""

from __future__ import annotations

from typing import Final

from cpe_diag.judge.threshold import PROPOSAL, Threshold

THRESHOLDS_PATHS: Final[tuple[Threshold, ...]] = (
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
        id="overtaken_chance",
        value=0.001,
        unit="probability",
        source="Fisher's exact test at the level of 0.1 %: several ways are compared at a time",
        meaning="packets of one way that come back out of order more than those of another, with"
        " less than this chance, overtake each other on that way",
    ),
    Threshold(
        id="elsewhere_share",
        value=0.1,
        unit="ratio",
        source=PROPOSAL + "; the port is counted for about as long as the packets take",
        meaning="where fewer of the answers came in at the home's port, they came from elsewhere",
    ),
    Threshold(
        id="elsewhere_overlap",
        value=0.8,
        unit="ratio",
        source=PROPOSAL
        + "; clocks and queues of a busy machine of ours shift either by some tenths",
        meaning="for so much of the time that packets were sent the port must have been counted",
    ),
    Threshold(
        id="latency_beside_s",
        value=0.05,
        unit="s",
        source=PROPOSAL
        + "; half of latency_high_s, and above the 16 ms each way that an interleaved DSL line is"
        " usually let add: what neighbours on the node do not wait is the home's line alone",
        meaning="a shortest round trip that is longer than this, from the home and by so much"
        " beyond every neighbour's to it, is too slow",
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
        id="away_looks",
        value=3.0,
        unit="packets, five a second",
        source=PROPOSAL + ": more than half a second, which a call that is going on shows",
        meaning="a way that is away for so many looks, two and more in a row, comes and goes",
    ),
    Threshold(
        id="core_queue_s",
        value=0.01,
        unit="s between the shortest and the middle round trip",
        source="RFC 8289, section 4.3: a queue that stands for longer than 5 ms is a bad one;"
        " twice that, for what is measured over two ways",
        meaning="where half of the packets wait for longer, something on the way is full",
    ),
    Threshold(
        id="core_rate_low_bps",
        value=10e6,
        unit="bit/s",
        source="IEEE 802.3, 10BASE-T: the slowest Ethernet; a reference with a large file that is"
        " meant for tests sends more",
        meaning="where both sides get less, what they share is the limit",
    ),
    Threshold(
        id="connect_late_s",
        value=0.9,
        unit="s",
        source="RFC 6298, section 2: whoever has lost its first packet sends it again after 1 s;"
        " what is measured beside it is not exact",
        meaning="a connection that takes longer has lost its first packet",
    ),
    Threshold(
        id="world_handshake_s",
        value=0.15,
        unit="s",
        source="ITU-T G.114, table A.1: 5 us per km of fibre; 150 ms is the way to a place 15,000"
        " km off and back, and what many people look at has a server that is nearer",
        meaning="places that all take longer until they accept a connection are slow to reach",
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
        id="field_bloat_s",
        value=0.2,
        unit="s",
        source="DSLReports, Bufferbloat Grades: 200 ms more than idle and worse is D or F",
        meaning="first packets that take so much longer while the line is full wait in a queue"
        " that is too long",
    ),
    Threshold(
        id="field_use_share",
        value=0.5,
        unit="share of the service's rate",
        source=PROPOSAL + "; a queue grows well before a line is full on average (RFC 7567)",
        meaning="what else passes the laptop's own port fills the line from there on: what does"
        " not come meanwhile, or comes late, accuses nobody",
    ),
    Threshold(
        id="field_stream_gaps",
        value=1.0,
        unit="gaps in some seconds",
        source=PROPOSAL + "; ETSI TR 101 290, 5.2.1: each continuity count error is one of the"
        " first priority",
        meaning="a stream with more gaps shows them on the screen",
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
)
