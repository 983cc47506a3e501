"""A duration on the command line: `15m`, `90s`, `1h30m`, or plain seconds."""

from __future__ import annotations

import re
from typing import Final

import click

SECONDS_OF: Final = {"h": 3600.0, "m": 60.0, "s": 1.0}
_WHOLE: Final = re.compile(r"(?:\d+(?:\.\d+)?[hms])+")
_PART: Final = re.compile(r"(\d+(?:\.\d+)?)([hms])")


class Duration(click.ParamType[float]):
    """Gives seconds as a float."""

    name = "duration"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Read a duration; zero and less is refused."""
        text = str(value)
        try:
            seconds = float(text)
        except ValueError:
            if not _WHOLE.fullmatch(text):
                self.fail(f"{text!r} is no duration; write 15m, 90s or 1h30m", param, ctx)
            seconds = sum(float(number) * SECONDS_OF[unit] for number, unit in _PART.findall(text))
        if not 0 < seconds < float("inf"):
            self.fail(f"{text!r}: a run needs more than 0 seconds", param, ctx)
        return seconds
