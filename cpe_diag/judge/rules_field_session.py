"""The questions that a PPPoE session from the wall port answers."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.field_session_facts import SessionEnd
from cpe_diag.judge.on_site import LAN, WALL, key_at
from cpe_diag.judge.on_site_session import KEY, ends, nothing_behind
from cpe_diag.judge.on_site_since import beyond_wire
from cpe_diag.judge.rule import Rule
from cpe_diag.judge.rules_field import (
    at_place,
    beside_use,
    beyond,
    by_radio,
    of_one_place,
    opens_at_home,
)

NEEDS: Final = (KEY, key_at("field_link", WALL), *opens_at_home(WALL))
_OF_HOME: Final = Rule(
    id="home_without_session",
    question="Does nothing answer behind the router, while the session opens at the wall port?",
    needs=(*beyond(LAN, "http", "ping"), KEY, key_at("field_link", WALL)),
    ask=at_place(LAN, nothing_behind, beyond_wire),
)
_STEPS: Final[tuple[Rule, ...]] = tuple(
    Rule(
        id=name,
        question=question,
        needs=NEEDS,
        ask=at_place(WALL, of_one_place(ends(end, words))),
    )
    for name, question, end, words in (
        (
            "wall_session_withheld",
            "Does the concentrator offer sessions and give none?",
            SessionEnd.NO_SESSION,
            "gives no session",
        ),
        (
            "wall_link_not_agreed",
            "Does the concentrator not come to agree on the link of a session?",
            SessionEnd.NOT_AGREED,
            "does not come to agree on the link (LCP)",
        ),
        (
            "wall_login_unanswered",
            "Does nobody answer the login at the wall port?",
            SessionEnd.LOGIN_UNANSWERED,
            "leaves the login unanswered",
        ),
        (
            "wall_login_refused",
            "Is the service's own login refused at the wall port?",
            SessionEnd.LOGIN_REFUSED,
            "refuses the login",
        ),
        (
            "wall_session_bare",
            "Does a session at the wall port come without an address?",
            SessionEnd.NO_ADDRESS,
            "takes the login and gives no address (IPCP)",
        ),
    )
)
RULES_FIELD_SESSION: Final[tuple[Rule, ...]] = tuple(
    map(by_radio, map(beside_use, (*_STEPS, _OF_HOME)))
)
