"""Thresholds of the home: its Wi-Fi, its sockets and its devices."""

from __future__ import annotations

from typing import Final

from cpe_diag.judge.threshold import PROPOSAL, Threshold

THRESHOLDS_HOME: Final[tuple[Threshold, ...]] = (
    Threshold(
        id="ports_of_a_router",
        value=2.0,
        unit="ports",
        source=PROPOSAL,
        meaning="one port without a link may have its device switched off, or a cable out",
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
        id="device_anew",
        value=7.0,
        unit="connections to one site within six seconds",
        source="reasoned: browsers keep at most six connections to one host open (RFC 9112, 9.4:"
        " a conservative number), by the family that answers first (RFC 8305), and use them on",
        meaning="a device that begins so many has no use of them: each ends before its page",
    ),
    Threshold(
        id="device_far_places",
        value=2.0,
        unit="addresses",
        source="reasoned: a device whose tunnel or proxy takes everything speaks with one",
        meaning="a device that gets pages from so many places chooses by itself where it goes",
    ),
    Threshold(
        id="device_part_least",
        value=4.0,
        unit="connections within six seconds",
        source=PROPOSAL + ": of fewer one that is lost by chance is a large share",
        meaning="of so many connections a share can be told",
    ),
    Threshold(
        id="device_part_share",
        value=0.6,
        unit="ratio",
        source=PROPOSAL + ": where a family is dead, who tries both (RFC 8305) loses half",
        meaning="a device of whose connections no more come about fails in part",
    ),
    Threshold(
        id="device_part_good",
        value=0.9,
        unit="ratio",
        source=PROPOSAL,
        meaning="the control: of other devices' connections so many come about meanwhile",
    ),
    Threshold(
        id="device_doze_pings",
        value=8.0,
        unit="pings, ten a second",
        source=PROPOSAL + ": most of a second of silence, and as much of answers",
        meaning="with fewer of one kind in a row of 50 nothing is said of how they come and go",
    ),
    Threshold(
        id="device_doze_z",
        value=4.0,
        unit="standard deviations of the number of spells",
        source="Wald and Wolfowitz, On a test whether two samples are from the same population,"
        " 1940 (normal approximation); 4 is one in 30,000 by chance",
        meaning="losses that lie so much closer together than by chance come in spells",
    ),
    Threshold(
        id="home_tries",
        value=5.0,
        unit="places that the home's devices asked for a page within 30 s",
        source=PROPOSAL + ": 0.7 to the power of 5 is 0.17: with fewer, a third that fails says"
        " little",
        meaning="with fewer nothing is said of what the home tries",
    ),
    Threshold(
        id="home_heard",
        value=3.0,
        unit="places asked for a page within the seconds that one listens",
        source=PROPOSAL + ": what is sent is heard, whether it is passed on or not, so that fewer"
        " do than of the table; the home has to be busy meanwhile",
        meaning="with fewer nothing is said of what is heard on the home's side",
    ),
    Threshold(
        id="home_names",
        value=8.0,
        unit="names that the router gave the home within 30 s",
        source=PROPOSAL + ": four names, each for IPv4 and IPv6 (RFC 8305, section 3)",
        meaning="a home that asked for fewer is not at its devices",
    ),
    Threshold(
        id="home_names_alone",
        value=16.0,
        unit="names that the router gave the home within 30 s",
        source=PROPOSAL
        + ": eight names, each for IPv4 and IPv6 (RFC 8305, section 3); whoever asks"
        " for a name connects to it",
        meaning="after at least so many, a home of which nothing goes through the router is held"
        " back",
    ),
    Threshold(
        id="home_vain_share",
        value=0.3,
        unit="of the places asked",
        source=PROPOSAL + ": single sites that are gone, or that a list keeps away, are fewer",
        meaning="a larger share that does not answer is no matter of single sites",
    ),
    Threshold(
        id="home_device_vain",
        value=2.0,
        unit="places that one device asked in vain",
        source=PROPOSAL + ": a device whose maker has closed asks one dead server again and again",
        meaning="a device that asks fewer places in vain does not suffer from its router",
    ),
    Threshold(
        id="home_stalled_bytes",
        value=1_000_000.0,
        unit="bytes that came to the router itself",
        source=PROPOSAL + ": far more than a page's head, after which offloading begins",
        meaning="where so much comes to the router, its line does not stall connections",
    ),
    Threshold(
        id="home_luck",
        value=0.05,
        unit="chance",
        source="R. A. Fisher, Statistical Methods for Research Workers, section 12: one in twenty",
        meaning="where the router's own pages came by less luck than this, they go another way",
    ),
    Threshold(
        id="device_half_open",
        value=2.0,
        unit="connections in the router's table",
        source=PROPOSAL + "; nf_conntrack-sysctl.rst: SYN_RECV stays for 60 s",
        meaning="at least so many answers that were not taken up are no chance",
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
        id="lan_pool_asked_s",
        value=128.0,
        unit="s",
        source=PROPOSAL + "; RFC 2131, section 4.1: a client asks again after 64 s at the latest",
        meaning="where addresses are free, refusals that are older than this are past",
    ),
)
