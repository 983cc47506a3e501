"""Secrets from Vault, against a server on loopback that answers as Vault's API is documented."""

from __future__ import annotations

import contextlib
import ipaddress
import logging
import socket
import time
import traceback
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from vault_server import ROLE_ID, SECRET_ID, TOKEN, Vault, vault_serving

from cpe_diag.domain.failures import FailureKind, MeasurementError
from cpe_diag.testing.conformance import check_credential_source
from cpe_diag.transports import credential_vault
from cpe_diag.transports.credential_vault import VaultSettings
from cpe_diag.transports.credentials import CredentialReferences

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECRET = "hunter2-and-more"
REFERENCE = "vault:kv/routers/4711#password"


@pytest.fixture
def vault() -> Iterator[Vault]:
    """A Vault with one secret."""
    held = Vault(secrets={"kv/routers/4711": {"password": SECRET, "number": 7, "none": ""}})
    with vault_serving(held):
        yield held


def references(
    vault: Vault, folder: Path, settings: VaultSettings | None = None, **environment: str
) -> CredentialReferences:
    """Resolve in that Vault; without settings as its own command line would."""
    usual = {"VAULT_ADDR": vault.address, "VAULT_TOKEN": TOKEN, **environment}
    return CredentialReferences(
        folder,
        environment={name: value for name, value in usual.items() if value},
        vault=settings or VaultSettings(token_file=folder / "no-token"),
    )


def refusal(source: CredentialReferences, reference: str = REFERENCE) -> str:
    """Give the words of a reference that must not resolve, and look for secrets in all of it."""
    with pytest.raises(MeasurementError) as caught:
        source.resolve(reference)
    error = caught.value
    assert (error.failure.kind, error.operation) == (
        FailureKind.NOT_CONFIGURED,
        "credential.resolve",
    )
    seen = f"{error!r} {error.failure!r} {''.join(traceback.format_exception(error))}"
    behind = error.__context__ or error.__cause__
    while behind is not None:
        seen += f"{behind!r} {vars(behind)!r}"
        behind = behind.__context__ or behind.__cause__
    for secret in (SECRET, TOKEN, SECRET_ID):
        assert secret not in seen
    return str(error)


def test_vault_is_a_source_of_credentials(vault: Vault, tmp_path: Path) -> None:
    """A run relies on no more than the door promises."""
    check_credential_source(
        references(vault, tmp_path), known=REFERENCE, unknown="vault:kv/routers/4712#password"
    )
    assert vault.asked[0] == "GET /v1/kv/data/routers/4711"


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("vault:kv/routers/4712#password", "has nothing at kv/routers/4712"),
        ("vault:other/routers/4711#password", "has nothing at other/routers/4711"),
        ("vault:kv/routers/4711#absent", "kv/routers/4711 has no key 'absent'"),
        ("vault:kv/routers/4711#number", "is no text"),
        ("vault:kv/routers/4711#none", "it is empty"),
        ("vault:kv/routers/4711", "it names no key"),
        ("vault:kv#password", "it names no path within the mount"),
    ],
)
def test_a_secret_that_is_not_there_is_told_exactly(
    vault: Vault, tmp_path: Path, reference: str, words: str
) -> None:
    """A wrong mount, path and key are three different corrections."""
    assert words in refusal(references(vault, tmp_path), reference)


def test_a_deleted_version_is_told_as_that(vault: Vault, tmp_path: Path) -> None:
    """Its path is right, and yet there is nothing to read."""
    vault.deleted.add("kv/routers/4711")
    assert "the newest version of kv/routers/4711 is deleted" in refusal(
        references(vault, tmp_path)
    )


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "refuses the request"),
        (403, "permits us nothing at kv/routers/4711"),
        (429, "asked too often"),
        (500, "has failed"),
        (501, "is not initialized"),
        (502, "has failed"),
        (503, "is sealed or in maintenance"),
        (307, "is none of Vault's key-value store"),
        (418, "has failed"),
    ],
)
def test_each_answer_of_vault_has_words_of_its_own(
    vault: Vault, tmp_path: Path, status: int, words: str
) -> None:
    """A sealed Vault, a policy and a bug of the server go to different people."""
    vault.status = status
    assert words in refusal(references(vault, tmp_path))


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"data": 1}', b'{"data": {"data": 1}}', b""])
def test_a_server_that_is_no_vault_is_told(vault: Vault, tmp_path: Path, body: bytes) -> None:
    """A proxy's page of errors is no secret."""
    vault.body = body
    assert "credential vault:kv/routers/4711#password" in refusal(references(vault, tmp_path))


def test_a_vault_that_cannot_be_reached_is_told(vault: Vault, tmp_path: Path) -> None:
    """With its address, which is what is to be looked at."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{held.getsockname()[1]}"
        words = refusal(references(vault, tmp_path, VAULT_ADDR=address))
    assert f"Vault at {address} cannot be reached" in words


def test_a_vault_that_says_nothing_is_given_up_in_time(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run has a budget of minutes, not of Vault's patience."""
    monkeypatch.setattr(credential_vault, "ANSWERS_WITHIN_S", 0.3)
    vault.silent = True
    started_s = time.monotonic()
    assert "did not answer in time" in refusal(references(vault, tmp_path))
    assert time.monotonic() - started_s < 3.0


def test_a_vault_that_does_not_answer_is_not_asked_for_each_node(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sweep of 200 nodes would wait 200 times; a little later it is asked anew."""
    monkeypatch.setattr(credential_vault, "ANSWERS_WITHIN_S", 0.3)
    monkeypatch.setattr(credential_vault, "ASK_AGAIN_AFTER_S", 0.5)
    source = references(vault, tmp_path)
    vault.silent = True
    refusal(source)
    vault.silent = False
    assert "asked a moment ago" in refusal(source, "vault:kv/routers/4712#password")
    assert len(vault.asked) == 1
    asked_until_s = time.monotonic() + 5.0
    while time.monotonic() < asked_until_s:
        with contextlib.suppress(MeasurementError):
            assert source.resolve(REFERENCE).reveal() == SECRET
            break
    assert len(vault.asked) == 2


def test_a_wrong_token_is_a_refusal_of_rights(vault: Vault, tmp_path: Path) -> None:
    """Vault answers both alike, so the words name both."""
    words = refusal(references(vault, tmp_path, VAULT_TOKEN="hvs.other"))
    assert "permits us nothing" in words
    assert "no longer valid" in words


@pytest.mark.parametrize("missing", ["VAULT_ADDR", "VAULT_TOKEN"])
def test_what_nobody_has_said_is_named(vault: Vault, tmp_path: Path, missing: str) -> None:
    """The correction is a line of the configuration or a variable."""
    assert missing in refusal(references(vault, tmp_path, None, **{missing: ""}))


def test_a_token_is_never_sent_in_clear_text_over_a_network(vault: Vault, tmp_path: Path) -> None:
    """http:// is for loopback only."""
    words = refusal(references(vault, tmp_path, VAULT_ADDR="http://192.0.2.1:8200"))
    assert "not sent in clear text" in words


def test_the_namespace_is_sent(vault: Vault, tmp_path: Path) -> None:
    """Vault Enterprise answers per namespace; the configuration comes before the environment."""
    vault.namespace = "isp/field"
    source = references(vault, tmp_path, VAULT_NAMESPACE="isp/field")
    assert source.resolve(REFERENCE).reveal() == SECRET
    settings = VaultSettings(namespace="isp/field", token_file=tmp_path / "no-token")
    source = references(vault, tmp_path, settings, VAULT_NAMESPACE="other")
    assert source.resolve(REFERENCE).reveal() == SECRET


def test_the_token_file_of_vault_login_is_used_and_must_be_private(
    vault: Vault, tmp_path: Path
) -> None:
    """What `vault login` has left on a laptop is enough."""
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    source = references(vault, tmp_path, VaultSettings(token_file=file), VAULT_TOKEN="")
    file.chmod(0o644)
    assert f"chmod 600 {file}" in refusal(source)
    file.chmod(0o600)
    assert source.resolve(REFERENCE).reveal() == SECRET


def test_the_token_may_be_a_reference_of_another_kind(vault: Vault, tmp_path: Path) -> None:
    """The configuration never holds it; it cannot stand in Vault itself."""
    source = references(vault, tmp_path, VaultSettings(token="env:OURS"), OURS=TOKEN)
    assert source.resolve(REFERENCE).reveal() == SECRET
    inside = references(vault, tmp_path, VaultSettings(token="vault:kv/routers/4711#password"))
    assert "the kind 'vault' is not known" in refusal(inside)


def test_a_role_logs_in_once_and_again_when_its_token_has_run_out(
    vault: Vault, tmp_path: Path
) -> None:
    """A service runs for weeks, and a role's token for an hour."""
    settings = VaultSettings(role_id=ROLE_ID, secret_id="env:SECRET_ID")
    source = references(vault, tmp_path, settings, SECRET_ID=SECRET_ID)
    for _ in range(3):
        assert source.resolve(REFERENCE).reveal() == SECRET
    assert vault.logins == 1
    vault.token = "hvs.another"
    assert source.resolve(REFERENCE).reveal() == SECRET
    assert vault.logins == 2


def test_a_role_that_is_refused_is_told(vault: Vault, tmp_path: Path) -> None:
    """The secret id is wrong or used up."""
    settings = VaultSettings(role_id=ROLE_ID, secret_id="env:SECRET_ID")
    words = refusal(references(vault, tmp_path, settings, SECRET_ID="wrong"))
    assert "refuses the request for auth/approle" in words


def test_a_changed_secret_counts_at_once(vault: Vault, tmp_path: Path) -> None:
    """Nothing is kept between two questions."""
    source = references(vault, tmp_path)
    source.resolve(REFERENCE)
    vault.secrets["kv/routers/4711"]["password"] = "rotated"
    assert source.resolve(REFERENCE).reveal() == "rotated"


def test_no_log_line_holds_a_secret(
    vault: Vault, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Of whatever library, at the most talkative level."""
    caplog.set_level(logging.DEBUG)
    settings = VaultSettings(role_id=ROLE_ID, secret_id="env:SECRET_ID")
    references(vault, tmp_path, settings, SECRET_ID=SECRET_ID).resolve(REFERENCE)
    references(vault, tmp_path).resolve(REFERENCE)
    for secret in (SECRET, TOKEN, SECRET_ID):
        assert secret not in caplog.text


def test_the_certificate_is_checked(tmp_path: Path) -> None:
    """Whoever stands between would get the token."""
    certificate, key = own_certificate(tmp_path)
    held = Vault(secrets={"kv/routers/4711": {"password": SECRET}})
    with vault_serving(held, (certificate, key)):
        assert "is not trusted" in refusal(references(held, tmp_path))
        assert held.asked == []
        source = references(held, tmp_path, VAULT_CACERT=str(certificate))
        assert source.resolve(REFERENCE).reveal() == SECRET
        settings = VaultSettings(ca_file=certificate, token_file=tmp_path / "no-token")
        assert references(held, tmp_path, settings).resolve(REFERENCE).reveal() == SECRET


def own_certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for 127.0.0.1 that nobody has signed but itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "vault of the lab")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "cert.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths
