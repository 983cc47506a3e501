"""A session over PPP has a far end where other devices have a next hop."""

from __future__ import annotations

from cpe_diag.driver_kit.parsers.ip_addresses import ip_devices

# iproute2 ipaddress.c, print_addrinfo, as Debian 12 prints a session of pppd.
SESSION = """\
12: ppp0: <POINTOPOINT,MULTICAST,NOARP,UP,LOWER_UP> mtu 1492 qdisc fq_codel state UNKNOWN
    link/ppp
    inet 198.51.100.11 peer 198.51.100.1/32 scope global ppp0
       valid_lft forever preferred_lft forever
"""
CABLE = """\
2: wan0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP
    link/ether 02:00:5e:10:00:01 brd ff:ff:ff:ff:ff:ff
    inet 192.0.2.11/24 scope global wan0
       valid_lft forever preferred_lft forever
"""


def test_a_point_to_point_device_names_its_far_end() -> None:
    """No route names it: the default route of a session is only a device."""
    session = ip_devices(SESSION)["ppp0"]
    assert (session.point_to_point, session.peer, session.mtu) == (True, "198.51.100.1", 1492)


def test_a_device_with_neighbours_has_no_far_end() -> None:
    """Its prefix holds many."""
    assert ip_devices(CABLE)["wan0"].peer is None
