"""Makes of home routers that give an operator no SSH, and what their way would be.

They have no driver, and none can be written for this agent's router door; the list of drivers
says so, so that nobody looks for one or takes a subscriber's password for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherWay:
    """One make: `id` as somebody may write it as the platform, `why` there is no driver.

    `way` is how an operator reaches such a router, `source` where both are from.
    """

    id: str
    make: str
    why: str
    way: str
    source: str


OTHER_WAYS: Final = (
    OtherWay(
        id="fritzbox",
        make="AVM FRITZ!Box",
        why="FRITZ!OS has no SSH server",
        way="TR-064 (SOAP over HTTPS, in the home); TR-069 from the operator",
        source="AVM, avm.de/service/schnittstellen; fritzconnection 1.15 documentation",
    ),
    OtherWay(
        id="tplink",
        make="TP-Link (consumer, Deco, Archer)",
        why="its SSH server serves the vendor's app only; no command line is documented",
        way="TR-069 or TR-369 (USP) from the operator's management server",
        source="no document of the vendor gives a shell to an operator (none found)",
    ),
    OtherWay(
        id="zte_ont",
        make="ZTE ONTs (ZXHN F6xx)",
        why="only a root shell over telnet, which the vendor does not offer",
        way="OMCI from the OLT (ITU-T G.988); TR-069 from the operator's management server",
        source="ZXHN F660 Product Description, chapter on operation and maintenance",
    ),
    OtherWay(
        id="technicolor",
        make="Technicolor, Vantiva (Homeware)",
        why="SSH only on units whose owner has opened them",
        way="TR-069 or TR-369 (USP) from the operator's management server",
        source="no document of the vendor gives a shell to an operator (none found)",
    ),
)
"""The most common ones first."""


def other_way(platform: str) -> OtherWay | None:
    """Find what is known of a make without SSH.

    Args:
        platform: as somebody wrote it into the inventory, for example `FRITZ!Box`.

    Returns:
        The make; None where it is none of these.
    """
    plain = "".join(letter for letter in platform.lower() if letter.isalnum())
    for one in OTHER_WAYS:
        if plain and plain.startswith("".join(letter for letter in one.id if letter.isalnum())):
            return one
    return None
