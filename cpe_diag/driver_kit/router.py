"""Router drivers: data (which commands answer which fact) and pure readers (text -> fact)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from cpe_diag.driver_kit.capability import Capability
from cpe_diag.driver_kit.router_action_spec import RevertSpec, RouterActionSpec
from cpe_diag.driver_kit.router_detect import Detection
from cpe_diag.ports import Command, CommandAnswer

if TYPE_CHECKING:
    from cpe_diag.domain.failures import FailureKind


class UnreadableError(Exception):
    """A reader's way to say that the answers are not what the driver describes.

    `kind` is UNPARSEABLE, UNSUPPORTED, FORBIDDEN, DEVICE_ERROR, INCOMPLETE or NOT_MEASURED;
    `detail` says what was seen and expected, without secrets. Probes turn it into Unobserved.
    """

    def __init__(self, kind: FailureKind, detail: str) -> None:
        """Carry the kind and the words."""
        super().__init__(detail)
        self.kind = kind
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingContext:
    """What a pure reader may know beside the answers: when they came, what and whom we asked.

    `sites` are the addresses of the site in question, as far as they are known.
    """

    at: datetime
    target: str = ""
    server: str = ""
    sites: tuple[str, ...] = ()


Reader = Callable[[tuple[CommandAnswer, ...], ReadingContext], object]
"""Gives a fact's value; raises UnreadableError and nothing else, whatever the text."""


class RawForm(StrEnum):
    """In which form a command answers, for the redaction of its raw answer."""

    JSON = "json"
    """JSON objects, or lines of a name followed by one: values of allowed keys are kept."""
    UCI = "uci"
    """Lines `config.section.option='value'`: values of allowed options are kept."""
    LOG = "log"
    """Lines of a log: kept as far as a pattern tells something; of others, who spoke and when."""
    TEXT = "text"
    """Text that holds no secret: kept, without what looks like a password."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question a driver can put to its router.

    `commands` are templates: `{target}` and the like are filled by `dialects.fill`, quoted in
    `dialect`.
    """

    id: str
    commands: tuple[Command, ...]
    reader: Reader
    source: str
    dialect: str = "posix_shell"


@dataclass(frozen=True, slots=True, kw_only=True)
class RouterDriver:
    """One router driver file, checked, with its readers.

    `questions` maps ids to questions. Ids that name a kind of fact give that fact:
    `router_system`, `router_wan`, `router_lan`, `router_log`, `router_wifi`, `wifi_clients`,
    `air_scan`, `router_forwarding`, `lan_offers`, `lan_routers`, `home_watch` (server: the
    operator's resolver); those with a target are `device_presence`, `device_flows` and
    `device_watch` (of a device's address), `device_frames` (of its hardware address; server: its
    address, or `none`), `ping`, `ping_from_home` (parameters target, source: the router's own
    address in the home), `ping_full` (target, size: bytes of data, not to be cut into pieces),
    `ping_ipv6` (target: a name), `dns_forwarder` (ask the router's own forwarder), `dns_direct`
    (target, server), `http`, `ping_train`, `rate_train` and
    `load_test` (target: the URL; server: the operator's edge). `allowed_keys` is the allow-list
    for redaction of raw answers; `raw_forms` maps a command's label to the form of its answer, and
    what has no form is left out as a whole. `actions` are the changes it can make, `revert` how
    its routers take back what nobody confirms. `detect` None: nobody can tell whether a router is
    of this platform. `legacy_algorithms`: its SSH server knows only SHA-1, CBC or ssh-rsa.
    """

    id: str
    title: str
    file: str
    dialect: str
    capabilities: Mapping[str, Capability]
    questions: Mapping[str, Question]
    allowed_keys: frozenset[str]
    raw_forms: Mapping[str, RawForm] = field(default_factory=dict)
    actions: Mapping[str, RouterActionSpec] = field(default_factory=dict)
    revert: RevertSpec | None = None
    detect: Detection | None = None
    legacy_algorithms: bool = False
