"""The command line of a D-Link DES-3200, as far as the lab's switch has it.

Words and answers: xStack DES-3200 Series CLI Reference Guide (IP-MAC-Port Binding Commands, page
366); prompt, pager and refusals as NOC Project (sa/profiles/DLink/DxS) and netmiko (dlink_ds)
expect them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.lab.cli_terminal import Pager
from cpe_diag.lab.links import learned_mac, port_up
from cpe_diag.lab.orders import unlock
from cpe_diag.lab.plans import vlan_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cpe_diag.lab.cli_terminal import Terminal
    from cpe_diag.lab.world import AccessNodeState, AccessPort, World

PAGER: Final = Pager(
    shown="CTRL+C ESC q Quit SPACE n Next Page ENTER Next Entry a All",
    wipe="\r" + " " * 60 + "\r",
    lines=20,
)
DONE: Final = "Success.\n"
FAILED: Final = "Fail!\n"
NEXT_WORDS: Final = "Next possible completions:\n"


def blocked(world: World, node: AccessNodeState) -> list[tuple[str, AccessPort]]:
    """Give the MAC addresses that the switch keeps out, with their ports."""
    return [
        (home.wan_mac, port)
        for port in node.ports.values()
        if port.locked and port_up(world, port) and (home := world.home_on(port)) is not None
    ]


class DlinkCli:
    """One session."""

    pager = PAGER
    greeting = "\nDES-3200-18 Fast Ethernet Switch\nCommand Line Interface\n\n"

    def __init__(self, world: World, node: AccessNodeState) -> None:
        """Speak for a switch."""
        self._world = world
        self._node = node

    @property
    def prompt(self) -> str:
        """What stands before the cursor."""
        return "DES-3200-18:admin#"

    async def act(self, words: Sequence[str], terminal: Terminal) -> bool:
        """Do one line; False: the session ends."""
        terminal.show(f"Command: {' '.join(words)}\n\n")
        match words:
            case ["logout"]:
                return False
            case [("enable" | "disable") as said, "clipaging"]:
                terminal.paging = said == "enable"
                terminal.show(DONE)
            case ["show", "address_binding", "blocked", "all"]:
                await terminal.pages(list(self._blocked_lines()))
            case ["show", "fdb", "port", number] if number.isdigit():
                await terminal.pages(list(self._fdb_lines(int(number))))
            case ["delete", "address_binding", "blocked", *which]:
                terminal.show(self._delete(which))
            case ["delete" | "show", *_rest]:
                terminal.show(NEXT_WORDS)
            case _:
                terminal.show("Available commands:\n delete  disable  enable  logout  show\n")
        terminal.show("\n")
        return True

    def changes(self, words: Sequence[str]) -> bool:
        """Say whether a line would change something."""
        return list(words[:1]) == ["delete"]

    def _delete(self, which: Sequence[str]) -> str:
        """Delete entries, as the manual's form says; gives the answer."""
        match which:
            case ["all"]:
                for _mac, port in blocked(self._world, self._node):
                    unlock(self._world, port)
                return DONE
            case ["vlan_name", vlan, "mac_address", mac]:
                for one, port in blocked(self._world, self._node):
                    named = vlan_name(port.vlan) == vlan
                    if named and one.replace(":", "-").lower() == mac.lower():
                        unlock(self._world, port)
                        return DONE
                return FAILED
            case _:
                return NEXT_WORDS

    def _blocked_lines(self) -> Iterator[str]:
        yield "VID  VLAN Name                        MAC Address       Port"
        yield "---- -------------------------------- ----------------- ----"
        entries = blocked(self._world, self._node)
        for mac, port in entries:
            shown = mac.replace(":", "-").upper()
            yield f"{port.vlan:<4} {vlan_name(port.vlan):<32} {shown} {port.if_index}"
        yield ""
        yield f"Total Entries : {len(entries)}"

    def _fdb_lines(self, number: int) -> Iterator[str]:
        yield "VID  VLAN Name                        MAC Address       Port Type"
        yield "---- -------------------------------- ----------------- ---- -------"
        port = self._node.ports.get(number)
        mac = learned_mac(self._world, port) if port is not None else None
        if port is not None and mac is not None:
            vlan = port.learned_vlan or port.vlan
            shown = mac.replace(":", "-").upper()
            yield f"{vlan:<4} {vlan_name(vlan):<32} {shown} {number:<4} Dynamic"
        yield ""
        yield f"Total Entries: {int(mac is not None)}"
