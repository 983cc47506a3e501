"""Changes as pages show them: what was measured before, beside the same after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from cpe_diag.service.pages.asking import ask
from cpe_diag.service.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cpe_diag.service.pages.site import Site
    from cpe_diag.service.pages.visit import Visit


async def changes_of(
    site: Site, visit: Visit, *, all_of_them: bool = False
) -> tuple[list[dict[str, Any]], str]:
    """Give the changes of a case, the oldest first; that was noted with the case.

    Args:
        site: the pages.
        visit: whose path names the case.
        all_of_them: also those at its subscriber that belong to other cases.

    Returns:
        The changes, and why there are none to be had: empty where that is all.
    """
    found = await ask(site.service, visit, "listChanges", path=visit.path, noted=False)
    if isinstance(found, Refused):
        return [], found.reason
    held = cast("Sequence[dict[str, Any]]", found)
    return [one for one in held if all_of_them or one["is_of_case"]], ""
