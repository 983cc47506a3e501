"""Which commands a router of the lab has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.lab.openwrt import (
    air_text,
    builtins,
    change_commands,
    firewall,
    path_commands,
    router_commands,
    text_commands,
)
from cpe_diag.lab.openwrt.ubus import ubus
from cpe_diag.lab.openwrt.uci_command import uci

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.lab.openwrt.shell import Program


OPENWRT_ONLY = frozenset(
    (
        *("/etc/init.d/dnsmasq", "devstatus", "ifstatus", "iw", "iwinfo", "jffs2reset", "logread"),
        *("nft", "sysupgrade", "ubus", "uci", "uclient-fetch", "wget", "wifi"),
    )
)
"""Commands that routers of other makes lack, or have in another form."""


def shell_programs() -> Mapping[str, Program]:
    """Give what every router with busybox has."""
    return {name: one for name, one in programs().items() if name not in OPENWRT_ONLY}


def programs() -> Mapping[str, Program]:
    """Give every command by its name."""
    return {
        "/etc/init.d/dnsmasq": router_commands.service,
        ":": builtins.true,
        "[": builtins.test,
        "ash": builtins.sh,
        "break": builtins.leave,
        "cat": text_commands.cat,
        "cd": builtins.true,
        "command": builtins.command,
        "continue": builtins.leave,
        "cut": text_commands.cut,
        "dd": change_commands.dd,
        "date": router_commands.date,
        "devstatus": router_commands.devstatus,
        "echo": builtins.echo,
        "eval": builtins.evaluate,
        "exec": builtins.execute,
        "exit": builtins.leave,
        "export": builtins.export,
        "false": builtins.false,
        "grep": text_commands.grep,
        "head": text_commands.head,
        "id": router_commands.identity,
        "ifstatus": router_commands.ifstatus,
        "ip": router_commands.ip,
        "iw": air_text.iw,
        "iwinfo": router_commands.iwinfo,
        "jffs2reset": change_commands.jffs2reset,
        "kill": builtins.kill,
        "local": builtins.export,
        "logread": router_commands.logread,
        "ls": router_commands.ls,
        "mkdir": change_commands.mkdir,
        "mv": change_commands.mv,
        "nft": firewall.nft,
        "nslookup": path_commands.nslookup,
        "ping": path_commands.ping,
        "printf": builtins.printf,
        "ps": router_commands.ps,
        "read": builtins.read,
        "reboot": router_commands.reboot,
        "return": builtins.leave,
        "rm": router_commands.rm,
        "sed": text_commands.sed,
        "set": builtins.true,
        "setsid": builtins.run_detached,
        "sh": builtins.sh,
        "sha256sum": change_commands.sha256sum,
        "shift": builtins.shift,
        "sleep": builtins.sleep,
        "sort": text_commands.sort,
        "start-stop-daemon": change_commands.start_stop_daemon,
        "sync": builtins.true,
        "sysupgrade": change_commands.sysupgrade,
        "tail": text_commands.tail,
        "tar": change_commands.tar,
        "test": builtins.test,
        "timeout": builtins.timeout,
        "tr": text_commands.tr,
        "trap": builtins.true,
        "true": builtins.true,
        "ubus": ubus,
        "uci": uci,
        "uclient-fetch": path_commands.fetch,
        "umask": builtins.true,
        "uname": router_commands.uname,
        "unset": builtins.unset,
        "uptime": router_commands.uptime,
        "wait": builtins.wait,
        "wc": text_commands.wc,
        "wget": path_commands.fetch,
        "wifi": router_commands.wifi,
    }
