"""Opens the door of a laptop on site."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.missing import known
from cpe_diag.field.laptop_port import LaptopPort
from cpe_diag.field.line_access import LineAccess, SessionLogin
from cpe_diag.field.page import BOUNDS, MOST_BYTES
from cpe_diag.field.sendings import WEB_QUESTIONS
from cpe_diag.transports.http import PageGetter
from cpe_diag.wiring.field_targets import router_mac_of, targets_of, vlans_of

if TYPE_CHECKING:
    from cpe_diag.domain.subscriber import Subscriber
    from cpe_diag.field.on_site import OnSite
    from cpe_diag.ports import Clock, CredentialSource, Recorder
    from cpe_diag.wiring.config import Config

QUESTIONS: Final = WEB_QUESTIONS
"""Datagrams for one name: what a dry run says."""


def laptop_pages(clock: Clock, recorder: Recorder) -> PageGetter:
    """Give what fetches pages on site, held to what a dry run says."""
    return PageGetter(clock=clock, recorder=recorder, bounds=BOUNDS, most_bytes=MOST_BYTES)


def laptop_door(  # noqa: PLR0913, PLR0917 - what a door of a run needs
    config: Config,
    subscriber: Subscriber,
    on_site: OnSite,
    credentials: CredentialSource,
    clock: Clock,
    recorder: Recorder,
) -> LaptopPort:
    """Open a laptop's view of the place where it is plugged in.

    Args:
        config: what may be asked beyond the wire.
        subscriber: whose line it is.
        on_site: the laptop.
        credentials: gives the login of the line's session when somebody offers one.
        clock: of the run.
        recorder: of the run.

    Returns:
        The door, which the caller closes.
    """
    session = subscriber.session
    login = None
    if session is not None:
        resolve = partial(credentials.resolve, session.credential)
        login = SessionLogin(user=session.user, resolve=resolve)
    return LaptopPort(
        on_site,
        clock=clock,
        recorder=recorder,
        targets=targets_of(config),
        line=LineAccess(
            vlans=vlans_of(config, subscriber),
            login=login,
            router_mac=router_mac_of(subscriber),
            node=subscriber.node,
            port=known(subscriber.port),
        ),
    )
