"""A pack is used as the office has made it, on the laptop it is for, while it is valid, or not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

import pyrage  # type: ignore[import-untyped]  # no types there
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cpe_diag.domain.failures import PackError
from cpe_diag.field.pack import FORMAT, Pack, PackedVisit, hold_usable, seal, unseal
from cpe_diag.field.sealing import key_text, private_key, public_key
from cpe_diag.testing.run_samples import sample_subscriber

AT: Final = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)
OFFICE: Final = Ed25519PrivateKey.generate()
LAPTOP: Final = pyrage.x25519.Identity.generate()
PACK: Final = Pack(
    id="p-1",
    area="north",
    made_at=AT,
    valid_until=AT + timedelta(hours=24),
    visits=(PackedVisit(subscriber=sample_subscriber(), ticket="T-1", node_ports=()),),
    secrets={"file:keys.yaml#router": "very secret"},
    known=(),
    playbooks={"mine.yaml": "playbook: mine\n"},
    drivers={},
    cases={"run-1": {"case.json": "e30="}},
    revoked=("p-0",),
)


def sealed(pack: Pack = PACK, office: Ed25519PrivateKey = OFFICE) -> bytes:
    """Seal a pack for the laptop."""
    return seal(pack, office, str(LAPTOP.to_public()))


def opened(file: bytes) -> Pack:
    """Open a file on the laptop."""
    return unseal(file, str(LAPTOP), OFFICE.public_key())


def test_a_pack_is_opened_as_it_was_made() -> None:
    """Whom, what for, with which keys."""
    assert opened(sealed()) == PACK


def test_nobody_reads_a_pack_on_the_way() -> None:
    """A lost stick tells no router's password."""
    file = sealed()
    assert b"very secret" not in file
    assert b"sub" not in file


def test_a_pack_shows_no_secret_where_it_is_printed() -> None:
    """A message, a log, or a debugger."""
    assert "very secret" not in f"{PACK} {PACK!r} {[PACK]}"


def test_a_pack_for_another_laptop_is_refused() -> None:
    """Whoever finds one has no use of it."""
    other = seal(PACK, OFFICE, str(pyrage.x25519.Identity.generate().to_public()))
    with pytest.raises(PackError, match="somebody else"):
        opened(other)


def test_a_pack_that_somebody_else_has_made_is_refused() -> None:
    """The recipient of a laptop is no secret: anybody can encrypt to it."""
    with pytest.raises(PackError, match="signature"):
        opened(sealed(office=Ed25519PrivateKey.generate()))


@pytest.mark.parametrize("at", [0, 1, 30, 90])
def test_a_pack_that_was_altered_is_refused(at: int) -> None:
    """Each octet of what is signed counts."""
    plain = bytearray(pyrage.decrypt(sealed(), [LAPTOP]))
    plain[len(FORMAT) + at] ^= 1
    altered = pyrage.encrypt(bytes(plain), [LAPTOP.to_public()])
    with pytest.raises(PackError, match="signature"):
        opened(altered)


def test_a_file_that_is_cut_anywhere_is_refused() -> None:
    """Half of a pack is none."""
    file = sealed()
    for length in range(0, len(file), 37):
        with pytest.raises(PackError):
            opened(file[:length])


@pytest.mark.parametrize(
    ("now", "last_seen", "revoked", "words"),
    [
        (AT + timedelta(hours=25), None, (), "valid until 2026-03-02 06:00 UTC"),
        (AT - timedelta(hours=1), None, (), "clock shows 2026-03-01 05:00"),
        (AT + timedelta(hours=1), AT + timedelta(hours=3), (), "has shown 2026-03-01 09:00"),
        (AT + timedelta(hours=1), None, ("p-1",), "called back"),
    ],
    ids=["stale", "from the future", "clock put back", "revoked"],
)
def test_a_pack_that_may_not_be_used_says_why(
    now: datetime, last_seen: datetime | None, revoked: tuple[str, ...], words: str
) -> None:
    """The technician has to know whom to call, or what to set right."""
    with pytest.raises(PackError, match=words):
        hold_usable(PACK, now=now, last_seen=last_seen, revoked=revoked)


def test_a_pack_is_usable_to_its_last_minute() -> None:
    """And a clock that is a little behind does no harm."""
    for now in (AT - timedelta(minutes=5), AT, PACK.valid_until):
        hold_usable(PACK, now=now, last_seen=AT, revoked=("p-0",))


@pytest.mark.parametrize("hours", [0, -1, 15 * 24])
def test_a_pack_that_never_ends_is_not_made(hours: int) -> None:
    """What is lost with a laptop must end by itself."""
    with pytest.raises(PackError, match="at most 14 days"):
        sealed(replace(PACK, valid_until=AT + timedelta(hours=hours)))


def test_what_is_no_key_is_refused() -> None:
    """A key of another kind, or a line of something else."""
    assert private_key(key_text(OFFICE)).public_key() == OFFICE.public_key()
    assert public_key(key_text(OFFICE.public_key())) == OFFICE.public_key()
    for text in ("", "AAAA", "not base64 at all"):
        with pytest.raises(PackError, match="32 octets"):
            public_key(text)
    with pytest.raises(PackError, match="no recipient"):
        seal(PACK, OFFICE, "age1nobody")
