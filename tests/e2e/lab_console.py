"""The pages on the lab's configuration, with a worker where one is wanted."""

from __future__ import annotations

import signal
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Final

import yaml
from http_service import service_of
from page_browser import PASSWORD, STAFF, passwords_of_all
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from http_service import HttpService
    from playwright.sync_api import Page
    from running_lab import RunningLab

STOPS_IN_S: Final = 120.0


@contextmanager
def console_of(lab: RunningLab, folder: Path, *, works: bool = True) -> Iterator[HttpService]:
    """Keep pages up on the lab's configuration; `works`: with a worker."""
    held = yaml.safe_load(lab.config.read_text(encoding="utf-8"))
    held["store"] = {"url": "env:HTTP_TEST_STORE", "audit_key": "env:HTTP_TEST_AUDIT_KEY"}
    held["staff"] = {
        "me": "anna",
        "members": {name: {"role": role.value} for role, name in STAFF.items()},
    }
    config = _config_of(lab, folder)
    config.write_text(yaml.safe_dump(held), encoding="utf-8")
    with ExitStack() as stack:
        stack.callback(config.unlink)
        service = stack.enter_context(service_of(config))
        passwords_of_all(service)
        if works:
            stack.enter_context(works_for(lab, folder))
        yield service


def _config_of(lab: RunningLab, folder: Path) -> Path:
    return lab.folder / f"pages-{folder.name}.yaml"


@contextmanager
def works_for(lab: RunningLab, folder: Path) -> Iterator[None]:
    """Keep a worker for a console that is up."""
    config = _config_of(lab, folder)
    with (folder / "worker.log").open("wb") as log:
        worker = subprocess.Popen(  # noqa: S603 - our own interpreter
            [sys.executable, "-m", "cpe_diag", "--config", str(config), "worker"],
            stdout=log,
            stderr=log,
        )
        try:
            yield
        finally:
            worker.send_signal(signal.SIGTERM)
            worker.wait(STOPS_IN_S)


def signs_in(page: Page, name: str) -> None:
    """Sign in with the keyboard alone."""
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.get_by_label("Name").focus()
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
