"""Bundles: one run in a directory of its own, complete or not there at all."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from cpe_diag import __version__
from cpe_diag.domain.failures import BundleError
from cpe_diag.domain.known_issue import KnownIssues
from cpe_diag.domain.trace import Exchange, RawAnswer
from cpe_diag.domain.verdict import Destination, Verdict
from cpe_diag.engine.run import RunEnd, RunResult, StepRecord
from cpe_diag.judge.question import CaseFile
from cpe_diag.report.as_json import run_as_json
from cpe_diag.report.codec import encode
from cpe_diag.report.decoding import UndecodableError, decode
from cpe_diag.report.document import (
    BUNDLE_VERSION,
    OLDEST_BUNDLE_VERSION,
    CaseDocument,
    Manifest,
    RawFile,
    RunHeader,
    Timing,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.domain.subscriber import Subscriber

V = TypeVar("V")

MANIFEST: Final = "manifest.json"
CASE: Final = "case.json"
VERDICT: Final = "verdict.json"
TRACE: Final = "trace.jsonl"
RAW: Final = "raw"
NEEDED: Final = frozenset({"run", "verdict", "destination", "steps", "timing"})
"""What is read of a verdict document; the rest of it follows from the case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A bundle that was read and whose every file is as it was written.

    `result.case` is what is judged again; `result.verdict` is what was concluded then.
    `critical_path_s` is as it was given at writing.
    """

    directory: Path
    manifest: Manifest
    result: RunResult
    critical_path_s: float | None


def check_place(directory: Path) -> None:
    """Hold a place to what `write_bundle` needs, before a run is spent on it.

    Args:
        directory: where a bundle is to be written.

    Raises:
        BundleError: it is there and not empty, or we have no right to write there.
    """
    try:
        _refuse_existing(directory)
        nearest = next(one for one in directory.absolute().parents if one.exists())
        if not nearest.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        if not os.access(nearest, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise _not_written(directory, error) from error


def write_bundle(
    directory: Path, result: RunResult, *, critical_path_s: float | None = None
) -> Path:
    """Save a run into a new directory, all of it or nothing.

    Everything is written to a temporary directory beside it, flushed to disk, and renamed. Only
    its owner may read it, for it names devices of the home. References to credentials are left
    out.

    Args:
        directory: where; it may be there already only when it is empty.
        result: the run.
        critical_path_s: for the verdict document, as for `run_as_json`.

    Returns:
        The directory.

    Raises:
        BundleError: the directory is there and not empty, the disk is full, or we have no right
            to write there; nothing is left behind.
    """
    return write_files(directory, bundle_files(result, critical_path_s))


def write_files(directory: Path, files: Mapping[str, bytes]) -> Path:
    """Save the files of a bundle, as `write_bundle` does.

    Args:
        directory: where.
        files: from `bundle_files`.

    Returns:
        The directory.

    Raises:
        BundleError: as for `write_bundle`.
    """
    check_place(directory)
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{directory.name}.", dir=directory.parent))
    except OSError as error:
        raise _not_written(directory, error) from error
    try:
        _write_all(staging, files)
        staging.rename(directory)
        _flush_directory(directory.parent)
    except OSError as error:
        raise _not_written(directory, error) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return directory


def read_bundle(directory: Path) -> Bundle:
    """Read a bundle, and hold every file to what it was when it was written.

    Args:
        directory: what `write_bundle` has written.

    Returns:
        The bundle.

    Raises:
        BundleError: it is no bundle, of another version, or one of its files is missing, cut,
            changed or not what its schema says; names the file.
    """
    manifest = _decoded(Manifest, directory, MANIFEST, _json(_read(directory, MANIFEST), MANIFEST))
    if not OLDEST_BUNDLE_VERSION <= manifest.bundle_version <= BUNDLE_VERSION:
        msg = (
            f"{directory / MANIFEST}: this is bundle version {manifest.bundle_version}; "
            f"cpe-diag {__version__} reads versions {OLDEST_BUNDLE_VERSION} to {BUNDLE_VERSION}"
        )
        raise BundleError(msg)
    content = {name: _checked(directory, name, digest) for name, digest in manifest.files.items()}
    for name in (CASE, VERDICT, TRACE, *(raw.file for raw in manifest.raw)):
        if name not in content:
            msg = f"{directory / MANIFEST}: does not list {name}"
            raise BundleError(msg)
    return _bundle(directory, manifest, content)


def kept_case(files: Mapping[str, bytes]) -> CaseDocument:
    """Give the case of a run from the files that the store keeps of it.

    Args:
        files: by their names in the bundle.

    Returns:
        What was seen, and of whom.

    Raises:
        BundleError: there is no case among them, or it is not as its schema says.
    """
    if CASE not in files:
        raise BundleError(f"{CASE}: the store keeps none of this run")
    return _decoded(CaseDocument, Path(), CASE, _json(files[CASE], CASE))


def bundle_files(
    result: RunResult, critical_path_s: float | None, *, indent: int | None = 2
) -> dict[str, bytes]:
    """Give the files of a bundle by their names in it.

    Args:
        result: of the run.
        critical_path_s: the longest chain of answers that waited for each other.
        indent: spaces of each level of JSON; None: each document on one line, which takes a tenth
            of the time and two thirds of the room.

    Returns:
        The files.
    """
    files = {
        CASE: _json_bytes(encode(_case_document(result.case)), indent),
        VERDICT: _json_bytes(run_as_json(result, critical_path_s=critical_path_s), indent),
        TRACE: b"".join(_line(exchange) for exchange in result.trace),
    }
    raw = []
    for number, answer in enumerate(result.raw_answers, start=1):
        name = f"{RAW}/{number:04d}.txt"
        files[name] = answer.text.encode("utf-8", "surrogatepass")
        raw.append(
            RawFile(
                file=name,
                exchange=answer.exchange,
                device=answer.device,
                question=answer.question,
            )
        )
    manifest = Manifest(
        bundle_version=BUNDLE_VERSION,
        program_version=__version__,
        rules_version=result.verdict.rules_version,
        run_id=result.run_id,
        playbook=result.playbook,
        subscriber=result.case.subscriber.id,
        started_at=result.started_at,
        files={name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
        raw=tuple(raw),
    )
    files[MANIFEST] = _json_bytes(encode(manifest), indent)
    return files


def _case_document(case: CaseFile) -> CaseDocument:
    return CaseDocument(
        evidence=case.evidence,
        subscriber=_without_references(case.subscriber),
        symptom=case.symptom,
        device_mac=case.device_mac,
        platform_host=case.platform_host,
        thresholds=case.thresholds,
    )


def _without_references(subscriber: Subscriber) -> Subscriber:
    node, router = subscriber.node, subscriber.router
    return replace(
        subscriber,
        node=node and replace(node, snmp=replace(node.snmp, credential=None)),
        router=router and replace(router, credential=None),
        session=None,
    )


def _json_bytes(data: object, indent: int | None) -> bytes:
    text = json.dumps(data, indent=indent, ensure_ascii=False)
    return f"{text}\n".encode("utf-8", "surrogatepass")


def _line(exchange: Exchange) -> bytes:
    return (json.dumps(encode(exchange)) + "\n").encode()


def _refuse_existing(directory: Path) -> None:
    if directory.is_symlink() or (directory.exists() and not directory.is_dir()):
        raise FileExistsError(errno.EEXIST, "it is there already and is no directory")
    if directory.is_dir() and any(directory.iterdir()):
        raise FileExistsError(errno.EEXIST, "it is there already and is not empty")


def _write_all(staging: Path, files: Mapping[str, bytes]) -> None:
    (staging / RAW).mkdir()
    for name, content in files.items():
        with (staging / name).open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    _flush_directory(staging / RAW)
    _flush_directory(staging)


def _flush_directory(directory: Path) -> None:
    # Some file systems refuse fsync on a directory; the files themselves are flushed by then.
    with suppress(OSError):
        descriptor = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


_ADVICE: Final[Mapping[int, str]] = {
    errno.ENOSPC: "the disk is full; make room or name another directory",
    errno.EDQUOT: "the disk quota is used up; make room or name another directory",
    errno.EACCES: "no right to write there; name another directory",
    errno.EPERM: "no right to write there; name another directory",
    errno.EROFS: "the file system is read-only; name another directory",
    errno.ENAMETOOLONG: "the name is too long",
    errno.ENOTDIR: "a part of its path is a file",
    errno.ENOTEMPTY: "it is there already and is not empty; name a new one",
}


def _not_written(directory: Path, error: OSError) -> BundleError:
    words = _ADVICE.get(error.errno or 0) or error.strerror or type(error).__name__
    return BundleError(f"{directory}: the bundle was not written: {words}")


def _read(directory: Path, name: str) -> bytes:
    try:
        return (directory / name).read_bytes()
    except FileNotFoundError as error:
        words = "is missing" if directory.is_dir() else "is missing; there is no such directory"
        msg = f"{directory / name}: {words}"
        raise BundleError(msg) from error
    except OSError as error:
        msg = f"{directory / name}: cannot be read: {error.strerror}"
        raise BundleError(msg) from error


def _checked(directory: Path, name: str, digest: str) -> bytes:
    if Path(name).is_absolute() or ".." in Path(name).parts or "\0" in name:
        msg = f"{directory / MANIFEST}: {name} lies outside of the bundle"
        raise BundleError(msg)
    content = _read(directory, name)
    if hashlib.sha256(content).hexdigest() != digest:
        msg = f"{directory / name}: was cut or changed after it was written (SHA-256 differs)"
        raise BundleError(msg)
    return content


def _text(directory: Path, name: str, content: bytes) -> str:
    try:
        return content.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        msg = f"{directory / name}: is no UTF-8 text (byte {error.start})"
        raise BundleError(msg) from error


def _json(content: bytes, name: str) -> object:
    try:
        data: object = json.loads(content)
    except (ValueError, RecursionError) as error:
        msg = f"{name}: is no JSON: {error}"
        raise BundleError(msg) from error
    return data


def _decoded(value_type: type[V], directory: Path, name: str, data: object) -> V:
    try:
        return decode(value_type, data)
    except UndecodableError as error:
        msg = f"{directory / name}: is not as a bundle's is: {error}"
        raise BundleError(msg) from error


def _bundle(directory: Path, manifest: Manifest, content: Mapping[str, bytes]) -> Bundle:
    case = _decoded(CaseDocument, directory, CASE, _json(content[CASE], CASE))
    said = _json(content[VERDICT], VERDICT)
    parts = said if isinstance(said, dict) else {}
    missing = NEEDED - set(parts)
    if missing:
        msg = f"{directory / VERDICT}: has no {', '.join(sorted(missing))}"
        raise BundleError(msg)
    header = _decoded(RunHeader, directory, VERDICT, parts["run"])
    steps = _decoded(_Steps, directory, VERDICT, {"steps": parts["steps"]}).steps
    timing = parts["timing"]
    raw = tuple(
        RawAnswer(
            exchange=one.exchange,
            device=one.device,
            question=one.question,
            text=_text(directory, one.file, content[one.file]),
        )
        for one in manifest.raw
    )
    lines = content[TRACE].splitlines()
    try:
        header.started_at + timedelta(seconds=header.took_s)
    except OverflowError as error:
        msg = f"{directory / VERDICT}: the run took {header.took_s:g} s, which no run can"
        raise BundleError(msg) from error
    result = RunResult(
        run_id=header.id,
        playbook=header.playbook,
        ticket=header.ticket,
        started_at=header.started_at,
        took_s=header.took_s,
        end=_decoded(RunEnd, directory, VERDICT, header.end),
        case=CaseFile(
            evidence=case.evidence,
            subscriber=case.subscriber,
            symptom=case.symptom,
            device_mac=case.device_mac,
            platform_host=case.platform_host,
            thresholds=case.thresholds,
        ),
        verdict=_decoded(Verdict, directory, VERDICT, parts["verdict"]),
        destination=_decoded(Destination, directory, VERDICT, parts["destination"]),
        steps=steps,
        known=_decoded(KnownIssues, directory, VERDICT, parts["known_issues"])
        if "known_issues" in parts
        else KnownIssues(),
        trace=tuple(_decoded(Exchange, directory, TRACE, _json(line, TRACE)) for line in lines),
        raw_answers=raw,
    )
    critical_path_s = _decoded(Timing, directory, VERDICT, timing).critical_path_s
    return Bundle(
        directory=directory,
        manifest=manifest,
        result=result,
        critical_path_s=critical_path_s,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Steps:
    """The steps of a verdict document, as the engine's own records."""

    steps: tuple[StepRecord, ...]
