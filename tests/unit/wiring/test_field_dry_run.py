"""A dry run says all that a check sends, and a check sends nothing else."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Final

import pytest

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.field_facts import FieldLink, PluggedInto
from cpe_diag.domain.missing import Missing
from cpe_diag.field.on_site import OnSite
from cpe_diag.field.raw_process import RawProcess
from cpe_diag.store.inventory_yaml import YamlInventory
from cpe_diag.wiring import field
from cpe_diag.wiring.config import read
from cpe_diag.wiring.field import frames
from cpe_diag.wiring.field_targets import questions, session_wanted
from cpe_diag.wiring.runs import RunWish, perform, prepare

if TYPE_CHECKING:
    from pathlib import Path

    from cpe_diag.wiring.config import Config

RESOLVER: Final = "resolver: {address: 192.0.2.53}\n"
REFERENCE: Final = (
    "reference: {host: ref.example, url: 'http://ref.example/', address: 192.0.2.80}\n"
)
EVERYTHING: Final = """\
field:
  page: {url: "http://page.example/"}
  load: {iperf3: {host: load.example}, ndt7: "ws://192.0.2.81", seconds: 5}
"""
NO_ADDRESS: Final = REFERENCE.replace(", address: 192.0.2.80", "")
BESIDE: Final = "before and beside the loads, and to this machine itself"


def configured(place: Path, text: str) -> Config:
    """Give a configuration with this text."""
    file = place / "config.yaml"
    file.write_text(text, encoding="utf-8")
    return read(file, str(file))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", []),
        ("field: {stream: {group: 239.1.1.1, port: 5000}}\n", ["IGMP: join 239.1.1.1 for 5 s"]),
        (
            f"{RESOLVER}field: {{page: {{url: 'http://page.example/', status: 204}}}}\n",
            ["DNS: page.example, of 192.0.2.53", "HTTP: http://page.example/"],
        ),
        (
            f"{RESOLVER}{NO_ADDRESS}field: {{stream: {{group: 239.1.1.1, port: 5000}}}}\n",
            [
                "DNS: ref.example, and a name under it that does not exist, of 192.0.2.53",
                "HTTP: http://ref.example/",
                "IGMP: join 239.1.1.1 for 5 s",
            ],
        ),
        (
            f"{RESOLVER}{REFERENCE}{EVERYTHING}",
            [
                "DNS: ref.example, and a name under it that does not exist, of 192.0.2.53",
                "DNS: page.example, of 192.0.2.53",
                "HTTP: http://ref.example/ and http://page.example/",
                "ICMP: echo requests to 192.0.2.80: 5, 100 at 20 ms, 5 of 1500 bytes",
                "UDP, TCP, ICMP: the way to 192.0.2.80, 15 hops: at most 90 small packets",
                "ICMP: 192.0.2.80, the next hop and this machine, 40 small packets each",
                "ICMP: the largest packet that 192.0.2.80 takes: 576 to 1500 bytes, at most 54",
                "DNS: load.example, of this machine's own resolver",
                "iperf3: load.example port 5201: 5 s and 300 MB at most, each way",
                "NDT7: ws://192.0.2.81: 5 s and 300 MB at most, each way",
                f"TCP: at most 139 connections to 192.0.2.80, {BESIDE}",
            ],
        ),
    ],
    ids=["nothing", "a stream alone", "a page alone", "no address", "everything"],
)
def test_each_target_is_told_whatever_else_is_configured(
    tmp_path: Path, text: str, told: list[str]
) -> None:
    """A line that stands for two kinds of question hides one."""
    assert questions(configured(tmp_path, text)) == told


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
    raw = RawProcess(dry=True)
    try:
        told = asyncio.run(frames("eth0", raw, (7, 35), None))
    finally:
        raw.close()
    gateway, own, nobodys = (frame["says"] for frame in told["arp"])
    assert gateway.endswith("(in its place: the gateway that is offered)")
    assert own.endswith("(in its place: the address that is offered)")
    assert "192.0.2.254" in nobodys
    assert len(told["vlans"]) == 4
    assert len(told["session"]) <= 24
    others = (len(sent) for test, sent in told.items() if test not in {"vlans", "session"})
    assert sum(others) <= 12


async def test_a_laptop_asks_no_access_node_who_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The node is in the operator's network, not in the subscriber's; no dry run tells of it."""
    monkeypatch.setattr(RawProcess, "start", lambda _: None)
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
            interface="lo", plugged_into=PluggedInto.WALL_PORT, raw=RawProcess(dry=True)
        )
        wish = RunWish(playbook="at_wall_port", subscriber="sub-1", on_site=on_site)

        await perform(prepare(config, wish), on_progress=lambda _: None, ask_caller=lambda _: None)
        with pytest.raises(BlockingIOError):
            node.recv(2048)
