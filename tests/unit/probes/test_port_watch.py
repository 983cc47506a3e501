"""The watch over a port: links that come and go, seen or between two looks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import pytest

from cpe_diag.domain.evidence import Evidence
from cpe_diag.domain.failures import Failure, FailureKind
from cpe_diag.domain.observations import Observed, Unobserved
from cpe_diag.domain.watch_facts import PortWatch
from cpe_diag.driver_kit.load import load_access_driver
from cpe_diag.ports import Clock, Oid, SnmpValue
from cpe_diag.probes import port_watch
from cpe_diag.testing.clock import FakeClock
from cpe_diag.testing.doors import FakeSnmp, Wire
from cpe_diag.testing.run_samples import sample_subscriber
from cpe_diag.testing.setting import fake_doors, fake_setting

IF_INDEX = 1012
UPTIME: Oid = "1.3.6.1.2.1.1.3.0"
ADMIN: Oid = f"1.3.6.1.2.1.2.2.1.7.{IF_INDEX}"
OPER: Oid = f"1.3.6.1.2.1.2.2.1.8.{IF_INDEX}"
CHANGED: Oid = f"1.3.6.1.2.1.2.2.1.9.{IF_INDEX}"


@dataclass(frozen=True)
class Link(Mapping[Oid, SnmpValue]):
    """A port that changes at some seconds after the first look; it is up at first."""

    clock: Clock
    began: float
    changes: tuple[float, ...]
    changed_before: float = 500.0

    def _now(self) -> dict[Oid, SnmpValue]:
        age = self.clock.monotonic() - self.began
        past = [one for one in self.changes if one <= age]
        since = past[-1] if past else -self.changed_before
        return {
            UPTIME: 100_000 + round(100 * age),
            ADMIN: 1,
            OPER: 1 + len(past) % 2,
            CHANGED: 100_000 + round(100 * since),
        }

    def __getitem__(self, oid: Oid) -> SnmpValue:
        """Tell an object as it is now."""
        return self._now()[oid]

    def __iter__(self) -> Iterator[Oid]:
        """Give the objects that there are."""
        return iter(self._now())

    def __len__(self) -> int:
        """Count them."""
        return len(self._now())


async def watch(
    *changes: float,
    limit_s: float = 90.0,
    changed_before: float = 500.0,
    failure: Failure | None = None,
) -> PortWatch | FailureKind:
    """Watch a port that changes at these seconds."""
    clock = FakeClock()
    link = Link(clock, clock.monotonic(), changes, changed_before)
    wire = Wire(clock=clock, takes_s=0.01, failure=failure)
    doors = replace(fake_doors(clock), snmp=FakeSnmp(wire=wire, objects=link, node="an-vdsl"))
    setting = replace(
        fake_setting(sample_subscriber(), doors), access_driver=load_access_driver("generic_dsl")
    )
    setting = replace(setting, sample_interval_s=1.0)
    (one,) = await port_watch.PROBE.run(setting, Evidence(), clock.monotonic() + limit_s)
    if isinstance(one.observation, Unobserved):
        return one.observation.failure.kind
    assert isinstance(one.observation, Observed)
    assert isinstance(one.observation.value, PortWatch)
    return one.observation.value


async def test_a_link_that_stays_is_watched_to_the_end() -> None:
    """That nothing happened is worth something only with the time in which it did not."""
    told = await watch()
    assert isinstance(told, PortWatch)
    assert (told.looks, told.changes, told.down_looks) == (12, 0, 0)
    assert told.watched_s == pytest.approx(11.0, abs=0.2)


async def test_a_link_that_comes_and_goes_is_counted_and_ends_the_watch() -> None:
    """Lost twice is enough; nobody waits on."""
    told = await watch(1.5, 3.5, 5.5, 7.5, 9.5)
    assert isinstance(told, PortWatch)
    assert (told.looks, told.changes, told.down_looks) == (9, 4, 4)


async def test_a_loss_between_two_looks_is_seen_by_its_moment() -> None:
    """A link that was away for a tenth of a second has come and gone all the same."""
    told = await watch(2.4, 2.5)
    assert isinstance(told, PortWatch)
    assert (told.changes, told.down_looks) == (2, 0)


async def test_a_link_that_has_just_changed_is_watched_for_longer() -> None:
    """Lost for a second now and then, it would look well to whoever goes by a few of them."""
    told = await watch(changed_before=3.7)
    assert isinstance(told, PortWatch)
    assert (told.changes, told.looks) == (0, 43)
    assert told.watched_s == pytest.approx(42.0, abs=0.2)


async def test_a_link_that_is_lost_seldom_is_watched_no_longer_than_until_it_is_back() -> None:
    """Every 25 seconds for one."""
    told = await watch(21.0, 22.0, 46.0, 47.0, changed_before=3.7)
    assert isinstance(told, PortWatch)
    assert (told.changes, told.down_looks) == (2, 1)
    assert told.watched_s == pytest.approx(22.0, abs=0.2)


async def test_the_watch_ends_before_its_deadline() -> None:
    """What was seen until then is told."""
    told = await watch(0.5, limit_s=4.0)
    assert isinstance(told, PortWatch)
    assert (told.looks, told.changes) == (3, 1)
    assert told.watched_s < 4.0


async def test_a_node_that_is_silent_is_no_watch() -> None:
    """Silence tells nothing of the link."""
    silent = Failure(kind=FailureKind.SILENT, where="an-vdsl", detail="nothing came")
    assert await watch(failure=silent) is FailureKind.SILENT
