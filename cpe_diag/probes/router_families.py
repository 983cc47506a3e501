"""The reference from the router by each family alone, at the addresses that we know.

A page that is asked for by name comes by whichever family works (RFC 8305), so that it hides
that the other one does not. What is asked for by address says nothing of names. By IPv6 the
router has two addresses: its own on the line, and one of the prefix that the home was given.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.failures import Failure, FailureKind
from cpe_diag.domain.missing import known
from cpe_diag.domain.path_facts import DnsCheck
from cpe_diag.domain.router_facts import LanStatus, WanStatus
from cpe_diag.domain.way_out_facts import Forwarding
from cpe_diag.probes.asking import Asked, ask_all, dependency
from cpe_diag.probes.probe import Probe, Setting, WebTarget
from cpe_diag.probes.router_names import unnamed

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement

PAGE_IPV4: Final = FactKey("http", "router>reference/ipv4")
PAGE_IPV6: Final = FactKey("http", "router>reference/ipv6")
FROM_HOME_IPV6: Final = FactKey("ping", "home>reference/ipv6")
NAME_IPV4: Final = "operator>reference"
NAME_IPV6: Final = "operator>reference/ipv6"
_IPV6: Final = 6


def _page(key: FactKey, name: str, setting: Setting, evidence: Evidence) -> Asked:
    target = setting.reference
    if target is None:
        return Asked(key=key, question="http", missing=unnamed("reference"))
    address = _address(name, evidence)
    missing = _no_ipv6(evidence) if key == PAGE_IPV6 else None
    if missing is not None or isinstance(address, Failure):
        failure = address if isinstance(address, Failure) else None
        return Asked(key=key, question="http", missing=missing or failure)
    return Asked(key=key, question="http", target=_at(target, address))


def _address(name: str, evidence: Evidence) -> str | Failure:
    told = evidence.value(DnsCheck, "dns", name)
    if told is None:
        return dependency("reference", "its addresses of this family are not known")
    return (
        told.addresses[0] if told.addresses else _none("reference", "it has none of this family")
    )


def _no_ipv6(evidence: Evidence) -> Failure | None:
    wan = evidence.value(WanStatus, "router_wan", "router")
    if wan is None:
        return dependency("router", "it is not known whether the WAN has IPv6")
    if known(wan.ipv6_addresses) or known(wan.ipv6_gateway):
        return None
    return _none("router", "the WAN has no IPv6, or does not tell")


def _none(where: str, detail: str) -> Failure:
    return Failure(kind=FailureKind.NOT_APPLICABLE, where=where, detail=detail)


def _at(target: WebTarget, address: str) -> str:
    """Put an address in the place of the name; its port and path stay (RFC 3986, 3.2.2)."""
    host = f"[{address}]" if ip_address(address).version == _IPV6 else address
    return target.url.replace(target.host, host, 1)


def _from_home_by_ipv6(evidence: Evidence) -> Asked:
    """Ask by IPv6 with the router's address of the home's own prefix, where it has one."""
    key, question = FROM_HOME_IPV6, "ping_from_home"
    lan = evidence.value(LanStatus, "router_lan", "router")
    forwarding = evidence.value(Forwarding, "router_forwarding", "router")
    prefix = known(lan.prefix) if lan is not None else None
    routes = known(forwarding.routes) if forwarding is not None else None
    address = _address(NAME_IPV6, evidence)
    if isinstance(address, Failure):
        return Asked(key=key, question=question, missing=address)
    if prefix is None or routes is None:
        missing = dependency("router", "its addresses in the home are not known")
        return Asked(key=key, question=question, missing=missing)
    device = routes.home_device(prefix)
    own = routes.own_ipv6(device) if device is not None else ()
    if not own:
        missing = _none("router", "the home has no prefix of IPv6")
        return Asked(key=key, question=question, missing=missing)
    return Asked(key=key, question=question, target=address, source=own[0])


async def _run(setting: Setting, evidence: Evidence, deadline: float) -> tuple[Measurement, ...]:
    questions = (
        _page(PAGE_IPV4, NAME_IPV4, setting, evidence),
        _page(PAGE_IPV6, NAME_IPV6, setting, evidence),
        _from_home_by_ipv6(evidence),
    )
    return await ask_all(setting, questions, deadline)


PROBE: Final = Probe(
    id="router_families",
    title="The reference from the router by each family",
    asks="the reference's addresses of IPv4 and IPv6, from the router and its home's prefix",
    gives=(PAGE_IPV4, PAGE_IPV6, FROM_HOME_IPV6),
    after=(
        "router_wan",
        "router_lan",
        "router_forwarding",
        "dns[operator>reference]",
        "dns[operator>reference/ipv6]",
    ),
    run=_run,
    cost_s=0.4,
)
