"""The pages of a repair: for staff, and the one on which the customer types a password."""

from __future__ import annotations

from typing import Final

from cpe_diag.service.pages.customer_page import ask_password, password_typed
from cpe_diag.service.pages.repair_page import (
    approved,
    begun,
    consented,
    link_made,
    link_sent,
    planned,
    repair,
    withdrawn,
)
from cpe_diag.service.pages.repair_stream import live_repair
from cpe_diag.service.pages.site import Page

REPAIR_PAGES: Final = (
    Page(id="planRepair", method="POST", path="/cases/{id}/repairs", handler=planned),
    Page(id="repair", method="GET", path="/repairs/{id}", handler=repair),
    Page(
        id="liveRepair",
        method="GET",
        path="/repairs/{id}/live",
        handler=live_repair,
        is_live=True,
    ),
    Page(id="consented", method="POST", path="/repairs/{id}/consent", handler=consented),
    Page(id="withdrawn", method="POST", path="/repairs/{id}/withdrawal", handler=withdrawn),
    Page(id="approved", method="POST", path="/repairs/{id}/approval", handler=approved),
    Page(id="linkMade", method="POST", path="/repairs/{id}/link", handler=link_made),
    Page(id="linkSent", method="POST", path="/repairs/{id}/sent-link", handler=link_sent),
    Page(id="begun", method="POST", path="/repairs/{id}/run", handler=begun),
    Page(id="askPassword", method="GET", path="/w/{token}", handler=ask_password, is_open=True),
    Page(
        id="passwordTyped", method="POST", path="/w/{token}", handler=password_typed, is_open=True
    ),
)
