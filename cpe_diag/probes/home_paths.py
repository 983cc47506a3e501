"""Ways out as the home's packets see them: with its address, of full size, by IPv6."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.failures import Failure, FailureKind
from cpe_diag.domain.missing import known
from cpe_diag.domain.router_facts import LanStatus, WanStatus
from cpe_diag.probes.asking import Asked, ask_all, dependency
from cpe_diag.probes.probe import Probe, Setting
from cpe_diag.probes.router_names import unnamed
from cpe_diag.probes.router_paths import reference_address

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement

FROM_HOME: Final = FactKey("ping", "home>reference")
GATEWAY_FULL: Final = FactKey("ping", "router>gateway/full")
REFERENCE_FULL: Final = FactKey("ping", "router>reference/full")
REFERENCE_IPV6: Final = FactKey("ping", "router>reference/ipv6")

# RFC 791, section 3.1, and RFC 792: headers of IPv4 and of an echo request, in bytes.
HEADERS_BYTES: Final = 20 + 8
# RFC 894, and RFC 2516, section 7: what every line carries that works as it should.
ETHERNET_MTU: Final = 1500
PPPOE_MTU: Final = 1492
PPP: Final = ("pppoe", "ppp", "pppoa")


def _from_home(reference: str | Failure, evidence: Evidence) -> Asked:
    if not isinstance(reference, str):
        return Asked(key=FROM_HOME, question="ping_from_home", missing=reference)
    lan = evidence.value(LanStatus, "router_lan", "router")
    prefix = known(lan.prefix) if lan is not None else None
    if prefix is None:
        missing = dependency("router", "the router's address in the home is not known")
        return Asked(key=FROM_HOME, question="ping_from_home", missing=missing)
    source = prefix.partition("/")[0]
    return Asked(key=FROM_HOME, question="ping_from_home", target=reference, source=source)


def full_size(wan: WanStatus) -> int:
    """Give the bytes of data of a ping that fills a packet of the WAN, as the router has it set.

    A PPPoE session of 1500 bytes exists (RFC 4638): only a packet of that size tells.
    """
    fits = PPPOE_MTU if wan.protocol in PPP else ETHERNET_MTU
    return min(known(wan.mtu) or fits, ETHERNET_MTU) - HEADERS_BYTES


def _full(key: FactKey, target: str | Failure, wan: WanStatus) -> Asked:
    if not isinstance(target, str):
        return Asked(key=key, question="ping_full", missing=target)
    return Asked(key=key, question="ping_full", target=target, size=str(full_size(wan)))


def _ways(reference: str | Failure, evidence: Evidence) -> tuple[Asked, ...]:
    wan = evidence.value(WanStatus, "router_wan", "router")
    if wan is None:
        missing = dependency("router", "it is not known how large the WAN's packets may be")
        return tuple(
            Asked(key=key, question="ping_full", missing=missing)
            for key in (GATEWAY_FULL, REFERENCE_FULL)
        )
    no_gateway = dependency("router", "the router has no default route, so no gateway to ask")
    return (
        _full(GATEWAY_FULL, wan.gateway or no_gateway, wan),
        _full(REFERENCE_FULL, reference, wan),
    )


def _by_ipv6(setting: Setting, evidence: Evidence) -> Asked:
    """Ask by IPv6 where the line has it."""
    missing = unnamed("reference") if setting.reference is None else None
    wan = evidence.value(WanStatus, "router_wan", "router")
    if wan is None:
        missing = dependency("router", "it is not known whether the WAN has IPv6")
    elif not (known(wan.ipv6_addresses) or known(wan.ipv6_gateway)):
        detail = "the WAN has no IPv6, or does not tell"
        missing = Failure(kind=FailureKind.NOT_APPLICABLE, where="router", detail=detail)
    if missing is not None or setting.reference is None:
        return Asked(key=REFERENCE_IPV6, question="ping_ipv6", missing=missing)
    return Asked(key=REFERENCE_IPV6, question="ping_ipv6", target=setting.reference.host)


async def _run(setting: Setting, evidence: Evidence, deadline: float) -> tuple[Measurement, ...]:
    reference = reference_address(setting, evidence)
    questions = (
        _from_home(reference, evidence),
        *_ways(reference, evidence),
        _by_ipv6(setting, evidence),
    )
    return await ask_all(setting, questions, deadline)


PROBE: Final = Probe(
    id="home_paths",
    title="Ways out as the home sees them",
    asks="the reference, from the router: with its address in the home, in full size, by IPv6",
    gives=(FROM_HOME, GATEWAY_FULL, REFERENCE_FULL, REFERENCE_IPV6),
    after=("router_wan", "router_lan"),
    run=_run,
    cost_s=0.3,
)
