"""What the configuration says of ticket desks, as values; secrets stay references."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from cpe_diag.domain.verdict import Destination
from cpe_diag.service.hub_hosts import HubHosts
from cpe_diag.service.occasion import Occasion
from cpe_diag.service.on_call import OnCall
from cpe_diag.service.outgoing import OutgoingDesk, OwnRequest, Route
from cpe_diag.service.ticket_hours import hours_of, is_zone
from cpe_diag.service.ticket_paths import DELIVERY_HEADERS, PRESETS, Algorithm, DeskKind

if TYPE_CHECKING:
    from cpe_diag.domain.failures import Fault
    from cpe_diag.domain.secret import Secret
    from cpe_diag.driver_kit.yaml_source import YamlDocument
    from cpe_diag.service.sender_check import SenderCheck
    from cpe_diag.service.webhook import IncomingDesk

_HUB_HEADER: Final = "X-Hub-Signature"
_ALGORITHMS: Final[Mapping[DeskKind, Algorithm]] = {DeskKind.ZAMMAD: Algorithm.SHA1}
"""What each kind signs with, where it is not SHA-256."""

_SECONDS: Final[Mapping[str, float]] = {"s": 1.0, "m": 60.0}
_MAX_AGE: Final = "60m"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckConfig:
    """How a desk shows that it is the desk; `secrets` are references."""

    kind: str
    secrets: tuple[str, ...]
    user: str
    header: str
    algorithm: Algorithm
    prefix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerConfig:
    """Where answers are written; `credential` is a reference."""

    url: str
    credential: str
    public: bool
    routes: Mapping[Destination, Route]
    desk: OutgoingDesk


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskConfig:
    """One desk; `answer` None: nothing is written back. `paths` are JMESPath by field."""

    name: str
    kind: DeskKind
    check: CheckConfig
    paths: Mapping[str, str]
    delivery_header: str
    max_age_s: float
    answer: AnswerConfig | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonConfig:
    """Somebody on call; `send` is a reference to an address that Apprise understands."""

    on_call: OnCall
    send: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketsConfig:
    """The `tickets` part; `rules` None: the shipped example. `case_link` holds {case}."""

    rules: Path | None = None
    case_link: str | None = None
    hub_hosts: HubHosts = field(default_factory=HubHosts)
    desks: Mapping[str, DeskConfig] = field(default_factory=dict)
    on_call: Mapping[str, PersonConfig] = field(default_factory=dict)


def tickets_part(part: Mapping[str, object], folder: Path) -> TicketsConfig:
    """Read the `tickets` part, which the schema has checked; `folder` is where its paths begin."""
    people = cast("Mapping[str, Mapping[str, object]]", part.get("on_call") or {})
    desks = cast("Mapping[str, Mapping[str, object]]", part.get("desks") or {})
    return TicketsConfig(
        rules=folder / Path(str(part["rules"])).expanduser() if "rules" in part else None,
        case_link=cast("str | None", part.get("case_link")),
        hub_hosts=HubHosts(
            frozenset(one.lower() for one in cast("list[str]", part.get("hub_hosts") or []))
        ),
        desks={name: _desk(name, said) for name, said in desks.items()},
        on_call={name: _person(name, said) for name, said in people.items()},
    )


def tickets_faults(document: YamlDocument, data: Mapping[str, object]) -> tuple[Fault, ...]:
    """Find what the schema cannot: expressions that are none, a desk that could not be read."""
    part = cast("Mapping[str, object]", data.get("tickets") or {})
    desks = cast("Mapping[str, Mapping[str, object]]", part.get("desks") or {})
    people = cast("Mapping[str, Mapping[str, object]]", part.get("on_call") or {})
    faults: list[Fault] = []
    for name, said in people.items():
        if not is_zone(str(said["zone"])):
            words = f"tickets.on_call.{name}.zone: there is no time zone {said['zone']!r}"
            faults.append(document.fault(("tickets", "on_call", name, "zone"), words))
    if not desks:
        return tuple(faults)
    from cpe_diag.service.ticket_reading import fault_of  # noqa: PLC0415 - only with a desk

    for name, said in desks.items():
        path = ("tickets", "desks", name)
        fields = cast("Mapping[str, str]", said.get("fields") or {})
        for key, expression in fields.items():
            wrong = fault_of(expression)
            if wrong:
                words = f"tickets.desks.{name}.fields.{key}: no JMESPath: {wrong}"
                faults.append(document.fault((*path, "fields", key), words))
        kind = DeskKind(str(said["kind"]))
        if kind is DeskKind.JSON and not {"id", "number"} & set(fields):
            words = f"tickets.desks.{name}: fields must say where the ticket's id is"
            faults.append(document.fault(path, words))
        answer = cast("Mapping[str, object]", said.get("answer") or {})
        if answer and (kind is DeskKind.JSON) != ("request" in answer):
            words = f"tickets.desks.{name}.answer: `request` goes with kind json, and only there"
            faults.append(document.fault((*path, "answer"), words))
    return tuple(faults)


def incoming(desk: DeskConfig, resolve: Callable[[str], Secret]) -> IncomingDesk:
    """Make the desk that `webhook.receive` takes.

    Args:
        desk: as it is configured.
        resolve: gives the secret of a reference.

    Returns:
        The desk, with its secrets.

    Raises:
        MeasurementError: a secret cannot be had.
    """
    from cpe_diag.service.ticket_reading import TicketReader  # noqa: PLC0415 - only with a desk
    from cpe_diag.service.webhook import IncomingDesk  # noqa: PLC0415 - as above

    return IncomingDesk(
        name=desk.name,
        check=_check(desk.check, tuple(resolve(one) for one in desk.check.secrets)),
        reader=TicketReader(desk.name, desk.paths),
        delivery_header=desk.delivery_header,
        max_age_s=desk.max_age_s,
    )


def _check(check: CheckConfig, secrets: tuple[Secret, ...]) -> SenderCheck:
    from cpe_diag.service.sender_check import (  # noqa: PLC0415 - only with a desk
        BasicCheck,
        BearerCheck,
        HmacCheck,
    )

    match check.kind:
        case "hmac":
            return HmacCheck(
                header=check.header,
                algorithm=check.algorithm,
                prefix=check.prefix,
                secrets=secrets,
            )
        case "basic":
            return BasicCheck(user=check.user, secrets=secrets)
        case _:
            return BearerCheck(secrets=secrets)


def _desk(name: str, said: Mapping[str, object]) -> DeskConfig:
    kind = DeskKind(str(said["kind"]))
    max_age = str(said.get("max_age", _MAX_AGE))
    return DeskConfig(
        name=name,
        kind=kind,
        check=_check_config(kind, cast("Mapping[str, object]", said["check"])),
        paths={**PRESETS[kind], **cast("Mapping[str, str]", said.get("fields") or {})},
        delivery_header=str(said.get("delivery_header", DELIVERY_HEADERS[kind])).lower(),
        max_age_s=float(max_age[:-1]) * _SECONDS[max_age[-1]],
        answer=_answer(kind, cast("Mapping[str, object] | None", said.get("answer"))),
    )


def _check_config(kind: DeskKind, said: Mapping[str, object]) -> CheckConfig:
    way = next(one for one in ("hmac", "bearer", "basic") if one in said)
    held = said[way]
    usual = _ALGORITHMS.get(kind, Algorithm.SHA256)
    algorithm = Algorithm(str(said.get("algorithm", usual)))
    return CheckConfig(
        kind=way,
        secrets=(held,) if isinstance(held, str) else tuple(cast("list[str]", held)),
        user=str(said.get("user", "")),
        header=str(said.get("header", _HUB_HEADER)),
        algorithm=algorithm,
        prefix=str(said.get("prefix", f"{algorithm}=")),
    )


def _answer(kind: DeskKind, said: Mapping[str, object] | None) -> AnswerConfig | None:
    if said is None:
        return None
    routes = cast("Mapping[str, Mapping[str, object]]", said.get("routes") or {})
    own = cast("Mapping[str, object] | None", said.get("request"))
    desk = OutgoingDesk(kind=kind)
    if own is not None:
        request = OwnRequest(
            method=str(own.get("method", "POST")),
            path=str(own["path"]),
            body=cast("Mapping[str, object]", own["body"]),
        )
        desk = OutgoingDesk(kind=kind, own=request)
    return AnswerConfig(
        url=str(said["url"]).rstrip("/"),
        credential=str(said["credential"]),
        public=bool(said.get("public", False)),
        routes={Destination(name): _route(one) for name, one in routes.items()},
        desk=desk,
    )


def _route(said: Mapping[str, object]) -> Route:
    return Route(
        group=str(said.get("group", "")),
        state=str(said.get("state", "")),
        priority=str(said.get("priority", "")),
        transition=str(said.get("transition", "")),
        fields=cast("Mapping[str, str]", said.get("fields") or {}),
    )


def _person(name: str, said: Mapping[str, object]) -> PersonConfig:
    quiet = cast("Mapping[str, object] | None", said.get("quiet"))
    return PersonConfig(
        on_call=OnCall(
            name=name,
            zone=str(said["zone"]),
            quiet=None if quiet is None else hours_of(quiet),
            urgent_at_night=bool(said.get("urgent_at_night", True)),
            occasions=frozenset(Occasion(one) for one in cast("list[str]", said.get("of") or [])),
        ),
        send=str(said["send"]),
    )
