"""Whether the device in question gets its pages just now, as its router sees it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.path_facts import DnsCheck
from cpe_diag.domain.site_facts import NameTruth
from cpe_diag.probes.asking import ask
from cpe_diag.probes.device_ping import about_device
from cpe_diag.probes.probe import Probe, Setting

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement

TELL_OF_SITE: Final = ("router>platform", "operator>platform", "operator>platform/ipv6")
WATCH: Final = FactKey("device_watch", "device")


def _sites(evidence: Evidence) -> tuple[str, ...]:
    """Give the addresses of the site in question, whoever told them."""
    told = [evidence.value(DnsCheck, "dns", subject) for subject in TELL_OF_SITE]
    truth = evidence.value(NameTruth, "name_truth", "platform")
    named = [one for check in told if check is not None for one in check.addresses]
    return tuple(dict.fromkeys([*named, *(truth.known if truth else ())]))


async def _run(setting: Setting, evidence: Evidence, deadline: float) -> tuple[Measurement, ...]:
    server = setting.operator_resolver or ""
    question = about_device(setting, evidence, WATCH, WATCH.kind, server=server)
    question = replace(question, sites=_sites(evidence))
    return (await ask(setting, question, deadline),)


PROBE: Final = Probe(
    id="device_watch",
    title="Watching the device",
    asks="the home router, for six seconds: whether what the device asks for comes about",
    gives=(WATCH,),
    after=("router_lan", *(f"dns[{subject}]" for subject in TELL_OF_SITE)),
    run=_run,
    cost_s=6.3,
)
