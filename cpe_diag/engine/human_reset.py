"""The reset that the person at the phone does: a button held for a time, proven by the boot.

"I have reset it" is no proof: a button held for 3 seconds in place of 20 was believed. What
counts is another boot, or where the router cannot be asked any more, its port that went down.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.missing import known
from cpe_diag.domain.router_plan import ExpectedReading, Reads, RouterPlan, Way
from cpe_diag.engine.router_look import ANOTHER

if TYPE_CHECKING:
    from cpe_diag.engine.router_look import RouterLook

HUMAN_RESET: Final = "human.reset"
OUTAGE_S: Final = 300.0
"""How long a home router takes from the button to the Internet, at most."""
SOURCE: Final = "the person at the phone; the button of most home routers is held 10 to 30 seconds"


def plan_human_reset(
    looked: RouterLook, hold_s: float, *, subscriber: str, router: str, driver: str
) -> RouterPlan:
    """Make the plan of a reset by hand.

    Args:
        looked: what was read of the router just now.
        hold_s: how long the button is held, in seconds.
        subscriber: whose router it is.
        router: its address with port.
        driver: of its platform.

    Returns:
        The plan, without the guard's findings; it holds no command.
    """
    system = known(looked.system)
    return RouterPlan(
        action=HUMAN_RESET,
        subscriber=subscriber,
        router=router,
        driver=driver,
        model=(known(system.model) or "") if system else "",
        firmware=(known(system.firmware) or "") if system else "",
        wished=f"the customer holds the reset button for {hold_s:g} s; its settings are lost",
        targets=(),
        encryptions=(),
        way=Way.ONCE,
        backup=(),
        prepare=(),
        arm=(),
        apply=(),
        keep=(),
        back=(),
        state=(),
        check=(),
        expected=(
            ExpectedReading(reads=Reads.BOOT, subject="", value=ANOTHER, previous="the same"),
        ),
        secrets=(),
        payloads=(),
        window_s=hold_s,
        reverts="",
        outage_s=OUTAGE_S,
        source=SOURCE,
        findings=(),
        accepted=(),
    )
