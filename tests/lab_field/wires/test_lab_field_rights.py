"""Of root's rights the process for raw frames has one, and the command none (proc(5))."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    import subprocess

    from field_wire import Wire

NET_RAW: Final = f"{1 << 13:016x}"
NONE: Final = f"{0:016x}"
RAW: Final = b"cpe_diag.field.raw"
WITHIN_S: Final = 30.0
WITHOUT_RAW: Final = ("setpriv", "--bounding-set=-net_raw", "--inh-caps=-net_raw")
SETS: Final = ("CapEff", "CapPrm", "CapInh", "CapAmb")


def status(place: Path) -> dict[str, str]:
    """Give what the system tells of a process, or of one of its threads."""
    lines = (place / "status").read_text(encoding="ascii").splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def helper_of(check: subprocess.Popen[bytes]) -> Path | None:
    """Give the process for raw frames of a check, once it has become that."""
    place = Path(f"/proc/{check.pid}")
    for child in (place / "task" / str(check.pid) / "children").read_text().split():
        words = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
        if RAW in words and b"python" in words[0]:
            return Path(f"/proc/{child}")
    return None


def rights_of(wire: Wire, *words: str) -> tuple[list[dict[str, str]], dict[str, str]]:
    """Run a check, and give of all threads of the command, and of its helper, what they may."""
    check = wire.start("laptop", *wire.command(*words))
    place, ends_s = Path(f"/proc/{check.pid}"), time.monotonic() + WITHIN_S
    while time.monotonic() < ends_s and check.poll() is None:
        helper = helper_of(check)
        threads = [status(one) for one in (place / "task").iterdir()]
        if helper is not None and threads[0]["CapEff"] == NONE:
            return threads, status(helper)
        time.sleep(0.005)
    raise AssertionError((wire.folder / "0.log").read_text())


@pytest.mark.parametrize(
    ("words", "right"),
    [(("--at", "wall_port"), NET_RAW), (("--dry-run",), NONE)],
    ids=["check", "dry run"],
)
def test_only_the_process_for_raw_frames_has_a_right_and_only_that(
    wire: Wire, words: tuple[str, ...], right: str
) -> None:
    """By a root shell too, where nobody else has called; and nothing that they start gets more."""
    threads, helper = rights_of(wire, *words)
    assert {thread[one] for thread in threads for one in SETS} == {NONE}
    assert {thread["NoNewPrivs"] for thread in threads} == {"1"}
    assert (helper["CapEff"], helper["CapBnd"], helper["NoNewPrivs"]) == (right, right, "1")


def test_without_the_right_what_needs_none_is_done_and_the_rest_names_the_command(
    wire: Wire,
) -> None:
    """Nobody is root: link, names, pages, pings, the way and sizes are told all the same."""
    wire.dnsmasq("operator", "198.51.100.1", "198.51.100.20")
    wire.world("operator")
    wire.laptop_takes("198.51.100.20", "198.51.100.1")
    document = wire.check("--at", "wall_port", within=WITHOUT_RAW)
    facts = {one["key"]: one for one in document["evidence"]["facts"]}
    for kind in ("link", "names", "page", "trace", "size", "jitter"):
        assert "value" in facts[f"field_{kind}[wall_port]"], kind
    assert "value" in facts["ping[wall_port>reference]"]
    unknowns = {one["key"]: one for one in document["evidence"]["unknowns"]}
    for kind in ("dhcp", "pppoe", "arp", "routers", "heard"):
        failure = unknowns[f"field_{kind}[wall_port]"]
        assert failure["kind"] == "missing_privilege", kind
        assert failure["next_step"].startswith("sudo "), kind
