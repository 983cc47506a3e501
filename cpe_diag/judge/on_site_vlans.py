"""What the answers with a tag tell: in which VLAN the service is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.field_facts import FieldDhcp, FieldHeard, FieldPppoe
from cpe_diag.domain.field_vlan_facts import FieldVlans
from cpe_diag.domain.missing import known
from cpe_diag.domain.subscriber import WanProtocol
from cpe_diag.judge.on_site import VLANS as KEY
from cpe_diag.judge.on_site import WALL, key_at, no_link_there, of_a_home
from cpe_diag.judge.on_site_use import if_not_filled
from cpe_diag.judge.rule import Answer, Facts, cannot_tell, does_not_arise, no, yes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cpe_diag.domain.field_facts import DhcpOffered, PppoeOffered

DHCP_KEY: Final = key_at("field_dhcp", WALL)
PPPOE_KEY: Final = key_at("field_pppoe", WALL)


def answers_elsewhere(facts: Facts) -> Answer:
    """Answer whether the service answers in another VLAN, and not in its own nor without a tag."""
    told, plain = facts.fact(FieldVlans, KEY), _plain(facts)
    wanted = known(facts.subscriber.service.vlan)
    if (none := no_link_there(facts, WALL)) is not None:
        return none
    if told is None or plain is None:
        return cannot_tell(facts, KEY, DHCP_KEY, PPPOE_KEY)
    if wanted is None:
        return does_not_arise("the inventory does not say the VLAN of the service")
    wan = known(facts.subscriber.service.wan)
    where = {one.vlan: _who(wan, one.offers, one.concentrators) for one in told.asked}
    well = plain or where.get(wanted, ())
    if well:
        tag = "without a tag" if plain else f"in VLAN {wanted}"
        return no(f"{tag} {', '.join(well)} answers", KEY, DHCP_KEY, PPPOE_KEY)
    found = {vlan: who for vlan, who in where.items() if who}
    if not found:
        asked = ", ".join(str(vlan) for vlan in where)
        return no(f"nobody answers in VLAN {asked} either", KEY)
    words = "; ".join(f"in VLAN {vlan} {', '.join(who)} answers" for vlan, who in found.items())
    words += f", in the service's VLAN {wanted} and without a tag nobody does"
    answer = yes(words + _seen(facts), KEY, DHCP_KEY, PPPOE_KEY)
    return if_not_filled(facts, WALL, answer)


def _plain(facts: Facts) -> tuple[str, ...] | None:
    """Give who answers without a tag; None: that was not asked."""
    dhcp, pppoe = facts.fact(FieldDhcp, DHCP_KEY), facts.fact(FieldPppoe, PPPOE_KEY)
    if dhcp is None or pppoe is None:
        return None
    return _who(known(facts.subscriber.service.wan), dhcp.offers, pppoe.offers)


def _who(
    wan: WanProtocol | None, offers: Iterable[DhcpOffered], sessions: Iterable[PppoeOffered]
) -> tuple[str, ...]:
    """Give who answers as the service should: by DHCP, by PPPoE, or either where nobody knows."""
    by_dhcp = [] if wan is WanProtocol.PPPOE else offers
    by_pppoe = [] if wan is WanProtocol.IPOE else sessions
    return (
        *(one.server for one in by_dhcp if not of_a_home(one.address)),
        *(one.concentrator for one in by_pppoe),
    )


def _seen(facts: Facts) -> str:
    heard = facts.fact(FieldHeard, key_at("field_heard", WALL))
    if heard is None or not heard.vlans:
        return ""
    return f"; tags that went by: {', '.join(map(str, heard.vlans))}"
