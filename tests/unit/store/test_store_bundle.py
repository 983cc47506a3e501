"""A bundle is whole or not there, and is believed only when it is as it was written."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator

from cpe_diag.domain.failures import BundleError
from cpe_diag.domain.missing import NOT_ASKED
from cpe_diag.domain.wifi_facts import WifiStatus
from cpe_diag.report.schema import bundle_schema
from cpe_diag.store.bundle import check_place, read_bundle, write_bundle
from cpe_diag.testing.run_samples import sample_run, sample_subscriber

if TYPE_CHECKING:
    from cpe_diag.domain.subscriber import Subscriber


def test_a_bundle_gives_back_the_run(tmp_path: Path) -> None:
    """Judging again offline needs the very case, and comparing needs the very verdict."""
    run = sample_run()
    bundle = read_bundle(write_bundle(tmp_path / "b", run, critical_path_s=2.4))
    assert bundle.result == replace(run, case=replace(run.case, subscriber=stripped()))
    assert bundle.manifest.subscriber == "sub-1012"
    assert bundle.critical_path_s == 2.4


def stripped() -> Subscriber:
    """Make the sample subscriber as a bundle holds it."""
    subscriber = sample_subscriber()
    assert subscriber.node is not None
    assert subscriber.router is not None
    return replace(
        subscriber,
        node=replace(subscriber.node, snmp=replace(subscriber.node.snmp, credential=None)),
        router=replace(subscriber.router, credential=None),
    )


def test_a_bundle_is_as_its_schema_says(tmp_path: Path) -> None:
    """Other people's programs read bundles by the schema alone."""
    directory = write_bundle(tmp_path / "b", sample_run())
    whole = {
        name: json.loads((directory / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("manifest", "case", "verdict")
    }
    lines = (directory / "trace.jsonl").read_text(encoding="utf-8").splitlines()
    whole["trace"] = [json.loads(line) for line in lines]
    Draft202012Validator(bundle_schema()).validate(whole)


def test_a_bundle_holds_no_way_to_a_credential(tmp_path: Path) -> None:
    """Bundles are sent to vendors."""
    directory = write_bundle(tmp_path / "b", sample_run())
    for path in directory.rglob("*.*"):
        assert b"secrets.yaml" not in path.read_bytes(), path.name


def test_raw_answers_are_text_files_as_the_device_said_them(tmp_path: Path) -> None:
    """A person opens them in an editor; their line ends and odd bytes must survive."""
    run = sample_run()
    odd = replace(run.raw_answers[0], text="a\r\nb\n\udcff")
    run = replace(run, raw_answers=(odd,))
    directory = write_bundle(tmp_path / "b", run)
    assert (directory / "raw" / "0001.txt").read_bytes().startswith(b"a\r\nb\n")
    assert read_bundle(directory).result.raw_answers == (odd,)


def test_nobody_else_may_read_a_bundle(tmp_path: Path) -> None:
    """It names the devices of a home."""
    directory = write_bundle(tmp_path / "b", sample_run())
    assert directory.stat().st_mode & 0o077 == 0


def test_an_empty_directory_may_become_a_bundle(tmp_path: Path) -> None:
    """`mktemp -d` makes one."""
    (tmp_path / "b").mkdir()
    assert read_bundle(write_bundle(tmp_path / "b", sample_run())).result.run_id


def test_missing_parents_are_made(tmp_path: Path) -> None:
    """One directory a day is a common habit."""
    directory = write_bundle(tmp_path / "2026" / "03" / "b", sample_run())
    assert read_bundle(directory).result.run_id


@pytest.mark.parametrize("there", ["file", "full directory", "link"])
def test_what_is_there_already_is_never_touched(tmp_path: Path, there: str) -> None:
    """Somebody's earlier evidence is not ours to overwrite."""
    target = tmp_path / "b"
    if there == "file":
        target.write_text("mine")
    elif there == "link":
        target.symlink_to(tmp_path / "elsewhere")
    else:
        target.mkdir()
        (target / "mine").write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(BundleError, match="there already"):
        check_place(target)
    with pytest.raises(BundleError, match="there already"):
        write_bundle(target, sample_run())
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "disk is full"),
        (errno.EDQUOT, "quota"),
        (errno.EIO, "error"),
        (errno.EACCES, "no right to write"),
        (errno.EROFS, "read-only"),
    ],
    ids=["full disk", "quota", "broken disk", "no right", "read-only"],
)
@pytest.mark.parametrize("after", [0, 3])
def test_a_disk_that_refuses_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str, after: int
) -> None:
    """Half a bundle would be taken for evidence."""
    flushed = 0

    def full(descriptor: int) -> None:
        nonlocal flushed
        flushed += 1
        if flushed > after:
            raise OSError(number, os.strerror(number))
        del descriptor

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BundleError, match=words) as caught:
        write_bundle(tmp_path / "b", sample_run())
    assert str(tmp_path / "b") in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_in_the_middle_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing half written, whoever stops it."""

    def interrupted(descriptor: int) -> None:
        del descriptor
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_bundle(tmp_path / "b", sample_run())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a-file/b", "x" * 300], ids=["below a file", "long name"])
def test_an_impossible_place_is_named(tmp_path: Path, name: str) -> None:
    """The engineer must see at once what to change."""
    (tmp_path / "a-file").write_text("x")
    with pytest.raises(BundleError, match=r"was not written: (a part of its path|the name is)"):
        write_bundle(tmp_path / name, sample_run())
    assert [one.name for one in tmp_path.iterdir()] == ["a-file"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_missing_right_is_named(tmp_path: Path) -> None:
    """The engineer must see at once what to change."""
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(BundleError, match="no right to write"):
            check_place(tmp_path / "b")
        with pytest.raises(BundleError, match="no right to write"):
            write_bundle(tmp_path / "b", sample_run())
    finally:
        tmp_path.chmod(0o700)


def test_a_good_place_is_taken_and_left_as_it_is(tmp_path: Path) -> None:
    """The check comes before the run; nothing is made for a run that may fail."""
    check_place(tmp_path / "2026" / "b")
    (tmp_path / "empty").mkdir()
    check_place(tmp_path / "empty")
    assert [one.name for one in tmp_path.iterdir()] == ["empty"]


FILES = ("manifest.json", "case.json", "verdict.json", "trace.jsonl", "raw/0001.txt")


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("harm", ["cut", "emptied", "gone", "changed"])
def test_a_harmed_file_is_named_and_nothing_is_judged(
    tmp_path: Path, name: str, harm: str
) -> None:
    """Law 10: a cut answer never lies."""
    directory = write_bundle(tmp_path / "b", sample_run())
    path = directory / name
    content = path.read_bytes()
    match harm:
        case "cut":
            path.write_bytes(content[: len(content) // 2])
        case "emptied":
            path.write_bytes(b"")
        case "gone":
            path.unlink()
        case _:
            path.write_bytes(content.replace(b"1", b"9").replace(b"2", b"9"))
    with pytest.raises(BundleError) as caught:
        read_bundle(directory)
    assert Path(name).name in str(caught.value)


def test_a_directory_that_is_no_bundle_is_named(tmp_path: Path) -> None:
    """A slip in the path is the most common mistake."""
    with pytest.raises(BundleError, match=r"manifest\.json: is missing"):
        read_bundle(tmp_path)
    with pytest.raises(BundleError, match="no such directory"):
        read_bundle(tmp_path / "nowhere")


def test_a_bundle_from_before_a_field_was_read_is_judged_without_it(tmp_path: Path) -> None:
    """Last year's cases are compared with today's; what nobody asked then is not made up."""
    directory = write_bundle(tmp_path / "b", sample_run())
    case, manifest = (
        json.loads((directory / f"{name}.json").read_text()) for name in ("case", "manifest")
    )
    for entry in case["evidence"]:
        if entry["key"] == "router_wifi[router]":
            for part in (*entry["value"]["radios"], *entry["value"]["networks"]):
                del part["settings"]
    old = json.dumps(case).encode()
    (directory / "case.json").write_bytes(old)
    manifest["files"]["case.json"] = hashlib.sha256(old).hexdigest()
    manifest["bundle_version"] = 2
    (directory / "manifest.json").write_text(json.dumps(manifest))
    wifi = read_bundle(directory).result.case.evidence.value(WifiStatus, "router_wifi", "router")
    assert wifi is not None
    assert {radio.settings for radio in wifi.radios} == {NOT_ASKED}
    assert {network.settings for network in wifi.networks} == {NOT_ASKED}


def test_a_bundle_of_another_version_is_refused(tmp_path: Path) -> None:
    """A newer bundle may hold what this program would misread."""
    directory = write_bundle(tmp_path / "b", sample_run())
    manifest = json.loads((directory / "manifest.json").read_text(encoding="utf-8"))
    manifest["bundle_version"] = 99
    (directory / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(BundleError, match="version 99"):
        read_bundle(directory)


def test_a_bundle_cannot_name_files_outside_of_itself(tmp_path: Path) -> None:
    """A bundle comes by mail; its manifest must not make us read anything else."""
    directory = write_bundle(tmp_path / "b", sample_run())
    manifest = json.loads((directory / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"]["../secret"] = "0" * 64
    (directory / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(BundleError, match="outside of the bundle"):
        read_bundle(directory)


def test_a_manifest_that_forgets_a_file_is_refused(tmp_path: Path) -> None:
    """A file without a hash could be anything."""
    directory = write_bundle(tmp_path / "b", sample_run())
    manifest = json.loads((directory / "manifest.json").read_text(encoding="utf-8"))
    del manifest["files"]["case.json"]
    (directory / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(BundleError, match=r"does not list case\.json"):
        read_bundle(directory)


@pytest.mark.parametrize("harm", ["nul", "raw", "took"])
def test_what_only_a_forger_writes_is_named_too(tmp_path: Path, harm: str) -> None:
    """A bundle comes by mail; whatever is in it, reading it ends in a message."""
    target = write_bundle(tmp_path / "b", sample_run())
    path = target / "manifest.json"
    manifest = json.loads(path.read_text())
    forged = {"nul": "a\0b", "raw": manifest["raw"][0]["file"], "took": "verdict.json"}[harm]
    if harm == "raw":
        (target / forged).write_bytes(b"\xff\xfe")
    if harm == "took":
        document = json.loads((target / forged).read_text())
        document["run"]["took_s"] = 1e300
        (target / forged).write_text(json.dumps(document))
    content = b"" if harm == "nul" else (target / forged).read_bytes()
    manifest["files"][forged] = hashlib.sha256(content).hexdigest()
    path.write_text(json.dumps(manifest))
    with pytest.raises(BundleError):
        read_bundle(target)
