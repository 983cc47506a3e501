"""Readers of DD-WRT's answers: pure functions from text to facts. The commands: ddwrt.yaml."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.router_facts import LanStatus, LogEvents, RouterSystem, WanStatus
from cpe_diag.driver_kit.parsers.answers import refuse_failed, whole_text
from cpe_diag.driver_kit.parsers.broadcom_readers import (
    air_scan,
    dns_direct,
    dns_forwarder,
    http,
    ping,
    wifi_clients,
)
from cpe_diag.driver_kit.parsers.broadcom_wifi import NvramWords, wifi_status
from cpe_diag.driver_kit.parsers.fields import UNSUPPORTED, needed_address
from cpe_diag.driver_kit.parsers.home_network import dated_leases
from cpe_diag.driver_kit.parsers.ipv4 import with_prefix
from cpe_diag.driver_kit.parsers.kernel_net import arp_table, name_servers
from cpe_diag.driver_kit.parsers.linux_system import linux_system, running
from cpe_diag.driver_kit.parsers.log_lines import classify
from cpe_diag.driver_kit.parsers.sections import needed, variables
from cpe_diag.driver_kit.router import ReadingContext, UnreadableError
from cpe_diag.ports import CommandAnswer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.domain.missing import Maybe
    from cpe_diag.domain.wifi_facts import WifiStatus

Answers = tuple[CommandAnswer, ...]

__all__ = (
    "air_scan",
    "dns_direct",
    "dns_forwarder",
    "http",
    "ping",
    "router_lan",
    "router_log",
    "router_system",
    "router_wan",
    "router_wifi",
    "wifi_clients",
)

# defaults of DD-WRT: a WAN without an address, and one without a gateway.
NO_ADDRESS: Final = frozenset({"0.0.0.0", ""})  # noqa: S104 - an address that is none
# check_wan_link: protocols whose link is a process that /tmp/ppp/link tells of.
PPP: Final = frozenset({"pppoe", "pppoe_dual", "pppoa", "pptp", "l2tp", "heartbeat", "3g"})
# defaults of DD-WRT: wan_proto where there is no WAN at all.
NO_WAN: Final = "disabled"
NUMBER: Final = re.compile(r"\d{1,5}")


def _text(answer: CommandAnswer) -> str:
    """Give an answer's text; a router without `nvram` is another platform's."""
    if answer.exit_status:
        refuse_failed(answer)
    text, _ = whole_text(answer)
    return text


def router_system(answers: Answers, context: ReadingContext) -> RouterSystem:
    """Read identity and health."""
    names, kernel = answers
    values = variables(_text(names))
    version = values.get("os_version")
    kind = f" ({values['dist_type']})" if "dist_type" in values else ""
    return linux_system(
        kernel,
        context,
        model=values.get("DD_BOARD", UNSUPPORTED),
        firmware=UNSUPPORTED if version is None else f"DD-WRT {version}{kind}",
    )


def router_wan(answers: Answers, _: ReadingContext) -> WanStatus:
    """Read the way to the operator as DD-WRT's own check of the link sees it."""
    (answer,) = answers
    text = _text(answer)
    values = variables(text)
    label = answer.command.label
    protocol = needed(values, "wan_proto", label)
    if protocol == NO_WAN:
        raise UnreadableError(FailureKind.UNSUPPORTED, "the WAN is switched off: it is no router")
    address = values.get("wan_ipaddr", "")
    up = address not in NO_ADDRESS and (protocol not in PPP or "ppp_link" in values)
    gateway = values.get("wan_gateway", "")
    return WanStatus(
        up=up,
        protocol=protocol,
        device=values.get("wan_ifname", UNSUPPORTED),
        carrier=UNSUPPORTED,
        mac=values["wan_hwaddr"].lower() if "wan_hwaddr" in values else UNSUPPORTED,
        addresses=(with_prefix(address, _mask(values, protocol), label),) if up else (),
        gateway=needed_address(gateway, label) if up and gateway not in NO_ADDRESS else None,
        dns_servers=name_servers(text, label),
        uptime_s=UNSUPPORTED,
        autostart=UNSUPPORTED,
        error_codes=(),
    )


def _mask(values: Mapping[str, str], protocol: str) -> str:
    mask = values.get("wan_netmask", "")
    return "" if protocol in PPP or mask in NO_ADDRESS else mask


def router_lan(answers: Answers, _: ReadingContext) -> LanStatus:
    """Read the home network as the router serves it."""
    settings, lease_answer, arp_answer, server = answers
    values = variables(_text(settings))
    label = settings.command.label
    serving = running(server)
    table, status = whole_text(arp_answer)
    protocol, size = values.get("lan_proto"), values.get("dhcp_num", "")
    return LanStatus(
        prefix=with_prefix(
            needed(values, "lan_ipaddr", label), needed(values, "lan_netmask", label), label
        ),
        ports=UNSUPPORTED,
        leases=dated_leases(lease_answer),
        neighbours=UNSUPPORTED
        if status
        else arp_table(table, values.get("lan_ifname", "br0"), arp_answer.command.label),
        dhcp_enabled=UNSUPPORTED if protocol is None else protocol == "dhcp",
        dhcp_server_running=serving,
        dns_forwarder_running=serving,
        dhcp_pool_size=int(size) if NUMBER.fullmatch(size) else UNSUPPORTED,
    )


def router_log(answers: Answers, _: ReadingContext) -> LogEvents:
    """Read what the log tells."""
    (answer,) = answers
    text, status = whole_text(answer)
    if status:
        raise UnreadableError(
            FailureKind.DEVICE_ERROR, "there is no log: syslogd is not switched on"
        )
    lines = text.splitlines()
    return LogEvents(lines_read=len(lines), events=classify(lines))


def router_wifi(answers: Answers, _: ReadingContext) -> WifiStatus:
    """Read radios and networks: what is set from nvram, what is on air from the driver."""
    (answer,) = answers
    if answer.exit_status:
        refuse_failed(answer)
    return wifi_status(answer, WORDS)


def _purpose(name: str, values: Mapping[str, str]) -> Maybe[str]:
    """Say what a network is for; a second one that is bridged may be bridged anywhere."""
    if "." not in name:
        return "lan"
    return "guest" if values.get("bridged") == "0" else UNSUPPORTED


# defaults of DD-WRT: wl0_mode is `ap`; other modes (sta, wet, infra) are a client of some network.
WORDS: Final = NvramWords(
    serves=lambda values: values.get("mode", "ap") == "ap",
    is_enabled=lambda values: values.get("net_mode") != "disabled" and values.get("radio") != "0",
    is_used=lambda _name, _values: True,
    purpose=_purpose,
    encryption="security_mode",
    bands={"2": "2g", "1": "5g"},
)
