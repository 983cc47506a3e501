"""Results that many look at: decoded once, and never given out after they were erased."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from cpe_diag.store.bundle import bundle_files
from cpe_diag.testing.run_samples import sample_run
from cpe_diag.testing.verdict_samples import group_verdict
from cpe_diag.wiring.kept_results import KEPT, KeptResults

if TYPE_CHECKING:
    from cpe_diag.domain.verdict import Verdict
    from cpe_diag.store.runs import StoredRuns


@dataclass
class _Runs:
    """Files by run, as a store gives them: new bytes at each look."""

    held: dict[str, dict[str, bytes]] = field(default_factory=dict)

    def files(self, run_id: str) -> dict[str, bytes]:
        return {name: bytes(content) for name, content in self.held.get(run_id, {}).items()}


def _files(verdict: Verdict | None = None) -> dict[str, bytes]:
    return dict(bundle_files(sample_run(verdict), 1.0))


def _kept(runs: _Runs) -> KeptResults:
    return KeptResults(cast("StoredRuns", runs))


def test_the_same_result_is_decoded_once() -> None:
    """Two hundred consoles ask for it in the moment when a run ends."""
    results = _kept(_Runs(held={"r": _files()}))
    first = results.of("r")
    assert first is not None
    assert results.of("r") is first


def test_what_was_erased_is_given_to_nobody() -> None:
    """What is spared is decoding: the store is asked each time."""
    runs = _Runs(held={"r": _files()})
    results = _kept(runs)
    assert results.of("r") is not None
    runs.held.clear()
    assert results.of("r") is None
    assert results.kept == (), "and it is not held on to"


def test_what_was_written_anew_is_read_anew() -> None:
    """A bundle that comes home from a laptop may take the place of an older one."""
    runs = _Runs(held={"r": _files()})
    results = _kept(runs)
    first = results.of("r")
    runs.held["r"] = _files(group_verdict())
    second = results.of("r")
    assert first is not None
    assert second is not None
    assert second.verdict.cause == group_verdict().cause != first.verdict.cause


def test_files_that_cannot_be_read_are_no_result() -> None:
    """As without it."""
    results = _kept(_Runs(held={"r": {"manifest.json": b"{"}}))
    assert results.of("r") is None
    assert results.of("none") is None


def test_only_a_few_are_held() -> None:
    """A result is some hundred kilobytes, and a service runs for months."""
    runs = _Runs(held={f"r{number}": _files() for number in range(KEPT + 3)})
    results = _kept(runs)
    for name in runs.held:
        assert results.of(name) is not None
    assert results.kept == tuple(runs.held)[3:]
