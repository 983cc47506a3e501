"""Builds the network, waits until it works, and takes it down whatever happened to it."""

from __future__ import annotations

import contextlib
import re
import shutil
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cpe_diag.lab.home import files, layout, namespaces
from cpe_diag.lab.home.calls import call
from cpe_diag.lab.home.needs import HomeLabError, check
from cpe_diag.lab.inventory import SECRETS_FILE

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator, Sequence

NAME: Final = re.compile(r"[a-z0-9_]{1,20}")
"""How a copy may be called; no hyphen, so that no prefix is the beginning of another."""
BUILD: Final = Path(__file__).parent / "net" / "build.sh"
READY_LIMIT_S: Final = 30.0

# NET-SNMP-AGENT-MIB nsCacheTimeout of ifTable (ifXTable shares it) and of dot3StatsTable: one
# second instead of 15 and 60, so that the agent tells what is now.
FRESH: Final = (
    *("1.3.6.1.4.1.8072.1.5.3.1.2.1.3.6.1.2.1.2.2", "i", "1"),
    *("1.3.6.1.4.1.8072.1.5.3.1.2.1.3.6.1.2.1.10.7.2", "i", "1"),
)


def folder_of(name: str) -> Path:
    """Give the folder of a copy."""
    import platformdirs

    return Path(platformdirs.user_state_dir("cpe-diag")) / "lab-home" / name


def copies() -> tuple[str, ...]:
    """Name every copy of which anything is there: a namespace, or a folder."""
    named = set(namespaces.named_copies())
    with contextlib.suppress(FileNotFoundError):
        named |= {path.name for path in folder_of("").iterdir()}
    return tuple(sorted(named))


def up(name: str) -> Path:
    """Build a copy, and wait until its devices have fetched pages.

    Args:
        name: what the copy is called.

    Returns:
        Its folder.

    Raises:
        HomeLabError: it cannot be made here, it is there already, or it does not come up. Nothing
            of it is left then.
        OSError: a file cannot be written.
    """
    check()
    check_name(name)
    if name in copies():
        raise HomeLabError(f"{name} is there already; `cpe-diag lab home down --name {name}`")
    folder = folder_of(name)
    try:
        folder.mkdir(parents=True, mode=0o700)
        files.write_folder(folder)
        _build(name, folder)
        wait_until_ready(name)
    except BaseException:
        down(name)
        raise
    return folder


def check_name(name: str) -> None:
    """See that a copy may be called so.

    Raises:
        HomeLabError: it may not.
    """
    if NAME.fullmatch(name) is None:
        raise HomeLabError(f"{name!r} is no name for it: small letters, digits and _, at most 20")


def _build(name: str, folder: Path) -> None:
    # If we are killed, so is the script: nothing is built after `down` has looked.
    command = ["setpriv", "--pdeathsig", "KILL", "sh", str(BUILD)]
    done = call([*command, namespaces.full_name(name, "")[:-1], str(folder), sys.executable])
    if done.returncode:
        words = "; ".join(done.stderr.strip().splitlines()[-3:])
        raise HomeLabError(f"building it failed: {words or done.returncode}")


def wait_until_ready(name: str) -> None:
    """Wait until everybody has an address, and pages and the agent answer.

    Raises:
        HomeLabError: something does not, after half a minute.
    """
    limit = time.monotonic() + READY_LIMIT_S
    for missing, there in _signs(name):
        while not there():
            if time.monotonic() > limit:
                raise HomeLabError(f"{missing} after {READY_LIMIT_S:g} s")
            time.sleep(namespaces.LOOK_AGAIN_S)


def _signs(name: str) -> Iterator[tuple[str, Callable[[], bool]]]:
    """Give every sign of life, and what to say where it does not come."""
    for host in layout.VISITORS:
        for site in layout.SITES:
            yield f"{host} has not fetched {site.url}", partial(_fetched, name, host, site.name)
        yield (
            f"{host} has not fetched {layout.REFERENCE.url} by IPv6",
            partial(_fetched, name, host, f"{layout.REFERENCE.name}.6"),
        )
    for line in layout.LINES:
        yield f"{line.host} has no address", partial(_has_address, name, line.host, line.address)
    yield "the access node's agent does not answer", partial(_agent_answers, name)


def _fetched(name: str, host: str, site: str) -> bool:
    return last_visit(name, host, site).startswith("200 ")


def last_visit(name: str, host: str, site: str) -> str:
    """Tell how a device's last visit of a site went: status (000: none), seconds; or nothing."""
    try:
        return (folder_of(name) / "visits" / host / site).read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def forget_visits(name: str) -> None:
    """Forget how visits went, so that only new ones are seen."""
    for path in (folder_of(name) / "visits").glob("*/*"):
        path.unlink(missing_ok=True)


def _has_address(name: str, host: str, address: str) -> bool:
    return f" {address}/" in output(name, host, ["ip", "-4", "-o", "addr"], failing="")


def _agent_answers(name: str) -> bool:
    """Tell the agent not to remember for long."""
    community = read_secrets(folder_of(name))["snmp_write"]
    asked = ["snmpset", "-v2c", "-c", community, "-t", "0.2", "-r", "0", layout.NODE, *FRESH]
    return output(name, "noc", asked, failing="") != ""


def read_secrets(folder: Path) -> dict[str, str]:
    """Read the secrets of a copy."""
    import yaml

    held: dict[str, str] = yaml.safe_load((folder / SECRETS_FILE).read_text("utf-8"))
    return held


def output(name: str, host: str, command: Sequence[str], *, failing: str | None = None) -> str:
    """Run a command in a host and give what it says.

    Args:
        name: the copy.
        host: where.
        command: program and arguments.
        failing: what to give where it fails or the host does not run; None: that is an error.

    Raises:
        HomeLabError: it fails, or the host does not run.
    """
    try:
        return _succeeded(host, call([*namespaces.entering(name, host), *command]))
    except HomeLabError:
        if failing is None:
            raise
        return failing


def _succeeded(host: str, done: subprocess.CompletedProcess[str]) -> str:
    if done.returncode:
        said = done.stderr.strip() or f"ended with {done.returncode}"
        raise HomeLabError(f"{done.args[-1]} in {host}: {said}")
    return done.stdout


def down(name: str) -> bool:
    """Take down whatever there is of a copy.

    Returns:
        Whether anything was there.

    Raises:
        HomeLabError: something does not go, or no copy can be called so.
    """
    check_name(name)
    there = name in copies()
    namespaces.remove(name)
    shutil.rmtree(folder_of(name), ignore_errors=True)
    return there
