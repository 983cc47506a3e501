"""Causes in one device that say what is amiss, where a wider cause says that something is."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.verdict import Destination, FaultDomain
from cpe_diag.judge.cause import Cause, must, when

OF_DEVICE: Final = (
    *("device_suffers_alone", "device_gets_no_pages", "device_connects_in_vain"),
    *("device_fails_in_part", "device_leaves_site", "device_fails_at_site", "device_misses_site"),
    *("device_asks_other_server", "device_dns_dead", "device_no_way_out", "device_idle"),
    *("device_loss", "device_answers_arp_alone", "device_takes_no_answers"),
    *("only_one_device_affected", "device_unanswering", "device_absent", "device_elsewhere"),
)
WIDER: Final = (
    *(
        "device_unexplained",
        "device_part_unexplained",
        "home_loss",
        "device_firewall",
        "device_site_unexplained",
    ),
    *("device_at_site_unexplained", "device_offline", "device_dns", "device_hosts_file"),
)


def _device(  # noqa: PLR0913 - what differs from one to another
    cause: str,
    finding: str,
    title: str,
    *,
    do: str,
    tell: str,
    source: str,
    weight: float = 5.5,
    against: tuple[str, ...] = (),
) -> Cause:
    return Cause(
        id=cause,
        domain=FaultDomain.DEVICE,
        destination=Destination.DEVICE_SUPPORT,
        title=title,
        needs=(must(finding),),
        supports=(when(finding, weight),),
        against=tuple(when(one, -weight) for one in against),
        explains=(finding, *OF_DEVICE),
        brings=WIDER,
        next_action=do,
        tell_customer=f"{tell} Your line, your router and your other devices are working.",
        source=source,
    )


CAUSES_DEVICE_KINDS: Final[tuple[Cause, ...]] = (
    _device(
        "device_dns_hijacked",
        "device_led_by_stranger",
        "The device asks a stranger's name server, which leads it to one place",
        do="Have the device's name servers set back to automatic, then look for malicious"
        " programs on it.",
        tell="Something has set your device to a name server that leads everything to one place."
        " Please enter no passwords on it until it was checked.",
        source="MITRE ATT&CK T1557; whatever it asks for, its connections lead to one address",
    ),
    _device(
        "device_dns_suffix",
        "device_led_by_suffix",
        "Whatever the device asks for, it is led to one place: a suffix stands behind its names",
        do="Remove the search domain (suffix) of an office or provider from the device's network"
        " settings.",
        tell="Your device puts the name of an office behind every name, and ends up there. Please"
        " remove the search domain in its network settings.",
        source="RFC 1535; resolv.conf(5), search: others get from the same server what they ask",
    ),
    _device(
        "device_doh",
        "device_asks_none",
        "The device asks for names by HTTPS only, and nobody answers there",
        do="Have secure DNS (DNS over HTTPS) in the device's browser set to automatic, or to"
        " another provider.",
        tell="Your device's browser asks one provider for all names, and that one does not answer."
        " Please switch secure DNS in the browser to automatic.",
        source="RFC 8484; it asks nobody else, and knocks at one place alone in vain",
    ),
    _device(
        "device_dns_slow",
        "device_asks_dead_first",
        "The first of the device's name servers does not answer: each name waits for it",
        do="Have the device's name servers set back to automatic.",
        tell="Your device asks a name server that is gone before it asks the right one, so that"
        " everything begins late. Please set its name servers to automatic.",
        source="resolv.conf(5), timeout: the next is asked after seconds",
    ),
    _device(
        "device_secure_refused",
        "device_refuses_secure",
        "The device and secure sites do not accept each other: its clock, its authorities or its"
        " TLS are too old",
        do="Have the device's date and time looked at first, then its updates: list of"
        " authorities, TLS 1.2 or newer. A device without updates needs another browser or a"
        " successor.",
        tell="Your device and secure sites do not come together. Please check its date and time,"
        " and install its updates.",
        source="RFC 5280, section 6.1; RFC 8996: what a device refuses or cannot speak any more."
        " The router sees that it begins anew, and not why",
        weight=5.0,
    ),
    _device(
        "device_blocklist",
        "device_keeps_from_site",
        "Something on the device keeps it from this site alone: a blocker, or a network of its own"
        " with the site's addresses",
        do="Have blockers, family and security programs on the device switched off one by one;"
        " look for networks of virtual machines or containers with the site's addresses.",
        tell="Something on your device keeps it from this site. Please switch off programs against"
        " advertisements or for security on it, and try again.",
        source="it goes to other places, and never to this one; others in the home do",
    ),
    _device(
        "lan_arp_spoofing",
        "device_sends_to_other",
        "The device takes another one in the home for the router: a box for parents or security",
        do="Have boxes that look after children or security unplugged, then the device switched"
        " off and on; look for who answers for the router's address.",
        tell="Another device in your home has told this one that it is the router, and does not"
        " pass on what it gets. Please unplug boxes for parents or security, and restart this"
        " device.",
        source="RFC 826; RFC 5227, section 2.4: it is there and sends much, to the router nothing",
        weight=7.0,
        against=("device_sends_elsewhere",),
    ),
    _device(
        "device_slow_itself",
        "device_slow_itself",
        "The device is slow in itself: by what runs on it, or by how it is set",
        do="Have the device restarted; security programs, tuning tools and any VPN switched off"
        " one by one; look at its memory and storage.",
        tell="This device is slow in itself. Please restart it, and switch off security programs"
        " and tools that are to make it faster, one by one.",
        source="all that it begins comes about, its way to the router loses nothing, and others"
        " are fine",
        weight=4.2,
    ),
    _device(
        "device_changes_mac",
        "device_changes_address",
        "The device changes its hardware address again and again",
        do="Have private (random) addresses switched off on the device for this network, or set"
        " to fixed.",
        tell="Your device changes its network address every now and then, to be private, and"
        " drops out each time. Please set that to fixed for your own network.",
        source="IEEE 802, section 8.4; RFC 9724: made-up addresses on the socket where it was",
    ),
)
