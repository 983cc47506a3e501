"""Where secrets come from, by the configuration; apart from the doors, which few commands open."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cpe_diag.transports.credentials import CredentialReferences
from cpe_diag.wiring.config import PACK

if TYPE_CHECKING:
    from cpe_diag.ports import CredentialSource
    from cpe_diag.wiring.config import Config


def credentials_of(config: Config) -> CredentialSource:
    """Resolve references; relative files stand beside the inventory, else the configuration.

    Args:
        config: the configuration.

    Returns:
        The source of credentials.
    """
    wanted = config.inventory
    if wanted is not None and wanted.kind == PACK:
        from cpe_diag.wiring.field_pack import packed_credentials

        return packed_credentials(config)
    base = config.folder if wanted is None or wanted.path is None else wanted.path.parent
    return CredentialReferences(Path(base), age_identity=config.age_identity, vault=config.vault)
