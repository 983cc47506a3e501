"""From a router driver's `revert` and `actions` to their specs, with every fault named."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.router_plan import Way
from cpe_diag.driver_kit.capabilities import ROUTER_CHANGING
from cpe_diag.driver_kit.dialects import DIALECTS
from cpe_diag.driver_kit.quoting import QUOTINGS
from cpe_diag.driver_kit.router_action_spec import (
    FRAME,
    PARTS,
    SECRETS,
    WISHES,
    CommandSpec,
    RevertSpec,
    RouterActionSpec,
    Target,
)
from cpe_diag.driver_kit.schema_check import suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.driver_kit.document_reader import DocumentReader
    from cpe_diag.driver_kit.yaml_source import YamlPath

KNOWN: Final = (*PARTS, *WISHES, *FRAME)
PLACE: Final = re.compile(r"\{(" + "|".join(KNOWN) + r")\}")
"""A placeholder of a command; other braces are the shell's."""

UPLOADS: Final = ("image", "backup")
"""What can be uploaded: a firmware image, or the kept copy that is restored."""


TARGET_OF: Final[Mapping[str, Target]] = {
    "wifi.set_enabled": Target.RADIO,
    "wifi.set_ssid": Target.NETWORK,
    "wifi.set_password": Target.NETWORK,
    "wifi.set_channel": Target.RADIO,
}
WAY_OF: Final[Mapping[str, Way]] = {
    "router.reboot": Way.ONCE,
    "router.factory_reset": Way.ONCE,
    "firmware.install": Way.ONCE,
}
"""Others are armed: what can cut our own way must go back by itself."""


def read_revert(reader: DocumentReader) -> RevertSpec | None:
    """Take `revert`; None where the file has none."""
    if reader.find(("revert",)) is None:
        return None
    return RevertSpec(
        words=reader.take(("revert", "words"), str, ""),
        window_s=reader.number(("revert", "window_s"), 0.0),
        arm=_commands(reader, ("revert", "arm")),
        state=_commands(reader, ("revert", "state")),
        keep=_commands(reader, ("revert", "keep")),
        back=_commands(reader, ("revert", "back")),
        pending=_commands(reader, ("revert", "pending")),
        source=reader.take(("revert", "source"), str, ""),
    )


def read_actions(
    reader: DocumentReader, dialect: str, revert: RevertSpec | None
) -> Mapping[str, RouterActionSpec]:
    """Take `actions`.

    Args:
        reader: gets the faults: unknown actions, secrets on a command line, no revert for an
            action that needs one.
        dialect: of the driver.
        revert: of the same file.

    Returns:
        By id.
    """
    actions = {}
    for name in reader.keys(("actions",)):
        path: YamlPath = ("actions", name)
        if name not in ROUTER_CHANGING:
            reader.fault(path, f"there is no such action{suggestion(name, ROUTER_CHANGING)}")
            continue
        spec = _action(reader, path, name)
        if spec.way is Way.ARMED and revert is None:
            reader.fault(path, "it needs `revert`: how the router takes it back by itself")
        for part in ("backup", "prepare", "apply", "check"):
            for number, command in enumerate(getattr(spec, part)):
                if DIALECTS[dialect].posix and _holds(command.run, SECRETS):
                    reader.fault(
                        (*path, part, number, "run"),
                        "a secret would be seen in the process list: it goes to `stdin`",
                    )
        actions[name] = spec
    return actions


def _holds(template: str, names: tuple[str, ...]) -> bool:
    return any(name in names for name in PLACE.findall(template))


def _action(reader: DocumentReader, path: YamlPath, name: str) -> RouterActionSpec:
    return RouterActionSpec(
        id=name,
        way=WAY_OF.get(name, Way.ARMED),
        target=TARGET_OF.get(name, Target.ROUTER),
        values={
            word: reader.take((*path, "values", word), str, "")
            for word in reader.keys((*path, "values"))
        },
        backup=_commands(reader, (*path, "backup")),
        prepare=_commands(reader, (*path, "prepare")),
        apply=_commands(reader, (*path, "apply")),
        check=_commands(reader, (*path, "check")),
        outage_s=reader.number((*path, "outage_s"), 0.0),
        source=reader.take((*path, "source"), str, ""),
    )


def _commands(reader: DocumentReader, path: YamlPath) -> tuple[CommandSpec, ...]:
    return tuple(
        _command(reader, (*path, number)) for number in range(len(reader.take(path, list, [])))
    )


def _command(reader: DocumentReader, path: YamlPath) -> CommandSpec:
    quote = reader.take((*path, "quote"), str, "")
    stdin = reader.take((*path, "stdin"), str, "")
    upload = reader.take((*path, "upload"), str, "")
    if quote and quote not in QUOTINGS:
        reader.fault((*path, "quote"), f"expected one of {', '.join(QUOTINGS)}, found {quote!r}")
    if not quote and _holds(stdin, WISHES):
        reader.fault((*path, "stdin"), "`quote` must say in which form values stand in it")
    if upload and (stdin or upload not in UPLOADS):
        words = " or ".join(UPLOADS)
        reader.fault((*path, "upload"), f"expected {words}, and no `stdin` beside it")
    return CommandSpec(
        run=reader.take((*path, "run"), str, ""),
        stdin=stdin,
        quote=quote,
        upload=upload,
        label=reader.take((*path, "label"), str, ""),
        limit_s=reader.number((*path, "limit_s"), 10.0),
        goes_away=reader.flag((*path, "goes_away")),
    )
