"""Quantities over several runs: today beside the usual, and beside the neighbours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import pytest

from cpe_diag.domain.evidence import Evidence, FactKey
from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.load_facts import LoadTest, PathQuality
from cpe_diag.domain.missing import NOT_ASKED, Maybe, Missing
from cpe_diag.domain.observations import Observed
from cpe_diag.domain.ont_facts import OntOptics
from cpe_diag.domain.wifi_facts import WifiClient, WifiClients
from cpe_diag.report.seen_change import Compared, SeenChange, Sighting
from cpe_diag.report.trends import trends_of
from cpe_diag.service.pages.trend_picture import HEIGHT, WIDTH, trend_picture

if TYPE_CHECKING:
    from cpe_diag.report.trends import Trend
    from cpe_diag.service.pages.trend_picture import TrendPicture

AT: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)
UNSUPPORTED: Final = Missing(why=FailureKind.UNSUPPORTED)


def _path(median_ms: Maybe[float], p95_ms: Maybe[float] = NOT_ASKED) -> PathQuality:
    def seconds(value: Maybe[float]) -> Maybe[float]:
        return value if isinstance(value, Missing) else value / 1000

    return PathQuality(
        target="x",
        sent=10,
        received=10,
        rtt_min_s=NOT_ASKED,
        rtt_median_s=seconds(median_ms),
        rtt_p95_s=seconds(p95_ms),
        jitter_s=NOT_ASKED,
    )


def _light(level: Maybe[float]) -> OntOptics:
    return OntOptics(
        ont_rx_dbm=level,
        ont_tx_dbm=UNSUPPORTED,
        olt_rx_dbm=UNSUPPORTED,
        olt_tx_dbm=UNSUPPORTED,
        ont_temperature_c=UNSUPPORTED,
        ont_voltage_v=UNSUPPORTED,
    )


def _clients(*signals: tuple[str, int]) -> WifiClients:
    return WifiClients(
        clients=tuple(
            WifiClient(
                mac=mac,
                interface="wlan0",
                authorized=True,
                signal_dbm=signal,
                rx_rate_bps=UNSUPPORTED,
                tx_rate_bps=UNSUPPORTED,
            )
            for mac, signal in signals
        )
    )


def _look(day: int, **facts: object) -> Evidence:
    at = AT + timedelta(days=day)
    places = {
        "light": ("ont_optics", "ont"),
        "clients": ("wifi_clients", "router"),
        "load": ("load_test", "router>reference"),
        "way": ("path_quality", "operator>router"),
        "edge": ("path_quality", "router>gateway"),
        "first": ("path_quality", "operator>neighbour/1"),
        "second": ("path_quality", "operator>neighbour/2"),
    }
    return Evidence(
        {
            FactKey(*places[name]): Observed(value=value, source="test", at=at)
            for name, value in facts.items()
        }
    )


def _only(looks: list[Evidence]) -> Trend:
    (found,) = trends_of(looks)
    return found


def test_today_stands_beside_the_median_of_earlier_runs() -> None:
    """A level that fell since last week is told from one that was always low."""
    looks = [_look(day, light=_light(level)) for day, level in enumerate((-18.0, -18.4, -18.2))]
    assert _only(looks).baseline is None, "two earlier runs are no usual state"
    found = _only([*looks, _look(3, light=_light(-26.0))])
    assert (found.id, found.unit, found.baseline) == ("light_home", "dBm", -18.2)
    assert [one.value for one in found.samples] == [-18.0, -18.4, -18.2, -26.0]
    assert found.is_now


def test_what_the_newest_run_has_not_seen_is_not_of_today() -> None:
    """An old value must not pass for the present one, and a gap is no zero."""
    found = _only([_look(0, light=_light(-18.0)), _look(1, light=_light(UNSUPPORTED))])
    assert [one.value for one in found.samples] == [-18.0]
    assert not found.is_now


def test_neighbours_are_those_of_the_newest_run() -> None:
    """A delay that the neighbours have too is not the line's."""
    looks = [
        _look(0, way=_path(4.0), first=_path(90.0)),
        _look(1, way=_path(30.0), first=_path(28.0), second=_path(NOT_ASKED)),
    ]
    found = _only(looks)
    assert found.id == "latency_idle"
    assert [round(one.value, 3) for one in found.samples] == [4.0, 30.0]
    assert [round(one, 3) for one in found.neighbours] == [28.0]


def test_every_client_has_its_own_line() -> None:
    """Two devices in one line would be a zigzag that means nothing."""
    looks = [
        _look(0, clients=_clients(("aa", -50), ("bb", -80))),
        _look(1, clients=_clients(("aa", -51))),
    ]
    found = trends_of(looks)
    assert [(one.of, len(one.samples), one.is_now) for one in found] == [
        ("aa", 2, True),
        ("bb", 1, False),
    ]


def test_delay_under_load_is_of_the_download() -> None:
    """What only a full line shows stands apart from the idle one."""
    load = LoadTest(
        url="u", received_bytes=1, took_s=1.0, line_bytes=NOT_ASKED, loaded=_path(5.0, 240.0)
    )
    found = _only([_look(0, load=load)])
    assert (found.id, round(found.samples[0].value, 3)) == ("latency_loaded", 240.0)


@pytest.mark.parametrize("values", [(1.0,), (5.0, 5.0), (-30.0, 0.0, 12.5)])
def test_every_mark_lies_within_the_picture(values: tuple[float, ...]) -> None:
    """One value, equal ones, and negative ones."""
    made = trend_picture(
        {
            "id": "light_home",
            "unit": "dBm",
            "of": "",
            "samples": [
                {"at": (AT + timedelta(days=day)).isoformat(), "value": value, "change": None}
                for day, value in enumerate(values)
            ],
            "is_now": True,
            "baseline": min(values),
            "neighbours": [max(values) + 1],
            "others": "measured",
        }
    )
    for mark in made.marks:
        assert 0 <= mark.x <= WIDTH
        assert 0 <= mark.y <= HEIGHT
    order = [mark.value for mark in sorted(made.marks, key=lambda one: -one.y)]
    assert order == [f"{one:.1f}" for one in sorted(values)]
    assert made.band is not None
    assert made.band[1] > 0
    assert made.neighbours == f"{max(values) + 1:.1f}"


def _change(at: datetime, before: str, after: str) -> SeenChange:
    light = Compared(
        what="light_home",
        of="",
        unit="dBm",
        before=Sighting(value=before, at=at),
        after=Sighting(value=after, at=at + timedelta(minutes=1)),
    )
    return SeenChange(
        id="a1",
        action="router.reboot",
        wished=None,
        place="router",
        begun_at=at,
        ended_at=at + timedelta(minutes=1),
        end="proven",
        words="",
        symptom="",
        measured="",
        compared=(light,),
    )


def test_what_was_measured_beside_a_change_stands_between_the_runs() -> None:
    """It is seen at once that a change has helped; the usual is what runs have seen."""
    looks = [
        _look(day, light=_light(level)) for day, level in enumerate((-18.0, -18.2, -18.4, -27.0))
    ]
    changed = AT + timedelta(days=3, hours=1)
    (trend,) = trends_of(looks, (_change(changed, "-27.5", "-18.1"),))
    assert [one.value for one in trend.samples] == [-18.0, -18.2, -18.4, -27.0, -27.5, -18.1]
    assert [one.change for one in trend.samples] == ["", "", "", "", "a1", "a1"]
    assert trend.baseline == pytest.approx(-18.2)


def _drawn(*changes: dict[str, object], beside: str | None = None) -> TrendPicture:
    samples = [
        {"at": (AT + timedelta(hours=hour)).isoformat(), "value": value, "change": beside}
        for hour, value in enumerate((-27.0, -27.5, -18.0))
    ]
    trend = {"id": "light_home", "unit": "dBm", "of": "", "samples": samples}
    return trend_picture(
        {**trend, "is_now": True, "baseline": None, "neighbours": [], "others": "measured"},
        list(changes),
    )


def _told(begun: timedelta, ended: timedelta | None) -> dict[str, object]:
    return {
        "id": "a1",
        "action": "router.reboot",
        "value": None,
        "begun_at": (AT + begun).isoformat(),
        "ended_at": None if ended is None else (AT + ended).isoformat(),
        "end": None if ended is None else "proven",
    }


def test_a_change_is_marked_between_the_last_value_before_it_and_the_first_after() -> None:
    """Where it stands in time, with a label, and what it has brought."""
    made = _drawn(_told(timedelta(minutes=90), timedelta(minutes=95)))
    (mark,) = made.changes
    assert (mark.label, mark.before, mark.after, mark.end) == ("1", "-27.5", "-18.0", "proven")
    assert made.marks[1].x < mark.x < made.marks[2].x


def test_a_change_that_nobody_has_measured_since_has_no_value_after() -> None:
    """It is in the picture, at its right; one of before the first value is not."""
    early = _told(timedelta(days=-9), timedelta(days=-9))
    made = _drawn(early, _told(timedelta(hours=4), None))
    (mark,) = made.changes
    assert (mark.label, mark.before, mark.after, mark.end) == ("2", "-18.0", None, "unknown")
    assert made.marks[-1].x < mark.x <= WIDTH


def test_others_stand_beside_what_the_run_has_measured_of_nobody_else() -> None:
    """Light that is weak at every neighbour is not this home's; one device of a home is."""
    own = _look(0, light=_light(-27.0), clients=_clients(("aa", -80), ("bb", -50), ("cc", -48)))
    others = [_look(0, light=_light(level)) for level in (-26.5, -27.5)]
    light, *clients = trends_of([own], (), others)
    assert (light.neighbours, light.others) == ((-26.5, -27.5), "own_runs")
    assert [one.neighbours for one in clients] == [(-50, -48), (-80, -48), (-80, -50)]
    assert {one.others for one in clients} == {"same_home"}
    look = _look(0, way=_path(4.0), first=_path(5.0))
    (way,) = trends_of([look], (), [_look(0, way=_path(9.0))])
    assert way.neighbours == pytest.approx((5.0,))
    assert way.others == "measured"


def test_nobody_stands_beside_a_value_that_is_not_of_today() -> None:
    """The neighbours of now are no comparison for last week."""
    looks = [_look(0, light=_light(-18.0)), _look(1, light=_light(UNSUPPORTED))]
    (light,) = trends_of(looks, (), [_look(1, light=_light(-26.5))])
    assert light.neighbours == ()


def test_the_delay_to_the_operator_is_there_where_only_the_router_is_asked() -> None:
    """An operator whose network carries no echo has the router's own measurement."""
    found = _only([_look(0, edge=_path(2.2))])
    assert found.id == "latency_edge"
    assert found.samples[0].value == pytest.approx(2.2)
