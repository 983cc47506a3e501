"""What a router hears in the home, read as facts; the answers are those of the lab's router."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cpe_diag.domain.device_facts import Tries
from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.lan_facts import (
    AnnouncedRouter,
    ArpAsked,
    DeviceFrames,
    EchoRow,
    LanRouters,
    LoudDevice,
)
from cpe_diag.domain.missing import Missing, known
from cpe_diag.driver_kit.load import load_router_driver
from cpe_diag.driver_kit.parsers import refusals as of
from cpe_diag.driver_kit.router import ReadingContext, UnreadableError
from cpe_diag.ports import Command, CommandAnswer

TV, PC, BRIDGE = "02:00:5e:20:00:01", "02:00:5e:20:00:02", "3e:02:70:85:9c:67"
UNSUPPORTED = Missing(why=FailureKind.UNSUPPORTED)
NOBODY = (
    "ARPING 192.168.1.1 from 0.0.0.0 br-lan\nSent 2 probe(s) (0 broadcast(s))\n"
    "Received 0 response(s) (0 request(s), 0 broadcast(s))\n"
)
TAKEN = f"Unicast reply from 192.168.1.1 [{PC}] 0.030ms\nReceived 1 response(s) (0 request(s))\n"
SOCKETS = (
    "lan1 net=br-lan carrier=1 flags=0x1303 state=3\n"
    "lan2 net=br-tv carrier=1 flags=0x1303 state=3\n"
    "lan3 net=br-lan carrier=0 flags=0x1303 state=0\n"
    "lan4 net= carrier= flags=0x1002 state=\n"
)


def ask(question: str, text: str, router: str = "linux_hostapd") -> object:
    """Read an answer."""
    command = Command(text=question, label=question)
    got = CommandAnswer(command=command, output=text, exit_status=0)
    context = ReadingContext(at=datetime(2026, 1, 15, tzinfo=UTC), target=TV, server="192.168.1.7")
    return load_router_driver(router).questions[question].reader((got,), context)


def routers(marked: str = "", heard: str = "", arp: str = NOBODY) -> LanRouters:
    """Read who else wants to be a router."""
    fact = ask(
        "lan_routers",
        f"== own\n{BRIDGE} 192.168.1.1\n== neighbours\n{marked}\n== frames\n{heard}"
        f"== arp\n{arp}rc=0\n",
    )
    assert isinstance(fact, LanRouters)
    return fact


def frames(
    heard: str, refused: str = "", pinned: str = "", router: str = "linux_hostapd"
) -> DeviceFrames:
    """Read what is heard of a device."""
    fact = ask(
        "device_frames",
        f"== home\nbr-lan {BRIDGE}\n== ports\n{SOCKETS}== frames\n{heard}"
        f"== refusals\n{refused}== neighbours\n{pinned}rc=0\n",
        router,
    )
    assert isinstance(fact, DeviceFrames)
    return fact


def test_who_sends_most_to_all_is_told() -> None:
    """It may be a device gone mad, or a cable that joins two sockets."""
    loudest = routers(heard=f"loud {PC} 3000 4242000 0.35\n").loudest
    assert loudest == LoudDevice(mac=PC, frames=3000, octets=4242000, over_s=0.35)
    assert routers().loudest is None


def test_an_announcement_and_who_follows_it_are_both_told() -> None:
    """The lifetime says what is wanted, the frames what comes of it."""
    fact = routers(f"{PC}\n", f"well 2\nra {PC} 1800\nto {PC} 6\nwell 0\n")
    assert fact.announced == (AnnouncedRouter(mac=PC, lifetime_s=1800, used=6),)
    assert (fact.address_taken_by, fact.well) == ((), 2)


def test_who_was_not_heard_has_no_lifetime() -> None:
    """Not heard within six seconds is not 0 seconds."""
    (one,) = routers(f"{PC}\n").announced
    assert (one.lifetime_s, one.used) == (Missing(why=FailureKind.NOT_MEASURED), 0)


def test_a_router_that_cannot_listen_says_so() -> None:
    """Its neighbour table may still know a name."""
    fact = routers(f"{PC}\n", "no tcpdump\n", "no arping\n")
    assert not fact.listened
    assert fact.announced[0].used == fact.address_taken_by == UNSUPPORTED


def test_who_answers_for_the_routers_own_address_is_named() -> None:
    """Nobody but the router has it."""
    assert routers(arp=TAKEN).address_taken_by == (PC,)


@pytest.mark.parametrize("router", ["linux_hostapd", "openwrt"])
def test_a_device_is_found_on_the_socket_on_which_it_is_heard(router: str) -> None:
    """It may hang on one that is not in the home's network."""
    text = (
        "row 0000\non br-lan 0 3 0 0 0 0 0 0\non lan1 0 3 0 0 0 0 0 0\n"
        "on lan2 9 0 4 1 3 2 5 7\nasks lan2 192.168.1.254 3\nuses lan2 192.168.1.7\n"
    )
    fact = frames(text, router=router)
    heard = known(fact.heard)
    assert heard is not None
    assert [(one.name, known(one.from_device), one.in_home) for one in fact.sockets] == [
        ("lan1", 0, True),
        ("lan2", 9, False),
        ("lan3", None, True),
        ("lan4", None, False),
    ]
    assert (heard.at_home, heard.addresses) == (0, ("192.168.1.7",))
    assert heard.asked_for == (ArpAsked(address="192.168.1.254", times=3),)
    assert (heard.dhcp_asked, heard.dhcp_answered) == (4, 1)
    assert (heard.begun, heard.begun_answered, heard.datagrams, heard.to_router) == (3, 2, 5, 7)
    assert (fact.sockets[3].network, fact.sockets[3].up) == (None, False)


def test_pings_in_a_row_are_counted_by_spells() -> None:
    """How they come and go is the difference between sleep and chance."""
    on = "on br-lan 0 0 0 0 0 0 0 0\n"
    assert frames(f"row 1110001100\n{on}").echoes == EchoRow(sent=10, answered=5, spells=4)
    assert frames(on).echoes == Missing(why=FailureKind.NOT_MEASURED)


def test_a_router_without_tcpdump_tells_its_settings_all_the_same() -> None:
    """What it is set to needs no listening."""
    fact = frames("no tcpdump\nrow 11\n", refused=f"dhcp-host={TV},ignore\n")
    assert fact.heard == fact.sockets[0].from_device == UNSUPPORTED
    assert fact.refused_by == (of.DHCP,)


@pytest.mark.parametrize(
    ("setting", "refused"),
    [
        (f"dhcp-host={TV},ignore", (of.DHCP,)),
        ("dhcp-host=2:0:5e:20:*:*,ignore", (of.DHCP,)),
        (f"dhcp-host={TV},192.168.1.50", ()),
        (f"dhcp-host={PC},ignore", ()),
        ("dhcp-ignore=tag:!known", (of.UNKNOWN_ONLY,)),
        (f"dhcp-ignore=tag:!known\ndhcp-host={TV},tv", ()),
        ("wifi denied", (of.WIFI,)),
        ("wifi not listed", (of.NOT_LISTED,)),
    ],
)
def test_settings_that_keep_the_device_out_are_told(setting: str, refused: object) -> None:
    """And those that keep out others, or give it an address, are not."""
    assert frames("on br-lan 0 0 0 0 0 0 0 0\n", refused=f"{setting}\n").refused_by == refused


def test_an_address_that_is_tied_to_another_one_is_told() -> None:
    """The router asks nobody for it, and sends to who is set."""
    tied = f"192.168.1.7 dev br-lan lladdr {PC} PERMANENT\n"
    own = f"192.168.1.7 dev br-lan lladdr {TV} PERMANENT\n"
    on = "on br-lan 0 0 0 0 0 0 0 0\n"
    assert frames(on, pinned=tied).pinned == ("192.168.1.7",)
    assert frames(on, pinned=own).pinned == ()


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("lan_routers", "== own\n\n== neighbours\n\n== frames\n== arp\nrc=0\n"),
        ("device_frames", "== home\n== ports\n== frames\n== refusals\n== neighbours\nrc=0\n"),
        (
            "device_frames",
            f"== home\nbr-lan {BRIDGE}\n== ports\n== frames\n== refusals\n== neighbours\nrc=0\n",
        ),
        (
            "device_frames",
            (
                f"== home\nbr-lan {BRIDGE}\n== ports\nlan1\n== frames\nno tcpdump\n== refusals\n"
                "== neighbours\nrc=0\n"
            ),
        ),
    ],
)
def test_an_answer_without_its_parts_is_no_silence(question: str, text: str) -> None:
    """What was not read was not seen good."""
    with pytest.raises(UnreadableError):
        ask(question, text)


def test_what_devices_are_heard_to_ask_for_is_counted_by_device() -> None:
    """Also what the router does not pass on, which its table never shows."""
    fact = routers(heard="tried 4 1 0\ntried 0 0 2\n")
    assert fact.tried == (Tries(asked=4, answered=1, taken_up=1),)
    assert fact.ended_in_vain == (2,)
    assert routers(heard="no tcpdump\n").tried == Missing(why=FailureKind.UNSUPPORTED)
