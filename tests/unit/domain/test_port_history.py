"""When a port lost its link, as far as samples of it tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.history_facts import OwnAction, PortHistory, PortSample
from cpe_diag.domain.missing import Missing, known
from cpe_diag.report.history_text import history_lines
from cpe_diag.store.port_history import KEPT_FOR, PortHistoryFile

if TYPE_CHECKING:
    from pathlib import Path

START = datetime(2026, 1, 15, 10, tzinfo=UTC)


def sample(second: float, *, up: bool, changed_s: float | None = None) -> PortSample:
    """Make a sample, so many seconds after the start."""
    since = Missing(why=FailureKind.UNSUPPORTED) if changed_s is None else changed_s
    return PortSample(at=START + timedelta(seconds=second), up=up, changed_s=since)


def losses(*samples: PortSample) -> list[float]:
    """Give the losses in seconds after the start."""
    return [(one - START).total_seconds() for one in PortHistory(samples=samples).losses]


def test_a_link_that_was_there_and_is_not_was_lost_when_the_node_says() -> None:
    """Without its word it was lost when that was seen."""
    up = sample(0, up=True)
    assert losses(up, sample(60, up=False, changed_s=20)) == [40]
    assert losses(up, sample(60, up=False)) == [60]


def test_a_link_that_came_back_between_two_looks_was_lost_too() -> None:
    """Nobody looks every second for days."""
    assert losses(sample(0, up=True), sample(60, up=True, changed_s=10)) == [50]
    assert losses(sample(0, up=False), sample(60, up=False, changed_s=10)) == [50]


def test_a_link_that_holds_or_comes_was_not_lost() -> None:
    """A node's clock that ticks coarsely makes no loss."""
    assert losses(sample(0, up=True), sample(60, up=True, changed_s=59)) == []
    assert losses(sample(0, up=True), sample(60, up=True)) == []
    assert losses(sample(0, up=False), sample(60, up=True, changed_s=10)) == []
    assert losses(sample(0, up=True)) == []


def test_losses_at_like_distances_have_a_period() -> None:
    """What comes every eight seconds is a machine, not a person."""
    flaps = [sample(second, up=second % 8 < 6) for second in range(32)]
    assert PortHistory(samples=tuple(flaps)).period_s == 8
    odd = [sample(second, up=second not in {3, 5, 30}) for second in range(32)]
    assert PortHistory(samples=tuple(odd)).period_s is None
    assert PortHistory(samples=tuple(flaps[:12])).period_s is None


def test_samples_come_back_from_the_file_and_odd_lines_do_not_hurt(tmp_path: Path) -> None:
    """A full disk or a cut line costs hindsight, never a run."""
    path = tmp_path / "new" / "history.jsonl"
    file = PortHistoryFile(path)
    assert file.samples("sub-1") == ()
    kept = (sample(0, up=True, changed_s=4.5), sample(60, up=False))
    file.add("sub-1", kept)
    file.add("sub-2", (sample(5, up=True),))
    with path.open("a", encoding="utf-8") as text:
        text.write('["sub-1", "2026-01-15T10:00:00", true, 1]\n["sub-1", 1, 2]\nnot json\n"x"\n')
        text.write('["sub-1", "2026-01-15T10:00:00+00:00", 3, 1]\n')
    assert file.samples("sub-1") == kept
    PortHistoryFile(tmp_path).add("sub-1", kept)  # a folder cannot be written to


def test_each_loss_has_its_line() -> None:
    """A fault that is not there now is still said, with its times."""
    samples = (sample(0, up=True), sample(60, up=False), sample(90, up=True))
    assert history_lines(PortHistory(samples=samples), is_kept=True) == (
        "3 looks at the port within 1 min: link lost 1x, last 2026-01-15 10:01:00 UTC",
        "2026-01-15 10:01:00 UTC  link lost",
    )
    quiet = history_lines(PortHistory(samples=samples[:1]), is_kept=True)
    assert quiet == ("1 look at the port within 0 s: no link lost",)
    nothing = PortHistory(samples=())
    assert history_lines(nothing, is_kept=True) != history_lines(nothing, is_kept=False)


def test_a_file_that_was_damaged_costs_its_damaged_lines_only(tmp_path: Path) -> None:
    """A run that ends over its own notes would cost the customer the verdict."""
    path = tmp_path / "history.jsonl"
    file = PortHistoryFile(path)
    kept = (sample(0, up=True), sample(60, up=True, changed_s=4.5))
    file.add("sub-1", kept)
    at = "2026-01-15T10:00:30+00:00"
    with path.open("ab") as raw:
        raw.write(b"\xff\xfe\n")
        for odd in ("NaN", "Infinity", "1e300", "9" * 400, "-1"):
            raw.write(f'["sub-1", "{at}", true, {odd}]\n'.encode())
    assert file.samples("sub-1") == kept
    assert PortHistory(samples=file.samples("sub-1")).losses == (START + timedelta(seconds=55.5),)
    file.add("sub-1", (sample(90, up=False),))
    assert len(file.samples("sub-1")) == 3


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    """It says when which home had no link."""
    path = tmp_path / "history.jsonl"
    PortHistoryFile(path).add("sub-1", (sample(0, up=True),))
    assert path.stat().st_mode & 0o077 == 0


def seen(second: float, *, up: bool = True, uptime_s: float = 1e6, on: bool = True) -> PortSample:
    """Make a sample of a link that has changed ten seconds ago, with the node's uptime."""
    plain = sample(second, up=up, changed_s=10)
    return replace(plain, admin_up=on, node_uptime_s=uptime_s)


def ours(first: float, last: float) -> tuple[OwnAction, ...]:
    """Make one restart of the port by ourselves, between two seconds after the start."""
    begun, until = (START + timedelta(seconds=second) for second in (first, last))
    return (OwnAction(action="port.restart", begun_at=begun, until=until),)


def test_a_link_that_we_took_ourselves_was_not_lost() -> None:
    """Three restarts of a port by second line would send a technician to a good cable."""
    samples = (seen(0), seen(600))
    assert len(PortHistory(samples=samples).losses) == 1
    assert PortHistory(samples=samples, ours=ours(500, 560)).losses == ()
    assert len(PortHistory(samples=samples, ours=ours(10, 60)).losses) == 1
    assert len(PortHistory(samples=samples, ours=ours(595, 599)).losses) == 1


def test_a_loss_of_which_the_node_tells_no_time_may_be_our_own() -> None:
    """It was lost at some time between two looks, and we restarted the port between them."""
    samples = (sample(0, up=True), sample(3600, up=False))
    assert len(PortHistory(samples=samples).losses) == 1
    assert PortHistory(samples=samples, ours=ours(100, 160)).losses == ()
    assert len(PortHistory(samples=samples, ours=ours(-900, -800)).losses) == 1


def test_a_port_that_somebody_switched_off_did_not_lose_its_link() -> None:
    """Nobody's cable is bad because the operator has shut a port and opened it again."""
    shut = (seen(0), seen(600, up=False, on=False))
    assert PortHistory(samples=shut).losses == ()
    assert PortHistory(samples=(shut[1], seen(1200, up=False))).losses == ()


def test_links_that_went_with_their_node_were_not_lost() -> None:
    """A node that starts has all of its ports start; hours later it is no excuse any more."""
    assert PortHistory(samples=(seen(0), seen(7200, uptime_s=60))).losses == ()
    assert len(PortHistory(samples=(seen(0), seen(7200, uptime_s=3600))).losses) == 1
    assert len(PortHistory(samples=(seen(0), seen(7200, uptime_s=9000))).losses) == 1


def test_rows_of_earlier_versions_are_read_and_new_ones_say_more(tmp_path: Path) -> None:
    """A site that updates keeps its hindsight."""
    path = tmp_path / "history.jsonl"
    path.write_text('["sub-1", "2026-01-15T10:00:00+00:00", true, 4.5]\n')
    file = PortHistoryFile(path)
    file.add("sub-1", (seen(60),))
    old, new = file.samples("sub-1")
    assert known(old.admin_up) is None
    assert (new.admin_up, new.node_uptime_s) == (True, 1e6)


def test_what_is_older_than_it_is_kept_for_goes_by_itself(tmp_path: Path) -> None:
    """Nobody needs to know of last year when which home had no link."""
    file = PortHistoryFile(tmp_path / "history.jsonl")
    file.add("sub-1", (sample(0, up=True),))
    file.add("sub-2", (sample(60, up=True),))
    late = sample(KEPT_FOR.total_seconds() + 30, up=True)
    file.add("sub-3", (late,))
    assert file.samples("sub-1") == ()
    assert len(file.samples("sub-2")) == len(file.samples("sub-3")) == 1


def test_one_subscriber_or_a_time_can_be_forgotten(tmp_path: Path) -> None:
    """Who leaves the operator, or asks for it, leaves no trace here."""
    file = PortHistoryFile(tmp_path / "history.jsonl")
    assert file.forget(subscriber="sub-1", before=None) == 0
    for who in ("sub-1", "sub-10"):
        file.add(who, (sample(0, up=True), sample(60, up=True)))
    assert file.forget(subscriber="sub-1", before=None) == 2
    assert (len(file.samples("sub-1")), len(file.samples("sub-10"))) == (0, 2)
    assert file.forget(subscriber=None, before=START + timedelta(seconds=30)) == 1
    assert [one.at for one in file.samples("sub-10")] == [START + timedelta(seconds=60)]
