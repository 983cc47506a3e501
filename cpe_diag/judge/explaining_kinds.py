"""What a finding that tells more follows from: the same as the wider one that it rests on."""

from __future__ import annotations

from typing import Final

RESTS_ON: Final[tuple[tuple[str, str], ...]] = (
    ("router_forgets_begun", "home_lost_in_router"),
    ("router_forgets_begun", "home_stalls"),
    ("router_limits_begun", "home_lost_in_router"),
    ("router_shares_lines", "router_sends_astray"),
    ("router_tunnels_home", "router_sends_astray"),
    ("router_lists_addresses", "platform_fails_from_home"),
    ("router_turns_names_away", "router_dns_fails"),
    ("site_way_full", "site_lost_here"),
    ("site_way_full", "platform_slow"),
    ("site_way_ends", "platform_unreachable"),
    ("begun_lost_beyond", "world_slow"),
    ("pages_from_cache", "pages_are_anothers"),
    ("edge_not_found", "ipv6_unreachable"),
    ("platform_page_gone", "platform_forbids_everybody"),
    ("platform_page_gone", "platform_errors"),
    ("platform_hangs_up", "platform_errors"),
    ("platform_fails_near", "platform_errors"),
    ("platform_keys_late", "platform_slow"),
    ("platform_comes_and_goes", "platform_refuses"),
    ("platform_takes_few", "platform_uneven"),
    ("platform_hears_some", "platform_uneven"),
    ("platform_certificate_partly", "platform_one_family"),
    ("platform_name_at_anothers", "platform_one_family"),
    ("site_name_lost_here", "platform_name_fails"),
    ("router_awaits_setup", "router_names_lie"),
    ("device_keeps_from_site", "device_leaves_site"),
    ("device_asks_none", "device_connects_in_vain"),
    ("device_changes_address", "device_absent"),
    ("device_slow_itself", "device_suffers_alone"),
)


def likewise(
    follows: tuple[tuple[str, tuple[str, ...]], ...],
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Give what these findings follow from.

    Args:
        follows: what the wider ones follow from.

    Returns:
        The same for those that rest on them.
    """
    wider = dict(follows)
    found: dict[str, dict[str, None]] = {}
    for name, base in RESTS_ON:
        found.setdefault(name, {}).update(dict.fromkeys(wider.get(base, ())))
    return tuple(
        (name, told)
        for name, reasons in found.items()
        if (told := tuple(one for one in reasons if (name, one) not in RESTS_ON))
    )
