"""How a new Wi-Fi password reaches the customer without any of the staff seeing it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import ActionError, ChangeError
from cpe_diag.domain.secret import Secret
from cpe_diag.report.consent_words import HAND_OVER_TEXT
from cpe_diag.transports.consent_gateway import ConsentGateway
from cpe_diag.wiring.credentials import credentials_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cpe_diag.ports import PasswordCourier
    from cpe_diag.wiring.config import Config
    from cpe_diag.wiring.desk import Desk

WITHIN_S: Final = 15.0
"""How long the gateway has."""


class NothingToBring:
    """The customer has typed the password: they know it."""

    async def hand_over(self, password: Secret, *, networks: Sequence[str]) -> None:
        """Bring nothing."""


class GatewayCourier:
    """Sends the password to the number or address on file, through the operator's gateway."""

    def __init__(self, gateway: ConsentGateway, desk: Desk, subscriber: str) -> None:
        """Send through `gateway` to what is on file of `subscriber`."""
        self._gateway = gateway
        self._desk = desk
        self._subscriber = subscriber

    async def hand_over(self, password: Secret, *, networks: Sequence[str]) -> None:
        """Send it, once; see `PasswordCourier.hand_over`."""
        text = HAND_OVER_TEXT.replace("{networks}", ", ".join(networks))
        content = password.reveal().join(text.split("{password}"))
        clock = self._desk.clock
        try:
            await self._gateway.send(
                self._subscriber, Secret(content), deadline=clock.monotonic() + WITHIN_S
            )
        except ChangeError as error:
            doubt = " (it may have come)" if error.may_have_happened else ""
            raise ActionError(f"the gateway did not take it{doubt}: {error.failure}") from error


def courier_of(config: Config, desk: Desk, subscriber: str) -> PasswordCourier:
    """Give the courier of a password that we make.

    Args:
        config: with the gateway.
        desk: of whoever works here.
        subscriber: whose password it is.

    Returns:
        The courier.

    Raises:
        ActionError: there is none; says what else can be done.
        MeasurementError: a header's credential cannot be resolved.
    """
    wanted = config.consent
    if wanted is None:
        raise ActionError(
            "a new password would not reach the customer: configure `consent.gateway`, or let "
            "the customer type it themselves (--typed)"
        )
    credentials = credentials_of(config)
    gateway = ConsentGateway(
        wanted.url,
        clock=desk.clock,
        headers={name: credentials.resolve(one) for name, one in wanted.headers.items()},
        body=wanted.body,
        is_json=wanted.is_json,
    )
    return GatewayCourier(gateway, desk, subscriber)
