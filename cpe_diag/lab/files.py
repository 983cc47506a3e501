"""What a running lab writes into its directory: all that a client needs to use it."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Final

import yaml

from cpe_diag.lab.inventory import SECRETS_FILE, inventory_document, secrets_document

if TYPE_CHECKING:
    from pathlib import Path

    from cpe_diag.lab.world import World

LAB_FILE: Final = "lab.json"
CONFIG_FILE: Final = "config.yaml"
INVENTORY_FILE: Final = "inventory.yaml"
KNOWN_HOSTS_FILE: Final = "known_hosts"
STORE_FILE: Final = "case.db"
"""Consents and audit trail of the lab; its key, its lock and SQLite's files stand beside it."""
ALL_FILES: Final = (
    LAB_FILE,
    CONFIG_FILE,
    INVENTORY_FILE,
    KNOWN_HOSTS_FILE,
    SECRETS_FILE,
    *(
        f"{STORE_FILE}{end}"
        for end in ("", "-wal", "-shm", ".lock", ".audit-key", ".audit-key.new")
    ),
)

BODY: Final = {"subscriber": "{subscriber}", "text": "{text}"}
"""What the lab's message gateway takes."""

CONFIG_HEAD: Final = """\
# Written by `cpe-diag lab up`; it is removed when the lab stops.
# icmp is false because the kernel itself answers for every loopback address, whatever the lab
# says about the device there: an echo reply would be no evidence.
"""


def write_private(path: Path, content: str) -> None:
    """Write a file that only its owner may read, whole or not at all.

    Args:
        path: where.
        content: the text.

    Raises:
        OSError: it cannot be written.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(content)
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def write_files(world: World, directory: Path, *, gateway: str | None = None) -> None:
    """Write configuration, inventory, host keys and secrets.

    Args:
        world: a lab whose faces listen.
        directory: where; it exists.
        gateway: the URL that takes messages for customers; None: there is none.

    Raises:
        OSError: a file cannot be written.
    """
    documents = (
        (SECRETS_FILE, "", secrets_document(world)),
        (INVENTORY_FILE, "", inventory_document(world)),
        (CONFIG_FILE, CONFIG_HEAD, config_document(world, gateway)),
    )
    for name, head, document in documents:
        write_private(
            directory / name, head + yaml.safe_dump(document, sort_keys=False, allow_unicode=True)
        )
    write_private(directory / KNOWN_HOSTS_FILE, known_hosts(world))


def remove_files(directory: Path) -> None:
    """Remove all that a lab writes, and the directory if nothing else is in it."""
    for name in ALL_FILES:
        (directory / name).unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        directory.rmdir()


def config_document(world: World, gateway: str | None) -> dict[str, object]:
    """Give the configuration of cpe-diag that points to this lab."""
    reference, platform = world.reference, world.platform
    return {
        "inventory": {"kind": "file", "path": INVENTORY_FILE},
        "ssh": {"known_hosts": KNOWN_HOSTS_FILE},
        "icmp": False,
        "resolver": {"address": world.resolver.address, "port": world.resolver.udp_port},
        "reference": {
            "host": reference.name,
            "address": reference.address,
            "url": f"http://{reference.name}:{reference.tcp_port}/",
        },
        "platforms": {
            "default": {
                "host": platform.name,
                "url": f"http://{platform.name}:{platform.tcp_port}/",
            }
        },
        "sample_interval_s": 1.0,
        "store": {"path": STORE_FILE},
        **({} if gateway is None else {"consent": {"gateway": {"url": gateway, "json": BODY}}}),
        "staff": {
            "me": "trainee",
            "members": {
                "trainee": {"role": "senior"},
                "colleague": {"role": "senior"},
                "newcomer": {"role": "second_line"},
                "guest": {"role": "viewer"},
            },
        },
    }


def known_hosts(world: World) -> str:
    """Give the routers' host keys in the form of OpenSSH (sshd(8), SSH_KNOWN_HOSTS)."""
    return "".join(
        f"[{router.address}]:{router.tcp_port} {' '.join(router.host_key_openssh.split()[:2])}\n"
        for router in world.routers.values()
    )
