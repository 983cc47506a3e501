"""Whom a laptop on site may ask beyond its wire, by the configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.domain.missing import known
from cpe_diag.domain.subscriber import WanProtocol
from cpe_diag.field.raw.order import MAC, MOST_VLANS
from cpe_diag.field.targets import FieldTargets
from cpe_diag.wiring.config import ExpectedPage

if TYPE_CHECKING:
    from cpe_diag.domain.subscriber import Subscriber
    from cpe_diag.wiring.config import Config


def targets_of(config: Config) -> FieldTargets:
    """Give whom the configuration names.

    Args:
        config: of the laptop.

    Returns:
        The targets.
    """
    reference, page = config.reference, config.on_site.page or ExpectedPage()
    return FieldTargets(
        host=None if reference is None else reference.host,
        address=None if reference is None else reference.address,
        url=None if reference is None else reference.url,
        resolver=config.resolver_address,
        resolver_port=config.resolver_port,
        outside=None if config.elsewhere is None else config.elsewhere.resolver,
        nobody=config.on_site.nobody,
        page_url=page.url or (None if reference is None else reference.url),
        page_status=page.status,
        page_text=page.text,
        load=config.on_site.load,
        stream=config.on_site.stream,
    )


def vlans_of(config: Config, subscriber: Subscriber) -> tuple[int, ...]:
    """Give in which VLANs a laptop asks with a tag: the service's own, then the configuration's.

    Returns:
        At most four.
    """
    own = known(subscriber.service.vlan)
    named = (*(() if own is None else (own,)), *config.on_site.vlans)
    return tuple(dict.fromkeys(named))[:MOST_VLANS]


def router_mac_of(subscriber: Subscriber) -> str | None:
    """Give the MAC with which a laptop may ask as the router; None: none is on record.

    Returns:
        In the form of raw orders.
    """
    mac = known(subscriber.router_mac)
    return mac.lower() if mac is not None and MAC.fullmatch(mac.lower()) else None


def session_wanted(subscriber: Subscriber) -> bool:
    """Tell whether a session is opened from the wall port.

    Returns:
        Where the inventory names its login, on a line of which it is not known to have none.
    """
    wan = known(subscriber.service.wan)
    return subscriber.session is not None and wan in {None, WanProtocol.PPPOE}
