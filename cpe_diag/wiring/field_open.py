"""Takes a pack into use on a laptop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.domain.failures import PackError
from cpe_diag.store.ciphered import blanked
from cpe_diag.store.known_issues import StoredKnownIssues
from cpe_diag.wiring.config import PACK
from cpe_diag.wiring.desk import case_store
from cpe_diag.wiring.field_given import note_received
from cpe_diag.wiring.field_pack import (
    enrolled,
    keep_seen,
    lay_out,
    opened,
    pack_in_use,
    seen,
    write_whole,
)

if TYPE_CHECKING:
    from pathlib import Path

    from cpe_diag.field.pack import Pack
    from cpe_diag.wiring.config import Config


def taken_into_use(config: Config, file: Path) -> Pack:
    """Check a pack, and move it to where the configuration says that this laptop's pack is.

    Returns:
        The pack; its known issues are in this laptop's store then, and what the office has of what
        was sealed for it is kept no longer.

    Raises:
        PackError: it may not be used, and what was in use before stays in use; or it is in use,
            and the file that it came in cannot be removed.
        StoreError: the laptop's store cannot be used.
    """
    inventory = config.inventory
    if inventory is None or inventory.kind != PACK or inventory.path is None:
        raise PackError("the configuration names no pack: inventory: {kind: pack, path: FILE}")
    pack = opened(config, file)
    _note_replaced(config, pack)
    moves = file.resolve() != inventory.path.resolve()
    if moves:
        write_whole(inventory.path, file.read_bytes())
    lay_out(pack, inventory.path)
    signs_as = enrolled().signs_as
    note_received(pack.received.get(signs_as), frozenset(pack.disputed.get(signs_as, ())))
    keep_known(config, pack)
    if moves:
        _gone(file)
    return pack


def _note_replaced(config: Config, pack: Pack) -> None:
    """Note until when the pack is that another one takes the place of: it ends then all the same.

    Raises:
        PackError: it cannot be noted.
    """
    before = pack_in_use(config)
    if before is not None and before.id != pack.id:
        state = seen()
        until = {before.id: before.valid_until.isoformat()}
        keep_seen(state | {"replaced": state["replaced"] | until})


def keep_known(config: Config, pack: Pack) -> None:
    """Put the known issues of a pack into this laptop's store.

    Raises:
        StoreError: it cannot be used.
    """
    known = StoredKnownIssues(case_store(config))
    held = {issue.id for issue in known.every()}
    for issue in pack.known:
        if issue.id not in held:
            known.add(issue)


def _gone(file: Path) -> None:
    """Remove what a pack was opened from: this laptop could still read it when the pack is over.

    Raises:
        PackError: it stays.
    """
    try:
        blanked(file)
    except OSError as error:
        words = f"the pack is in use, but {file} stays: {error.strerror}: remove it"
        raise PackError(words) from error
