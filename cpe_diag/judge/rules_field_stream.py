"""The questions that a laptop on site answers about a stream of television."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.judge.on_site_stream import stream_broken, stream_missing
from cpe_diag.judge.rules_field import beside_use, by_radio
from cpe_diag.judge.rules_field_ways import twice

if TYPE_CHECKING:
    from cpe_diag.judge.rule import Rule

_RULES: Final[tuple[Rule, ...]] = (
    *twice("stream_missing", "Does no stream come {}?", "field_stream", stream_missing),
    *twice("stream_broken", "Does a stream come {} with gaps?", "field_stream", stream_broken),
)
RULES_FIELD_STREAM: Final[tuple[Rule, ...]] = tuple(map(by_radio, map(beside_use, _RULES)))
