"""A value that must never be printed, logged or saved."""

from __future__ import annotations

from typing import Final

SHOWN_AS: Final = "[secret]"

CREDENTIAL_FORMS: Final = (
    "env:NAME",
    "file:PATH#KEY",
    "keyring:SERVICE/NAME",
    "age:PATH#KEY",
    "vault:MOUNT/PATH#KEY",
)
"""How a reference to a secret is written."""

CREDENTIAL_PATTERN: Final = "^(env|file|keyring|age|vault):.+"
"""What begins like one; what does not may be a secret that stands where a reference belongs."""


class Secret:
    """Holds a password, community or key so that only `reveal` gives it out.

    Equality compares the content in the ordinary way; hashing, pickling and formatting are
    refused or give `[secret]`, so that a secret cannot leak through a log line or a dump.
    """

    __slots__ = ("_content",)

    def __init__(self, content: str) -> None:
        """Keep `content`; the caller should drop its own reference."""
        self._content = content

    def reveal(self) -> str:
        """Give the content to the one library call that needs it."""
        return self._content

    def __repr__(self) -> str:
        """Show that there is a secret, never which."""
        return SHOWN_AS

    __str__ = __repr__

    def __format__(self, format_spec: str) -> str:
        """Show `[secret]` in f-strings too, with the width asked for."""
        return format(SHOWN_AS, format_spec)

    def __eq__(self, other: object) -> bool:
        """Compare content with content."""
        return isinstance(other, Secret) and other._content == self._content

    __hash__ = None  # type: ignore[assignment]  # a secret is no key of a mapping

    def __reduce__(self) -> str | tuple[object, ...]:
        """Refuse to be pickled.

        Raises:
            TypeError: always; a pickled secret would be a saved secret.
        """
        msg = "a Secret is never pickled"
        raise TypeError(msg)
