"""Claims about what is sealed: the key opens it, nothing else does."""

from __future__ import annotations

import base64

import pytest

from cpe_diag.domain.failures import StoreError
from cpe_diag.store.sealed import seal, unseal

KEY = b"k" * 32
VALUES = {"new_name": "Our home", "channel": "11"}


def test_what_was_sealed_is_opened_by_its_key() -> None:
    """And looks different each time."""
    sealed = seal(KEY, VALUES)
    assert unseal(KEY, sealed) == VALUES
    assert sealed != seal(KEY, VALUES)
    assert b"home" not in base64.b64decode(sealed)


def test_nothing_sealed_is_nothing() -> None:
    """No key is needed for what is not there."""
    assert seal(b"", {}) == ""
    assert unseal(b"", "") == {}


@pytest.mark.parametrize("damage", ["key", "bit", "cut", "text"])
def test_another_key_or_damage_is_told_and_nothing_of_it_repeated(damage: str) -> None:
    """Whoever reads the error learns what to mend, and no value."""
    sealed = seal(KEY, VALUES)
    raw = bytearray(base64.b64decode(sealed))
    raw[-1] ^= 1
    wrong = {
        "key": sealed,
        "bit": base64.b64encode(raw).decode(),
        "cut": sealed[:20],
        "text": "no base64!",
    }[damage]
    with pytest.raises(StoreError, match="sealed with another key") as caught:
        unseal(b"x" * 32 if damage == "key" else KEY, wrong)
    assert "home" not in str(caught.value)
