"""Every fault of the list, one after the other: caused, felt, taken back, gone."""

from __future__ import annotations

import os
import re
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from cpe_diag.lab.home import layout, namespaces, network
from cpe_diag.lab.home.calls import call
from cpe_diag.lab.home.faults import clear_fault, is_felt, read_faults, set_fault
from cpe_diag.lab.home.needs import HomeLabError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cpe_diag.lab.home.faults import HomeFault

pytestmark = pytest.mark.lab_home

FELT_LIMIT_S = 20.0
GONE_LIMIT_S = 30.0
LINES_SHOWN = 20
ONLY = os.environ.get("CPE_DIAG_LAB_HOME_FAULTS", "")
"""A pattern of ids: only those are gone through."""

# What changes by itself: counters, handles, the remaining time and the ends of connections.
MOVING = re.compile(
    r"^.* inet6 fe80::.*$| tentative|(valid|preferred)_lft \w+|link-netns\S* \S+|@\S+"
    r"|counter packets \d+ bytes \d+|\bindex \d+|^\d+: ?| (NOARP|qlen \d+)|expires \w+| pid \d+",
    re.MULTILINE,
)
STATE = """
ip -o link; ip -o addr; ip -4 route; ip -6 route; nft list ruleset; tc qdisc show
cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding
"""
MACHINE = """
ps -eo comm= | grep -vxE 'sh|sleep|curl|ps|sort|grep|sed|mv|ip|busybox|dropbear' | sort; date +%Y
cat /etc/dnsmasq.conf /etc/nftables.conf /etc/resolv.conf /etc/os-release /etc/lab/* 2>/dev/null
ls /etc /usr/local/bin; ls /run | grep -vE '^(visit|why)'
sed 's/^[0-9]*//' /var/lib/misc/dnsmasq.leases 2>/dev/null | sort
cat /proc/sys/net/netfilter/nf_conntrack_max
[ "$(sed 's/[. ].*//' /proc/uptime)" -gt 86000 ] || echo restarted
"""


def state(home: str) -> dict[str, list[str]]:
    """Tell all that a fault may leave behind, by host."""
    told = {}
    for host, _ in layout.HOSTS:
        script = STATE + (MACHINE if host in layout.MACHINES else "")
        try:
            command = [*namespaces.entering(home, host), "sh", "-c", script]
        except HomeLabError:
            command = ["echo", "it does not run"]
        told[host] = [line for line in MOVING.sub("", call(command).stdout).splitlines() if line]
    folder = network.folder_of(home)
    files = (
        path for path in folder.rglob("*") if not {"visits", "log", "faults"} & set(path.parts)
    )
    told["files"] = sorted(str(path.relative_to(folder)) for path in files)
    return told


def differences(before: dict[str, list[str]], after: dict[str, list[str]]) -> list[str]:
    """Name what is otherwise than it was."""
    return [
        f"{host}: {sign}{line}"
        for host in before
        for sign, ours, others in (("-", before, after), ("+", after, before))
        for line in ours[host]
        if line not in others[host]
    ]


def go_through(home: str, faults: Sequence[HomeFault]) -> list[str]:
    """Cause faults one after the other in a home; say what is wrong with them."""
    wrong: list[str] = []
    before = state(home)
    for fault in faults:
        started = time.monotonic()
        set_fault(home, fault.id)
        set_s = time.monotonic() - started
        while not (felt := is_felt(home, fault.id)):
            if time.monotonic() > started + FELT_LIMIT_S:
                wrong.append(f"{fault.id} is not felt")
                break
        felt_s = time.monotonic() - started - set_s
        started = time.monotonic()
        clear_fault(home, fault.id)
        clear_s = time.monotonic() - started
        try:
            look_again(home)
        except HomeLabError as error:
            wrong.append(f"{fault.id}: {error}")
        while (left := differences(before, state(home))) and (
            time.monotonic() < started + GONE_LIMIT_S
        ):
            time.sleep(0.3)
        wrong += [f"{fault.id} leaves {line}" for line in left]
        gone_s = time.monotonic() - started - clear_s
        print(  # noqa: T201 - the figures are asked for
            f"{fault.id:28} set {set_s:4.1f} s, {'felt' if felt else 'NOT felt'} after"
            f" {felt_s:4.1f} s, cleared {clear_s:4.1f} s, well again after {gone_s:4.1f} s",
            *(f"\n    {line}" for line in left[:LINES_SHOWN]),
            flush=True,
        )
        if left:
            before = state(home)
    return wrong


def look_again(home: str) -> None:
    """Wait until pages are fetched anew, without the pause that devices make between them."""
    network.forget_visits(home)
    for device in layout.VISITORS:
        network.output(home, device, ["pkill", "-x", "sleep"], failing="")
    network.wait_until_ready(home)


def test_every_fault_is_felt_and_leaves_nothing_behind(homes: Sequence[str]) -> None:
    """A fault that is none, or that stays, spoils every figure that is made with it."""
    chosen = [one for one in read_faults() if re.search(ONLY, one.id)]
    assert chosen
    shares = [chosen[number :: len(homes)] for number in range(len(homes))]
    with ThreadPoolExecutor(len(homes)) as side_by_side:
        wrong = [line for told in side_by_side.map(go_through, homes, shares) for line in told]
    assert not wrong, "\n".join(wrong)
