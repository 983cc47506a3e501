"""All consoles that come again after a start are shown their pages without a rush for each."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING, Any

from jinja2 import Environment

from cpe_diag.service.pages.rendering import Rendering

if TYPE_CHECKING:
    import pytest

READERS = 8


def test_a_template_that_many_want_at_once_is_compiled_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each thread compiled all templates of a case by itself, all of them on two cores."""
    compiled = Counter[str | None]()
    compiling, together = Environment.compile, Barrier(READERS)

    def counted(made: Environment, source: Any, name: str | None = None, *rest: Any) -> Any:  # noqa: ANN401 - as Jinja has it
        compiled[name] += 1
        return compiling(made, source, name, *rest)

    monkeypatch.setattr(Environment, "compile", counted)
    rendering = Rendering()

    def page(_: int) -> str:
        together.wait()
        return rendering.html("en", "case_rows.html", {})

    with ThreadPoolExecutor(READERS) as pool:
        assert len(set(pool.map(page, range(READERS)))) == 1
    assert compiled["case_rows.html"] == 1
    assert max(compiled.values()) == 1, compiled
