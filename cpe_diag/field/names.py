"""Asks an address where no resolver runs for a name: who answers all the same takes questions.

The question is then sent with few hops to live, one more each time: the first that is answered
has come just as far as the one who takes them.
"""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.field_path_facts import NobodysAnswer

if TYPE_CHECKING:
    from dns.message import Message

PORT: Final = 53
TRIES: Final = 2
WAIT_S: Final = 1.2
FURTHEST: Final = 6
"""Hops: who takes questions stands at the home's router, or at the operator's edge."""
OWN_NAMES: Final = ("id.server", "version.bind")
"""RFC 4892, section 3; the second is BIND's, and many have it."""
LONGEST_NAME: Final = 60
MOST_QUESTIONS: Final = TRIES + FURTHEST + len(OWN_NAMES)
USUAL_TTL: Final = 64
MOST_PACKETS: Final = 50
"""Are read in search of an answer: a flood must not hold us."""


async def nobodys_answer(server: str, name: str) -> NobodysAnswer:
    """Ask an address where nobody should answer.

    Args:
        server: the address (IPv4).
        name: what it is asked for.

    Returns:
        Whether somebody did, from how far, and how that one names itself.
    """
    from dns.message import make_query

    question = make_query(name, "A")
    if not any([await _asked(server, question) is not None for _ in range(TRIES)]):
        return NobodysAnswer(server=server, answered=False, hop=None, says="")
    from_hops, own_names = await asyncio.gather(
        asyncio.gather(
            *(_asked(server, make_query(name, "A"), ttl) for ttl in range(1, FURTHEST + 1))
        ),
        asyncio.gather(*(_asked(server, make_query(one, "TXT", "CH")) for one in OWN_NAMES)),
    )
    hop = next((ttl for ttl, told in enumerate(from_hops, 1) if told is not None), None)
    says = next(filter(None, (_text(told) for told in own_names)), "")
    return NobodysAnswer(server=server, answered=True, hop=hop, says=says)


async def _asked(server: str, question: Message, ttl: int = USUAL_TTL) -> Message | None:
    """Give the answer to a question, None where none comes; what is no answer is passed over."""
    from dns.exception import DNSException
    from dns.message import from_wire

    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.setblocking(False)  # noqa: FBT003 - the standard library's signature
        wire.setsockopt(socket.SOL_IP, socket.IP_TTL, ttl)
        try:
            wire.connect((server, PORT))
            async with asyncio.timeout(WAIT_S):
                await loop.sock_sendall(wire, question.to_wire())
                for _ in range(MOST_PACKETS):
                    packet = await loop.sock_recv(wire, 65_535)
                    try:
                        answer = from_wire(packet)
                    except DNSException:
                        continue
                    if question.is_response(answer):
                        return answer
        except OSError:  # nobody is there, and somebody says so; or nothing came in time
            return None
    return None


def _text(told: Message | None) -> str:
    """Give the first text of an answer, without what a terminal would take for its own."""
    texts = () if told is None else (record for rows in told.answer for record in rows)
    for record in texts:
        parts = getattr(record, "strings", ())
        text = b" ".join(parts).decode("ascii", "replace")
        return "".join(sign for sign in text if sign.isprintable())[:LONGEST_NAME]
    return ""
