"""A real headless Chromium for tests of the pages, and axe-core in it."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import pytest
from playwright.sync_api import expect, sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

CHROMIUM: Final = os.environ.get("CPE_DIAG_CHROMIUM") or shutil.which("chromium")
"""The browser of the machine (Debian package chromium): none is downloaded."""
WIDE: Final = 1280
NARROW: Final = 390
CROSSWISE: Final[tuple[tuple[Literal["light", "dark"], int], ...]] = (
    ("light", WIDE),
    ("dark", NARROW),
)
LOOKS: Final = (*CROSSWISE, ("dark", WIDE), ("light", NARROW))
AXE: Final = Path(__file__).parent / "axe" / "axe.min.js"
PATIENCE_MS: Final = 60_000
"""How long a page may take to show what is expected: a machine may be busy with other things."""
RULES: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


@contextmanager
def real_browser() -> Iterator[Browser]:
    """Keep a browser running; the test is skipped where the machine has none."""
    if CHROMIUM is None:
        pytest.skip("no Chromium here: apt install chromium, or name one in CPE_DIAG_CHROMIUM")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def violations(page: Page) -> list[str]:
    """Give what axe-core finds against the page as it stands: the rule, and where."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = page.evaluate(
        "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", list(RULES)
    )
    return [
        f"{one['id']} ({one['help']}): {node['target']} {node['failureSummary']}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


def looked_at(page: Page, name: str, folder: Path, *, crosswise: bool = False) -> list[str]:
    """Look at a page at both widths, light and dark: pictures are kept, faults are given.

    `crosswise`: the wide one light and the narrow one dark, for pages whose parts are those of
    others: axe-core takes a second for each look.
    """
    kept = Path(os.environ.get("CPE_DIAG_SCREENSHOTS") or folder)
    kept.mkdir(parents=True, exist_ok=True)
    faults: list[str] = []
    for scheme, width in CROSSWISE if crosswise else LOOKS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=kept / f"{name}-{width}-{scheme}.png", full_page=True)
        where = f"{name} {width} {scheme}"
        faults += [f"{where}: {one}" for one in violations(page)]
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if wide > 0:
            faults.append(f"{where}: {wide} px too wide")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": WIDE, "height": 900})
    return faults
