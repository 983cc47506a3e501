"""How the WAP command line of Huawei's ONTs answers: `name = value` or `name :value`, `success!`.

Source: ntc-templates, tests/huawei_ont.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.driver_kit.parsers.answers import incomplete
from cpe_diag.driver_kit.router import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.ports import CommandAnswer

_END: Final = re.compile(r"^success!\s*\Z", re.MULTILINE)
_REFUSED: Final = re.compile(r"^\s*(ERROR::.*)$", re.MULTILINE)


def said(answer: CommandAnswer) -> str:
    """Give an answer's text where the router took the line.

    Raises:
        UnreadableError: UNSUPPORTED where it does not know the line, DEVICE_ERROR where it did
            not come back in time.
    """
    refused = _REFUSED.search(answer.output)
    if refused is not None:
        raise UnreadableError(
            FailureKind.UNSUPPORTED, f"{answer.command.label}: {refused[1].strip()}"
        )
    if answer.exit_status:
        raise UnreadableError(FailureKind.DEVICE_ERROR, f"{answer.command.label}: failed")
    return answer.output


def taken(answer: CommandAnswer) -> str:
    """Give an answer's text, without the end that says that it is whole.

    Raises:
        UnreadableError: as for `said`; INCOMPLETE without that end.
    """
    text = said(answer)
    end = _END.search(text)
    if end is None:
        raise incomplete(answer.command.label)
    return text[: end.start()]


def values(text: str, between: str = ":") -> Mapping[str, str]:
    """Read lines of a name and a value.

    Args:
        text: an answer, or a part of one.
        between: what stands between name and value.

    Returns:
        The first value of each name.
    """
    found: dict[str, str] = {}
    for line in text.splitlines():
        name, mark, value = line.partition(between)
        if mark and name.strip():
            found.setdefault(name.strip(), value.strip())
    return found
