"""How the values of runs are sealed in this store, for what comes from or goes to another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.store.carried import ValueSeal
from cpe_diag.store.sealed import seal, unseal
from cpe_diag.wiring.store_key import store_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.wiring.config import Config


def value_seal(config: Config) -> ValueSeal:
    """Give how this store seals values; its key is read when there are some."""

    def closed(values: Mapping[str, str]) -> str:
        return seal(store_key(config), values) if values else ""

    def opened(sealed: str) -> Mapping[str, str]:
        return unseal(store_key(config), sealed) if sealed else {}

    return ValueSeal(close=closed, open=opened)
