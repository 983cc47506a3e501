"""Who works here now: by configuration, environment, and the operating system's account."""

from __future__ import annotations

import os
import pwd
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import DefinitionError, Fault, RightsError
from cpe_diag.domain.roles import ACCOUNT, Role, Staff

if TYPE_CHECKING:
    from cpe_diag.wiring.config import Config

ENVIRONMENT_NAME: Final = "CPE_DIAG_STAFF"


def staff_of(config: Config) -> Staff:
    """Say who works here.

    Args:
        config: the configuration.

    Returns:
        The member of staff; a viewer of the account's name where nobody is named, which is told
        from a member of the same name.

    Raises:
        DefinitionError: the environment names somebody whom the configuration does not know.
        RightsError: somebody is named whose account of the operating system this is not.
    """
    account = _account()
    named = os.environ.get(ENVIRONMENT_NAME) or config.staff.me
    if not named:
        is_anothers = account in config.staff.members
        return Staff(name=f"{ACCOUNT}{account}" if is_anothers else account, role=Role.VIEWER)
    member = config.staff.members.get(named)
    if member is None:
        words = f"the configuration ({config.origin}) names no member of staff {named!r}"
        fault = Fault(file=ENVIRONMENT_NAME, line=None, column=None, message=words)
        raise DefinitionError((fault,))
    if member.login is not None and member.login != account:
        raise RightsError(f"{named} works with the account {member.login}, and this is {account}")
    return Staff(name=named, role=member.role)


def _account() -> str:
    """Give the name of the account that runs this process, which no variable changes."""
    number = os.getuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"uid {number}"
