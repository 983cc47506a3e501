"""Readers of ASUSWRT's answers: pure functions from text to facts. The commands: asuswrt.yaml."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Maybe, Missing
from cpe_diag.domain.router_facts import LanPort, LanStatus, LogEvents, RouterSystem, WanStatus
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
from cpe_diag.driver_kit.parsers.home_network import dated_leases, neighbours
from cpe_diag.driver_kit.parsers.ipv4 import pool_size, with_prefix
from cpe_diag.driver_kit.parsers.kernel_net import lan_port
from cpe_diag.driver_kit.parsers.linux_system import linux_system, running
from cpe_diag.driver_kit.parsers.log_lines import classify
from cpe_diag.driver_kit.parsers.sections import needed, sections, variables
from cpe_diag.driver_kit.router import ReadingContext, UnreadableError
from cpe_diag.ports import CommandAnswer

if TYPE_CHECKING:
    from collections.abc import Mapping

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

NO_VALUE: Final = Missing(why=FailureKind.NOT_MEASURED)

# shared/misc.c, is_wan_connect and link_wan: WAN_STATE_CONNECTED is 2 (get_wan_unit compares with
# "2"); a link of 0 is no cable.
CONNECTED: Final = "2"
NOTHING: Final = "0"
# nvram of a WAN that is down, and of one without a gateway.
NO_ADDRESS: Final = frozenset({"0.0.0.0", ""})  # noqa: S104 - an address that is none
# Protocols whose address is on a ppp interface (get_wan_ifname).
PPP: Final = frozenset({"pppoe", "pptp", "l2tp"})
# Bridge members that are no sockets: VLANs of an older switch, whose sockets have no device.
VLAN: Final = "vlan"


def _variables(answer: CommandAnswer) -> Mapping[str, str]:
    return variables(_text(answer))


def _text(answer: CommandAnswer) -> str:
    """Give an answer's text; a router without `nvram` is another platform's."""
    if answer.exit_status:
        refuse_failed(answer)
    text, _ = whole_text(answer)
    return text


def router_system(answers: Answers, context: ReadingContext) -> RouterSystem:
    """Read identity and health."""
    names, kernel = answers
    values = _variables(names)
    if "productid" not in values:
        raise UnreadableError(
            FailureKind.WRONG_PLATFORM, "nvram has no productid, as every ASUSWRT has"
        )
    # nvram.c and rc of ASUSWRT: odmpid is the name on the box where it differs from productid.
    model = values.get("odmpid", values["productid"])
    return linux_system(kernel, context, model=model, firmware=_firmware(values))


def _firmware(values: Mapping[str, str]) -> Maybe[str]:
    """Give the version as the web page shows it: 3.0.0.4.386_51948 or 3004.388.8_2."""
    if "buildno" not in values:
        return UNSUPPORTED
    head = f"{values['firmver']}." if "firmver" in values else ""
    tail = f"_{values['extendno']}" if "extendno" in values else ""
    return f"{head}{values['buildno']}{tail}"


def router_wan(answers: Answers, _: ReadingContext) -> WanStatus:
    """Read the way to the operator as wanduck sees it."""
    (answer,) = answers
    values = _variables(answer)
    label = answer.command.label
    protocol = needed(values, "proto", label)
    up = needed(values, "state_t", label) == CONNECTED
    device = values.get("pppoe_ifname" if protocol in PPP else "ifname")
    gateway = values.get("gateway", "")
    address = values.get("ipaddr", "")
    return WanStatus(
        up=up and address not in NO_ADDRESS,
        protocol=protocol,
        device=UNSUPPORTED if device is None else device,
        carrier=values["link"] != NOTHING if "link" in values else UNSUPPORTED,
        mac=values["hwaddr"].lower() if "hwaddr" in values else UNSUPPORTED,
        addresses=(with_prefix(address, values.get("netmask", ""), label),)
        if up and address not in NO_ADDRESS
        else (),
        gateway=needed_address(gateway, label) if up and gateway not in NO_ADDRESS else None,
        dns_servers=tuple(needed_address(one, label) for one in values.get("dns", "").split()),
        uptime_s=UNSUPPORTED,
        autostart=values["enable"] != NOTHING if "enable" in values else UNSUPPORTED,
        error_codes=tuple(
            f"{name} {values[name]}"
            for name in ("state_t", "sbstate_t", "auxstate_t")
            if not up and values.get(name, NOTHING) != NOTHING
        ),
    )


def router_lan(answers: Answers, _: ReadingContext) -> LanStatus:
    """Read the home network as the router serves it."""
    settings, lease_answer, neighbour_answer, server = answers
    text = _text(settings)
    values = variables(text)
    label = settings.command.label
    serving = running(server)
    found, status = whole_text(neighbour_answer)
    enabled = values.get("dhcp_enable_x")
    return LanStatus(
        prefix=with_prefix(
            needed(values, "lan_ipaddr", label), needed(values, "lan_netmask", label), label
        ),
        ports=_ports(text),
        leases=dated_leases(lease_answer),
        neighbours=UNSUPPORTED
        if status
        else neighbours(found, values.get("lan_ifname", "br0"), neighbour_answer.command.label),
        dhcp_enabled=UNSUPPORTED if enabled is None else enabled == "1",
        dhcp_server_running=serving,
        dns_forwarder_running=serving,
        dhcp_pool_size=pool_size(values.get("dhcp_start", ""), values.get("dhcp_end", "")),
    )


def _ports(text: str) -> Maybe[tuple[LanPort, ...]]:
    """Read link and errors of the bridge's sockets; a VLAN stands for several of them."""
    ports = [lan_port(name, body) for name, body in sections(text) if not name.startswith(VLAN)]
    return tuple(ports) if ports else UNSUPPORTED


def router_log(answers: Answers, _: ReadingContext) -> LogEvents:
    """Read what the log tells."""
    (answer,) = answers
    text, status = whole_text(answer)
    if status:
        raise UnreadableError(
            FailureKind.DEVICE_ERROR, "there is no syslog.log with anything in it"
        )
    lines = text.splitlines()
    return LogEvents(lines_read=len(lines), events=classify(lines))


def router_wifi(answers: Answers, _: ReadingContext) -> WifiStatus:
    """Read radios and networks: what is set from nvram, what is on air from the driver."""
    (answer,) = answers
    if answer.exit_status:
        refuse_failed(answer)
    return wifi_status(answer, WORDS)


def _is_used(name: str, values: Mapping[str, str]) -> bool:
    """Say whether a network is there for anybody; ASUSWRT keeps guest networks that are not."""
    return "." not in name or values.get("bss_enabled") == "1"


# ASUSWRT: wlN.1 to wlN.3 are the guest networks of radio N; rast.h (WL_NBAND_2G, WL_NBAND_5G)
# and the web code of RTCONFIG_WIFI6E have the numbers of the bands.
WORDS: Final = NvramWords(
    serves=lambda _: True,
    is_enabled=lambda values: values.get("radio") != NOTHING,
    is_used=_is_used,
    purpose=lambda name, _: "guest" if "." in name else "lan",
    encryption="auth_mode_x",
    bands={"2": "2g", "1": "5g", "4": "6g"},
)
