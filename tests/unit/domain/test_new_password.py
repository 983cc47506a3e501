"""New passwords: strong, readable, and taken by every network that takes one."""

from __future__ import annotations

from cpe_diag.domain.new_password import LETTERS, new_password
from cpe_diag.domain.wifi_rules import password_fault


def test_a_new_password_is_one_that_wpa2_and_wpa3_take() -> None:
    """Nothing is sent that a router would refuse."""
    for _ in range(200):
        made = new_password()
        assert password_fault(made, "psk2") is None
        assert password_fault(made, "sae") is None


def test_a_new_password_holds_nothing_that_looks_like_something_else() -> None:
    """It is read from a telephone and typed on a television."""
    assert not set(LETTERS) & set("ilo01IO")
    assert all(set(new_password()) <= {*LETTERS, "-"} for _ in range(200))


def test_no_two_passwords_are_the_same() -> None:
    """79 bits of the system's own randomness."""
    assert len({new_password() for _ in range(2000)}) == 2000
