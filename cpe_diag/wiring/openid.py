"""Puts together the provider by which staff sign in to the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.service.openid.settings import ProviderSettings, origin_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cpe_diag.domain.roles import Role
    from cpe_diag.ports import CredentialSource
    from cpe_diag.service.openid.provider import Provider
    from cpe_diag.wiring.config import Config


def provider_of(
    config: Config, credentials: CredentialSource, group_roles: Callable[[], Mapping[str, Role]]
) -> Provider | None:
    """Give the provider of a configuration, which is not asked before somebody signs in.

    Args:
        config: the configuration.
        credentials: gives the client's secret.
        group_roles: gives the role of every group of the provider now, in order.

    Returns:
        None where none is configured.

    Raises:
        MeasurementError: the secret cannot be had.
    """
    wanted = config.openid
    if wanted is None:
        return None
    from cpe_diag.service.openid.asking import Asker, client_maker
    from cpe_diag.service.openid.provider import Provider

    settings = ProviderSettings(
        issuer=wanted.issuer,
        client_id=wanted.client_id,
        secret=None if wanted.secret is None else credentials.resolve(wanted.secret),
        title=wanted.title or origin_of(wanted.issuer).partition("://")[2],
        address=wanted.address,
        scopes=wanted.scopes,
        name_claim=wanted.name_claim,
        groups_claim=wanted.groups_claim,
        group_roles=group_roles,
    )
    return Provider(settings, Asker(client_maker()))
