"""The files that every browser may have, and addresses of them that change with their content."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

STATIC: Final = {
    "pages.css": "text/css; charset=utf-8",
    "live.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}
"""By name, what they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticFile:
    """One file; `tag` is of its content alone."""

    name: str
    kind: str
    content: bytes
    tag: str

    @property
    def address(self) -> str:
        """Where pages find it: a browser asks once for each version, and not at each page."""
        return f"/static/{self.name}?v={self.tag}"


def static_files() -> Mapping[str, StaticFile]:
    """Read them all.

    Returns:
        The files by name.
    """
    return {name: _read(name, kind) for name, kind in STATIC.items()}


def _read(name: str, kind: str) -> StaticFile:
    content = (resources.files(__package__) / "static" / name).read_bytes()
    tag = hashlib.sha256(content).hexdigest()[:32]
    return StaticFile(name=name, kind=kind, content=content, tag=tag)
