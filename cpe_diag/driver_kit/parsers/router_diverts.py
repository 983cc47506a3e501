"""What the rules of a Linux router send elsewhere of what the home sends to the outside.

nft(8), NAT STATEMENTS: `dnat` and `redirect` in a chain of type nat at the hook prerouting change
where a new connection goes.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.way_out_facts import RouterDivert
from cpe_diag.driver_kit.parsers.nft_rules import DIVERTED, followed, read

if TYPE_CHECKING:
    from cpe_diag.driver_kit.parsers.nft_conditions import Packet

_KINDS: Final = (("tcp", 80), ("tcp", 443), ("udp", 53))
_TO: Final = re.compile(r"\bdnat (?:ip6? )?to \[?([0-9a-f.:]*[0-9a-f])")
_LONGEST_RULE: Final = 120


def diverts(text: str, packet: Packet) -> tuple[RouterDivert, ...]:
    """Work out what rules send elsewhere.

    Args:
        text: what `nft list ruleset` said.
        packet: of the home, to the outside.

    Returns:
        What surely or possibly goes to somebody else than it was meant for, by IPv4.
    """
    rules = read(text)
    found: dict[tuple[str, bool], list[str]] = {}
    for protocol, port in _KINDS:
        # To a public address that no rule names, from a device that none names.
        sent = replace(packet, leaves="", protocol=protocol, port=port, mac="", target="")
        for chain in rules.chains:
            if chain.hook != "nat prerouting" or chain.family not in {"ip", "inet"}:
                continue
            ends = followed(rules, chain, sent)
            by = min((rule for end, rule in ends if end == DIVERTED), default="")
            if by:
                surely = {end for end, _ in ends} == {DIVERTED}
                found.setdefault((by, surely), []).append(f"{protocol}/{port}")
                break
    return tuple(
        RouterDivert(to=_to(rule), kinds=tuple(kinds), rule=rule[:_LONGEST_RULE], surely=surely)
        for (rule, surely), kinds in found.items()
    )


def _to(rule: str) -> str | None:
    told = _TO.search(rule)
    return told[1].split(":")[0] if told and "." in told[1] else told[1] if told else None
