"""The control of a router in the dialect of its platform."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from cpe_diag.driver_kit.dialects import DIALECTS
from cpe_diag.transports.framed_control import FramedControl
from cpe_diag.transports.ssh_control import SshControl
from cpe_diag.transports.typed_control import TypedControl
from cpe_diag.transports.typed_shell import Platform

if TYPE_CHECKING:
    from cpe_diag.domain.subscriber import RouterAccess
    from cpe_diag.ports import Clock, CredentialSource, Recorder
    from cpe_diag.transports.ssh_trust import HostKeys

Control: TypeAlias = "SshControl | FramedControl | TypedControl"
"""Each can be closed."""

FRAMED = frozenset({"routeros"})
"""Dialects whose exec channel tells no exit status of its own."""


def router_control(  # noqa: PLR0913 - its doors and two choices, each by its name
    access: RouterAccess,
    *,
    dialect: str,
    credentials: CredentialSource,
    clock: Clock,
    recorder: Recorder,
    host_keys: HostKeys | None = None,
    legacy_algorithms: bool = False,
) -> Control:
    """Make the control of a router; nothing is sent before the first command.

    Args:
        access: where the router is and how to log in.
        dialect: of its driver.
        credentials: gives the password or the private key.
        clock: of the deadlines.
        recorder: gets every phase and every command's label.
        host_keys: decides on the host key; None: only what the inventory pins is trusted.
        legacy_algorithms: also allow SHA-1, CBC and ssh-rsa.

    Returns:
        The control. Close it.
    """
    spoken = DIALECTS[dialect]
    if spoken.typed and spoken.refusal is not None:
        return TypedControl(
            access,
            platform=Platform(netmiko=spoken.netmiko, refusal=spoken.refusal),
            credentials=credentials,
            clock=clock,
            recorder=recorder,
            host_keys=host_keys,
            legacy_algorithms=legacy_algorithms,
        )
    control = SshControl(
        access,
        credentials=credentials,
        clock=clock,
        recorder=recorder,
        host_keys=host_keys,
        legacy_algorithms=legacy_algorithms,
    )
    return FramedControl(control) if dialect in FRAMED else control
