"""The links of the audit chain: what is hashed and signed, and what a wrong chain shows.

A link holds when, what and on which plan, the hash of the link before it, and a salted hash of its
personal record (who, about whom, in which words), which stands apart: when that record is erased,
the chain still holds. Each link is signed for itself, and the head once more with the length of
the chain, so that nobody can make an older end of it look like the end.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final, Protocol

from cpe_diag.domain.audit import AuditKind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

FIRST_PREVIOUS: Final = "0" * 64
"""What the first link says of the one before it."""

_FORM: Final = "cpe-diag audit 1"


class Signed(Protocol):
    """Tells whether a signature of the audit key is right."""

    def holds(self, signature: str, message: bytes) -> bool:
        """Say whether `signature`, in hex, is the key's of `message`; nonsense is not."""

    @property
    def public(self) -> str:
        """The public key, in hex."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Personal:
    """What is personal in an entry; `salt` (hex) keeps its hash from being guessed."""

    seq: int
    salt: str
    staff: str
    subscriber: str | None
    ticket: str | None
    words: str

    @property
    def digest(self) -> str:
        """SHA-256, in hex."""
        return _sha256(asdict(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One link, as the table holds it. `hash` should be `computed`, which is what is signed."""

    seq: int
    previous: str
    kind: str
    at: str
    action: str | None
    digest: str | None
    personal: str
    hash: str = ""
    signature: str = ""

    @property
    def computed(self) -> str:
        """SHA-256 of all but hash and signature, in hex."""
        return _sha256(
            {
                name: said
                for name, said in asdict(self).items()
                if name not in {"hash", "signature"}
            }
        )

    @property
    def message(self) -> bytes:
        """What is signed."""
        return _canonical({"form": _FORM, "link": self.computed})


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The signed end of the chain."""

    length: int
    hash: str
    public_key: str
    signature: str = ""

    @property
    def message(self) -> bytes:
        """What is signed."""
        return _canonical({"form": _FORM, "length": self.length, "head": self.hash})


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """What is wrong with a chain, and at which entry."""

    seq: int
    words: str


def flaws_of(
    links: Sequence[Link],
    personal: Mapping[int, Personal],
    head: Head | None,
    key: Signed,
    *,
    erased: Collection[int] = (),
) -> tuple[Flaw, ...]:
    """Check a chain.

    Args:
        links: by number.
        personal: by number.
        head: None: there is none.
        key: the key that must have signed.
        erased: further entries whose persons may be missing.

    Returns:
        Every flaw, by number; empty where the chain is as it was written.
    """
    found = [*_missing(links, head), *_wrong_links(links, key)]
    found += _wrong_personal(links, personal, erased)
    found += _wrong_head(links, head, key)
    return tuple(sorted(dict.fromkeys(found), key=lambda flaw: flaw.seq))


def _missing(links: Sequence[Link], head: Head | None) -> Iterable[Flaw]:
    """Find gaps, also at the end, of which the head says where it was."""
    numbers = {link.seq for link in links}
    last = max([0, *numbers, head.length if head else 0])
    gap: list[int] = []
    for seq in [*(one for one in range(1, last + 1) if one not in numbers), last + 2]:
        if gap and seq != gap[-1] + 1:
            many = f"entries {gap[0]} to {gap[-1]} are" if len(gap) > 1 else f"entry {gap[0]} is"
            yield Flaw(seq=gap[0], words=f"{many} missing: the chain was cut here")
            gap = []
        gap.append(seq)


def _wrong_links(links: Sequence[Link], key: Signed) -> Iterable[Flaw]:
    if links and links[0].seq == 1 and links[0].previous != FIRST_PREVIOUS:
        yield _edited(links[0])
    for link in links:
        if link.hash != link.computed or not key.holds(link.signature, link.message):
            yield _edited(link)
    for before, link in pairwise(links):
        if link.seq == before.seq + 1 and link.previous != before.computed:
            sound = all(one.hash == one.computed for one in (before, link))
            if sound and key.holds(before.signature, before.message):
                yield Flaw(
                    seq=link.seq,
                    words=f"entry {link.seq} does not follow from entry {before.seq}",
                )


def _edited(link: Link) -> Flaw:
    words = f"entry {link.seq} is not what was signed: it was changed, or stands in a wrong place"
    return Flaw(seq=link.seq, words=words)


def _wrong_personal(
    links: Sequence[Link], personal: Mapping[int, Personal], gone: Collection[int]
) -> Iterable[Flaw]:
    erased = _erased(links)
    for link in links:
        record = personal.get(link.seq)
        if record is None and (link.seq in gone or erased.get(link.seq, 0) > link.seq):
            continue
        if record is None:
            words = f"entry {link.seq} has lost who did it, and about whom"
            yield Flaw(seq=link.seq, words=words)
        elif record.digest != link.personal:
            words = f"entry {link.seq}: who did it, about whom, or the words were changed"
            yield Flaw(seq=link.seq, words=words)
    for seq in sorted(set(personal) - {link.seq for link in links}):
        yield Flaw(seq=seq, words=f"entry {seq} has a person and no link: it was put in or cut")


def _erased(links: Sequence[Link]) -> Mapping[int, int]:
    """Give the numbers of the entries whose persons were erased, each with that of the erasure."""
    return {
        number: link.seq
        for link in links
        if link.kind == AuditKind.ERASURE
        for number in numbers_of(link.action or "")
    }


def numbers_text(numbers: Iterable[int]) -> str:
    """Write numbers in few characters: `3-7,12`."""
    parts: list[list[int]] = []
    for number in sorted(set(numbers)):
        if parts and parts[-1][-1] == number - 1:
            parts[-1] = [parts[-1][0], number]
        else:
            parts.append([number])
    return ",".join("-".join(map(str, part)) for part in parts)


def numbers_of(text: str) -> Iterator[int]:
    """Read what `numbers_text` has written; anything else names no number."""
    for part in text.split(","):
        first, _dash, last = part.partition("-")
        if first.isdecimal() and (last or first).isdecimal():
            yield from range(int(first), int(last or first) + 1)


def _wrong_head(links: Sequence[Link], head: Head | None, key: Signed) -> Iterable[Flaw]:
    last = links[-1].seq if links else 0
    if head is None:
        if links:
            yield Flaw(seq=last, words="the signed head is missing: nothing tells how long it was")
        return
    if head.public_key != key.public:
        words = f"the head is signed by another key ({head.public_key[:16]}...) than ours"
        yield Flaw(seq=head.length, words=words)
    elif not key.holds(head.signature, head.message):
        yield Flaw(seq=head.length, words="the head is not what was signed")
    elif last > head.length:
        words = f"entries after {head.length} were put behind the signed head"
        yield Flaw(seq=head.length + 1, words=words)
    elif last == head.length and links and links[-1].computed != head.hash:
        yield Flaw(seq=last, words=f"entry {last} is not the one that the head names")


def _sha256(data: Mapping[str, object]) -> str:
    return hashlib.sha256(_canonical(data)).hexdigest()


def _canonical(data: Mapping[str, object]) -> bytes:
    """Write JSON in the one form: sorted keys, no spaces, ASCII.

    What is no JSON was put into the table by somebody else; it gets a form that nobody signed.
    """
    form = json.dumps(data, sort_keys=True, separators=(",", ":"), allow_nan=False, default=repr)
    return form.encode("ascii")
