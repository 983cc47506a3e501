"""Which host key a router must show under the operator's policy, and what to say if it does not.

What the inventory pins decides, then what the file of known hosts lists, then what was pinned on
first contact. Nothing is pinned before the router has let us log in: a key that another device
showed at that address would lock the right one out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cpe_diag.domain.failures import Failure, FailureKind, StoreError
from cpe_diag.domain.host_keys import KeyPolicy, PinnedKey
from cpe_diag.ports import HostKeyPins
from cpe_diag.transports.ssh_host_keys import (
    SSH_PORT,
    Fingerprint,
    HostKey,
    HostKeyError,
    fleet_keys,
    known_hosts_keys,
    listed_key,
    parse_key,
)

if TYPE_CHECKING:
    from cpe_diag.domain.subscriber import CliAccess, RouterAccess


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class HostKeys:
    """The operator's policy, and where keys are listed and pinned.

    `known_hosts` and `fleet_keys` None: there is no such file. `pins` None: nothing can be
    pinned, so that only listed keys are trusted, whatever the policy.
    """

    policy: KeyPolicy = KeyPolicy.STRICT
    known_hosts: Path | None = None
    fleet_keys: Path | None = None
    pins: HostKeyPins | None = None
    now: Callable[[], datetime] = _now

    def trust_in(self, access: RouterAccess | CliAccess, *, where: str) -> Trust:
        """Say what a router or node may show; reads files, so it runs in a thread.

        Args:
            access: the device.
            where: the device, for messages.

        Returns:
            What decides on the key that it shows.

        Raises:
            HostKeyError: a listed key, a file or the pins cannot be read.
        """
        revoked: tuple[HostKey, ...] = ()
        listed: tuple[HostKey | Fingerprint, ...] = ()
        by = "the inventory"
        if access.known_key is not None:
            listed = (listed_key(access.known_key, where=where),)
        elif self.known_hosts is not None:
            by = str(self.known_hosts)
            listed, revoked = known_hosts_keys(
                self.known_hosts, access.address, access.port, where=where
            )
        pin = self._pin(access, listed, where)
        fleet: tuple[HostKey, ...] = ()
        if not listed and pin is None and self.policy is KeyPolicy.KNOWN and self.fleet_keys:
            fleet = fleet_keys(self.fleet_keys, where=where)
        return Trust(
            keys=self,
            where=where,
            address=address_of(access),
            listed=listed,
            listed_by=by,
            revoked=revoked,
            pin=pin,
            fleet=fleet,
        )

    def _pin(
        self,
        access: RouterAccess | CliAccess,
        listed: tuple[HostKey | Fingerprint, ...],
        where: str,
    ) -> PinnedKey | None:
        """Give the pin that counts.

        Beside a listed key, and under a strict policy, that is only one that our own change has
        brought; beside a listed key only while the list still names the key that it replaced.
        """
        if self.pins is None:
            return None
        try:
            pin = self.pins.pinned(address_of(access))
        except StoreError as error:
            raise HostKeyError(_unusable(where, error)) from error
        if pin is None or (self.policy is KeyPolicy.STRICT and not pin.announced):
            return None
        if not listed:
            return pin
        old = None if pin.replaced is None else listed_key(pin.replaced, where=where).fingerprint
        return pin if any(one.fingerprint == old for one in listed) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """What decides on the key of one connection."""

    keys: HostKeys
    where: str
    address: str
    listed: tuple[HostKey | Fingerprint, ...]
    listed_by: str
    revoked: tuple[HostKey, ...]
    pin: PinnedKey | None
    fleet: tuple[HostKey, ...]

    @property
    def key_types(self) -> frozenset[str]:
        """Which types to ask for first, so that what is shown can be compared."""
        return frozenset(one.key_type for one in (*self._decisive(), *self.fleet))

    def failure(self, shown: HostKey) -> Failure | None:
        """Say why a router that shows this key must not be logged in to, or None.

        Raises:
            HostKeyError: the pins cannot be read.
        """
        if shown in self.revoked:
            detail = f"its host key {shown.fingerprint} is marked as revoked in {self.listed_by}"
            return self._stop(FailureKind.HOST_KEY_CHANGED, detail, "do not log in")
        if any(one.is_shown_by(shown) for one in self._decisive()) or self._announced():
            return None
        if self._decisive():
            return self._changed(shown)
        if self.keys.pins is None or self.keys.policy is KeyPolicy.STRICT:
            return self._unknown(shown)
        if self.keys.policy is KeyPolicy.KNOWN and shown not in self.fleet:
            return self._unknown(shown)
        return None

    def settle(self, shown: HostKey) -> Failure | None:
        """Pin the key of a router that has let us log in, where it is to be pinned.

        Returns:
            None, or why it is not to be trusted: another process pinned another key meanwhile.

        Raises:
            HostKeyError: it cannot be pinned.
        """
        pins, now = self.keys.pins, self.keys.now()
        if pins is None or any(one.is_shown_by(shown) for one in self._decisive()):
            return None
        try:
            if pins.take_expected(self.address, str(shown), at=now, replaced=self._before()):
                return None
            if self._decisive():
                return self._changed(shown)
            pin = pins.pin_first(self.address, str(shown), at=now, because="first contact")
        except StoreError as error:
            raise HostKeyError(_unusable(self.where, error)) from error
        return None if parse_key(pin.key) == shown else self._pin_differs(pin, shown)

    def _decisive(self) -> tuple[HostKey | Fingerprint, ...]:
        return self.listed if self.pin is None else (parse_key(self.pin.key),)

    def _before(self) -> str | None:
        """Give what was trusted until now, a key or a fingerprint."""
        before = next(iter(self._decisive()), None)
        if isinstance(before, Fingerprint):
            return before.fingerprint
        return None if before is None else str(before)

    def _announced(self) -> bool:
        pins = self.keys.pins
        try:
            return pins is not None and pins.expected(self.address, at=self.keys.now()) is not None
        except StoreError as error:
            raise HostKeyError(_unusable(self.where, error)) from error

    def _changed(self, shown: HostKey) -> Failure:
        if self.pin is not None:
            return self._pin_differs(self.pin, shown)
        expected = " or ".join(f"{one.key_type} {one.fingerprint}".strip() for one in self.listed)
        detail = (
            f"it shows the {shown.key_type} host key {shown.fingerprint}, "
            f"{self.listed_by} has {expected}"
        )
        step = (
            "do not log in; if the router was replaced or reset, correct the key in "
            f"{self.listed_by}: {shown}"
        )
        return self._stop(FailureKind.HOST_KEY_CHANGED, detail, step)

    def _pin_differs(self, pin: PinnedKey, shown: HostKey) -> Failure:
        old = parse_key(pin.key)
        detail = (
            f"it shows the {shown.key_type} host key {shown.fingerprint}; since "
            f"{pin.since:%Y-%m-%d %H:%M} UTC its key is {old.key_type} {old.fingerprint} "
            f"({pin.because})"
        )
        step = (
            "do not log in; if the router was swapped or reset on purpose, run: cpe-diag hostkey "
            f"forget {self.address} --reason '...'"
        )
        return self._stop(FailureKind.HOST_KEY_CHANGED, detail, step)

    def _unknown(self, shown: HostKey) -> Failure:
        fleet = " and none of the fleet's" if self.fleet else ""
        detail = f"its {shown.key_type} host key {shown.fingerprint} is not known{fleet}"
        step = f"if that is this router, pin it in the inventory: known_key: {shown}"
        return self._stop(FailureKind.HOST_KEY_UNKNOWN, detail, step)

    def _stop(self, kind: FailureKind, detail: str, step: str) -> Failure:
        return Failure(kind=kind, where=self.where, detail=detail, next_step=step)


def address_of(access: RouterAccess | CliAccess) -> str:
    """Give the address under which a key is pinned, with the port where it is not 22."""
    return access.address if access.port == SSH_PORT else f"{access.address}:{access.port}"


def _unusable(where: str, error: StoreError) -> Failure:
    return Failure(kind=FailureKind.NOT_CONFIGURED, where=where, detail=str(error))
