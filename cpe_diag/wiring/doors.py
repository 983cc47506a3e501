"""Opens the real doors of one run, and closes every one of them at its end."""

from __future__ import annotations

from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from cpe_diag.driver_kit.dialects import POSIX_SHELL
from cpe_diag.driver_kit.redaction import redact_answer
from cpe_diag.engine.platform_watch import WatchedRouter
from cpe_diag.engine.recorder import RunRecorder
from cpe_diag.ports import Doors, Elsewhere
from cpe_diag.store.host_key_pins import HostKeyPinsFile, default_path
from cpe_diag.transports.bounded_tcp import SMALL_SEGMENT
from cpe_diag.transports.clock import SystemClock
from cpe_diag.transports.dhcp import RelayedDhcp
from cpe_diag.transports.dns import DnsResolver
from cpe_diag.transports.http import PageGetter
from cpe_diag.transports.reach import NetworkProber
from cpe_diag.transports.snmp import SnmpDoor
from cpe_diag.transports.speaking import speaker
from cpe_diag.transports.ssh import SshRouter
from cpe_diag.transports.ssh_trust import HostKeys
from cpe_diag.transports.unconfigured import NoRouter, no_modem, no_node
from cpe_diag.wiring.knowledge import router_drivers

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from cpe_diag.domain.subscriber import AccessNode, ModemAccess, RouterAccess, Subscriber
    from cpe_diag.driver_kit.router import RouterDriver
    from cpe_diag.engine.recorder import Redact
    from cpe_diag.field.on_site import OnSite
    from cpe_diag.ports import Clock, CredentialSource, DhcpAsker, Recorder, RouterView, SnmpReader
    from cpe_diag.wiring.config import Config, DhcpConfig, ElsewhereConfig


def host_keys_of(config: Config) -> HostKeys:
    """Give the operator's policy on SSH host keys, with the pins of this user.

    Args:
        config: the configuration.

    Returns:
        What decides on the keys of routers and of nodes' command lines.
    """
    return HostKeys(
        policy=config.host_keys,
        known_hosts=config.known_hosts,
        fleet_keys=config.fleet_keys,
        pins=HostKeyPinsFile(default_path()),
    )


def legacy_allowed(config: Config, access: RouterAccess, driver: RouterDriver | None) -> bool:
    """Say whether SSH with a router may use SHA-1, CBC and ssh-rsa.

    Args:
        config: the operator may allow it for all.
        access: or for this router.
        driver: or it belongs to the platform.

    Returns:
        True where one of them says so; what was used then stands in the trace.
    """
    of_platform = driver is not None and driver.legacy_algorithms
    return config.legacy_algorithms or access.legacy_algorithms or of_platform


@asynccontextmanager
async def open_doors(
    config: Config,
    subscriber: Subscriber,
    router_driver: RouterDriver | None,
    credentials: CredentialSource,
    *,
    on_site: OnSite | None = None,
) -> AsyncIterator[Doors]:
    """Open the doors of one run.

    Args:
        config: addresses and policies.
        subscriber: whose node and router it is about.
        router_driver: whose allow-list decides what is kept of raw answers.
        credentials: resolves references, when a door is first used.
        on_site: a laptop at the customer's, None: nobody is there.

    Yields:
        The doors; their connections are closed when the block is left, however it is left.
    """
    clock = SystemClock()
    recorder = RunRecorder(clock, redact=_redaction(subscriber, router_driver))
    agents = _Agents(credentials, clock, recorder)
    node = subscriber.node
    ssh = (
        None
        if subscriber.router is None
        else SshRouter(
            subscriber.router,
            credentials=credentials,
            clock=clock,
            recorder=recorder,
            host_keys=host_keys_of(config),
            legacy_algorithms=legacy_allowed(config, subscriber.router, router_driver),
            speaker=speaker(POSIX_SHELL if router_driver is None else router_driver.dialect),
        )
    )
    router: RouterView = NoRouter() if ssh is None else ssh
    if router_driver is not None:
        others = partial(router_drivers, config)
        router = WatchedRouter(router, driver=router_driver, others=others)
    laptop, asks_at_most = None, None
    pages = PageGetter(clock=clock, recorder=recorder)
    if on_site is not None:
        # Only where somebody is on site: a run from afar needs nothing of it.
        from cpe_diag.wiring.laptop_door import QUESTIONS, laptop_door, laptop_pages

        laptop = laptop_door(config, subscriber, on_site, credentials, clock, recorder)
        pages, asks_at_most = laptop_pages(clock, recorder), QUESTIONS
    try:
        yield Doors(
            clock=clock,
            snmp=no_node() if node is None else agents.reader(node),
            modem=partial(_modem, subscriber.modem, agents),
            router=router,
            prober=NetworkProber(clock=clock, recorder=recorder, icmp=config.icmp),
            resolver=DnsResolver(
                config.resolver_address,
                port=config.resolver_port,
                clock=clock,
                recorder=recorder,
                most=asks_at_most,
            ),
            http=pages,
            http_small=PageGetter(clock=clock, recorder=recorder, segment_bytes=SMALL_SEGMENT),
            recorder=recorder,
            elsewhere=_elsewhere(config.elsewhere, clock, recorder),
            dhcp=_dhcp(config.dhcp, clock, recorder),
            field=laptop,
        )
    finally:
        agents.close()
        if ssh is not None:
            await ssh.close()
        if laptop is not None:
            await laptop.close()


def _elsewhere(part: ElsewhereConfig | None, clock: Clock, recorder: Recorder) -> Elsewhere | None:
    """Open the vantage outside, where the configuration names one."""
    if part is None:
        return None
    return Elsewhere(
        name=part.name,
        resolver=(
            None
            if part.resolver is None
            else DnsResolver(part.resolver, clock=clock, recorder=recorder)
        ),
        http=(
            None
            if part.proxy is None
            else PageGetter(clock=clock, recorder=recorder, proxy=part.proxy)
        ),
    )


def _dhcp(part: DhcpConfig | None, clock: Clock, recorder: Recorder) -> DhcpAsker | None:
    """Open the way to the operator's DHCP server, where the configuration names it."""
    if part is None:
        return None
    return RelayedDhcp(part.server, part.subnet, clock=clock, recorder=recorder)


class _Agents:
    """Opens SNMP agents, each once, and closes them together."""

    def __init__(
        self, credentials: CredentialSource, clock: SystemClock, recorder: RunRecorder
    ) -> None:
        self._credentials = credentials
        self._clock = clock
        self._recorder = recorder
        self._open: dict[str, SnmpDoor] = {}

    def reader(self, node: AccessNode) -> SnmpReader:
        """Give the reader of a node."""
        if node.id not in self._open:
            self._open[node.id] = SnmpDoor(
                node, credentials=self._credentials, clock=self._clock, recorder=self._recorder
            )
        return self._open[node.id]

    def close(self) -> None:
        """Close every one of them."""
        for door in self._open.values():
            door.close()


def _modem(access: ModemAccess | None, agents: _Agents, address: str) -> SnmpReader:
    """Give the reader of the subscriber's cable modem."""
    return no_modem() if access is None else agents.reader(access.at(address))


def _redaction(subscriber: Subscriber, driver: RouterDriver | None) -> Redact:
    """Say what of a raw answer is kept: a router's by its driver's allow-list, others whole.

    Access nodes, resolvers and web hosts of the operator give nothing personal or secret.
    """
    router = subscriber.router

    def redact(device: str, question: str, text: str) -> str:
        if router is None or device not in {router.address, f"{router.address}:{router.port}"}:
            return text
        return "" if driver is None else redact_answer(driver, question, text)

    return redact
