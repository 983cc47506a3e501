"""The home lab's data and files, without a network."""

from __future__ import annotations

import re
import ssl
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from cryptography import x509
from jsonschema import Draft202012Validator

from cpe_diag.cli.exit_codes import ExitCode
from cpe_diag.cli.lab import lab
from cpe_diag.domain.verdict import FaultDomain
from cpe_diag.lab.home import files, layout, needs, network
from cpe_diag.lab.home.faults import read_faults
from cpe_diag.lab.home.needs import HomeLabError
from cpe_diag.lab.home.trust import LASTS, Authority
from cpe_diag.playbook.load import playbook_files
from cpe_diag.store.inventory_schema import INVENTORY_SCHEMA
from cpe_diag.wiring.config_schema import CONFIG_SCHEMA

if TYPE_CHECKING:
    from pathlib import Path

FAULTS = read_faults()


def test_every_fault_says_the_truth_about_itself() -> None:
    """A fault without its true label measures nothing."""
    for fault in FAULTS:
        assert fault.location, fault.id
        assert (fault.cause == "no_fault") is (fault.domain == FaultDomain.NONE), fault.id
        assert bool(fault.inject) is bool(fault.clear), fault.id
        assert fault.felt, fault.id
        assert fault.inject or fault.domain == FaultDomain.NONE, fault.id


def test_every_complaint_names_a_playbook_that_there_is() -> None:
    """A complaint that no playbook takes would fail only on the machine with the lab."""
    assert {fault.playbook for fault in FAULTS} <= set(playbook_files())


def test_processes_are_only_ended_inside_the_namespaces() -> None:
    """`pkill snmpd` on an access node without files of its own would end this machine's."""
    for fault in FAULTS:
        for step in (*fault.inject, *fault.clear):
            if step.at not in layout.MACHINES and "kill" in step.run:
                assert "killall" not in step.run
                assert re.search(r'pgrep .*--ns "\$\$" --nslist net\)', step.run), fault.id


def test_configuration_and_inventory_are_what_the_agent_takes() -> None:
    """They are written for it alone."""
    Draft202012Validator(CONFIG_SCHEMA).validate(files.config())
    Draft202012Validator(INVENTORY_SCHEMA).validate(files.inventory())


def test_a_server_is_trusted_by_the_networks_own_authority(tmp_path: Path) -> None:
    """Real TLS: a client with this authority takes it, and an expired one is expired."""
    authority = Authority()
    file = tmp_path / "tls.pem"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    file.write_text(authority.server("video.example"), encoding="utf-8")
    context.load_cert_chain(file)
    ssl.create_default_context(cadata=authority.certificate())
    file.write_text(authority.server("video.example", age=2 * LASTS), encoding="utf-8")
    (expired,) = x509.load_pem_x509_certificates(
        file.read_bytes()[file.read_bytes().index(b"-----BEGIN CERT") :]
    )
    assert expired.not_valid_after_utc - expired.not_valid_before_utc == LASTS


@pytest.mark.parametrize("name", ["", "a-b", "../x", "A", "x" * 21])
def test_a_name_that_could_mean_another_copy_is_refused(name: str) -> None:
    """`down` removes what begins with the name; it must never be somebody else's."""
    with pytest.raises(HomeLabError, match="no name"):
        network.check_name(name)


@pytest.mark.parametrize(
    ("euid", "lacking", "words"),
    [
        (1000, None, "only root"),
        (0, "dnsmasq", "apt-get install dnsmasq-base"),
    ],
)
def test_what_is_missing_is_said_in_words(
    monkeypatch: pytest.MonkeyPatch, euid: int, lacking: str | None, words: str
) -> None:
    """A newcomer must learn from the first refusal what to do."""
    monkeypatch.setattr(
        needs.shutil,  # type: ignore[attr-defined]  # the module that it looks with
        "which",
        lambda program, path: None if program == lacking else f"{path}/{program}",
    )
    monkeypatch.setattr(needs.os, "geteuid", lambda: euid)  # type: ignore[attr-defined]  # as above
    monkeypatch.setattr(needs.sys, "platform", "linux")  # type: ignore[attr-defined]  # as above
    done = CliRunner().invoke(lab, ["home", "up"])
    assert done.exit_code == ExitCode.COULD_NOT_RUN
    assert words in done.output


def test_the_faults_are_listed_without_a_network() -> None:
    """To choose one, nobody should have to be root."""
    done = CliRunner().invoke(lab, ["home", "fault", "list"])
    assert done.exit_code == 0
    assert all(fault.id in done.output for fault in FAULTS)
