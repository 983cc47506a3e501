"""Of a refused login it is said what is sure: not the line, not the router."""

from __future__ import annotations

from typing import Final

import pytest

from cpe_diag.domain.subscriber import AccountState
from cpe_diag.judge.decide import find
from cpe_diag.testing import faults_on_site as on_site
from cpe_diag.testing.faults_of_session import refused

AT_WALL: Final = on_site.on_site(on_site.WALL)


@pytest.mark.parametrize(
    ("account", "words"),
    [
        (AccountState.BLOCKED, "the account is blocked in the operator's records"),
        (AccountState.ABSENT, "the account is absent in the operator's records"),
        (AccountState.ACTIVE, "that is sure; the account is in order in the records"),
    ],
)
def test_the_records_say_which_of_the_two_it_is(account: AccountState, words: str) -> None:
    """An account that is shut and a password that is wrong go to the same desk, for other work."""
    found = {one.id: one for one in find(refused(AT_WALL, account))}["wall_login_refused"]
    assert found.answer is True
    assert "it says: Access denied" in found.because
    assert words in found.because
