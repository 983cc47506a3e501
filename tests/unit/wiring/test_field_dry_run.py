"""A dry run says all that a check sends, and a check sends nothing else."""

from __future__ import annotations

import asyncio
import re
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
import senders

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.field_facts import FieldLink, PluggedInto
from cpe_diag.domain.missing import Missing
from cpe_diag.field import laptop_port, sizes, trace
from cpe_diag.field.on_site import OnSite
from cpe_diag.field.raw.order import Test
from cpe_diag.field.raw.tests import described
from cpe_diag.field.raw_process import RawProcess
from cpe_diag.field.sending import Carrier
from cpe_diag.field.sendings import sendings
from cpe_diag.store.inventory_yaml import YamlInventory
from cpe_diag.testing.field_samples import FIELD_FACTS, WALL
from cpe_diag.wiring import field
from cpe_diag.wiring.config import read
from cpe_diag.wiring.field import PLAYBOOKS, frames
from cpe_diag.wiring.field_targets import session_wanted, targets_of
from cpe_diag.wiring.runs import RunWish, perform, prepare

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.field.raw.order import Order
    from cpe_diag.field.sending import Sending
    from cpe_diag.wiring.config import Config

RESOLVER: Final = "resolver: {address: 192.0.2.53}\n"
REFERENCE: Final = (
    "reference: {host: ref.example, url: 'http://ref.example/', address: 192.0.2.80}\n"
)
STREAM: Final = "stream: {group: 239.1.1.1, port: 5000}"
EVERYTHING: Final = f"""\
elsewhere: {{name: another, resolver: 192.0.2.54}}
field:
  page: {{url: "http://page.example/"}}
  load: {{iperf3: {{host: load.example}}, ndt7: "ws://192.0.2.81", seconds: 5, most_mb: 50}}
  nobody: 192.0.2.99
  {STREAM}
"""
PASSIVE: Final = {"field_link", "field_use", "field_air"}
"""They read what the system knows; iw(8) scans without asking (`scan passive`)."""
RAW_PROBES: Final = {Test.IPV6: "field_routers"}
"""Whose name is not the test's."""
REPOSITORY: Final = Path(__file__).parents[3]
PLAYBOOKS_OF_OURS: Final = REPOSITORY / "playbooks"


class Described(RawProcess):
    """What the process says of frames, of an interface that this machine does not have."""

    async def ask(self, order: Order) -> Mapping[str, Any]:
        """Say which frames would be sent."""
        return described(order)


def configured(place: Path, text: str) -> Config:
    """Give a configuration with this text."""
    file = place / "config.yaml"
    file.write_text(text, encoding="utf-8")
    return read(file, str(file))


def announced(place: Path, text: str) -> dict[str, list[Sending]]:
    """Give what a check with this configuration sends beyond its wire, by test."""
    told: dict[str, list[Sending]] = {}
    for one in sendings(targets_of(configured(place, text))):
        told.setdefault(one.test, []).append(one)
    return told


@pytest.mark.parametrize(
    ("text", "tests"),
    [
        ("", set()),
        (f"field: {{{STREAM}}}\n", {"field_stream", "system"}),
        (f"{RESOLVER}field: {{page: {{url: 'http://a.example/'}}}}\n", {"field_page", "system"}),
        (
            f"{RESOLVER}{REFERENCE.replace(', address: 192.0.2.80', '')}",
            {"field_web", "field_names", "field_page", "system"},
        ),
    ],
    ids=["nothing", "a stream alone", "a page alone", "no address"],
)
def test_whoever_is_not_configured_is_asked_by_nobody(
    tmp_path: Path, text: str, tests: set[str]
) -> None:
    """Each test says what it sends whatever else is configured."""
    assert set(announced(tmp_path, text)) == tests


def test_each_packet_is_told_with_its_place_its_size_and_how_often(tmp_path: Path) -> None:
    """Who, where to, by what, how large, what is in it, how many at most, and what holds that."""
    told = announced(tmp_path, f"{RESOLVER}{REFERENCE}{EVERYTHING}")
    lines = [one.line for sent in told.values() for one in sent]
    for line in (
        (
            "UDP to 192.0.2.53 port 53: DNS, the addresses of ref.example; 57 bytes,"
            " at most 6 packets"
        ),
        (
            "TCP to ref.example port 80: HTTP, GET http://ref.example/; 1500 bytes at most,"
            " at most 400 packets (256 kB are read; then it is dropped, or with so many sent)"
        ),
        "ICMP to 192.0.2.80: echo request, every 20 ms; 84 bytes, at most 100 packets",
        "UDP to 192.0.2.80 port 33448: 24 zeros, may take 14 hops; 52 bytes, at most 2 packets",
        "ICMP to the next hop: echo request, every 30 ms; 76 bytes, at most 40 packets",
        (
            "TCP to load.example port 5201: iperf3, 5 s and 50 MB at most,"
            " one way after the other;"
            " 1500 bytes at most, at most 102000 packets"
            " (the load is ended when so many have been sent)"
        ),
        (
            "TCP to 192.0.2.81 port 80: ndt7, 5 s and 50 MB at most, one way after the other;"
            " 1500 bytes at most, at most 102000 packets"
            " (the load is ended when so many have been sent)"
        ),
    ):
        assert line in lines, line
    assert sum(one.times for one in told["field_size"]) == sizes.MOST_PACKETS
    ways = [one for one in told["field_trace"] if one.carrier is not Carrier.TCP]
    assert len(ways) == 2 * trace.MOST_HOPS
    assert {one.times for one in ways} == {trace.TRIES}


def test_by_ipv6_the_same_is_told_with_its_larger_head(tmp_path: Path) -> None:
    """The carrier is another, and what every host takes is more."""
    told = announced(tmp_path, REFERENCE.replace("192.0.2.80", '"2001:db8::80"'))
    carriers = {one.carrier for one in told["field_size"] + told["field_jitter"]}
    assert carriers == {Carrier.ICMPV6}
    assert min(one.octets for one in told["field_size"]) == 1280
    assert {one.octets for one in told["field_jitter"]} == {96}


def test_each_probe_on_site_says_what_it_sends_and_is_read_by_tshark(tmp_path: Path) -> None:
    """A probe that is in a playbook alone has neither a dry run nor an independent reader."""
    config = configured(tmp_path, f"{RESOLVER}{REFERENCE}{EVERYTHING}")
    books = [(PLAYBOOKS_OF_OURS / f"{name}.yaml").read_text() for name in {*PLAYBOOKS.values()}]
    named = {probe for book in books for probe in re.findall(r"\bfield_[a-z]+", book)}
    beyond = {one.test for one in sendings(targets_of(config))}
    raw = {RAW_PROBES.get(test, f"field_{test.value}") for test in Test}
    assert named == PASSIVE | raw | (beyond - {"system"})
    assert set(senders.BEYOND) == beyond
    assert set(senders.RAW) == {test.value for test in Test}
    lab = REPOSITORY / "tests/lab_field/wires"
    assert all("tshark" in (lab / file).read_text() for file in senders.READ_IN.values())


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("{id: sub-1}", False),
        ("{id: sub-1, session: {user: u, credential: 'env:X'}}", True),
        ("{id: sub-1, service: {wan: pppoe}, session: {user: u, credential: 'env:X'}}", True),
        ("{id: sub-1, service: {wan: ipoe}, session: {user: u, credential: 'env:X'}}", False),
        ("{id: sub-1, service: {wan: pppoe}}", False),
    ],
)
def test_a_session_is_told_where_one_would_be_opened(
    tmp_path: Path, line: str, *, wanted: bool
) -> None:
    """Thirty frames that nobody sends hide the few that are sent."""
    file = tmp_path / "inventory.yaml"
    file.write_text(f"nodes: {{}}\nsubscribers: [{line}]\n", encoding="utf-8")
    assert session_wanted(YamlInventory(file).subscriber("sub-1")) is wanted


def test_all_three_questions_of_arp_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which gateway and which address will be offered is not known yet: what they are is said."""
    unknown = Missing(why=FailureKind.NOT_MEASURED)
    link = FieldLink(
        interface="eth0",
        mac="02:00:5e:00:04:00",
        wireless=False,
        carrier=True,
        speed_bps=unknown,
        duplex=unknown,
        mtu_bytes=unknown,
        flaps=unknown,
        errors_in=unknown,
    )
    monkeypatch.setattr(field, "link_of", lambda _: link)
    told = asyncio.run(frames("eth0", Described(), (7, 35), None))
    gateway, own, nobodys = (str(frame["says"]) for frame in told["arp"][0])
    assert gateway.endswith("(in its place: the gateway that is offered)")
    assert own.endswith("(in its place: the address that is offered)")
    assert "192.0.2.254" in nobodys
    assert [len(told["vlans"][0]), told["vlans"][1], told["session"][1]] == [4, 4, 24]
    others = (most for test, (_, most) in told.items() if test not in {"vlans", "session"})
    assert sum(others) <= 12
    router = "02:00:5e:10:00:99"
    locked, most = asyncio.run(frames("eth0", Described(), (7, 35), None, router))["locked"]
    assert [str(one["says"]).endswith(f", as the router ({router})") for one in locked] == 4 * [
        True
    ]
    assert most == 4


async def test_a_laptop_asks_no_access_node_who_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The node is in the operator's network, not in the subscriber's; no dry run tells of it."""
    monkeypatch.setattr(RawProcess, "start", lambda _: None)
    monkeypatch.setattr(laptop_port, "link_of", lambda _: FIELD_FACTS["field_link", WALL])
    monkeypatch.setenv("NODE", "public")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as node:
        node.bind(("127.0.0.1", 0))
        node.setblocking(False)  # noqa: FBT003 - the standard library's signature
        (tmp_path / "inventory.yaml").write_text(
            f"nodes: {{an-1: {{address: 127.0.0.1, port: {node.getsockname()[1]},"
            " credential: 'env:NODE'}}\n"
            "subscribers: [{id: sub-1, node: an-1, port: '1'}]\n",
            encoding="utf-8",
        )
        config = configured(
            tmp_path, "inventory: {kind: file, path: inventory.yaml}\nstore: {path: cases.db}\n"
        )
        on_site = OnSite(
            interface="eth0", plugged_into=PluggedInto.WALL_PORT, raw=RawProcess(dry=True)
        )
        wish = RunWish(playbook="at_wall_port", subscriber="sub-1", on_site=on_site)

        await perform(prepare(config, wish), on_progress=lambda _: None, ask_caller=lambda _: None)
        with pytest.raises(BlockingIOError):
            node.recv(2048)
