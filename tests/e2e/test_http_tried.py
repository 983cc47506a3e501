"""Schemathesis tries the HTTP interface with what its own description allows and forbids.

Here a part of it with a few examples; `make lab-http` tries all operations with many.
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
SMALL: Final = (
    *("--max-examples", "3", "--phases", "fuzzing"),
    *("--include-tag", "cpe-diag", "--include-tag", "TMF642 v4"),
)
MANY: Final = ("--max-examples", os.environ.get("EXAMPLES", "20"), "--phases", "coverage,fuzzing")

# What is well-formed may still name a subscriber that nobody knows: 422 is right then.
WITHOUT: Final = "positive_data_acceptance"


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
            *("--exclude-checks", WITHOUT),
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
