"""Claims about the project as a whole: packaging, imports, secrets in the tree."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HEAVY = (
    "alembic",
    "asyncssh",
    "cryptography",
    "dns",
    "gufo",
    "httpcore",
    "icmplib",
    "jsonschema",
    "paramiko",
    "pysnmp",
    "rich",
    "sqlalchemy",
    "yaml",
    "asyncio",
)


def _pyproject() -> dict[str, object]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        return tomllib.load(file)


def _run_python(code: str) -> str:
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout.strip()


def test_every_package_on_disk_is_shipped_and_none_that_is_not() -> None:
    """A folder that is missing from `packages` works in a checkout and fails in a wheel."""
    on_disk = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for path in (ROOT / "cpe_diag").rglob("__init__.py")
    }
    tool = _pyproject()["tool"]
    assert isinstance(tool, dict)
    shipped = set(tool["setuptools"]["packages"])
    assert shipped == on_disk | {"cpe_diag_drivers", "cpe_diag_playbooks"}


def test_drivers_and_playbooks_are_no_import_names_of_the_installed_package() -> None:
    """`drivers` and `playbooks` in site-packages would collide with other projects' folders."""
    code = (
        "import sys; sys.path = [p for p in sys.path if p not in ('', '.')];"
        "from cpe_diag.driver_kit.load import list_drivers; list_drivers();"
        "print('drivers' in sys.modules or 'playbooks' in sys.modules)"
    )
    assert _run_python(code) == "False"


def test_a_run_from_afar_imports_nothing_that_only_a_laptop_on_site_needs() -> None:
    """It would pay for it at every start."""
    code = (
        "import sys, cpe_diag.cli.run_doing, cpe_diag.wiring.runs, cpe_diag.store.bundle;"
        "print(sum(n.startswith('cpe_diag.wiring.runs') for n in sys.modules),"
        "sorted(n for n in sys.modules if n.startswith(('cpe_diag.field.', 'cpe_diag.wiring.'))"
        " and n.split('.')[2] in ('laptop_port', 'beyond', 'raw', 'air', 'laptop_door',"
        " 'field_targets', 'seen_on_site')))"
    )
    assert _run_python(code) == "1 []"


def test_scapy_lives_in_the_process_for_raw_frames_alone() -> None:
    """It needs a right that nothing else needs, and its licence stays apart: the extra `field`."""
    named = re.compile(r"^\s*(?:from|import) scapy\b", re.MULTILINE)
    raw = ROOT / "cpe_diag" / "field" / "raw"
    files = [*(ROOT / "cpe_diag").rglob("*.py"), *(ROOT / "drivers").rglob("*.py")]
    using = {file for file in files if named.search(file.read_text(encoding="utf-8"))}
    assert using
    assert {file for file in using if raw not in file.parents} == set()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    assert [name for name, one in extras.items() if any("scapy" in word for word in one)] == [
        "field"
    ]
    assert not any("scapy" in word for word in project["dependencies"])


def test_no_link_is_kept_with_the_sources() -> None:
    """A link leads to a place of one machine, such as its virtual environment."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout")
    done = subprocess.run(
        ["git", "ls-files", "--stage"],  # noqa: S607 - the developer's own
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        timeout=60,
    )
    rows = done.stdout.splitlines()
    assert len(rows) > 100
    assert [row for row in rows if row.startswith("120000")] == []


def test_the_runtime_lock_pins_every_dependency_with_hashes() -> None:
    """An unpinned or unhashed package makes two installations differ."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    entries = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert len(entries) > 20
    assert all("==" in line and line.endswith("\\") for line in entries)
    assert text.count("--hash=sha256:") >= len(entries)


def test_paramiko_stays_below_5() -> None:
    """Version 5 cannot talk to routers that only know ssh-rsa or SHA-1 key exchange."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "\nparamiko==4." in text


def test_help_imports_nothing_heavy() -> None:
    """`--help` must answer at once; a heavy import at module level would slow every command."""
    code = (
        "import sys\n"
        "from cpe_diag.cli import main\n"
        "try:\n"
        "    main(['--help'], standalone_mode=False)\n"
        "finally:\n"
        f"    print('LOADED', [m for m in {HEAVY!r} if m in sys.modules])\n"
    )
    assert _run_python(code).splitlines()[-1] == "LOADED []"


def test_a_sweep_imports_nothing_of_a_run() -> None:
    """Rules, probes and SSH took a fifth of a second of every `cpe-diag outage`."""
    of_a_run = (
        *("cpe_diag.judge.decide", "cpe_diag.judge.rules", "cpe_diag.probes.catalogue"),
        *("cpe_diag.transports.ssh", "cpe_diag.transports.http", "cpe_diag.wiring.doors"),
    )
    code = (
        "import sys, cpe_diag.wiring.desk, cpe_diag.wiring.outages\n"
        f"print('LOADED', [m for m in {of_a_run!r} if m in sys.modules])\n"
    )
    assert _run_python(code).splitlines()[-1] == "LOADED []"


@pytest.mark.parametrize("name", ["README.md", "LICENSE", "docs/dependencies.md"])
def test_what_a_newcomer_reads_first_is_there(name: str) -> None:
    """A licence or a README that is missing stops every operator's legal department."""
    assert (ROOT / name).stat().st_size > 1000


def test_every_runtime_dependency_is_explained() -> None:
    """Each dependency stands in docs/dependencies.md with its reason and licence."""
    project = _pyproject()["project"]
    assert isinstance(project, dict)
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    names = [entry.split(">")[0].split("[")[0].split("=")[0] for entry in project["dependencies"]]
    assert [name for name in names if f"| {name} |" not in page] == []


def test_every_runtime_dependency_is_imported() -> None:
    """A package that nothing uses is one more to audit, for nothing."""
    project = _pyproject()["project"]
    assert isinstance(project, dict)
    modules = {
        "pyyaml": "yaml",
        "gufo-snmp": "gufo",
        "dnspython": "dns",
        "prometheus-client": "prometheus_client",
        "argon2-cffi": "argon2",
    }
    code = "\n".join(path.read_text("utf-8") for path in (ROOT / "cpe_diag").rglob("*.py"))
    names = [re.split(r"[\[<>=]", entry)[0].lower() for entry in project["dependencies"]]
    unused = [
        name
        for name in names
        if not re.search(rf"^\s*(?:import|from) {modules.get(name, name)}\b", code, re.MULTILINE)
        and f'drivername="postgresql+{name}"' not in code  # SQLAlchemy imports it by this name
    ]
    assert unused == []
