"""What all tests share: the chaos tests' counts stand at the end of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

CHAOS = "chaos"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how many cases the chaos tests have tried, and how they ended."""
    told = [
        str(value)
        for reports in terminalreporter.stats.values()
        for report in reports
        for name, value in getattr(report, "user_properties", ())
        if name == CHAOS
    ]
    if told:
        terminalreporter.section("chaos")
        for line in sorted(set(told)):
            terminalreporter.write_line(line)
