"""Causes that a laptop on site shows by what is offered there, and by who has which address."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.verdict import Destination, FaultDomain
from cpe_diag.judge.cause import Cause, must, when
from cpe_diag.judge.causes_field import OPERATIONS, OURS

SECOND: Final = Destination.SECOND_LINE
SUPPORT: Final = Destination.DEVICE_SUPPORT
ANOTHER: Final = (
    "A device in your home uses an address that is not its own. Please let us change that with"
    " you."
)

CAUSES_FIELD_OFFERS: Final[tuple[Cause, ...]] = (
    Cause(
        id="wall_offer_short",
        domain=FaultDomain.NETWORK,
        destination=OPERATIONS,
        title="The operator's DHCP server offers an address without what a home needs with it",
        needs=(must("wall_offer_lacks"),),
        supports=(when("wall_offer_lacks", 4.4),),
        explains=("wall_offer_lacks", "wall_pages_fail", "wall_nothing_beyond"),
        next_action="Correct the options of this network at the DHCP server, as the finding says.",
        tell_customer=OURS,
        source="RFC 2132, sections 3.3, 3.5, 3.8 and 5.1",
    ),
    Cause(
        id="home_offer_short",
        domain=FaultDomain.ROUTER,
        destination=SECOND,
        title="The router offers addresses without what the home's devices need with them",
        needs=(must("home_offer_lacks"),),
        supports=(when("home_offer_lacks", 4.4),),
        explains=("home_offer_lacks", "home_pages_fail", "home_nothing_beyond"),
        next_action="Correct the router's DHCP settings, as the finding says.",
        tell_customer="Your router does not tell your devices all that they need. We correct it.",
        source="RFC 2132, sections 3.3, 3.5, 3.8 and 5.1",
    ),
    Cause(
        id="wall_address_double",
        domain=FaultDomain.NETWORK,
        destination=OPERATIONS,
        title="The address that the operator offers is somebody else's already",
        needs=(must("wall_address_taken"),),
        supports=(when("wall_address_taken", 4.4),),
        explains=("wall_address_taken",),
        next_action="Find the port of that MAC; look for a fixed address, or two servers with one"
        " range.",
        tell_customer=OURS,
        source="RFC 5227, section 2.1.1; RFC 2131, section 4.4.1",
    ),
    Cause(
        id="home_address_double",
        domain=FaultDomain.DEVICE,
        destination=SUPPORT,
        title="A device at home has an address that the router gives out",
        needs=(must("home_address_taken"),),
        supports=(when("home_address_taken", 4.4),),
        explains=("home_address_taken",),
        next_action="Find the device of that MAC; let it take its address by DHCP.",
        tell_customer=ANOTHER,
        source="RFC 5227, section 2.1.1; RFC 2131, section 4.4.1",
    ),
    Cause(
        id="wall_foreign_proxy",
        domain=FaultDomain.NETWORK,
        destination=OPERATIONS,
        title="Somebody in the access network answers for addresses of others",
        needs=(must("wall_answers_for_all"),),
        supports=(when("wall_answers_for_all", 4.4),),
        explains=(
            *("wall_answers_for_all", "wall_gateway_twice", "wall_address_taken"),
            *("wall_pages_fail", "wall_nothing_beyond", "wall_loses"),
        ),
        next_action="Find the port of that MAC, shut it, and switch on ARP inspection there.",
        tell_customer=OURS,
        source="RFC 1027: who answers for all is asked to carry all; here it is no gateway",
    ),
    Cause(
        id="home_foreign_proxy",
        domain=FaultDomain.DEVICE,
        destination=SUPPORT,
        title="A device at home answers for addresses of others",
        needs=(must("home_answers_for_all"),),
        supports=(when("home_answers_for_all", 4.4),),
        explains=(
            *("home_answers_for_all", "home_gateway_twice", "home_address_taken"),
            *("home_pages_fail", "home_nothing_beyond", "home_loses"),
        ),
        next_action="Find the device of that MAC; end its proxy ARP or its sharing.",
        tell_customer=ANOTHER,
        source="RFC 1027: who answers for all is asked to carry all; here it is no gateway",
    ),
    Cause(
        id="wall_dhcp6_dead",
        domain=FaultDomain.NETWORK,
        destination=OPERATIONS,
        title="At the wall port IPv6 is announced, and its DHCPv6 server gives nothing",
        needs=(must("wall_dhcp6_silent"),),
        supports=(when("wall_dhcp6_silent", 4.4),),
        explains=("wall_dhcp6_silent",),
        next_action="Check the DHCPv6 server or relay, and its pools of addresses and prefixes.",
        tell_customer=OURS,
        source="RFC 4861, section 4.2, flag M; RFC 8415, sections 18.3.9 and 21.13",
    ),
    Cause(
        id="home_dhcp6_dead",
        domain=FaultDomain.ROUTER,
        destination=SECOND,
        title="The router points to a DHCPv6 server that gives nothing",
        needs=(must("home_dhcp6_silent"),),
        supports=(when("home_dhcp6_silent", 4.4),),
        explains=("home_dhcp6_silent",),
        next_action="Switch on the router's DHCPv6 server, or let devices make their addresses.",
        tell_customer=(
            "Your router's settings for addresses of the new kind (IPv6) do not fit together. We"
            " correct them."
        ),
        source="RFC 4861, section 4.2, flag M; RFC 8415, sections 18.3.9 and 21.13",
    ),
    Cause(
        id="home_rogue_server6",
        domain=FaultDomain.DEVICE,
        destination=SUPPORT,
        title="A second device at home gives out IPv6 addresses",
        needs=(must("home_second_server6"),),
        supports=(when("home_second_server6", 4.4),),
        explains=("home_second_server6", "home_second_router6"),
        next_action="Find the device of the other MAC; switch its DHCPv6 server off.",
        tell_customer=(
            "Another device in your home acts as a router. Please let us set it up anew with you."
        ),
        source="RFC 7610: DHCPv6-Shield, against rogue servers",
    ),
    Cause(
        id="wall_link_below",
        domain=FaultDomain.NETWORK,
        destination=OPERATIONS,
        title="The wall port's link is slower than what was sold",
        needs=(must("wall_link_slow"),),
        supports=(when("wall_link_slow", 4.4),),
        against=(when("wall_half_duplex", -3.0),),
        explains=("wall_link_slow", "wall_rate_low", "home_rate_low"),
        next_action="Change the cable to the socket (four pairs for 1 Gbit/s), and look at the"
        " port's own speed setting.",
        tell_customer=OURS,
        source="IEEE 802.3, clause 28: both ends take the best that both and the pairs allow",
    ),
    Cause(
        id="home_link_below",
        domain=FaultDomain.ROUTER,
        destination=SECOND,
        title="The router's LAN socket is slower than what was sold",
        needs=(must("home_link_slow"),),
        supports=(when("home_link_slow", 4.4),),
        against=(when("home_half_duplex", -3.0),),
        explains=("home_link_slow", "home_rate_low"),
        next_action="Try another socket of the router; it may have a faster one, or none.",
        tell_customer="The sockets of your router are slower than your line. We look after it.",
        source="IEEE 802.3, clause 28: both ends take the best that both and the pairs allow",
    ),
)
