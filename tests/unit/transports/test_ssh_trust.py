"""The operator's policy on host keys, against real SSH servers on loopback."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import asyncssh
import pytest
from exec_server import HOST, PASSWORD, ExecServer, exec_serving

from cpe_diag.domain.failures import FailureKind, MeasurementError
from cpe_diag.domain.host_keys import KeyPolicy
from cpe_diag.engine.recorder import RunRecorder
from cpe_diag.store.host_key_pins import HostKeyPinsFile
from cpe_diag.testing.lists import FakeCredentials
from cpe_diag.transports.clock import SystemClock
from cpe_diag.transports.ssh_control import SshControl
from cpe_diag.transports.ssh_trust import HostKeys

if TYPE_CHECKING:
    from cpe_diag.domain.failures import Failure
    from cpe_diag.domain.subscriber import RouterAccess

CLOCK = SystemClock()
NOW = datetime(2026, 11, 26, 14, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def new_key() -> asyncssh.SSHKey:
    """Make a host key."""
    return asyncssh.generate_private_key("ssh-ed25519")


def public(key: asyncssh.SSHKey) -> str:
    """Give a key in the form of an inventory."""
    return " ".join(key.export_public_key().decode().split()[:2])


@dataclass
class Agent:
    """Logs in to a server under a policy; `now` is what it takes for the time."""

    folder: Path
    policy: KeyPolicy = KeyPolicy.FIRST_USE
    fleet: tuple[asyncssh.SSHKey, ...] = ()
    known_hosts: str = ""
    now: datetime = NOW
    pins: HostKeyPinsFile = field(init=False)

    def __post_init__(self) -> None:
        """Keep pins in a file of the test."""
        self.pins = HostKeyPinsFile(self.folder / "pins" / "host_keys.json")

    def host_keys(self) -> HostKeys:
        """Write the files and give the policy."""
        files = {
            "fleet": "# of the fleet\n\n" + "".join(f"{public(key)} x\n" for key in self.fleet),
            "known_hosts": self.known_hosts,
        }
        for name, text in files.items():
            (self.folder / name).write_text(text)
        return HostKeys(
            policy=self.policy,
            known_hosts=self.folder / "known_hosts" if self.known_hosts else None,
            fleet_keys=self.folder / "fleet" if self.fleet else None,
            pins=self.pins,
            now=lambda: self.now,
        )

    async def log_in(self, access: RouterAccess, *, password: str = PASSWORD) -> None:
        """Log in."""
        control = SshControl(
            access,
            credentials=FakeCredentials(secrets={"password": password}),
            clock=CLOCK,
            recorder=RunRecorder(CLOCK),
            host_keys=self.host_keys(),
        )
        try:
            await control.fresh(deadline=CLOCK.monotonic() + 10)
        finally:
            await control.close()

    async def refusal(self, access: RouterAccess, *, password: str = PASSWORD) -> Failure:
        """Give the failure of a login."""
        with pytest.raises(MeasurementError) as caught:
            await self.log_in(access, password=password)
        return caught.value.failure


async def swap(server: ExecServer, key: asyncssh.SSHKey) -> ExecServer:
    """Give the server that stands there after the router was swapped or reset."""
    return ExecServer(port=server.port, key=key)


async def test_first_use_pins_the_first_key_and_stops_at_another(tmp_path: Path) -> None:
    """The one who reads it needs router, both fingerprints, since when, and what to do."""
    agent = Agent(tmp_path)
    async with exec_serving(ExecServer()) as server:
        access = server.access(known=False)
        await agent.log_in(access)
        await agent.log_in(access)
    place = f"{HOST}:{server.port}"
    pin = agent.pins.pinned(place)
    assert pin is not None
    assert (pin.key, pin.since, pin.because) == (public(server.key), NOW, "first contact")
    async with exec_serving(await swap(server, new_key())) as other:
        failure = await agent.refusal(access)
        assert other.commands == []
    assert failure.kind is FailureKind.HOST_KEY_CHANGED
    for words in (
        place,
        server.key.get_fingerprint(),
        other.key.get_fingerprint(),
        "2026-11-26 14:00 UTC",
        f"cpe-diag hostkey forget {place} --reason",
    ):
        assert words in str(failure)


async def test_a_forgotten_key_lets_the_next_one_be_pinned(tmp_path: Path) -> None:
    """A swapped router is accepted deliberately, and who said so is kept."""
    agent = Agent(tmp_path)
    async with exec_serving(ExecServer()) as server:
        access = server.access(known=False)
        await agent.log_in(access)
    place = f"{HOST}:{server.port}"
    agent.pins.forget(place, reason="swapped, ticket 17", by="ada", at=NOW)
    async with exec_serving(await swap(server, new_key())) as other:
        await agent.log_in(access)
    assert (pin := agent.pins.pinned(place)) is not None
    assert pin.key == public(other.key)
    assert "ada has forgotten" in " ".join(note.words for note in agent.pins.notes(place))
    assert "ticket 17" in " ".join(note.words for note in agent.pins.notes(place))


async def test_a_router_that_does_not_let_us_in_is_not_pinned(tmp_path: Path) -> None:
    """Another device at that address for a moment must not lock the right one out."""
    agent = Agent(tmp_path)
    async with exec_serving(ExecServer()) as server:
        failure = await agent.refusal(server.access(known=False), password="wrong-one")
    assert failure.kind is FailureKind.AUTH_REFUSED
    assert agent.pins.all() == ()


async def test_strict_trusts_only_what_is_listed(tmp_path: Path) -> None:
    """Nothing is learned; a pin of an earlier policy does not count either."""
    agent = Agent(tmp_path)
    async with exec_serving(ExecServer()) as server:
        await agent.log_in(server.access(known=False))
        agent.policy = KeyPolicy.STRICT
        failure = await agent.refusal(server.access(known=False))
        await agent.log_in(server.access())
        agent.known_hosts = f"[{HOST}]:{server.port} {public(server.key)}\n"
        await agent.log_in(server.access(known=False))
    assert failure.kind is FailureKind.HOST_KEY_UNKNOWN
    assert f"known_key: {public(server.key)}" in (failure.next_step or "")


async def test_known_pins_a_key_of_the_fleet_and_no_other(tmp_path: Path) -> None:
    """Routers that came with the operator's own keys are known before their first contact."""
    first, second = new_key(), new_key()
    agent = Agent(tmp_path, policy=KeyPolicy.KNOWN, fleet=(first, second))
    async with exec_serving(ExecServer(key=first)) as server:
        access = server.access(known=False)
        await agent.log_in(access)
    async with exec_serving(await swap(server, second)):
        of_the_fleet = await agent.refusal(access)
    agent.pins.forget(f"{HOST}:{server.port}", reason="x", by="x", at=NOW)
    async with exec_serving(await swap(server, new_key())):
        foreign = await agent.refusal(access)
    assert of_the_fleet.kind is FailureKind.HOST_KEY_CHANGED
    assert foreign.kind is FailureKind.HOST_KEY_UNKNOWN
    assert "none of the fleet's" in foreign.detail


@pytest.mark.parametrize("form", ["{}", "ssh-ed25519 {}", "{}="])
async def test_a_fingerprint_in_the_inventory_is_enough(tmp_path: Path, form: str) -> None:
    """What stands on the router's label or in the provisioning system is a fingerprint."""
    agent = Agent(tmp_path, policy=KeyPolicy.STRICT)
    async with exec_serving(ExecServer()) as server:
        access = server.access(known=False)
        right = form.format(server.key.get_fingerprint())
        await agent.log_in(replace(access, known_key=right))
        wrong = form.format(new_key().get_fingerprint())
        failure = await agent.refusal(replace(access, known_key=wrong))
    assert failure.kind is FailureKind.HOST_KEY_CHANGED
    assert "the inventory has" in failure.detail
    assert server.key.get_fingerprint() in failure.detail


@pytest.mark.parametrize("policy", list(KeyPolicy))
@pytest.mark.parametrize("listed", ["", "inventory", "fingerprint", "known_hosts"])
async def test_one_new_key_is_accepted_after_our_own_reset(
    tmp_path: Path, policy: KeyPolicy, listed: str
) -> None:
    """The router must be reached to get its service settings back; a third key stops the run."""
    agent = Agent(tmp_path, policy=policy)
    async with exec_serving(ExecServer()) as server:
        access = server.access(known=listed == "inventory")
        place = f"{HOST}:{server.port}"
        if listed == "fingerprint":
            access = replace(access, known_key=server.key.get_fingerprint())
        if listed == "known_hosts":
            agent.known_hosts = f"[{HOST}]:{server.port} {public(server.key)}\n"
        if listed or policy is KeyPolicy.FIRST_USE:
            await agent.log_in(access)
        agent.pins.expect_new_key(place, reason="factory reset", until=NOW + HOUR, at=NOW)
        if listed or policy is KeyPolicy.FIRST_USE:
            await agent.log_in(access)  # not reset yet: the old key is still right
    async with exec_serving(await swap(server, new_key())) as after:
        assert (await agent.refusal(access, password="wrong-one")).kind is (
            FailureKind.AUTH_REFUSED
        )
        await agent.log_in(access)
        await agent.log_in(access)
    async with exec_serving(await swap(server, new_key())):
        failure = await agent.refusal(access)
    assert (pin := agent.pins.pinned(place)) is not None
    assert (pin.key, pin.because) == (public(after.key), "new after factory reset")
    assert failure.kind is FailureKind.HOST_KEY_CHANGED
    assert "new after factory reset" in failure.detail


async def test_an_expectation_ends(tmp_path: Path) -> None:
    """What did not happen in its time is a changed key again."""
    agent = Agent(tmp_path)
    async with exec_serving(ExecServer()) as server:
        access = server.access(known=False)
        await agent.log_in(access)
    place = f"{HOST}:{server.port}"
    agent.pins.expect_new_key(place, reason="factory reset", until=NOW + HOUR, at=NOW)
    agent.now = NOW + HOUR
    async with exec_serving(await swap(server, new_key())):
        failure = await agent.refusal(access)
    assert failure.kind is FailureKind.HOST_KEY_CHANGED


async def test_the_inventory_decides_again_once_it_was_changed(tmp_path: Path) -> None:
    """A key that our reset brought counts only beside the key that it replaced."""
    agent = Agent(tmp_path)
    async with exec_serving(ExecServer()) as server:
        access = server.access()
        place = f"{HOST}:{server.port}"
    agent.pins.expect_new_key(place, reason="factory reset", until=NOW + HOUR, at=NOW)
    async with exec_serving(await swap(server, new_key())):
        await agent.log_in(access)
        failure = await agent.refusal(replace(access, known_key=public(new_key())))
    assert failure.kind is FailureKind.HOST_KEY_CHANGED
    assert "the inventory has" in failure.detail


async def test_a_revoked_key_is_never_trusted(tmp_path: Path) -> None:
    """The key of a router that was stolen is taken back in the file of known hosts."""
    agent = Agent(tmp_path)
    async with exec_serving(ExecServer()) as server:
        agent.known_hosts = f"@revoked * {public(server.key)}\n"
        failure = await agent.refusal(server.access(known=False))
    assert failure.kind is FailureKind.HOST_KEY_CHANGED
    assert "revoked" in failure.detail


@pytest.mark.parametrize(
    ("known_hosts", "words"),
    [("@cert-authority * {}\n", "certificate authority"), ("@revoked * x\n", "is no host key")],
)
async def test_a_file_that_would_be_half_understood_is_refused(
    tmp_path: Path, known_hosts: str, words: str
) -> None:
    """The library passes over such lines in silence, and trusts less or more than was said."""
    agent = Agent(tmp_path, known_hosts=known_hosts.format(public(new_key())))
    async with exec_serving(ExecServer()) as server:
        failure = await agent.refusal(server.access(known=False))
    assert failure.kind is FailureKind.NOT_CONFIGURED
    assert words in failure.detail


@pytest.mark.parametrize("text", ["{", "{}", '{"pins": {"a": 1}, "expected": {}, "notes": []}'])
async def test_pins_that_cannot_be_read_trust_nobody(tmp_path: Path, text: str) -> None:
    """A lost file would make every swapped router a first contact."""
    agent = Agent(tmp_path)
    (tmp_path / "pins").mkdir()
    (tmp_path / "pins" / "host_keys.json").write_text(text)
    async with exec_serving(ExecServer()) as server:
        failure = await agent.refusal(server.access(known=False))
    assert failure.kind is FailureKind.NOT_CONFIGURED
    assert "host_keys.json" in failure.detail


async def test_two_first_contacts_at_once_pin_one_key(tmp_path: Path) -> None:
    """Of two processes the second finds what the first has pinned, and compares with that."""
    one, two = Agent(tmp_path), Agent(tmp_path)
    async with exec_serving(ExecServer()) as server:
        access = server.access(known=False)
        await asyncio.gather(one.log_in(access), two.log_in(access))
    assert len(one.pins.all()) == 1
    assert len(one.pins.notes(f"{HOST}:{server.port}")) == 1
