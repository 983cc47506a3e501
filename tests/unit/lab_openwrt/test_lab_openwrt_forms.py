"""The forms of the lab's answers against recordings of a real OpenWrt 24.10."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from cpe_diag.lab.home_state import HomeRouter
    from tests.unit.lab_openwrt.conftest import Run

RECORDINGS = Path(__file__).parents[2] / "recordings" / "openwrt" / "lab_24_10"

# What the lab's router may have beside what was recorded, and the reverse: the recording's radio
# was simulated and its WAN had no route.
OPTIONAL = frozenset({"speed", "country", "quality", "signal", "noise", "bitrate"})


def recorded(name: str) -> tuple[str, str, int]:
    """Give a recording's command, output and exit status."""
    head, _, rest = (RECORDINGS / f"{name}.txt").read_text().partition("\n")
    body, _, status = rest.rpartition("rc=")
    return head.removeprefix("$ "), body, int(status)


def shape(value: object) -> object:
    """Give keys and types, without the values; of a list, its first element's."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items() if key not in OPTIONAL}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__


def compatible(seen: object, known: object) -> bool:
    """Whether two shapes agree; an empty list agrees with any list."""
    if isinstance(seen, dict) and isinstance(known, dict):
        return list(seen) == list(known) and all(compatible(seen[key], known[key]) for key in seen)
    if isinstance(seen, list) and isinstance(known, list):
        return not seen or not known or compatible(seen[0], known[0])
    return seen == known


@pytest.mark.parametrize(
    "name", ["system_board", "system_info", "hostapd_status", "if_dump", "wan_status", "ifstatus"]
)
async def test_an_answer_has_the_recorded_keys_in_order(run: Run, name: str) -> None:
    """A reader that works on the lab must work on the real thing."""
    command, text, status = recorded(name)
    answer = await run(command)
    assert answer.status == status
    known, seen = shape(json.loads(text)), shape(json.loads(answer.out))
    if name == "if_dump":
        assert isinstance(seen, dict)
        assert isinstance(known, dict)
    assert compatible(seen, known), f"{seen}\n{known}"


@pytest.mark.parametrize(("name", "device"), [("net_device", "wan"), ("devstatus", "br-lan")])
async def test_a_device_has_the_recorded_keys_in_order(run: Run, name: str, device: str) -> None:
    """The long answer about a network device, bridge and socket."""
    _, text, _ = recorded(name)
    answer = await run(f"devstatus {device}")
    assert compatible(shape(json.loads(answer.out)), shape(json.loads(text)))


async def test_containers_look_as_libubox_prints_them(run: Run) -> None:
    """Tabs, and an empty container over three lines with a blank one that holds tabs."""
    answer = await run('ubus call network.device status \'{"name":"br-lan"}\'')
    head = recorded("devstatus")[1].splitlines()[:12]
    assert answer.out.splitlines()[:12] == head


async def test_the_wireless_status_shows_the_key_and_two_modes(
    run: Run, router: HomeRouter
) -> None:
    """The trap for redaction, and the duplicate key that JSON readers drop."""
    key = router.uci["wireless"]["default_radio0"]["key"]
    text = (await run("ubus call network.wireless status")).out
    assert f'"key": "{key}"' in text
    first = text.partition('"ifname": "phy0-ap0"')[2].partition("vlans")[0]
    assert first.count('"mode": "ap"') == 2


@pytest.mark.parametrize("name", ["bad1", "bad2", "bad3", "bad4"])
async def test_a_refusal_is_the_recorded_one(run: Run, name: str) -> None:
    """Words and exit status of every refusal that was recorded."""
    command, text, status = recorded(name)
    answer = await run(command)
    assert (answer.out, answer.err, answer.status) == ("", text, status)


@pytest.mark.parametrize(
    ("command", "words", "status"),
    [
        ("ubus call luci-rpc getHostHints", "Command failed: Not found\n", 4),
        (
            'ubus call iwinfo info \'{"device":"nosuch"}\'',
            'Command failed: ubus call iwinfo info {"device":"nosuch"} (Not found)\n',
            252,
        ),
        (
            'ubus call uci set \'{"ubus_rpc_session":"0"}\'',
            'Command failed: ubus call uci set {"ubus_rpc_session":"0"} (Permission denied)\n',
            250,
        ),
        ("ubus call system board 'no json'", "Failed to parse message data\n", 255),
        ("ubus -S call nosuch x", "", 4),
        ("uci -q get wireless.nosuch.ssid", "", 1),
        ("uci get nosuch.a.b", "uci: Entry not found\n", 1),
    ],
)
async def test_other_refusals_are_in_the_programs_words(
    run: Run, command: str, words: str, status: int
) -> None:
    """Refused, missing and broken are different kinds of failure for the agent."""
    answer = await run(command)
    assert (answer.out, answer.err, answer.status) == ("", words, status)


async def test_an_invalid_argument_comes_with_the_usage(run: Run) -> None:
    """Recording `uci_apply_rollback`, part 1: status 254 and the usage text."""
    answer = await run('ubus call uci apply \'{"rollback":true,"timeout":20}\'')
    assert answer.status == 254
    assert answer.err.startswith("Command failed: ubus call uci apply ")
    assert "Usage: ubus [<options>] <command> [arguments...]" in answer.err


async def test_uci_keeps_every_character(run: Run) -> None:
    """Recording `uci_wifi_changes`, part F: quoting that survives the way back."""
    text = "Café \"x\" $HOME 'q' `id`"
    await run("uci batch", f"set wireless.default_radio0.ssid={shlex.quote(text)}\n")
    assert (await run("uci get wireless.default_radio0.ssid")).out == f"{text}\n"
    assert (await run("uci show wireless.default_radio0.ssid")).out == (
        "wireless.default_radio0.ssid='Café \"x\" $HOME '\\''q'\\'' `id`'\n"
    )


async def test_uci_shows_anonymous_sections_by_position(run: Run) -> None:
    """Recording `uci_network`: the bridge has no name of its own."""
    lines = (await run("uci show network")).out.splitlines()
    assert "network.@device[0].name='br-lan'" in lines
    assert (await run("uci get network.@device[0].name")).out == "br-lan\n"
    assert (await run("uci get network.@device[-1].ports")).out == "lan1 lan2 lan3 lan4\n"


async def test_uci_changes_names_what_is_staged(run: Run) -> None:
    """Staged, committed and reverted are told apart by this command only."""
    await run(
        "uci set wireless.radio0.channel=11; uci delete wireless.radio0.htmode;"
        " uci add_list network.@device[0].ports=lan9"
    )
    assert (await run("uci changes wireless")).out == (
        "wireless.radio0.channel='11'\n-wireless.radio0.htmode\n"
    )
    assert (await run("uci get wireless.radio0.channel")).out == "11\n"
    await run("uci revert wireless.radio0.channel")
    assert (await run("uci changes wireless")).out == "-wireless.radio0.htmode\n"
    await run("uci commit wireless")
    assert (await run("uci changes wireless")).out == ""
    assert (await run("uci get wireless.radio0.htmode")).err == "uci: Entry not found\n"


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("iwinfo", "iwinfo"),
        ("iwinfo_assoc", "iwinfo phy0-ap0 assoclist"),
        ("dhcp_leases", "cat /tmp/dhcp.leases"),
        ("release", "cat /etc/openwrt_release"),
    ],
)
async def test_plain_text_has_the_recorded_beginnings_of_lines(
    run: Run, name: str, command: str
) -> None:
    """Text without JSON: the words before the values, line by line, are the recorded ones."""

    def beginnings(text: str) -> list[str]:
        return [
            line.partition(":")[0].partition("=")[0][:14].strip() for line in text.splitlines()
        ]

    known = beginnings(recorded(name)[1])
    seen = beginnings((await run(command)).out)
    if name == "release":
        assert seen == known[: len(seen)]
    elif name == "iwinfo":
        assert seen[1:13] == known[1:13]
    else:
        assert len(seen) >= len(known) - 1
