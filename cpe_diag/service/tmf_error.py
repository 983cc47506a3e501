"""The body of an error as every TM Forum interface has it: code, reason, message, status."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cpe_diag.report.codec import Json
    from cpe_diag.service.refused import Refused


def tmf_error(refused: Refused) -> dict[str, Json]:
    """Write the body of an error.

    Args:
        refused: why a request was not taken.

    Returns:
        `Error` of TMF621, TMF653, TMF642 (version 4) and TMF621, TMF656 (version 5).
    """
    try:
        phrase = HTTPStatus(refused.status).phrase
    except ValueError:
        phrase = "Error"
    return {
        "@type": "Error",
        "code": str(refused.status),
        "reason": phrase,
        "message": refused.reason,
        "status": str(refused.status),
    }
