"""The fact of a laptop on site about the size of the packets that its way takes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSize:
    """Fact `field_size`: the largest packet that comes to the reference and back in one piece.

    Sizes are those of IP packets with their headers. `most_bytes` is the largest that was tried:
    more the laptop's own link does not take. `largest_bytes` None: of none that was tried an
    answer came. `lost_bytes` is the smallest that did not come back, None: all did. `told_bytes`
    is the size that `told_by` says it takes (RFC 1191, next-hop MTU); None: nobody says anything,
    so that what is larger vanishes. `packets_sent` counts all that were sent for it.
    """

    target: str
    most_bytes: int
    largest_bytes: int | None
    lost_bytes: int | None
    told_bytes: int | None
    told_by: str
    packets_sent: int
