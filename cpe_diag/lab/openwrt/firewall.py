"""The rules of OpenWrt's firewall as `nft list ruleset` prints them.

Form: package firewall4 of OpenWrt, templates/ruleset.uc and zone-*.uc, and rulesets of OpenWrt
22.03 to 24.10 that were published. What is no part of forwarding is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.lab.openwrt import home

if TYPE_CHECKING:
    from cpe_diag.lab.openwrt.machine import Machine
    from cpe_diag.lab.openwrt.shell import Call


async def nft(call: Call) -> int:
    """List the rules; nothing else is known."""
    if call.args != ("list", "ruleset"):
        call.streams.complain("Error: syntax error\n")
        return 1
    call.streams.say(ruleset(call.machine))
    return 0


def ruleset(machine: Machine) -> str:
    """Give the rules."""
    router, wan = machine.router, home.wan_layer3(machine)
    shut = "\t\tcounter packets 412 bytes 24720 drop\n" if router.home_shut_in else ""
    translates = (
        '\t\tmeta nfproto ipv4 masquerade comment "!fw4: Masquerade IPv4 wan traffic"\n'
        if router.translates
        else ""
    )
    return f"""\
table inet fw4 {{
\tchain forward {{
\t\ttype filter hook forward priority filter; policy drop;
\t\tct state vmap {{ established : accept, related : accept }} \
comment "!fw4: Handle forwarded flows"
\t\tiifname "br-lan" jump forward_lan comment "!fw4: Handle lan IPv4/IPv6 forward traffic"
\t\tiifname "{wan}" jump forward_wan comment "!fw4: Handle wan IPv4/IPv6 forward traffic"
\t\tjump handle_reject
\t}}

\tchain handle_reject {{
\t\tmeta l4proto tcp reject with tcp reset comment "!fw4: Reject TCP traffic"
\t\treject comment "!fw4: Reject any other traffic"
\t}}

\tchain forward_lan {{
{shut}\t\tjump accept_to_wan comment "!fw4: Accept lan to wan forwarding"
\t\tjump accept_to_lan
\t}}

\tchain accept_to_lan {{
\t\toifname "br-lan" counter packets 0 bytes 0 accept comment "!fw4: accept lan IPv4/IPv6 traffic"
\t}}

\tchain forward_wan {{
\t\tjump handle_reject
\t}}

\tchain accept_to_wan {{
\t\tmeta nfproto ipv4 oifname "{wan}" ct state invalid counter packets 0 bytes 0 drop \
comment "!fw4: Prevent NAT leakage"
\t\toifname "{wan}" counter packets 9120 bytes 711360 accept comment "!fw4: accept wan traffic"
\t}}

\tchain srcnat {{
\t\ttype nat hook postrouting priority srcnat; policy accept;
\t\toifname "{wan}" jump srcnat_wan comment "!fw4: Handle wan IPv4/IPv6 srcnat traffic"
\t}}

\tchain srcnat_wan {{
{translates}\t}}

\tchain mangle_forward {{
\t\ttype filter hook forward priority mangle; policy accept;
\t\tiifname "{wan}" tcp flags & (fin | syn | rst) == syn tcp option maxseg size set rt mtu
\t\toifname "{wan}" tcp flags & (fin | syn | rst) == syn tcp option maxseg size set rt mtu
\t}}
}}
"""
