"""The virtual router's kernel and first file system, made of unpacked Debian packages."""

from __future__ import annotations

import lzma
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

from debian_packages import LabMissingError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FILES: Final = Path(__file__).parent / "guest"

PROGRAMS: Final = (
    "usr/sbin/hostapd",
    "usr/sbin/hostapd_cli",
    "sbin/wpa_supplicant",
    "sbin/wpa_cli",
    "sbin/iw",
    "usr/sbin/iw",
    "bin/dash",
    "usr/bin/curl",
    "bin/ip",
    "sbin/tc",
    "sbin/bridge",
    "usr/sbin/nft",
    "usr/sbin/dnsmasq",
    "usr/sbin/dropbear",
    "usr/bin/dropbearkey",
    "usr/sbin/pppd",
    "usr/sbin/pppoe",
    "usr/sbin/pppoe-server",
    "sbin/mke2fs",
    "sbin/start-stop-daemon",
    "usr/sbin/service",
    "usr/sbin/snmpd",
    "usr/bin/pkill",
    "usr/bin/unshare",
)
"""What the guest runs beside busybox, where Debian's packages put it."""

FOLDERS: Final = ("usr/lib/pppd", "lib/lsb", "etc/init.d/hostapd", "usr/lib/os-release")

# The order is that of loading; what they depend on is loaded before them.
MODULES: Final = (
    "crc32c_generic",
    "virtio_pci",
    "virtio_blk",
    "virtio_net",
    "ext4",
    "ccm",
    "ctr",
    "gcm",
    "cmac",
    "veth",
    "bridge",
    "8021q",
    "sch_netem",
    "sch_tbf",
    "pppoe",
    "ppp_async",
    "nf_tables",
    "nft_chain_nat",
    "nft_masq",
    "nft_ct",
    "nft_numgen",
    "mac80211_hwsim",
)
ARGUMENTS: Final = {"mac80211_hwsim": "radios=4"}

ELF: Final = b"\x7fELF"
XZ: Final = b"\xfd7zXZ\x00"
_DEPENDS: Final = re.compile(rb"\x00depends=([^\x00]*)\x00")


def loader(root: Path) -> tuple[str, ...]:
    """Give the words that run a program of the packages with their own libraries."""
    libraries = ":".join(str(root / place) for place in _LIBRARIES)
    return (str(root / "lib64/ld-linux-x86-64.so.2"), "--library-path", libraries)


_LIBRARIES: Final = ("lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu")


def make_kernel(root: Path, target: Path) -> None:
    """Write the kernel, unpacked where its packing is known: it starts seconds earlier.

    Raises:
        LabMissingError: the packages hold no kernel.
    """
    kernels = sorted((root / "boot").glob("vmlinuz-*"))
    if not kernels:
        raise LabMissingError("linux-image-amd64 brought no kernel")
    packed = kernels[-1].read_bytes()
    for match in re.finditer(re.escape(XZ), packed):
        try:
            kernel = lzma.LZMADecompressor(lzma.FORMAT_XZ).decompress(packed[match.start() :])
        except lzma.LZMAError:
            continue
        if kernel.startswith(ELF):
            target.write_bytes(kernel)
            return
    target.write_bytes(packed)


def make_file_system(root: Path, target: Path) -> None:
    """Write the initial file system as an archive that the kernel unpacks (cpio, newc).

    Raises:
        LabMissingError: a file that the guest needs is in none of the packages.
    """
    tree: dict[str, tuple[int, bytes]] = {}
    for name in ("dev", "proc", "sys", "run", "tmp", "flash", "root", "var/lib/misc", "usr/bin",
                 "usr/sbin", "lib64", "etc", "lab/www", "lib/modules"):  # fmt: skip
        _folder(tree, name)
    for name, place in (("bin", "usr/bin"), ("sbin", "usr/sbin"), ("var/run", "/run")):
        tree[name] = (0o120777, place.encode())
    _busybox(root, tree)
    _programs(root, tree)
    tree["usr/bin/sh"] = (0o120777, b"dash")
    _modules(root, tree)
    for path in sorted(FILES.rglob("*")):
        if path.is_file():
            inside = str(path.relative_to(FILES))
            name = inside if inside.startswith("etc/") or inside == "init" else f"lab/{inside}"
            name = {"lab/inittab": "etc/inittab"}.get(name, name)
            _add(tree, name, path)
            if "/" not in inside or inside.startswith("etc/init.d/") or name.endswith(".script"):
                tree[name] = (0o100755, tree[name][1])
    for name in ("lab/home/etc/ppp/ip-up",):
        tree[name] = (0o100755, tree[name][1])
    for name in ("etc/shadow", "etc/hostapd/hostapd.conf", "etc/hostapd/wlan1.conf"):
        tree[name] = (0o100600, tree[name][1])
    tree["etc/os-release"] = (0o120777, b"../usr/lib/os-release")
    tree["lab/www/index.html"] = (0o100644, b"<p>www.example.com of the lab</p>\n")
    target.write_bytes(b"".join(_archive(tree)))


def _busybox(root: Path, tree: dict[str, tuple[int, bytes]]) -> None:
    program = root / "bin/busybox"
    _add(tree, "usr/bin/busybox", program)
    listed = subprocess.run(  # noqa: S603 - a program of the packages
        (str(program), "--list-full"), check=True, capture_output=True, text=True
    )
    for applet in listed.stdout.split():
        if applet == "bin/busybox":
            continue
        place = "usr/sbin" if applet.split("/")[-2:-1] == ["sbin"] else "usr/bin"
        tree[f"{place}/{Path(applet).name}"] = (0o120777, b"/usr/bin/busybox")


def _programs(root: Path, tree: dict[str, tuple[int, bytes]]) -> None:
    found = [root / name for name in PROGRAMS if (root / name).exists()]
    missing = {Path(name).name for name in PROGRAMS} - {path.name for path in found}
    if missing:
        raise LabMissingError(f"Debian's packages brought no {', '.join(sorted(missing))}")
    for path in found:
        place = "usr/sbin" if path.parent.name == "sbin" else "usr/bin"
        for other in ("usr/bin", "usr/sbin"):
            tree.pop(f"{other}/{path.name}", None)
        _add(tree, f"{place}/{path.name}", path)
    for name in FOLDERS:
        source = root / name
        for path in [source] if source.is_file() else sorted(source.rglob("*")):
            if path.is_file():
                _add(tree, str(path.relative_to(root)), path)
    database = root / "lib/firmware"
    for name in ("regulatory.db", "regulatory.db.p7s"):
        _add(tree, f"lib/firmware/{name}", database / f"{name}-debian")
    plugins = sorted((root / "usr/lib/pppd").rglob("*.so"))
    for path in _libraries(root, [*found, *plugins]):
        _add(tree, f"usr/lib/{path.name}", path)
    _add(tree, "lib64/ld-linux-x86-64.so.2", root / "lib64/ld-linux-x86-64.so.2")


def _libraries(root: Path, programs: Iterable[Path]) -> set[Path]:
    """Ask the packages' own loader which libraries programs need."""
    needed: set[Path] = set()
    for program in programs:
        if not program.read_bytes().startswith(ELF):
            continue
        listed = subprocess.run(  # noqa: S603 - a program of the packages
            (*loader(root), "--list", str(program)), check=False, capture_output=True, text=True
        )
        if "not found" in listed.stdout:
            raise LabMissingError(f"libraries of {program.name} are in no package")
        pairs = (line.split(" => ") for line in listed.stdout.splitlines() if " => " in line)
        needed.update(Path(pair[1].rsplit(" (", 1)[0]) for pair in pairs)
    return {path for path in needed if path.is_relative_to(root)}


def _modules(root: Path, tree: dict[str, tuple[int, bytes]]) -> None:
    files = {
        path.name.partition(".")[0].replace("-", "_"): path
        for path in sorted((root / "lib/modules").rglob("*.ko*"))
    }
    loaded: dict[str, bytes] = {}
    for name in MODULES:
        _load(name, files, loaded)
    lines = [f"{name}.ko {ARGUMENTS.get(name, '')}".strip() for name in loaded]
    for name, module in loaded.items():
        tree[f"lib/modules/{name}.ko"] = (0o100644, module)
    tree["lab/modules"] = (0o100644, "".join(f"{line}\n" for line in lines).encode())


def _load(name: str, files: dict[str, Path], loaded: dict[str, bytes]) -> None:
    if name in loaded:
        return
    if name not in files:
        raise LabMissingError(f"Debian's kernel package has no module {name}")
    module = files[name].read_bytes()
    if files[name].suffix == ".xz":
        module = lzma.decompress(module)
    match = _DEPENDS.search(module)
    for other in (match[1] if match else b"").decode().split(","):
        if other:
            _load(other.replace("-", "_"), files, loaded)
    loaded[name] = module


def _folder(tree: dict[str, tuple[int, bytes]], name: str) -> None:
    parts = Path(name).parts
    for end in range(1, len(parts) + 1):
        tree.setdefault("/".join(parts[:end]), (0o040755, b""))


def _add(tree: dict[str, tuple[int, bytes]], name: str, path: Path) -> None:
    _folder(tree, str(Path(name).parent))
    mode = 0o100755 if path.stat().st_mode & 0o100 else 0o100644
    tree[name] = (mode, path.read_bytes())


def _archive(tree: dict[str, tuple[int, bytes]]) -> Iterator[bytes]:
    """Write entries of a cpio archive: kernel, Documentation/driver-api/early-userspace."""
    entries = [*tree.items(), ("TRAILER!!!", (0, b""))]
    for number, (name, (mode, content)) in enumerate(entries):
        numbers = (number, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name) + 1, 0)
        head = b"070701" + b"".join(b"%08x" % one for one in numbers) + name.encode() + b"\0"
        yield head + b"\0" * (-len(head) % 4)
        yield content + b"\0" * (-len(content) % 4)
