"""Secrets from the system's keyring and from files encrypted with age."""

from __future__ import annotations

import threading
import time
import traceback
from typing import TYPE_CHECKING

import asyncssh
import keyring
import keyring.backends.fail
import pyrage  # type: ignore[import-untyped]  # no types there
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import InitError, KeyringError, KeyringLocked

from cpe_diag.domain.failures import FailureKind, MeasurementError
from cpe_diag.testing.conformance import check_credential_source
from cpe_diag.transports import credential_keyring
from cpe_diag.transports.credentials import CredentialReferences

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SECRET = "hunter2-and-more"


class MemoryKeyring(KeyringBackend):
    """A keyring of the test; `trouble` is raised, or waited for, in place of an answer."""

    priority = 1
    held: dict[tuple[str, str], str]
    trouble: Exception | threading.Event | None = None

    def get_password(self, service: str, username: str) -> str | None:
        """Give an entry."""
        if isinstance(self.trouble, threading.Event):
            self.trouble.wait(30)
        elif self.trouble is not None:
            raise self.trouble
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep an entry."""
        self.held[service, username] = password


@pytest.fixture
def ring() -> Iterator[MemoryKeyring]:
    """The keyring that the package finds."""
    before, mine = keyring.get_keyring(), MemoryKeyring()  # type: ignore[no-untyped-call]  # theirs
    mine.held = {}
    keyring.set_keyring(mine)
    yield mine
    if isinstance(mine.trouble, threading.Event):
        mine.trouble.set()
    keyring.set_keyring(before)


def refusal(source: CredentialReferences, reference: str) -> str:
    """Give the words of a reference that must not resolve, and look for the secret."""
    with pytest.raises(MeasurementError) as caught:
        source.resolve(reference)
    error = caught.value
    assert error.failure.kind is FailureKind.NOT_CONFIGURED
    assert error.__cause__ is None
    assert SECRET not in repr(error.__context__)
    assert SECRET not in f"{error!r} {error.failure!r}{''.join(traceback.format_exception(error))}"
    return str(error)


def test_a_keyring_is_a_source_of_credentials(ring: MemoryKeyring, tmp_path: Path) -> None:
    """A run relies on no more than the door promises."""
    keyring.set_password("isp/routers", "r4711", SECRET)
    assert ring.held == {("isp/routers", "r4711"): SECRET}
    check_credential_source(
        CredentialReferences(tmp_path),
        known="keyring:isp/routers/r4711",
        unknown="keyring:isp/routers/r4712",
    )


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (KeyringLocked(SECRET), "the keyring is locked"),
        (InitError(SECRET), "could not be opened"),
        (KeyringError(SECRET), "the keyring refuses: KeyringError"),
    ],
)
def test_what_a_keyring_refuses_is_told(
    ring: MemoryKeyring, tmp_path: Path, trouble: Exception, words: str
) -> None:
    """A locked keyring is unlocked, a broken one repaired: by different people."""
    ring.trouble = trouble
    assert words in refusal(CredentialReferences(tmp_path), "keyring:isp/r4711")


def test_a_system_without_a_keyring_is_told(ring: MemoryKeyring, tmp_path: Path) -> None:
    """A server has none."""
    del ring
    keyring.set_keyring(keyring.backends.fail.Keyring())  # type: ignore[no-untyped-call]  # theirs
    words = refusal(CredentialReferences(tmp_path), "keyring:isp/r4711")
    assert "has no keyring that can be used" in words


def test_a_keyring_that_asks_a_person_is_given_up_in_time(
    ring: MemoryKeyring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody sits at a server's desktop to answer the dialogue."""
    monkeypatch.setattr(credential_keyring, "ANSWERS_WITHIN_S", 0.2)
    ring.trouble = threading.Event()
    started_s = time.monotonic()
    words = refusal(CredentialReferences(tmp_path), "keyring:isp/r4711")
    assert "did not answer within" in words
    assert time.monotonic() - started_s < 3.0


@pytest.mark.parametrize("reference", ["keyring:isp", "keyring:/x", "keyring:x/"])
def test_a_keyring_reference_names_service_and_name(tmp_path: Path, reference: str) -> None:
    """Half a reference finds nothing."""
    assert "names no service and name" in refusal(CredentialReferences(tmp_path), reference)


class AgeFolder:
    """A folder with an encrypted file and the identity that opens it."""

    def __init__(self, folder: Path) -> None:
        """Make both."""
        self.folder = folder
        self.identity = pyrage.x25519.Identity.generate()
        self.identity_file = folder / "identity"
        self.write_identity(f"# of the lab\n{self.identity}\n".encode())
        self.encrypt(f"r4711: {SECRET}\n")

    def write_identity(self, content: bytes, mode: int = 0o600) -> None:
        """Write the identity file."""
        self.identity_file.write_bytes(content)
        self.identity_file.chmod(mode)

    def encrypt(self, text: str, *, armored: bool = False) -> None:
        """Write the file of secrets."""
        encrypted = pyrage.encrypt(text.encode(), [self.identity.to_public()], armored=armored)
        (self.folder / "secrets.age").write_bytes(encrypted)

    def source(self) -> CredentialReferences:
        """Resolve with that identity."""
        return CredentialReferences(self.folder, environment={}, age_identity=self.identity_file)


@pytest.fixture
def age(tmp_path: Path) -> AgeFolder:
    """A folder of the test."""
    return AgeFolder(tmp_path)


KNOWN = "age:secrets.age#r4711"


@pytest.mark.parametrize("armored", [False, True])
def test_an_encrypted_file_is_a_source_of_credentials(age: AgeFolder, armored: bool) -> None:  # noqa: FBT001 - pytest's way
    """In both of age's forms."""
    age.encrypt(f"r4711: {SECRET}\n", armored=armored)
    check_credential_source(age.source(), known=KNOWN, unknown="age:secrets.age#r4712")


def test_the_environment_may_name_the_identity(age: AgeFolder) -> None:
    """As in a container."""
    environment = {"CPE_DIAG_AGE_IDENTITY": str(age.identity_file)}
    source = CredentialReferences(age.folder, environment=environment)
    assert source.resolve(KNOWN).reveal() == SECRET
    without = CredentialReferences(age.folder, environment={})
    assert "CPE_DIAG_AGE_IDENTITY" in refusal(without, KNOWN)


def test_an_ssh_key_opens_the_file_too(age: AgeFolder) -> None:
    """Encrypted to the SSH key that an operator has already."""
    key = asyncssh.generate_private_key("ssh-ed25519")
    recipient = pyrage.ssh.Recipient.from_str(key.export_public_key().decode())
    encrypted = pyrage.encrypt(f"r4711: {SECRET}".encode(), [recipient])
    (age.folder / "secrets.age").write_bytes(encrypted)
    age.write_identity(key.export_private_key())
    assert age.source().resolve(KNOWN).reveal() == SECRET


def locked_identity() -> bytes:
    """Give an identity file that is itself encrypted with a passphrase; takes a second."""
    return bytes(pyrage.passphrase.encrypt(b"AGE-SECRET-KEY-1X", "pass"))


def locked_ssh_key() -> bytes:
    """Give an SSH key with a passphrase."""
    key = asyncssh.generate_private_key("ssh-ed25519")
    return key.export_private_key(passphrase="pass")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (locked_identity, "is protected by a passphrase"),
        (locked_ssh_key, "SSH key without a passphrase"),
        (lambda: b"AGE-SECRET-KEY-1" + SECRET.encode(), "holds no identity that can be used"),
        (lambda: b"", "holds no identity that can be used"),
        (lambda: b"\xff\xfe", "holds no identity that can be used"),
    ],
    ids=["locked_identity", "locked_ssh_key", "garbled", "empty", "no_text"],
)
def test_an_identity_that_cannot_be_used_is_told(
    age: AgeFolder, content: Callable[[], bytes], words: str
) -> None:
    """Nobody can type a passphrase into a service."""
    age.write_identity(content())
    assert words in refusal(age.source(), KNOWN)


def test_an_identity_that_others_may_read_is_refused(age: AgeFolder) -> None:
    """It opens every secret in the file."""
    age.identity_file.chmod(0o644)
    assert f"chmod 600 {age.identity_file}" in refusal(age.source(), KNOWN)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (lambda: b"r4711: " + SECRET.encode(), "is not encrypted with age"),
        (
            lambda: pyrage.passphrase.encrypt(SECRET.encode(), "pass"),
            "encrypted with a passphrase",
        ),
        (
            lambda: pyrage.encrypt(
                SECRET.encode(), [pyrage.x25519.Identity.generate().to_public()]
            ),
            "cannot be decrypted with our identity",
        ),
    ],
    ids=["plain", "passphrase", "other_recipient"],
)
def test_a_file_that_cannot_be_opened_is_told(
    age: AgeFolder, content: Callable[[], bytes], words: str
) -> None:
    """An old recipient and a file that nobody encrypted are different mistakes."""
    (age.folder / "secrets.age").write_bytes(content())
    assert words in refusal(age.source(), KNOWN)


def test_a_cut_file_gives_nothing(age: AgeFolder) -> None:
    """Half of a file must not be half of the passwords."""
    path = age.folder / "secrets.age"
    whole = path.read_bytes()
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        assert "credential age:secrets.age#r4711" in refusal(age.source(), KNOWN)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"r4711: [{SECRET}]\n", "no single text"),
        (f"r4711: {{a: {SECRET}\n", "is no YAML"),
        (f"- {SECRET}\n", "no YAML mapping"),
        ("other: x\n", "has no key 'r4711'"),
    ],
)
def test_a_broken_content_is_refused_without_being_quoted(
    age: AgeFolder, text: str, words: str
) -> None:
    """A parser's message quotes the line, and the line is the secret."""
    age.encrypt(text)
    assert words in refusal(age.source(), KNOWN)


@pytest.mark.parametrize("reference", ["age:secrets.age", "age:absent.age#r4711", "age:.#r4711"])
def test_a_reference_that_leads_nowhere_is_told(age: AgeFolder, reference: str) -> None:
    """With the reference, which is what is to be corrected."""
    assert reference in refusal(age.source(), reference)
