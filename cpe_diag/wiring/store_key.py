"""The key beside the store: of digests that count subscribers, and of what is sealed in rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.store.case_store import default_path
from cpe_diag.store.incident_key import derived_key, kept_key
from cpe_diag.wiring.credentials import credentials_of

if TYPE_CHECKING:
    from cpe_diag.wiring.config import Config


def store_key(config: Config) -> bytes:
    """Give the key of the store; a team's follows from its audit key.

    Raises:
        MeasurementError: the reference of the audit key cannot be resolved.
        StoreError: the key cannot be used.
    """
    wanted = config.store
    if wanted.audit_key is not None:
        return derived_key(credentials_of(config).resolve(wanted.audit_key).reveal())
    path = wanted.path or default_path()
    return kept_key(path.with_name(f"{path.name}.incident-key"))
