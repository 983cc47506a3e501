"""What the operator's resolver says of a name, held against what is known of that name.

Addresses that differ accuse nobody: content networks give each asker their own. So where they
differ the name is asked for over TLS at both: whoever shows a certificate of that name serves it
(OONI's Web Connectivity judges a resolver so: ooni/spec, ts-017, "dns_consistency", 4, and E001).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey, not_observed
from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.domain.missing import Maybe, Missing
from cpe_diag.domain.path_facts import DnsCheck, DnsOutcome, HttpOutcome
from cpe_diag.domain.site_facts import BY_CONFIGURATION, NameTruth
from cpe_diag.probes.node_port import known, none_of
from cpe_diag.probes.operator_web import PAGE_WITHIN_S
from cpe_diag.probes.probe import Probe, Setting, WebTarget

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement

REFERENCE: Final = FactKey("name_truth", "reference")
NOT_ASKED: Final = Missing(why=FailureKind.NOT_MEASURED)
SPEAKS: Final = (DnsOutcome.ANSWERED, DnsOutcome.NO_ADDRESS, DnsOutcome.NXDOMAIN)
"""Outcomes that claim something of the name; the others say that the server failed."""
COMPARE: Final = "dns.compare"


def _known(target: WebTarget, key: FactKey, evidence: Evidence) -> tuple[tuple[str, ...], str]:
    """Give the addresses that a name should have, and who says so; none where nobody does."""
    if target.address is not None:
        return (target.address,), BY_CONFIGURATION
    outside = evidence.value(DnsCheck, "dns", f"elsewhere>{key.subject}")
    if outside is None or outside.outcome is not DnsOutcome.ANSWERED:
        return (), ""
    return outside.addresses, outside.server


async def name_truth(
    setting: Setting,
    target: WebTarget | None,
    key: FactKey,
    evidence: Evidence,
    deadline: float,
) -> Measurement:
    """Hold what the operator's resolver has said of a name against what is known of it.

    Args:
        setting: doors.
        target: whose name; None where nobody named one.
        key: of the fact; its subject is `reference` or `platform`.
        evidence: with what the resolver said, and what one elsewhere said, if there is one.
        deadline: absolute, monotonic seconds.

    Returns:
        `name_truth`, known or not.
    """
    clock = setting.doors.clock
    said = evidence.value(DnsCheck, "dns", f"operator>{key.subject}")
    addresses, by = ((), "") if target is None else _known(target, key, evidence)
    if target is None or said is None or said.outcome not in SPEAKS or not addresses:
        kind = FailureKind.DEPENDENCY if addresses else FailureKind.NOT_APPLICABLE
        detail = (
            "the operator's resolver has said nothing of the name"
            if addresses
            else "nobody says independently which address the name has"
        )
        failure = Failure(kind=kind, where=key.subject, detail=detail)
        return not_observed(key, failure, COMPARE, clock.now())
    told_tls: Maybe[HttpOutcome] = NOT_ASKED
    known_tls: Maybe[HttpOutcome] = NOT_ASKED
    told_plain: Maybe[HttpOutcome] = NOT_ASKED
    if set(said.addresses).isdisjoint(addresses):
        by_s = min(deadline, clock.monotonic() + PAGE_WITHIN_S)
        with setting.doors.recorder.scope():
            told_end, known_end, plain_end = await asyncio.gather(
                _page(setting, f"https://{target.host}/", said.addresses, by_s),
                _page(setting, f"https://{target.host}/", addresses, by_s),
                _page(setting, f"http://{target.host}/", said.addresses, by_s),
            )
        if isinstance(told_end, MeasurementError):
            return none_of((key,), told_end, clock.now())[0]
        if isinstance(known_end, MeasurementError):
            return none_of((key,), known_end, clock.now())[0]
        told_tls, known_tls = told_end, known_end
        if not isinstance(plain_end, MeasurementError):
            told_plain = plain_end
    truth = NameTruth(
        name=target.host,
        server=said.server,
        told=said.addresses,
        known=addresses,
        known_by=by,
        told_tls=told_tls,
        known_tls=known_tls,
        told_plain=told_plain,
    )
    return known(key, truth, f"DNS {said.server} and {by}, compared here", clock.now())


async def _page(
    setting: Setting, url: str, addresses: tuple[str, ...], deadline: float
) -> Maybe[HttpOutcome] | MeasurementError:
    """Ask for a page at an address, whatever the address is that its name has."""
    if not addresses:
        return NOT_ASKED
    try:
        page = await setting.doors.http.get(url, address=addresses[0], deadline=deadline)
    except MeasurementError as error:
        return error
    return page.outcome


async def _run(setting: Setting, evidence: Evidence, deadline: float) -> tuple[Measurement, ...]:
    return (await name_truth(setting, setting.reference, REFERENCE, evidence, deadline),)


PROBE: Final = Probe(
    id="reference_truth",
    title="What the operator's resolver says of the reference host, against what is known",
    asks="the address that it gives, and the known one, for the name's pages, if they differ",
    gives=(REFERENCE,),
    after=("dns[operator>reference]",),
    run=_run,
    cost_s=0.1,
)
