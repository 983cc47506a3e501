"""Causes on a PON: the fibre to one home, its light, and the ONT at its end."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.verdict import Destination, FaultDomain
from cpe_diag.judge.cause import DROPS, ON_PON, SLOW, Cause, must, must_not, unless, when

_DAMAGE: Final = (
    "gateway_loss",
    "way_in_loss",
    "internet_loss",
    "latency_high",
    "router_http_fails",
)

CAUSES_OPTICAL: Final[tuple[Cause, ...]] = (
    Cause(
        id="fibre_cut",
        domain=FaultDomain.NETWORK,
        destination=Destination.FIELD_TECHNICIAN,
        title="The fibre to this home is interrupted",
        technologies=ON_PON,
        needs=(must("port_down"), must_not("port_admin_down")),
        supports=(
            when("port_down", 1.0),
            when("ont_signal_lost", 4.5),
            unless("far_end_power_lost", 0.7),
            unless("lights_off", 1.0),
            unless("group_down", 0.3),
            unless("neighbours_down", 0.3),
        ),
        against=(
            when("far_end_power_lost", -6.0),
            when("lights_off", -1.5),
            when("group_down", -6.0),
            when("neighbours_down", -4.0),
            unless("ont_signal_lost", -2.5),
            unless("router_unreachable", -4.0),
        ),
        explains=(
            "port_down",
            "port_changed",
            "ont_signal_lost",
            "no_mac_learned",
            "router_unreachable",
        ),
        next_action="Send a technician with a light meter: from the wall socket back to the"
        " splitter.",
        tell_customer="The fibre to your home is interrupted. A technician has to mend it; we will"
        " agree on a time with you. Please do not look into the open end of the fibre.",
        source="ITU-T G.984.3: loss of signal of an ONU (LOSi) without Dying_Gasp before it",
    ),
    Cause(
        id="optical_level_low",
        domain=FaultDomain.NETWORK,
        destination=Destination.FIELD_TECHNICIAN,
        title="Too little light arrives over the fibre",
        technologies=ON_PON,
        needs=(must("optical_low"),),
        supports=(when("optical_low", 5.5), unless("optical_asymmetric", 0.5)),
        against=(when("optical_asymmetric", -3.0),),
        explains=("optical_low", *_DAMAGE, "wan_link_flaps", "port_changed"),
        shifts=((SLOW, 0.3), (DROPS, 0.7)),
        next_action="Send a technician to clean and measure: plug in the home, wall socket,"
        " splitter.",
        tell_customer="Too little light reaches your home over the fibre. A technician will clean"
        " or mend the connection.",
        source="ITU-T G.984.2 Amd 1, class B+ receiver sensitivity",
    ),
    Cause(
        id="optical_level_high",
        domain=FaultDomain.NETWORK,
        destination=Destination.FIELD_TECHNICIAN,
        title="Too much light arrives over the fibre",
        technologies=ON_PON,
        needs=(must("optical_high"),),
        supports=(when("optical_high", 5.5),),
        explains=("optical_high", *_DAMAGE, "wan_link_flaps", "port_changed"),
        shifts=((DROPS, 0.5),),
        next_action="Send a technician to put an attenuator in; check whether a splitter was"
        " bypassed.",
        tell_customer="The light on your fibre is too strong for your device. A technician will"
        " correct it.",
        source="ITU-T G.984.2 Amd 1, class B+ receiver overload",
    ),
    Cause(
        id="fibre_bent",
        domain=FaultDomain.NETWORK,
        destination=Destination.FIELD_TECHNICIAN,
        title="The fibre is bent too tightly",
        technologies=ON_PON,
        needs=(must("optical_asymmetric"),),
        supports=(when("optical_asymmetric", 5.0), when("optical_low", 0.7)),
        explains=(
            "optical_asymmetric",
            "optical_low",
            *_DAMAGE,
            "wan_link_flaps",
            "port_changed",
        ),
        shifts=((SLOW, 0.3), (DROPS, 0.7)),
        next_action="Ask the customer whether furniture or a door presses on the fibre; else send"
        " a technician to find the bend.",
        tell_customer="Your fibre seems to be bent too tightly. Please see whether something"
        " presses on the thin cable between the wall and the device.",
        source="ITU-T G.657: bending loss grows with the wavelength, 1490 nm before 1310 nm",
    ),
    Cause(
        id="ont_rejected",
        domain=FaultDomain.NETWORK,
        destination=Destination.NETWORK_OPERATIONS,
        title="The OLT does not accept the ONT",
        technologies=ON_PON,
        needs=(must("ont_not_accepted"),),
        supports=(when("ont_not_accepted", 5.5),),
        explains=(
            "ont_not_accepted",
            "port_down",
            "port_changed",
            "no_mac_learned",
            "router_unreachable",
            "wan_down",
            "wan_dhcp_unanswered",
            "wan_pppoe_unanswered",
        ),
        next_action="Compare serial number, type and profiles of the ONT with the inventory, and"
        " correct the one that is wrong.",
        tell_customer="Our network does not recognise the device at the end of your fibre. We are"
        " correcting that on our side.",
        source="authentication failure or match state of the ONT, as the vendor's MIB tells it",
    ),
)
