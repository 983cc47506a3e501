"""Credential references: found where they point, refused with a next step, never shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.failures import FailureKind, MeasurementError
from cpe_diag.testing.conformance import check_credential_source
from cpe_diag.transports.credentials import CredentialReferences

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "hunter2-and-more"


def secrets_file(folder: Path, text: str, mode: int = 0o600) -> Path:
    """Write a file with secrets."""
    path = folder / "secrets.yaml"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def refusal(source: CredentialReferences, reference: str) -> MeasurementError:
    """Give the error of a reference that must not resolve."""
    with pytest.raises(MeasurementError) as caught:
        source.resolve(reference)
    assert caught.value.failure.kind is FailureKind.NOT_CONFIGURED
    assert caught.value.operation == "credential.resolve"
    assert SECRET not in f"{caught.value} {caught.value!r} {caught.value.failure!r}"
    assert (caught.value.__cause__, SECRET in repr(caught.value.__context__)) == (None, False)
    return caught.value


@pytest.mark.parametrize("known", ["env:NODE", "file:secrets.yaml#node"])
def test_references_are_a_source_of_credentials(tmp_path: Path, known: str) -> None:
    """A run relies on no more than the door promises."""
    secrets_file(tmp_path, f"node: {SECRET}")
    check_credential_source(
        CredentialReferences(tmp_path, environment={"NODE": SECRET}),
        known=known,
        unknown=f"{known}_2",
    )


def test_an_environment_variable_is_found(tmp_path: Path) -> None:
    """The way for containers and tests."""
    source = CredentialReferences(tmp_path, environment={"NODE": SECRET})
    assert source.resolve("env:NODE").reveal() == SECRET


@pytest.mark.parametrize("value", [SECRET, "0123", "no", "a#b", "with: colon"])
def test_an_entry_of_a_file_is_found_as_it_is_written(tmp_path: Path, value: str) -> None:
    """A password 0123 or `no` is text, whatever YAML makes of it elsewhere."""
    text = f"node: '{value}'\n" if "#" in value or ":" in value else f"node: {value}\n"
    secrets_file(tmp_path, text)
    source = CredentialReferences(tmp_path)
    assert source.resolve("file:secrets.yaml#node").reveal() == value
    assert source.resolve(f"file:{tmp_path}/secrets.yaml#node").reveal() == value


def test_a_changed_password_counts_at_once(tmp_path: Path) -> None:
    """A service that runs for weeks must not need a restart for a new password."""
    secrets_file(tmp_path, "node: old\n")
    source = CredentialReferences(tmp_path)
    source.resolve("file:secrets.yaml#node")
    secrets_file(tmp_path, f"node: {SECRET}\n")
    assert source.resolve("file:secrets.yaml#node").reveal() == SECRET


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    """Everybody on the machine would have the keys of the network."""
    path = secrets_file(tmp_path, f"node: {SECRET}\n", mode)
    error = refusal(CredentialReferences(tmp_path), "file:secrets.yaml#node")
    assert error.failure.next_step == f"run: chmod 600 {path}"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("other: x\n", "has no key 'node'"),
        (f"node: [{SECRET}]\n", "no single text"),
        (f"node: {{a: {SECRET}\n", "is no YAML"),
        (f"- {SECRET}\n", "no YAML mapping"),
        ("node:\n", "it is empty"),
        (f"node: {SECRET}\x07\n", "is no YAML"),
    ],
)
def test_a_broken_file_is_refused_without_being_quoted(
    tmp_path: Path, text: str, words: str
) -> None:
    """A parser's message quotes the line, and the line is the secret."""
    secrets_file(tmp_path, text)
    assert words in str(refusal(CredentialReferences(tmp_path), "file:secrets.yaml#node"))


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("env:ABSENT", "env:ABSENT"),
        ("env:EMPTY", "it is empty"),
        ("file:absent.yaml#node", "there is no file"),
        ("file:secrets.yaml", "names no key"),
        ("file:.#node", "cannot be read"),
        ("op://vault/node", "'op' is not known"),
        (SECRET, "names no kind"),
    ],
)
def test_a_reference_that_leads_nowhere_says_what_to_do(
    tmp_path: Path, reference: str, words: str
) -> None:
    """A secret that was put where a reference belongs is not shown either."""
    tmp_path.chmod(0o700)
    error = refusal(CredentialReferences(tmp_path, environment={"EMPTY": ""}), reference)
    assert words in str(error)
    assert error.failure.next_step or "cannot be read" in str(error)
