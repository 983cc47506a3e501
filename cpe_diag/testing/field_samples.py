"""What a technician's laptop sees at the wall port of a healthy line."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.field_facts import (
    AdvertisedPrefix,
    AdvertisingRouter,
    AnnouncedNeighbour,
    ArpOwner,
    Dhcp6Offered,
    DhcpOffered,
    Duplex,
    FieldArp,
    FieldDhcp,
    FieldHeard,
    FieldIpv6,
    FieldLink,
    FieldPppoe,
    PppoeOffered,
)

WALL: Final = "wall_port"
LAPTOP: Final = "02:00:5e:30:00:01"
GATEWAY: Final = "02:00:5e:30:00:ff"

FIELD_FACTS: Final[dict[tuple[str, str], object]] = {
    ("field_link", WALL): FieldLink(
        interface="eth0",
        mac=LAPTOP,
        wireless=False,
        carrier=True,
        speed_bps=1_000_000_000,
        duplex=Duplex.FULL,
        mtu_bytes=1500,
        flaps=2,
        errors_in=0,
    ),
    ("field_heard", WALL): FieldHeard(
        listened_s=6.0,
        frames=31,
        broadcasts=4,
        vlans=(),
        neighbours=(
            AnnouncedNeighbour(
                protocol="LLDP",
                mac=GATEWAY,
                chassis="02:00:5e:30:00:f0",
                port="port 12",
                system="an-1",
                native_vlan=100,
            ),
        ),
        bridges=(),
        own_frame_back=False,
        malformed=0,
    ),
    ("field_dhcp", WALL): FieldDhcp(
        vlan=None,
        offers=(
            DhcpOffered(
                server="198.51.100.1",
                mac=GATEWAY,
                relay=None,
                address="198.51.100.20",
                mask_bits=24,
                routers=("198.51.100.1",),
                resolvers=("203.0.113.53",),
                lease_s=3600,
                mtu_bytes=1500,
                took_s=0.4,
            ),
        ),
        listened_s=4.0,
        malformed=0,
    ),
    ("field_pppoe", WALL): FieldPppoe(
        vlan=None,
        offers=(
            PppoeOffered(concentrator="bras-1", mac=GATEWAY, services=("internet",), took_s=0.02),
        ),
        errors=(),
        listened_s=3.0,
        malformed=0,
    ),
    ("field_arp", WALL): FieldArp(
        gateway=ArpOwner(address="198.51.100.1", macs=(GATEWAY,)),
        own=ArpOwner(address="198.51.100.20", macs=()),
        nobodys=ArpOwner(address="192.0.2.254", macs=()),
    ),
    ("field_routers", WALL): FieldIpv6(
        routers=(
            AdvertisingRouter(
                address="fe80::5eff:fe30:ff",
                mac=GATEWAY,
                lifetime_s=1800,
                managed=True,
                other=True,
                mtu_bytes=None,
                prefixes=(
                    AdvertisedPrefix(
                        prefix="2001:db8:1::/64", on_link=True, autonomous=True, valid_s=86400
                    ),
                ),
                resolvers=("2001:db8::53",),
            ),
        ),
        servers=(
            Dhcp6Offered(
                mac=GATEWAY,
                addresses=(),
                prefixes=("2001:db8:1:100::/56",),
                resolvers=("2001:db8::53",),
                status="",
            ),
        ),
        advertisements=1,
        cut_short=False,
        malformed=0,
        listened_s=4.0,
    ),
}
"""By kind of fact and subject."""
