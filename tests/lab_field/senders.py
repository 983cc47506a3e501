"""All senders of a laptop on site, and how tshark, who is nobody of ours, knows their packets."""

from __future__ import annotations

from typing import Final

BEYOND: Final = {
    "field_web": "tcp.dstport == 80 && http.request.method == GET",
    "field_quality": "icmp.type == 8 && ip.len == 84",
    "field_trace": "udp.dstport >= 33435 && udp.dstport <= 33449 && ip.ttl < 16",
    "field_size": "icmp.type == 8 && ip.len == 1200 && ip.flags.df == 1",
    "field_jitter": "icmp.type == 8 && ip.len == 76",
    "field_names": "dns.flags.response == 0 && ip.dst == 203.0.113.53",
    "field_page": 'tcp.dstport == 80 && http.request.uri == "/index.html"',
    "field_load": "tcp.dstport == 5201 && tcp.len > 0",
    "field_stream": "igmp",
    "system": "arp.opcode == 1",
}
"""By the probe, with an IPv4 reference: test_lab_field_frames.py."""
NDT7: Final = {
    "its name, by the own resolver": "dns.qry.type == 28 && ip.dst == 203.0.113.53",
    "NDT7, opened": "tcp.dstport == 8080 && http.request",
    "NDT7, loaded": "tcp.dstport == 8080 && tcp.len > 1000",
}
BY_IPV6: Final = {
    "field_quality": "icmpv6.type == 128 && ipv6.plen == 64",
    "field_trace": "udp.dstport >= 33435 && udp.dstport <= 33449 && ipv6.hlim < 16",
    "field_trace by TCP": "tcp.dstport == 80 && tcp.flags.syn == 1 && ipv6.hlim < 16",
    "field_trace by ICMP": "icmpv6.type == 128 && ipv6.hlim < 16 && ipv6.plen == 32",
    "field_size": "icmpv6.type == 128 && ipv6.plen == 1240",
    "field_jitter": "icmpv6.type == 128 && ipv6.plen == 56",
    "field_names by TCP": "tcp.dstport == 53 && dns.flags.response == 0",
}
"""The same with an IPv6 reference: test_lab_field_frames.py."""
RAW: Final = {
    "heard": "eth.type == 0x88b5",
    "dhcp": "dhcp",
    "pppoe": "pppoed && pppoe.code == 0x09",
    "arp": "arp.dst.proto_ipv4 == 192.0.2.254",
    "ipv6": "dhcpv6",
    "vlans": "vlan",
    "locked": "eth.src == 02:00:5e:40:00:99",
    "session": "pppoes && lcp",
}
"""By the raw test: test_lab_field_frames.py; in VLANs and sessions the files of these."""
READ_IN: Final = {
    "vlans": "test_lab_field_vlans.py",
    "locked": "test_lab_field_locked.py",
    "session": "test_lab_field_session.py",
}
"""Where tshark reads those that need a wire of their own."""
