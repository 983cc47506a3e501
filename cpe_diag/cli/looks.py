"""Every look is noted in the audit trail before it is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.domain.audit import About
from cpe_diag.domain.failures import StoreError

if TYPE_CHECKING:
    from cpe_diag.wiring.config import Config


def note_look(
    config: Config,
    right: str,
    words: str,
    *,
    subscriber: str | None = None,
    ticket: str | None = None,
) -> None:
    """Let whoever works here look, and note it.

    Args:
        config: the configuration.
        right: `look.subscriber` or `look.outage`.
        words: how they look.
        subscriber: at whom, or None.
        ticket: for which ticket, or None.

    Raises:
        RightsError: they may not.
        StoreError: it cannot be noted, so nobody looks.
        DefinitionError, MeasurementError: as for `open_desk`.
    """
    from cpe_diag.wiring.desk import open_desk

    desk = open_desk(config)
    try:
        desk.look(right, words, About(subscriber=subscriber, ticket=ticket))
    except StoreError as error:
        what_now = (
            "give it room, or name a place that has some (store.path in the configuration)"
            if config.store.url is None
            else "see whether its server is up, and try again"
        )
        raise StoreError(f"{error}: nobody looks without a note of it; {what_now}") from error
