"""Who works here and in which role, as the configuration file says at this moment.

A service runs for months; whoever leaves, or is given another role, is that at the next request.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import DefinitionError
from cpe_diag.domain.roles import approvers
from cpe_diag.wiring.config import read

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cpe_diag.domain.roles import Rights, Role
    from cpe_diag.wiring.config import Config

LOG: Final = logging.getLogger("cpe_diag.people")


class PeopleNow:
    """The people of a configuration file, which is read anew when it has changed."""

    def __init__(self, config: Config, rights: Rights) -> None:
        """Begin with a configuration as it was read; `rights` say who approves."""
        self._config = config
        self._rights = rights
        self._mark: tuple[int, ...] | None = None
        self._lock = threading.Lock()

    def config(self) -> Config:
        """Give the configuration with the people of now; all else is as it was at the start.

        Where the file is away or wrong its last good people count: a typing error must not put
        everybody out in the middle of a call. It is logged.
        """
        path = self._config.path
        if path is None:
            return self._config
        with self._lock:
            mark = _mark(path)
            if mark != self._mark:
                self._mark = mark
                self._config = _with_people_of(path, self._config)
            return self._config

    def members(self) -> Mapping[str, Role]:
        """Give the role of every member of staff."""
        return {name: one.role for name, one in self.config().staff.members.items()}

    def group_roles(self) -> Mapping[str, Role]:
        """Give the role of every group of the provider, the first that counts first."""
        openid = self.config().openid
        return {} if openid is None else openid.group_roles

    def may_approve(self) -> frozenset[str]:
        """Give the names of the staff who may approve the plan of another."""
        return approvers(self._rights, self.members())


def _mark(path: Path) -> tuple[int, ...]:
    """Give what changes with a file, however it is replaced; of one that is away, nothing."""
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size


def _with_people_of(path: Path, config: Config) -> Config:
    try:
        now = read(path, config.origin)
    except DefinitionError as error:
        LOG.warning("the people that were known before count until it is mended: %s", error)
        return config
    openid = config.openid
    if openid is not None:
        roles = {} if now.openid is None else now.openid.group_roles
        openid = replace(openid, group_roles=roles)
    return replace(config, staff=now.staff, openid=openid)
