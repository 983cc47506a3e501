"""paramiko's transport, which remembers how the keys were exchanged. Import it late."""

from __future__ import annotations

import paramiko


class RememberingTransport(paramiko.Transport):
    """Knows the key exchange that was agreed on; paramiko drops it as soon as it is done."""

    agreed_kex: str = ""

    def __setattr__(self, name: str, value: object) -> None:
        """Remember the name of the key exchange when its engine is set."""
        if name == "kex_engine" and value is not None:
            super().__setattr__("agreed_kex", str(getattr(value, "name", "")))
        super().__setattr__(name, value)
