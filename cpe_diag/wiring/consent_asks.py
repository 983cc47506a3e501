"""Asks a customer for consent through the operator's gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.consent import ConsentChannel
from cpe_diag.domain.failures import ChangeError, DefinitionError, Fault
from cpe_diag.domain.secret import Secret
from cpe_diag.report.consent_words import CHOOSE_TEXT, CODE_TEXT, LINK_TEXT, WHAT
from cpe_diag.transports.clock import SystemClock
from cpe_diag.transports.consent_gateway import ConsentGateway
from cpe_diag.wiring.credentials import credentials_of

if TYPE_CHECKING:
    from datetime import datetime

    from cpe_diag.ports import Clock
    from cpe_diag.store.consent_codes import Ask, SentCode
    from cpe_diag.wiring.config import Config
    from cpe_diag.wiring.config_people import ConsentConfig
    from cpe_diag.wiring.desk import Desk

WITHIN_S: Final = 15.0
"""How long the gateway has."""


async def ask_customer(config: Config, desk: Desk, ask: Ask, channel: ConsentChannel) -> datetime:
    """Send a code or a link to the number or address that is on file.

    Args:
        config: with the gateway.
        desk: of whoever asks; they may.
        ask: for what.
        channel: CODE or LINK.

    Returns:
        Until when it is valid.

    Raises:
        DefinitionError: no gateway is configured, or no address of a page for links.
        ConsentError: this subscriber was asked too often.
        ChangeError: it was not sent, and is void; or nobody knows, and it is valid.
        MeasurementError: a header's credential cannot be resolved.
        StoreError: the store cannot be written.
    """
    wanted = _configured(config, channel)
    gateway = _gateway(config, wanted, desk.clock)
    sent = desk.codes.make(ask, channel)
    try:
        await gateway.send(
            ask.subscriber,
            _text(wanted, ask, sent, channel),
            deadline=desk.clock.monotonic() + WITHIN_S,
        )
    except ChangeError as error:
        if not error.may_have_happened:
            desk.codes.void(sent, ask, f"the {channel} was not sent: {error.failure}")
        raise
    return sent.expires_at


async def send_password_link(
    config: Config, subscriber: str, address: Secret, minutes: int
) -> None:
    """Send the link on which a customer types a new password.

    Args:
        config: with the gateway.
        subscriber: to what is on file of them.
        address: of the page.
        minutes: how long it counts.

    Raises:
        DefinitionError: no gateway is configured.
        ChangeError: it was not taken, or nobody knows.
        MeasurementError: a header's credential cannot be resolved.
    """
    wanted, clock = _configured(config, ConsentChannel.CODE), SystemClock()
    text = wanted.texts.get("password_link") or CHOOSE_TEXT
    text = text.replace("{minutes}", str(minutes)).replace("{link}", address.reveal())
    gateway = _gateway(config, wanted, clock)
    await gateway.send(subscriber, Secret(text), deadline=clock.monotonic() + WITHIN_S)


def _gateway(config: Config, wanted: ConsentConfig, clock: Clock) -> ConsentGateway:
    credentials = credentials_of(config)
    return ConsentGateway(
        wanted.url,
        clock=clock,
        headers={name: credentials.resolve(one) for name, one in wanted.headers.items()},
        body=wanted.body,
        is_json=wanted.is_json,
    )


def _configured(config: Config, channel: ConsentChannel) -> ConsentConfig:
    wanted = config.consent
    if wanted is not None and (channel is not ConsentChannel.LINK or wanted.link is not None):
        return wanted
    needed = "`consent.gateway`" if wanted is None else "`consent.link`, the page that it opens"
    words = f"to send a {channel}, {needed} must be configured"
    raise DefinitionError((Fault(file=config.origin, line=None, column=None, message=words),))


def _text(wanted: ConsentConfig, ask: Ask, sent: SentCode, channel: ConsentChannel) -> Secret:
    content, usual = sent.content.reveal(), CODE_TEXT
    if channel is ConsentChannel.LINK:
        content, usual = (wanted.link or "").replace("{token}", content), LINK_TEXT
    fill = {
        "what": wanted.what.get(ask.action) or WHAT.get(ask.action, ask.action),
        "minutes": f"{(sent.expires_at - ask.at).total_seconds() / 60:.0f}",
        channel.value: content,
    }
    text = wanted.texts.get(channel.value) or usual
    for name, value in fill.items():
        text = text.replace(f"{{{name}}}", value)
    return Secret(text)
