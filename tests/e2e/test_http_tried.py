"""Schemathesis tries the HTTP interface with what its own description allows and forbids.

Here every operation with an example or two; `make lab-http` tries them with many, and with what
the coverage phase makes of each schema.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from cpe_diag.domain.roles import Role
from cpe_diag.testing.verdict_samples import group_verdict

if TYPE_CHECKING:
    from http_service import HttpService

LARGE: Final = os.environ.get("CPE_DIAG_LAB_HTTP") == "1"
SMALL: Final = ("--max-examples", "1", "--phases", "fuzzing")
MANY: Final = ("--max-examples", os.environ.get("EXAMPLES", "20"), "--phases", "coverage,fuzzing")

# What is well-formed may still name a subscriber that nobody knows: 422 is right then.
WITHOUT: Final = "positive_data_acceptance"

# So many wrong tokens in a few seconds are told to wait (429), as they should be.
WITHOUT_TOKENS: Final = f"{WITHOUT},ignored_auth"


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_what_is_published_is_what_happens(service: HttpService, tmp_path: Path) -> None:
    """No 500, no status and no body that the description does not know, no wrong input taken."""
    token = service.token(Role.SENIOR)
    order = {"playbook": "no_internet", "subscriber": "sub-1", "ticket": "T-1"}
    service.run_ends(service.ask("POST", "/api/runs", order).json["id"], group_verdict())
    tried = subprocess.run(  # noqa: S603 - beside our own interpreter
        [
            str(Path(sys.executable).parent / "schemathesis"),
            "run",
            f"http://127.0.0.1:{service.port}/openapi.json",
            *("--header", f"Authorization: Bearer {token}"),
            *("--exclude-checks", WITHOUT if LARGE else WITHOUT_TOKENS),
            *("--continue-on-failure", "--no-color", "--seed", "7", "--warnings", "off"),
            *(MANY if LARGE else SMALL),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert tried.returncode == 0, tried.stdout[-20_000:]
    if LARGE:
        sys.stderr.write(tried.stdout[-2_000:])
    assert service.ask("GET", "/healthz").status == 200
