"""The `ubus` command: list and call, with its own ways to refuse.

Refusals: recordings bad1, bad4, ubus_iwinfo_info, uci_apply_rollback (OpenWrt 24.10).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from cpe_diag.lab.openwrt import ubus_network, ubus_system, ubus_wifi
from cpe_diag.lab.openwrt.files import devices
from cpe_diag.lab.openwrt.json_text import to_line, to_text
from cpe_diag.lab.openwrt.radios import Bss, Radio, all_bss

if TYPE_CHECKING:
    from cpe_diag.lab.openwrt.json_text import Json
    from cpe_diag.lab.openwrt.machine import Machine
    from cpe_diag.lab.openwrt.shell import Call

# libubus.h, enum ubus_msg_status, and the words of ubus_strerror.
INVALID_ARGUMENT, METHOD_NOT_FOUND, NOT_FOUND, NO_DATA, PERMISSION_DENIED = 2, 3, 4, 5, 6
WORDS: Mapping[int, str] = {
    INVALID_ARGUMENT: "Invalid argument",
    METHOD_NOT_FOUND: "Method not found",
    NOT_FOUND: "Not found",
    NO_DATA: "No response",
    PERMISSION_DENIED: "Permission denied",
}

# ubus's cli.c: a failed call ends with the negative status, as the shell sees it.
NEGATIVE = 256

USAGE = """Usage: ubus [<options>] <command> [arguments...]
Options:
 -s <socket>:\t\tSet the unix domain socket to connect to
 -t <timeout>:\t\tSet the timeout (in seconds) for a command to complete
 -S:\t\t\tUse simplified output (for scripts)
 -v:\t\t\tMore verbose output
 -m <type>:\t\t(for monitor): include a specific message type
\t\t\t(can be used more than once)
 -M <r|t>\t\t(for monitor): only capture received or transmitted traffic

Commands:
 - list [<path>]\t\t\tList objects
 - call <path> <method> [<message>]\tCall an object method
 - subscribe <path> [<path>...]\tSubscribe to object(s) notifications
 - listen [<path>...]\t\t\tListen for events
 - send <type> [<message>]\t\tSend an event
 - wait_for <object> [<object>...]\tWait for multiple objects to appear on ubus
 - monitor\t\t\t\tMonitor ubus traffic

"""

Message = Mapping[str, object]
Method = Callable[["Machine", Message], "Json"]


class UbusError(Exception):
    """A call was refused with a status of libubus."""

    def __init__(self, status: int) -> None:
        """Carry the status."""
        super().__init__(WORDS[status])
        self.status = status


def _text(message: Message, name: str) -> str | None:
    value = message.get(name)
    return value if isinstance(value, str) else None


def _interface(name: str | None) -> Method:
    def status(machine: Machine, message: Message) -> Json:
        wanted = name or _text(message, "interface")
        if wanted is None:
            raise UbusError(INVALID_ARGUMENT)
        found = ubus_network.interface_status(machine, wanted)
        if found is None:
            raise UbusError(NOT_FOUND)
        return found

    return status


def _device(machine: Machine, message: Message) -> Json:
    name = _text(message, "name")
    if name is None:
        return {each: ubus_network.device_status(machine, each) for each in devices(machine)}
    found = ubus_network.device_status(machine, name)
    if found is None:
        raise UbusError(NOT_FOUND)
    return found


def _iwinfo(give: Callable[[Machine, Bss], Json]) -> Method:
    def call(machine: Machine, message: Message) -> Json:
        device = _text(message, "device")
        if device is None:
            raise UbusError(INVALID_ARGUMENT)
        bss = ubus_wifi.bss_named(machine, device)
        if bss is None:
            raise UbusError(NOT_FOUND)
        return give(machine, bss)

    return call


def _on_radio(give: Callable[[Machine, Radio], Json]) -> Method:
    def call(machine: Machine, message: Message) -> Json:
        device = _text(message, "device")
        if device is None:
            raise UbusError(INVALID_ARGUMENT)
        radio = ubus_wifi.scanning_radio(machine, device)
        if radio is None:
            raise UbusError(NOT_FOUND)
        return give(machine, radio)

    return call


def _hostapd(bss: Bss) -> Mapping[str, Method]:
    return {
        "get_clients": lambda machine, _: ubus_wifi.hostapd_clients(machine, bss),
        "get_status": lambda machine, _: ubus_wifi.hostapd_status(machine, bss),
    }


def _refuse_session(_machine: Machine, _message: Message) -> Json:
    raise UbusError(PERMISSION_DENIED)


def _refuse_apply(_machine: Machine, message: Message) -> Json:
    raise UbusError(PERMISSION_DENIED if "ubus_rpc_session" in message else INVALID_ARGUMENT)


def objects(machine: Machine) -> dict[str, Mapping[str, Method]]:
    """Give the objects that are on the bus now, with their methods."""
    found: dict[str, Mapping[str, Method]] = {
        "iwinfo": {
            "devices": lambda machine, _: ubus_wifi.iwinfo_devices(machine),
            "info": _iwinfo(ubus_wifi.iwinfo_info),
            "assoclist": _iwinfo(ubus_wifi.iwinfo_assoclist),
            "scan": _on_radio(ubus_wifi.iwinfo_scan),
            "survey": _on_radio(ubus_wifi.iwinfo_survey),
        },
        "network": {},
        "network.device": {"status": _device},
        "network.interface": {
            "dump": lambda machine, _: ubus_network.interface_dump(machine),
            "status": _interface(None),
        },
        "network.wireless": {"status": lambda machine, _: ubus_network.wireless_status(machine)},
        "rc": {
            "list": lambda machine, message: ubus_system.rc_list(machine, _text(message, "name"))
        },
        "service": {
            "list": lambda machine, message: ubus_system.service_list(
                machine, _text(message, "name")
            )
        },
        "system": {
            "board": lambda machine, _: ubus_system.board(machine),
            "info": lambda machine, _: ubus_system.info(machine),
        },
        "uci": {"apply": _refuse_apply, "confirm": _refuse_session, "set": _refuse_session},
    }
    for name in ubus_network.interface_names(machine):
        found[f"network.interface.{name}"] = {"status": _interface(name)}
    if machine.router.dnsmasq_running:
        found["dnsmasq"] = {"metrics": lambda machine, _: ubus_system.dnsmasq_metrics(machine)}
    found["hostapd"] = {}
    for bss in all_bss(machine):
        found[f"hostapd.{bss.ifname}"] = _hostapd(bss)
    return dict(sorted(found.items()))


async def ubus(call: Call) -> int:
    """Run `list` or `call`."""
    args = list(call.args)
    simple = False
    while args and args[0].startswith("-"):
        flag = args.pop(0)
        simple = simple or flag == "-S"
        if flag in ("-t", "-s") and args:
            args.pop(0)
    match args:
        case ["list", *patterns]:
            return _list(call, patterns)
        case ["call", path, method, *rest]:
            return await _call(call, (path, method, *rest), simple=simple)
        case _:
            call.streams.complain(USAGE)
            return NEGATIVE - INVALID_ARGUMENT


def _list(call: Call, patterns: list[str]) -> int:
    names = list(objects(call.machine))
    if patterns:
        start = patterns[0].rstrip("*")
        whole = not patterns[0].endswith("*")
        names = [name for name in names if name == start or (not whole and name.startswith(start))]
    if not names:
        call.streams.complain("Command failed: Not found\n")
        return NOT_FOUND
    call.streams.say("".join(f"{name}\n" for name in names))
    return 0


async def _call(call: Call, args: tuple[str, ...], *, simple: bool) -> int:
    path, method, *rest = args
    message = _message(rest[0] if rest else "{}")
    if message is None:
        call.streams.complain("Failed to parse message data\n")
        return NEGATIVE - 1
    methods = objects(call.machine).get(path)
    if methods is None:
        if not simple:
            call.streams.complain("Command failed: Not found\n")
        return NOT_FOUND
    try:
        if method not in methods:
            raise UbusError(METHOD_NOT_FOUND)  # noqa: TRY301 - refused like any other call
        answer = methods[method](call.machine, message)
    except UbusError as error:
        if simple:
            return error.status
        call.streams.complain(f"Command failed: ubus call {' '.join(args)} ({error})\n")
        if error.status == INVALID_ARGUMENT:
            call.streams.complain(USAGE)
        return NEGATIVE - error.status
    if (path, method) == ("iwinfo", "scan"):
        await call.machine.world.sleep(ubus_wifi.SCAN_S)
    call.streams.say((to_line(answer) if simple else to_text(answer)) + "\n")
    return 0


def _message(text: str) -> Message | None:
    """Read a call's message; None when it is no object."""
    try:
        message = json.loads(text)
    except ValueError:
        return None
    return message if isinstance(message, dict) else None
