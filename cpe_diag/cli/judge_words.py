"""The page of a cause in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.judge.cause_page import COMPLAINT_OF_NONE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cpe_diag.judge.cause_page import CausePage, LimitUsed, SignUsed


def cause_lines(page: CausePage) -> Iterator[str]:
    """Write out a cause: who it concerns, what is weighed, by which thresholds.

    Args:
        page: from `cause_page`.

    Yields:
        Lines without ends.
    """
    yield f"{page.cause}: {page.title}"
    yield f"  whose fault: {page.domain}; goes to: {page.destination}"
    if page.technologies:
        yield f"  only on: {', '.join(page.technologies)}"
    if page.bystander:
        yield "  a bystander: it leads only where nothing else stands"
    yield f"  signature from: {page.source}"
    first = page.starts_at[COMPLAINT_OF_NONE]
    shifts = [f"{name} {value:.0%}" for name, value in page.starts_at.items() if name]
    more = f" ({', '.join(shifts)})" if shifts else ""
    yield f"  believed before anything is seen: {first:.0%}{more}"
    if page.needs:
        yield "Cannot be without"
        for need in page.needs:
            yield f"  {need.finding} = {_answer(need.answer)}   {need.question}"
    yield "Speaks for it (log-odds; +2.2 is nine times as likely)"
    yield from map(_sign, page.supports)
    if page.against:
        yield "Speaks against it"
        yield from map(_sign, page.against)
    yield f"Explains: {', '.join(page.explains)}"
    if page.limits:
        yield "Thresholds of these questions"
        yield from map(_limit, page.limits)
    yield f"Next: {page.next_action}"
    yield f"To the customer: {page.tell_customer}"


def _answer(answer: bool) -> str:  # noqa: FBT001 - the answer
    return "yes" if answer else "no"


def _sign(sign: SignUsed) -> str:
    limits = f" [{', '.join(sign.limits)}]" if sign.limits else ""
    return (
        f"  {sign.weight:+.1f}  {sign.finding} = {_answer(sign.answer)}   {sign.question}{limits}"
    )


def _limit(limit: LimitUsed) -> str:
    own = f" (your own; shipped: {limit.shipped:g})" if limit.value != limit.shipped else ""
    return (
        f"  {limit.id} = {limit.value:g} {limit.unit}{own}: {limit.meaning}"
        f"; source: {limit.source}"
    )
