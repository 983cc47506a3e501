"""What a probe is, and what it is given."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from cpe_diag.domain.evidence import Evidence, FactKey, Measurement
from cpe_diag.domain.history_facts import OwnAction, PortSample
from cpe_diag.domain.nuisance import Nuisance
from cpe_diag.domain.subscriber import NodePort, Subscriber
from cpe_diag.driver_kit.access import AccessDriver
from cpe_diag.driver_kit.router import RouterDriver
from cpe_diag.ports import Doors
from cpe_diag.probes.port_finder import PortFinder


@dataclass(frozen=True, slots=True, kw_only=True)
class WebTarget:
    """A name and page to try: `host` is what is resolved, `url` what is fetched.

    `address` is where the operator knows it to be, or None; pings go there, so that a name that
    does not resolve is not taken for a way that is broken. `large` is a file of at least 10 MB
    there, for tests of the line under load, or None where there is none. `also` are addresses
    that must work too for those who use it, such as its sign-in.
    """

    host: str
    url: str
    address: str | None = None
    large: str | None = None
    also: tuple[WebTarget, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a run gives to each of its probes.

    `reference` is the operator's own reference host; `platform` the third party's site in
    question, or None where nobody named one. `sample_interval_s` is the least time between two
    samples of counters. `device_mac` names the device in question, or None. `finder` locates the
    subscriber's port on its node; `port_history` is what earlier runs have seen of it, oldest
    first, `own_actions` what we have changed there and at the router meanwhile. `modem_driver`
    reads the subscriber's cable modem itself; None where nobody may ask it. `load_agreed`: the
    customer has agreed that a metered line is loaded. `places` are sites of the world that are
    well known, whoever complains of what.
    """

    subscriber: Subscriber
    node_ports: tuple[NodePort, ...]
    access_driver: AccessDriver | None
    modem_driver: AccessDriver | None
    router_driver: RouterDriver | None
    reference: WebTarget | None
    operator_resolver: str | None
    platform: WebTarget | None
    device_mac: str | None
    sample_interval_s: float
    doors: Doors
    finder: PortFinder
    port_history: tuple[PortSample, ...] = ()
    own_actions: tuple[OwnAction, ...] = ()
    load_agreed: bool = False
    places: tuple[WebTarget, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One way to measure.

    `gives` names the facts that it brings, known or not: a key for every one of them comes back
    from every run (with `*` subjects: at least one when there is something to ask).
    `after` names the facts that it reads from the evidence and therefore waits for: a kind with
    all its subjects (`router_wan`), or one fact as it stands in `gives` (`port_counters[port]`).
    `run` gets the setting, the evidence so far and an absolute deadline (monotonic seconds), and
    never raises for the network.
    `cost_s` is how long it typically takes where the device answers, in seconds, with what it
    waits for left out; `nuisance` is what the customer may notice of it. `investigate` chooses by
    what a probe is expected to tell for both.
    """

    id: str
    title: str
    asks: str
    gives: tuple[FactKey, ...]
    after: tuple[str, ...]
    run: Callable[[Setting, Evidence, float], Awaitable[tuple[Measurement, ...]]]
    cost_s: float = 1.0
    nuisance: Nuisance = Nuisance.NONE
