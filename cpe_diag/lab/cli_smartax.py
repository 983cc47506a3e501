"""The command line of a Huawei SmartAX, as far as the lab's OLT has it.

Modes, refusals and questions as public programs for the MA5600T family and netmiko
(huawei_smartax) meet them: `% Unknown command, the error locates at '^'`, `% Parameter error, the
error locates at '^'`, `Failure: ...`, `Are you sure to reset the ONT(s)? (y/n)[n]:`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from cpe_diag.lab.cli_terminal import Pager
from cpe_diag.lab.links import learned_mac, port_up
from cpe_diag.lab.orders import clear_binding, reset_ont

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cpe_diag.lab.cli_terminal import Terminal
    from cpe_diag.lab.world import AccessNodeState, AccessPort, World

PAGER: Final = Pager(
    shown="---- More ( Press 'Q' to break ) ----",
    wipe="\x1b[37D" + " " * 37 + "\x1b[37D",
    lines=20,
)
UNKNOWN: Final = "                   ^\n  % Unknown command, the error locates at '^'\n"
WRONG: Final = "                   ^\n  % Parameter error, the error locates at '^'\n"

_MAC: Final = re.compile(r"[0-9a-f]{4}(-[0-9a-f]{4}){2}")
_SLOT: Final = re.compile(r"0/[0-9]{1,2}")


class SmartaxCli:
    """One session."""

    pager = PAGER
    greeting = "\n  Huawei Integrated Access Software (MA5603T).\n\n"

    def __init__(self, world: World, node: AccessNodeState) -> None:
        """Speak for an OLT."""
        self._world = world
        self._node = node
        self._mode = ">"

    @property
    def prompt(self) -> str:
        """What stands before the cursor."""
        return f"{self._node.sys_name}{self._mode}"

    async def act(self, words: Sequence[str], terminal: Terminal) -> bool:
        """Do one line; False: the session ends."""
        match words:
            case ["quit"] if self._mode in {">", "#"}:
                terminal.show("  Are you sure to log out? (y/n)[n]:")
                return (await terminal.line()).strip() != "y"
            case ["scroll"]:
                terminal.paging = False
            case ["undo", "smart"] | ["infoswitch", "cli", "OFF"]:
                pass
            case ["enable"] | ["disable"] | ["config"] | ["return"] | ["quit"] | ["interface", *_]:
                terminal.show(self._go(words))
            case ["display", "mac-address", "vlan", vlan] if vlan.isdigit():
                await terminal.pages(list(self._mac_lines(int(vlan))))
            case ["undo", "mac-address", *which] if self._mode == "(config)#":
                terminal.show(self._forget(which))
            case ["ont", "reset", port, ont] if "gpon" in self._mode:
                await self._reset(port, ont, terminal)
            case _:
                terminal.show(UNKNOWN)
        return True

    def changes(self, words: Sequence[str]) -> bool:
        """Say whether a line would change something."""
        return list(words[:2]) in (["undo", "mac-address"], ["ont", "reset"])

    def _go(self, words: Sequence[str]) -> str:
        """Go to another mode; gives what is said."""
        match (self._mode, *words):
            case (">", "enable"):
                self._mode = "#"
            case ("#", "disable"):
                self._mode = ">"
            case ("#", "config"):
                self._mode = "(config)#"
            case ("(config)#", "quit" | "return"):
                self._mode = "#"
            case (_, "quit"):
                self._mode = "(config)#"
            case (_, "return"):
                self._mode = "#"
            case ("(config)#", "interface", "gpon", slot) if _SLOT.fullmatch(slot):
                if slot not in self._node.cards:
                    return "  Failure: The board does not exist\n"
                self._mode = f"(config-if-gpon-{slot})#"
            case _:
                return UNKNOWN
        return ""

    def _forget(self, which: Sequence[str]) -> str:
        """Forget an address in a VLAN; gives what is said."""
        match which:
            case ["mac", mac, "vlan", vlan] if _MAC.fullmatch(mac) and vlan.isdigit():
                for port in self._node.ports.values():
                    home = self._world.home_on(port)
                    if home is None or port.vlan != int(vlan):
                        continue
                    if _quads(home.wan_mac) == mac:
                        clear_binding(self._world, port)
                return ""
            case _:
                return WRONG

    async def _reset(self, port: str, ont: str, terminal: Terminal) -> None:
        slot = self._mode.removeprefix("(config-if-gpon-").removesuffix(")#")
        name = f"{slot}/{port}:{ont}"
        found = [one for one in self._node.ports.values() if one.name == name]
        if not found:
            terminal.show(WRONG)
            return
        terminal.show("  Are you sure to reset the ONT(s)? (y/n)[n]:")
        if (await terminal.line()).strip() != "y":
            return
        if not port_up(self._world, found[0]):
            terminal.show("  Failure: The ONT is not online\n")
            return
        reset_ont(self._world, found[0])

    def _mac_lines(self, vlan: int) -> Iterator[str]:
        rule = f"  {'-' * 70}"
        yield rule
        yield "  TYPE MAC            MAC TYPE F /S /P  ONT  VLAN ID"
        yield rule
        shown = 0
        for port in self._node.ports.values():
            mac = _seen(self._world, port)
            if mac is not None and (port.learned_vlan or port.vlan) == vlan:
                shown += 1
                place, _, ont = port.name.partition(":")
                where = " /".join(place.split("/"))
                yield f"  gpon {_quads(mac)} dynamic  {where}  {ont:<4} {vlan}"
        yield rule
        yield f"  Total: {shown}"


def _seen(world: World, port: AccessPort) -> str | None:
    """Give the address that is learned at an ONT; one that is held elsewhere is not."""
    return None if port.binding_stale else learned_mac(world, port)


def _quads(mac: str) -> str:
    digits = mac.replace(":", "")
    return "-".join(digits[at : at + 4] for at in range(0, len(digits), 4))
