"""What a home's ways let through, measured: all well, and what each fault makes of it."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.load_facts import LoadTest, PathQuality, RateTrain
from cpe_diag.domain.missing import Missing
from cpe_diag.testing.device_samples import LAPTOP
from cpe_diag.testing.evidence_samples import about, changed, with_value
from cpe_diag.testing.fault_effects import no_router

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.judge.question import CaseFile

EDGE: Final = "router>gateway"
REFERENCE: Final = "router>reference"
DEVICE: Final = "router>device"
CONTROL: Final = "operator>reference"
ROUTER: Final = "operator>router"
NEIGHBOURS: Final = tuple(f"operator>neighbour/{port}" for port in (11, 13, 14))


def _quality(target: str, sent: int, middle_s: float) -> PathQuality:
    return PathQuality(
        target=target,
        sent=sent,
        received=sent,
        rtt_min_s=0.8 * middle_s,
        rtt_median_s=middle_s,
        rtt_p95_s=1.5 * middle_s,
        jitter_s=0.2 * middle_s,
    )


def _train(target: str, large_s: float) -> RateTrain:
    return RateTrain(
        target=target,
        small_bytes=84,
        size_bytes=8_028,
        sent=20,
        received=20,
        small_median_s=0.004,
        small_spread_s=0.0005,
        large_quartile_s=large_s,
    )


def _load(received_bytes: int, loaded: PathQuality | Missing) -> LoadTest:
    return LoadTest(
        url="http://reference.example/large",
        received_bytes=received_bytes,
        took_s=1.0,
        line_bytes=Missing(why=FailureKind.UNSUPPORTED),
        loaded=loaded,
    )


LOAD_FACTS: Final[Mapping[FactKey, object]] = MappingProxyType(
    {
        FactKey("path_quality", EDGE): _quality("198.51.100.1", 100, 0.004),
        FactKey("path_quality", REFERENCE): _quality("203.0.113.80", 100, 0.009),
        FactKey("path_quality", DEVICE): _quality("192.168.1.100", 100, 0.003),
        FactKey("path_quality", CONTROL): _quality("203.0.113.80", 50, 0.005),
        **{
            FactKey("path_quality", one): _quality(f"198.51.100.{number}", 50, 0.006)
            for number, one in enumerate(NEIGHBOURS, start=11)
        },
        FactKey("rate_train", EDGE): _train("198.51.100.1", 0.006),
        FactKey("rate_train", DEVICE): _train("192.168.1.100", 0.005),
        FactKey("load_test", REFERENCE): _load(10_000_000, _quality("198.51.100.1", 20, 0.012)),
        FactKey("load_test", CONTROL): _load(40_000_000, Missing(why=FailureKind.UNSUPPORTED)),
    }
)
"""Of a home where all is well."""


def measured(case: CaseFile) -> CaseFile:
    """The ways were measured, and all of them are well; the laptop is the device in question."""
    for key, fact in LOAD_FACTS.items():
        case = with_value(case, key.kind, key.subject, fact)
    return about(case, device_mac=LAPTOP)


def lossy(case: CaseFile, received: int, *subjects: str) -> CaseFile:
    """So many in a hundred came back on each of these ways."""
    for subject in subjects:
        case = changed(case, "path_quality", subject, received=received)
    return case


def late(case: CaseFile, more_s: float, *subjects: str) -> CaseFile:
    """Each packet takes so much longer on these ways."""
    for subject in subjects:
        case = changed(
            case, "path_quality", subject, rtt_min_s=more_s, rtt_median_s=more_s, rtt_p95_s=more_s
        )
    return case


def uneven(case: CaseFile, *subjects: str) -> CaseFile:
    """Each packet takes between 1 and 90 ms, as it comes."""
    for subject in subjects:
        case = changed(
            case,
            "path_quality",
            subject,
            rtt_min_s=0.001,
            rtt_median_s=0.04,
            rtt_p95_s=0.09,
            jitter_s=0.03,
        )
    return case


def answered_elsewhere(case: CaseFile) -> CaseFile:
    """All packets to the home's address are answered, and none came in at its port meanwhile."""
    rates = {"interval_s": 1.0, "in_packets_per_s": 0.0, "out_packets_per_s": 48.0}
    return changed(way_in(case), "port_rates", "port", **rates)


def in_order(case: CaseFile, *overtaken: str) -> CaseFile:
    """Note each packet of the trains from here; on these ways every other one is 30 ms late."""
    case = way_in(measured(case))
    for subject in (CONTROL, ROUTER, *NEIGHBOURS):
        late_s = 0.03 if subject in overtaken else 0.0
        train = tuple(0.001 + late_s * (number % 2) for number in range(50))
        case = changed(case, "path_quality", subject, echoes_s=train)
    return case


def core_loss(case: CaseFile) -> CaseFile:
    """All is well to the edge, and a fifth is lost behind it."""
    return lossy(measured(case), 80, REFERENCE)


def core_delay(case: CaseFile) -> CaseFile:
    """The edge is near, and what lies behind it is far."""
    return late(measured(case), 0.16, REFERENCE)


def uplink_congested(case: CaseFile) -> CaseFile:
    """All homes of the node lose packets."""
    case = lossy(measured(case), 88, EDGE, REFERENCE)
    return lossy(case, 42, *NEIGHBOURS)


def access_loss(case: CaseFile) -> CaseFile:
    """The home loses packets, its neighbours do not."""
    return lossy(measured(case), 84, EDGE, REFERENCE)


def way_in(case: CaseFile, received: int = 100) -> CaseFile:
    """So many of a hundred packets from us to the router came back; the controls are well."""
    for key in (FactKey("path_quality", one) for one in (CONTROL, *NEIGHBOURS)):
        case = with_value(case, key.kind, key.subject, LOAD_FACTS[key])
    train = _quality("192.0.2.77", 100, 0.008)
    return lossy(with_value(case, "path_quality", ROUTER, train), received, ROUTER)


def access_loss_unheard(case: CaseFile) -> CaseFile:
    """So much is lost on the line that SSH to the router stops in the middle."""
    case = changed(case, "port_rates", "port", in_bps=0.0, out_bps=0.0)
    return way_in(no_router(case, FailureKind.HUNG), 77)


def access_delay(case: CaseFile) -> CaseFile:
    """The home's line is slow to answer, its neighbours' lines are not."""
    return late(measured(case), 0.13, EDGE, REFERENCE)


def access_jitter(case: CaseFile) -> CaseFile:
    """The home's line answers now soon, now late."""
    return uneven(measured(case), EDGE, REFERENCE)


def access_rate(case: CaseFile) -> CaseFile:
    """The line lets through 1 Mbit/s, and a download fills its queue."""
    case = changed(measured(case), "rate_train", EDGE, large_quartile_s=0.07)
    full = _quality("198.51.100.1", 20, 0.4)
    return changed(case, "load_test", REFERENCE, received_bytes=120_000, loaded=full)


def home_loss(case: CaseFile) -> CaseFile:
    """The laptop loses packets, the line does not."""
    return lossy(measured(case), 80, DEVICE)


def home_delay(case: CaseFile) -> CaseFile:
    """The laptop is slow to answer."""
    return late(measured(case), 0.06, DEVICE)


def home_rate(case: CaseFile) -> CaseFile:
    """The way to the laptop lets through 1 Mbit/s."""
    return changed(measured(case), "rate_train", DEVICE, large_quartile_s=0.07)
