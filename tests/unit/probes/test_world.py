"""Places of the world from both sides, and ways that are watched: what is asked, and of whom."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import Evidence, FactKey, Measurement
from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.load_facts import PathQuality
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.observations import Observed, Unobserved
from cpe_diag.domain.path_facts import HttpCheck
from cpe_diag.domain.subscriber import NodePort, RouterAccess
from cpe_diag.probes import way_watch, world
from cpe_diag.probes.probe import WebTarget
from cpe_diag.testing.clock import FakeClock
from cpe_diag.testing.doors import FakeHttp, FakeProber, FakeResolver, Wire
from cpe_diag.testing.run_samples import sample_subscriber
from cpe_diag.testing.setting import fake_doors, fake_setting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.probes.probe import Probe, Setting

REFERENCE: Final = WebTarget(
    host="reference.example", url="http://reference.example/", address="203.0.113.80"
)
VIDEO: Final = WebTarget(host="video.example", url="https://video.example/")
NAMES: Final = {"reference.example": ("203.0.113.80",), "video.example": ("203.0.113.90",)}
ACCESS: Final = RouterAccess(
    address="192.0.2.1", port=22, platform="openwrt", user="root", credential="env:ROUTER"
)


def setting(
    *, open_ports: Mapping[tuple[str, int], bool], names: Mapping[str, tuple[str, ...]] = NAMES
) -> Setting:
    """Make a setting with two places."""
    wire = Wire(clock=FakeClock())
    doors = replace(
        fake_doors(wire.clock),
        prober=FakeProber(wire=wire, open_ports=open_ports),
        resolver=FakeResolver(wire=wire, names=names),
        http=FakeHttp(wire=wire, pages={f"http://{host}/": 200 for host in NAMES}),
    )
    given = fake_setting(replace(sample_subscriber(), router=ACCESS), doors)
    return replace(given, reference=REFERENCE, places=(VIDEO, REFERENCE, VIDEO))


async def run(probe: Probe, given: Setting) -> dict[FactKey, Measurement]:
    """Run a probe and give its measurements by key."""
    found = await probe.run(given, Evidence(), given.doors.clock.monotonic() + 20.0)
    return {one.key: one for one in found}


def test_each_place_is_tried_once_and_the_reference_first() -> None:
    """The configuration may name one place by two names."""
    given = setting(open_ports={})
    assert [one.host for one in world.places(given)] == ["reference.example", "video.example"]


async def test_a_place_that_accepts_us_is_counted_and_fetched() -> None:
    """From here: eight connections and one page."""
    found = await run(world.PROBE, setting(open_ports={("203.0.113.90", 80): True}))
    ours = found[FactKey("path_quality", "operator>world/video.example")].observation
    assert isinstance(ours, Observed)
    assert isinstance(ours.value, PathQuality)
    assert (ours.value.sent, ours.value.lost) == (world.OWN_TRIES, 0)
    page = found[FactKey("http", "operator>world/video.example")].observation
    assert isinstance(page, Observed)
    assert isinstance(page.value, HttpCheck)


async def test_a_place_that_accepts_nobody_counts_nothing() -> None:
    """Its silence may be its own, or ours."""
    found = await run(world.PROBE, setting(open_ports={}))
    ours = found[FactKey("path_quality", "operator>world/video.example")].observation
    assert isinstance(ours, Unobserved)
    assert ours.failure.kind is FailureKind.DEPENDENCY


async def test_a_place_of_which_nobody_knows_the_address_is_not_tried_by_it() -> None:
    """Neither from here nor from the router; its name still is."""
    found = await run(world.PROBE, setting(open_ports={}, names={}))
    tries = [key for key in found if key.subject.startswith("router>world/video.example/")]
    assert len(tries) == world.TRIES
    assert all(isinstance(found[key].observation, Unobserved) for key in tries)
    assert FactKey("path_quality", "operator>world/reference.example") in found


async def test_where_no_place_is_known_nothing_is_tried() -> None:
    """Every fact that the probe gives comes back, with the reason."""
    given = replace(setting(open_ports={}), reference=None, places=())
    found = await run(world.PROBE, given)
    assert set(found) == set(world.NOWHERE)


async def test_home_neighbours_and_reference_are_watched_together() -> None:
    """What is lost is told by its number, so that it can be laid beside what others lost."""
    ports = tuple(
        NodePort(port=f"p{n}", in_service=True, subscriber=f"s{n}", address=f"198.51.100.{n}")
        for n in range(2, 7)
    )
    found = await run(way_watch.PROBE, replace(setting(open_ports={}), node_ports=ports))
    assert set(found) == {
        way_watch.ROUTER,
        way_watch.REFERENCE,
        *(FactKey("path_quality", f"watch>neighbour/p{n}") for n in (2, 3, 4)),
    }
    mine = found[way_watch.ROUTER].observation
    assert isinstance(mine, Observed)
    assert isinstance(mine.value, PathQuality)
    assert mine.value.lost_numbers == tuple(range(way_watch.LOOKS))


async def test_a_home_without_neighbours_is_watched_alone() -> None:
    """An inventory that knows no addresses is nothing to mend."""
    found = await run(way_watch.PROBE, setting(open_ports={}))
    nobody = found[way_watch.NOBODY].observation
    assert isinstance(nobody, Unobserved)
    assert nobody.failure.kind is FailureKind.NOT_APPLICABLE


def test_what_was_not_counted_has_no_numbers() -> None:
    """Trains of routers and older bundles do not say which packets were lost."""
    train = PathQuality(
        target="192.0.2.1",
        sent=10,
        received=9,
        rtt_min_s=0.001,
        rtt_median_s=0.001,
        rtt_p95_s=0.001,
        jitter_s=0.0,
    )
    assert isinstance(train.lost_numbers, Missing)
