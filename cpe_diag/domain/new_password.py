"""Makes Wi-Fi passwords that can be read out, typed on a television, and not guessed."""

from __future__ import annotations

import secrets
from typing import Final

LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without i, l, o, 0 and 1, which look alike; small letters, which no keypad makes harder."""

GROUPS: Final = 4
GROUP_LENGTH: Final = 4
MARK: Final = "-"
"""A password is 4 groups of 4 of 31 characters: 79 bits, by far more than anybody can try."""


def new_password() -> str:
    """Make a password.

    Returns:
        For example `kf3m-8tqz-v4wn-hr2p`: 19 characters of printable ASCII.
    """
    return MARK.join(
        "".join(secrets.choice(LETTERS) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS)
    )
